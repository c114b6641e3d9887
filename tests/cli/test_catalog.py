"""products and scenes."""

from __future__ import annotations

from pathlib import Path

from shopthelook import Shop
from tests.cli.conftest import Run
from tests.pipeline.feeds import Feed, png
from tests.pipeline.web import Web


def test_import_list_show_delete(run: Run, feed: Feed) -> None:
    feed.fill(5)
    answer = run("products", "import", feed.path)
    assert answer.status == 0
    assert "5 added" in answer.out
    (report,) = run("products", "import", feed.path, "--json").objects
    assert (report["unchanged"], report["embedded"]) == (5, 0)
    listed = run("products", "list", "--limit", 2)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["p0000", "p0001"]
    assert "--after p0001" in listed.errors
    rest = run("products", "list", "--after", "p0001", "--json").objects
    assert [one["id"] for one in rest] == ["p0002", "p0003", "p0004"]
    assert rest[0]["price"] == "10.00"
    (shown,) = run("products", "show", "p0002", "--json").objects
    assert shown["title"] == "Product p0002"
    assert Path(shown["picture"]).read_bytes() == (feed.folder / "p0002.png").read_bytes()
    assert "Product p0002" in run("products", "show", "p0002").out
    assert run("products", "show", "nobody").status == 1
    assert run("products", "delete", "p0000", "p0001", "nobody", "--json").objects == [{"removed": 2}]
    assert run("products", "delete", "nobody").status == 0


def test_list_by_category(stocked: Run) -> None:
    chairs = stocked("products", "list", "--category", "chairs", "--json").objects
    assert len(chairs) == 10
    assert {one["category_id"] for one in chairs} == {443}
    assert len(stocked("products", "list", "--category", "Furniture", "--json").objects) == 30
    answer = stocked("products", "list", "--category", "Chars")
    assert answer.status == 1
    assert "near it" in answer.errors


def test_errors_of_an_import(run: Run, feed: Feed) -> None:
    assert run("products", "errors").out == "no problems\n"
    for number in range(3):
        feed.add(f"bad{number}", image_link="nowhere.png")
    feed.write()
    answer = run("products", "import", feed.path)
    assert answer.status == 0
    assert "products errors" in answer.errors
    assert len(run("products", "errors", "-n", 2).out.splitlines()) == 2
    found = run("products", "errors", "--json").objects
    assert [(one["line"], one["product_id"], one["field"]) for one in found] == [
        (2, "bad0", "image_link"),
        (3, "bad1", "image_link"),
        (4, "bad2", "image_link"),
    ]
    (feed.folder / "nowhere.png").write_bytes(png())
    run("products", "import", feed.path)
    assert run("products", "errors").out == "no problems\n"
    assert len(run("products", "errors", "--import", found[0]["import"], "--json").objects) == 3


def test_errors_of_scenes_do_not_hide_those_of_products(run: Run, feed: Feed, room: Path) -> None:
    assert run("scenes", "errors").out == "no problems\n"
    feed.add("bad", image_link="nowhere.png")
    run("products", "import", feed.write().path)
    (room.parent / "broken.jpg").write_bytes(b"nothing")
    answer = run("scenes", "import", room.parent)
    assert "see: shopthelook scenes errors" in answer.errors
    assert [one["product_id"] for one in run("products", "errors", "--json").objects] == ["bad"]
    (found,) = run("scenes", "errors", "--json").objects
    assert found["product_id"] == "broken"
    assert "see: shopthelook scenes errors" in run("status").out
    assert len(run("products", "errors", "--import", found["import"], "--json").objects) == 1


def test_a_feed_that_is_none(run: Run, tmp_path: Path) -> None:
    answer = run("products", "import", tmp_path / "nowhere.csv")
    assert (answer.status, answer.out) == (1, "")
    assert "nowhere.csv" in answer.errors
    (tmp_path / "empty").mkdir()
    assert run("products", "import", tmp_path / "empty").status == 1


def test_text_of_a_feed_does_not_steer_the_terminal(run: Run, feed: Feed) -> None:
    feed.add("a", title="red \x1b[31m\u202e text")
    feed.add("b", image_link="no\u009bwhere.png")
    run("products", "import", feed.write().path)
    answer = run("products", "list")
    everything = answer.out + run("products", "errors").out + run("products", "show", "a").out
    assert not {"\x1b", "\u202e", "\u009b"} & set(everything)


def test_a_feed_by_address(run: Run, web: Web) -> None:
    web.files |= {"/feed.csv": b"id,title,image_link\na,A,/a.png", "/a.png": png()}
    assert run("products", "import", f"{web.address}/feed.csv").status == 1
    answer = run("products", "import", f"{web.address}/feed.csv", "--allow-private", "--json")
    assert answer.objects[0]["added"] == 1


def test_replace_and_limit(run: Run, feed: Feed) -> None:
    feed.fill(5)
    assert run("products", "import", feed.path, "--limit", 3, "--json").objects[0]["added"] == 3
    del feed.rows[0]
    feed.write()
    (report,) = run("products", "import", feed.path, "--replace", "--json").objects
    assert (report["added"], report["removed"]) == (2, 1)


def test_embed(stocked: Run) -> None:
    assert stocked("products", "embed", "--json").objects[0]["unchanged"] == 30


def test_scenes(run: Run, room: Path, shop: Shop) -> None:
    answer = run("scenes", "import", room.parent)
    assert answer.status == 0
    assert "1 added" in answer.out
    assert run("scenes", "import", room.parent, "--json").objects[0]["unchanged"] == 1
    assert run("scenes", "list", "--json").objects == [
        {"id": "room", "title": "", "width": 320, "height": 240}
    ]
    (shown,) = run("scenes", "show", "room", "--json").objects
    assert [(one["id"], one["category"]) for one in shown["objects"]] == [
        ("room/0", "Furniture > Chairs"),
        ("room/1", "Furniture > Tables"),
    ]
    assert "room/1" in run("scenes", "show", "room").out
    assert run("scenes", "show", "nobody").status == 1
    assert run("scenes", "delete", "room", "--json").objects == [{"removed": 1}]
    assert run("scenes", "list").out == ""
    assert run("scenes", "import", room.parent / "nowhere").status == 1
