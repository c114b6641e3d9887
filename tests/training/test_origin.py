"""What weights were learnt from goes along with them."""

from pathlib import Path

from shopthelook.models.card import DataUse
from shopthelook.training.origin import UNKNOWN, data_of, joined, note_data

PHOTOS, ROOMS = DataUse("photos", "CC0", 10), DataUse("rooms", "CC BY 3.0", 4)


def test_a_run_that_starts_from_another_knows_its_data(tmp_path: Path) -> None:
    note_data(tmp_path, [PHOTOS, DataUse("COCO", "CC BY 4.0")])
    assert data_of(str(tmp_path / "best.pt")) == (PHOTOS, DataUse("COCO", "CC BY 4.0"))


def test_weights_that_came_alone_say_so(tmp_path: Path) -> None:
    assert data_of(str(tmp_path / "best.pt")) == (UNKNOWN,)
    (tmp_path / "data.json").write_text('[{"named": 3}]')
    assert data_of(str(tmp_path / "best.pt")) == (UNKNOWN,)


def test_a_data_set_is_listed_once() -> None:
    more, other = DataUse("photos", "CC0", 12), DataUse("photos", "CC BY 4.0", 2)
    assert joined([PHOTOS, ROOMS], [more, other]) == (more, ROOMS, other)
    assert joined([DataUse("COCO", "x")], [DataUse("COCO", "x", 5)]) == (DataUse("COCO", "x", 5),)
    assert joined([DataUse("COCO", "x")], [DataUse("COCO", "x")]) == (DataUse("COCO", "x"),)
