"""Keys for the HTTP API: make, list and revoke them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopthelook.cli.options import json_option, open_shop, shop_option
from shopthelook.cli.output import emit, table
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from shopthelook.catalog import ApiKey, Keys

SCOPES = ("read", "write", "label", "admin")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=36_500)


def _ahead(
    context: click.Context,  # noqa: ARG001 - click's signature
    option: click.Parameter,  # noqa: ARG001
    text: str | None,
) -> datetime | None:
    """What --expires says, in UTC; fails for what is not ahead."""
    if text is None:
        return None
    now = datetime.now(UTC)
    end = _moment(text, now)
    if end is None or not now < end <= now + _LONGEST:
        raise click.BadParameter(
            f"{text!r} is no time ahead; write 90d, 12h, 4w or a date such as 2030-12-31"
        )
    return end


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        if match := re.fullmatch(r"([0-9]{1,6})([hdw])", text):
            return now + int(match[1]) * _UNITS[match[2]]
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


@click.group()
def keys() -> None:
    """Keys for the HTTP API: make, list and revoke them.

    A key is sent as "Authorization: Bearer stl_...". Its scopes say what it may do: read (search and look), write
    (change products), label (answer labelling tasks), admin (everything).
    """


@keys.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="Give it once or more."
)
@click.option("--expires", callback=_ahead, metavar="WHEN", help="90d, 12h, 4w or 2030-12-31 [never].")
@shop_option
@json_option
def create(
    name: str, scopes: tuple[str, ...], expires: datetime | None, shop: Path | None, as_json: bool
) -> None:
    """Make a key. It is shown now and never again; only a hash of it is kept.

    \b
    Example:
      shopthelook keys create importer --scope write --expires 90d
    """
    with open_shop(shop) as opened:
        key, written = opened.catalog.keys.create(name, scopes, expires)
    if as_json:
        emit(_shown(key) | {"key": written})
        return
    click.echo(written)
    until = "" if key.expires_at is None else f", until {_minute(key.expires_at)}"
    click.echo(
        f'This is the key "{key.name}" ({key.id}) for {", ".join(key.scopes)}{until}. '
        "It cannot be shown again: keep it where only its user can read it.",
        err=True,
    )


@keys.command("list")
@shop_option
@json_option
def list_keys(shop: Path | None, as_json: bool) -> None:
    """List the keys, also those that are revoked or over. The last use is right to the hour."""
    with open_shop(shop) as opened:
        found = opened.catalog.keys.all()
    if as_json:
        for key in found:
            emit(_shown(key))
        return
    if not found:
        click.echo("There is no key yet; make one with: shopthelook keys create NAME --scope read")
        return
    rows = [
        (
            key.id,
            key.name,
            ",".join(key.scopes),
            _state(key),
            "never" if key.last_used_at is None else _minute(key.last_used_at),
        )
        for key in found
    ]
    table([("id", "name", "scopes", "state", "last used"), *rows])


@keys.command()
@click.argument("wanted", metavar="KEY...", nargs=-1, required=True)
@shop_option
@json_option
def revoke(wanted: tuple[str, ...], shop: Path | None, as_json: bool) -> None:
    """Take keys back, named by id or by name. Running servers refuse them from then on.

    \b
    Example:
      shopthelook keys revoke importer
    """
    with open_shop(shop) as opened:
        # All are looked up first: with a wrong name among them nothing is revoked.
        found = [_named(opened.catalog.keys, one) for one in wanted]
        for key in found:
            opened.catalog.keys.revoke(key.id)
            if as_json:
                emit({"id": key.id, "name": key.name, "revoked": True})
            else:
                click.echo(f'The key "{key.name}" ({key.id}) is revoked.')


def _named(kept: Keys, wanted: str) -> ApiKey:
    present = [key for key in kept.all() if key.revoked_at is None]
    found = [key for key in present if key.id == wanted] or [key for key in present if key.name == wanted]
    if len(found) > 1:
        raise ShopError(
            f"{len(found)} keys are named {wanted!r}: {', '.join(key.id for key in found)}; name one by its id"
        )
    if not found:
        raise ShopError(f"there is no key {wanted!r} that could be revoked; see: shopthelook keys list")
    return found[0]


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_minute(key.revoked_at)}"
    if key.expires_at is None:
        return "valid"
    return f"{'valid until' if key.is_usable() else 'over since'} {_minute(key.expires_at)}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "usable": key.is_usable(),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
