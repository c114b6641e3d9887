from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.embedding.views import DataError, Row, open_views, write_views
from shopthelook.embedding.views.checking import check_views
from shopthelook.embedding.views.composing import Composed, ComposeOrder, compose

COLOURS = {"red": (220, 30, 30), "green": (30, 190, 40), "blue": (30, 40, 220)}


class Stopped(Exception):
    pass


@pytest.fixture
def things(tmp_path: Path) -> Path:
    """Chairs of three colours on white, twelve of each colour, and one on grey."""
    folder = tmp_path / "things"
    folder.mkdir()
    rows = []
    for name, colour in COLOURS.items():
        pixels = np.full((140, 120, 3), 255, np.uint8)
        pixels[30:120, 20:100] = colour
        Image.fromarray(pixels).save(folder / f"{name}.png")
        for i in range(12):
            labels = {"color": name}
            rows.append(
                Row(f"{name}.png", "product", f"{name} {i}", "443", main=True, group=f"m{i}", labels=labels)
            )
    Image.fromarray(np.full((90, 90, 3), 120, np.uint8)).save(folder / "grey.png")
    rows += [Row("grey.png", "product", "grey", "443", group="m0"), Row("red.png", "product", category="443")]
    write_views(folder, rows, licence="CC0")
    return folder


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    folder = tmp_path / "scenes"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for i in range(24):
        Image.fromarray(rng.integers(90, 140, (240, 320, 3), np.uint8)).save(folder / f"{i}.png")
    rows = [Row(f"{i}.png", "scene", box=(5, 5, 90, 90)) for i in range(24)]
    write_views(folder, rows, licence="CC BY 4.0")
    return folder


def test_scenes_show_known_things(things: Path, scenes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = compose(ComposeOrder((things,), (scenes,), 30), out)
    data = open_views(out)
    assert done.scenes == len({view.path for view in data.views}) == 30
    assert done.views == len(data.views) > 35
    assert (done.unknown, done.uncut <= 1, done.faults) == (1, True, [])
    assert data.licence == "CC0; CC BY 4.0"
    colours = np.array(list(COLOURS.values()), float)
    right = 0
    for view in data.views:
        assert (view.role, view.category) == ("scene", 443)
        assert view.labels["color"] == (view.instance or "").split()[0]
        assert view.split == split_of(view.group)
        assert view.box is not None
        x, y = (round((view.box[i] + view.box[i + 2]) / 2) for i in (0, 1))
        with Image.open(view.path) as picture:
            pixel = np.asarray(picture)[y, x].astype(float)
        seen = list(COLOURS)[int(np.argmax(colours @ pixel / np.linalg.norm(colours, axis=1)))]
        right += view.labels["color"] == seen
    assert right > 0.85 * len(data.views)  # another thing may be in front of the middle
    assert not [problem for problem in check_views([out]) if not problem.is_note]


def test_things_lie_in_photos_of_their_split(things: Path, scenes: Path, tmp_path: Path) -> None:
    """Photos are of one grey each, which tells them apart in what was made."""
    splits = {}
    for i, path in enumerate(sorted(scenes.glob("*.png"))):
        Image.fromarray(np.full((240, 320, 3), 40 + 8 * i, np.uint8)).save(path)
        splits[i] = split_of(path.read_bytes())
    compose(ComposeOrder((things,), (scenes,), 25), tmp_path / "out")
    checked = 0
    for view in open_views(tmp_path / "out").views:
        with Image.open(view.path) as picture:
            pixels = np.asarray(picture).astype(int)
        grey = np.median(pixels[np.ptp(pixels, axis=2) < 6])
        number = (grey - 40) / 8
        if abs(number - round(number)) < 0.2:
            checked += 1
            assert splits[round(number)] == view.split
    assert checked > 20


def test_scenes_depend_on_the_seed_alone(things: Path, scenes: Path, tmp_path: Path) -> None:
    for name, number, seed in (("a", 6, 1), ("b", 9, 1), ("c", 6, 2)):
        compose(ComposeOrder((things,), (scenes,), number, seed), tmp_path / name)
    lines = {name: (tmp_path / name / "views.csv").read_text().splitlines() for name in "abc"}
    assert lines["b"][: len(lines["a"])] == lines["a"]
    assert lines["c"] != lines["a"]
    for i in range(6):
        name = f"images/{i:06d}.jpg"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_stopped_run_goes_on(things: Path, scenes: Path, tmp_path: Path) -> None:
    order, out = ComposeOrder((things,), (scenes,), 8), tmp_path / "out"

    def stop(done: Composed) -> None:
        if done.scenes == 5:
            raise Stopped

    with pytest.raises(Stopped):
        compose(order, out, stop)
    partial = tmp_path / "out.partial"
    before = {path.name: path.stat().st_mtime_ns for path in (partial / "images").iterdir()}
    assert len(before) == 5
    with (partial / "composed.jsonl").open("a") as journal:
        journal.write('[5, [{"pict')
    compose(order, out)
    compose(order, tmp_path / "whole")
    assert (out / "views.csv").read_text() == (tmp_path / "whole" / "views.csv").read_text()
    assert {name: (out / "images" / name).stat().st_mtime_ns for name in before} == before
    assert {path.name for path in out.iterdir()} == {"images", "views.csv", "info.json"}
    with pytest.raises(DataError, match="exists already"):
        compose(order, out)


def test_nothing_to_paste(things: Path, scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 product views have an instance, 0 have none; there are"):
        compose(ComposeOrder((scenes,), (scenes,), 3), tmp_path / "out")
    assert not (tmp_path / "out.partial").exists()
    write_views(things, [Row("grey.png", "product", f"grey {i}") for i in range(40)])
    with pytest.raises(DataError, match=r"nothing could be pasted into a scene: .* no white ground"):
        compose(ComposeOrder((things,), (scenes,), 3), tmp_path / "out")
