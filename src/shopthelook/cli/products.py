"""The catalog's products."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option, open_shop, problem_options, shop_option
from shopthelook.cli.output import attribute_words, emit, price, product_dict, table
from shopthelook.cli.progress import showing
from shopthelook.cli.reporting import print_problems, print_report
from shopthelook.pipeline.attributes import told_of
from shopthelook.pipeline.errors import NotFound


@click.group()
def products() -> None:
    """Import, list and remove products.

    \b
    Examples:
      shopthelook products import feed.xml
      shopthelook products import https://shop.example/feed.csv.gz --replace
      shopthelook products errors
    """


@products.command("import")
@click.argument("feed")
@click.option("--replace", is_flag=True, help="Remove products that the feed does not name.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read the first N rows only.")
@click.option(
    "--allow-private", is_flag=True, help="Let the feed and its pictures come from private addresses."
)
@click.option(
    "--refetch", is_flag=True, help="Ask for every picture again, also where its address did not change."
)
@shop_option
@json_option
def import_(
    feed: str,
    replace: bool,
    limit: int | None,
    allow_private: bool,
    refetch: bool,
    shop: Path | None,
    as_json: bool,
) -> None:
    """Bring the catalog level with FEED: a file, a folder with one CSV and pictures, or an http(s) URL.

    Feeds follow the Google Merchant product data specification: XML (RSS, Atom), TSV, CSV or JSON Lines,
    plain or packed with gzip. Rows and pictures that did not change cost nothing. Bad rows are recorded
    and the rest goes on; see them with: products errors. A stopped import goes on when run again.

    \b
    Examples:
      shopthelook products import feed.csv
      shopthelook products import https://shop.example/feed.xml --replace
      shopthelook products import big.tsv.gz --limit 100
    """
    if replace and limit is not None:
        raise click.UsageError("--replace and --limit do not go together: the rest would be removed")
    with open_shop(shop) as opened, showing("products") as progress:
        report = opened.import_products(
            feed,
            replace=replace,
            limit=limit,
            allow_private=allow_private,
            refetch=refetch,
            on_progress=progress,
        )
    print_report(report, "products", as_json)


@products.command()
@click.option(
    "--most-failed",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Switch where searches lose at most this share of the products by it.",
)
@shop_option
@json_option
def embed(most_failed: float, shop: Path | None, as_json: bool) -> None:
    """Give every product a code of the embedder in shop.toml, from its stored picture.

    After that setting was changed, the embedder before it serves until every product, and every stored scene, has a
    code of the new one; then searches switch to that. Can be stopped and run again; shopthelook serve does the same
    by itself.
    """
    with open_shop(shop) as opened, showing("products") as progress:
        report = opened.embed_products(on_progress=progress, most_failed=most_failed)
    print_report(report, "products", as_json)


@products.command()
@problem_options
@shop_option
@json_option
def errors(import_id: int | None, limit: int, shop: Path | None, as_json: bool) -> None:
    """List what was wrong with rows and pictures of an import of products."""
    with open_shop(shop) as opened:
        print_problems(opened.catalog, ("products", "embedding"), import_id, limit, as_json)


@products.command("list")
@click.option("--category", metavar="C", help="Only this category and those below: name, path or id.")
@click.option("--after", metavar="ID", help="Start after this id.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@shop_option
@json_option
def list_(category: str | None, after: str | None, limit: int, shop: Path | None, as_json: bool) -> None:
    """List products in the order of their ids."""
    with open_shop(shop) as opened:
        taxonomy = opened.taxonomy
        where = {}
        if category is not None:
            top = taxonomy.get(category)
            where["category_id"] = [taxonomy.at(place).id for place in range(top.position, top.end)]
        records = opened.catalog.list_products(after=after, limit=limit, where=where)
        names = {one.id: one.full for one in taxonomy}
    if as_json:
        for record in records:
            emit(product_dict(record.product))
        return
    table(
        [
            (
                one.product.id,
                names.get(one.product.category_id or -1, ""),
                price(one.product),
                one.product.title,
            )
            for one in records
        ],
        right=[2],
    )
    if len(records) == limit:
        click.echo(f"There may be more: --after {records[-1].product.id}", err=True)


@products.command()
@click.argument("product_id", metavar="ID")
@shop_option
@json_option
def show(product_id: str, shop: Path | None, as_json: bool) -> None:
    """Show everything that is known of one product.

    Its attributes are what the merchant says of its looks, and where that is nothing what the embedder sees in its
    picture, with how sure that is.
    """
    with open_shop(shop) as opened:
        record = opened.catalog.product(product_id)
        if record is None:
            raise NotFound(f"there is no product {product_id!r}; list them with: products list")
        found = product_dict(record.product)
        if record.image_hash is not None:
            found["picture"] = opened.pictures.where(record.image_hash)
        found["embedder"] = record.bundle
        found["updated_at"] = record.updated_at
    if as_json:
        emit(found)
        return
    if "attributes" in found:
        found["attributes"] = attribute_words(told_of(record.product), named=True)
    table([(name, value) for name, value in found.items()])


@products.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@shop_option
@json_option
def delete(ids: tuple[str, ...], shop: Path | None, as_json: bool) -> None:
    """Remove products; ids that are not there are passed over."""
    with open_shop(shop) as opened:
        removed = opened.delete_products(ids)
    if as_json:
        emit({"removed": removed})
    else:
        click.echo(f"removed {removed} of {len(ids)}")
