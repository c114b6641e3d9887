"""Build the single-product data set from a shop's own catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from shopthelook.cli.options import json_option, open_shop, shop_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter
from shopthelook.detection.datasets import open_data

if TYPE_CHECKING:
    from shopthelook import Shop
    from shopthelook.detection.datasets.products.building import Built
    from shopthelook.detection.datasets.products.choosing import CatalogueProduct

_PAGE = 1000


@click.command("single-product", short_help="Build a data set of single products from a shop.")
@click.option(
    "--scenes",
    required=True,
    multiple=True,
    metavar="DATA",
    type=click.Path(path_type=Path),
    help="The scene data that it goes with; may be repeated.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to make.")
@click.option("--detector", metavar="BUNDLE", help="A shipped detector or a folder [the shop's].")
@click.option(
    "--box",
    type=click.Choice(["detector", "background"]),
    default="detector",
    show_default=True,
    help="The detector's largest box, or the extent of what is not white.",
)
@click.option(
    "--cover",
    type=click.Choice(["product", "picture"]),
    default="product",
    show_default=True,
    help="What the box must cover: the extent of what is not white, or the whole picture.",
)
@click.option(
    "--least-cover", type=click.FloatRange(0, 1), default=0.8, show_default=True, help="How much of it."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws which products come in.")
@click.option(
    "--complete",
    is_flag=True,
    help="Say that nothing else is in the pictures: more for a detector to learn from, where it is true.",
)
@click.option("--licence", default="as the shop's pictures", show_default=True, help="Of the pictures.")
@shop_option
@json_option
def single_product(
    scenes: tuple[Path, ...],
    out: Path,
    detector: str | None,
    box: Literal["detector", "background"],
    cover: Literal["product", "picture"],
    least_cover: float,
    seed: int,
    complete: bool,
    licence: str,
    shop: Path | None,
    as_json: bool,
) -> None:
    """Build a data set of pictures of one product on white, as in the paper's algorithm 1.

    Of a shop's products with a merchant's category, it takes those whose picture is a product on a white background
    and whose largest box covers enough; of each category at most as many as the scene data has boxes of it. Every
    product that is left out is counted with its reason. After Ctrl-C the same command goes on.

    --cover picture asks what the paper says, 80% of the picture; few catalogues cut their pictures so close, and a
    white margin says nothing about a box, so 80% overlap with what is not white is asked for by default. Use --box
    background while the detector is weak on single products, and only for pictures without people.

    \b
    Examples:
      shopthelook dataset single-product --shop my-shop --scenes sets/home-scenes --out sets/products
    """
    from shopthelook.detection import Detector
    from shopthelook.detection.datasets.products.building import Rules, build
    from shopthelook.detection.datasets.products.choosing import SceneLabels
    from shopthelook.models import open_bundle

    labels = SceneLabels([open_data(folder) for folder in scenes])
    with open_shop(shop) as opened:
        bundle = opened.detector_bundle if detector is None else open_bundle(detector, "detector")
        finder = Detector(bundle)
        info = {
            "description": f"Single products, boxes by {bundle.id if box == 'detector' else 'background'}",
            "license": licence,
            "complete": complete,
        }
        with Counter("; run the same command again to go on with the rest") as counter:
            built = build(
                _products(opened),
                opened.pictures.data,
                labels,
                out,
                Rules(box, cover, least_cover, seed),
                lambda rgb: finder.detect(rgb).boxes,
                info=info,
                key=bundle.key if box == "detector" else "",
                progress=lambda so_far: counter("products", so_far.done, so_far.total),
            )
    _tell(built, as_json)


def _products(shop: Shop) -> Iterator[CatalogueProduct]:
    from shopthelook.detection.datasets.products.choosing import CatalogueProduct
    from shopthelook.taxonomy import Taxonomy, UnknownCategory

    after = None
    while page := shop.catalog.list_products(after, _PAGE):
        for record in page:
            product, category = record.product, None
            if product.category_id is not None and product.category_source == "merchant":
                try:
                    # Detectors speak the taxonomy that ships; a shop's own may have more.
                    category = Taxonomy.builtin().get(shop.taxonomy.get(product.category_id).full)
                except UnknownCategory:
                    category = None
            yield CatalogueProduct(product.id, category, record.image_hash, product.item_group_id)
        after = page[-1].product.id


def _tell(built: Built, as_json: bool) -> None:
    if as_json:
        emit({"out": str(built.folder), "kept": dict(built.kept), "left_out": dict(built.left_out)})
        return
    click.echo(f"{built.folder}: {sum(built.kept.values()):,} products")
    table([(name, f"{n:,}") for name, n in built.kept.most_common()], right=[1], indent=2)
    if built.left_out:
        click.echo("left out:")
        table([(reason, f"{n:,}") for reason, n in built.left_out.most_common()], right=[1], indent=2)
