from __future__ import annotations

from pathlib import Path

from shopthelook.embedding.views import Row, open_views, write_views
from shopthelook.embedding.views.counting import NO_CATEGORY, count, count_categories, count_labels


def test_views_are_counted_by_split(folder: Path) -> None:
    data = open_views(folder)
    counts = count(data)
    split = data.views[0].split
    assert {name: n.total() for name, n in counts.items()} == {
        "pictures": 3,
        "views": 4,
        "scene": 1,
        "product": 3,
        "instances": 1,
        "matches": 1,
        "scenes and products": 1,
    }
    assert counts["matches"][split] == 1
    assert {name: n.total() for name, n in count_categories(data.views).items()} == {
        "Shirts & Tops": 3,
        "Chairs": 1,
    }
    assert {name: dict(n) for name, n in count_labels(data.views)["color"].items()} == {"Red": {split: 2}}
    assert list(count_labels(data.views)) == ["color", "gender"]


def test_what_has_no_category_is_counted_too(folder: Path) -> None:
    write_views(
        folder, [Row("images/chair.png", "product", "a"), Row("images/shop.png", "product", "b", "443")]
    )
    data = open_views(folder)
    assert {name: n.total() for name, n in count_categories(data.views).items()} == {
        NO_CATEGORY: 1,
        "Chairs": 1,
    }
    assert count(data)["matches"].total() == 0
