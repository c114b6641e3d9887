"""Making, listing and revoking keys on the command line."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shopthelook import Shop
from shopthelook.catalog import SCOPES
from shopthelook.cli import keys
from tests.cli.conftest import Run


def test_a_key_is_shown_once(run: Run, shop: Shop) -> None:
    made = run("keys", "create", "importer", "--scope", "write", "--scope", "read")
    assert made.status == 0
    written = made.out.strip()
    kept = shop.catalog.keys.find(written)
    assert kept is not None
    assert (kept.name, kept.scopes, kept.expires_at) == ("importer", ("read", "write"), None)
    assert "cannot be shown again" in made.errors
    listed = run("keys", "list")
    assert kept.id in listed.out
    assert "read,write" in listed.out
    for hidden in (written.rpartition("_")[2], kept.digest.hex()):
        assert hidden not in listed.out + listed.errors + made.errors


def test_as_json(run: Run, shop: Shop) -> None:
    [made] = run("keys", "create", "importer", "--scope", "write", "--expires", "90d", "--json").objects
    assert shop.catalog.keys.find(made["key"]) is not None
    lasts = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(lasts - timedelta(days=90)) < timedelta(minutes=1)
    [listed] = run("keys", "list", "--json").objects
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert listed["usable"] is True


def test_revoking_by_name_and_by_id(run: Run, shop: Shop) -> None:
    first, second, third = (
        run("keys", "create", name, "--scope", "read", "--json").objects[0]["id"] for name in ("a", "b", "b")
    )
    assert "is revoked" in run("keys", "revoke", "a").out
    twice = run("keys", "revoke", "b")
    assert twice.status == 1
    assert second in twice.errors
    assert third in twice.errors
    unknown = run("keys", "revoke", second, "nothing")
    assert (unknown.status, "nothing" in unknown.errors) == (1, True)
    assert [key.revoked_at is None for key in shop.catalog.keys.all()] == [False, True, True]
    assert run("keys", "revoke", second, "--json").objects == [{"id": second, "name": "b", "revoked": True}]
    assert run("keys", "revoke", "b").status == 0
    assert run("keys", "revoke", first).status == 1
    assert run("keys", "list").out.count("revoked 20") == 3


@pytest.mark.parametrize(
    "end", ["0d", "-1d", "soon", "2020-01-01", "2030-13-01", "999999w", "9999-12-31", "90"]
)
def test_ends_that_are_not_ahead(run: Run, shop: Shop, end: str) -> None:
    answer = run("keys", "create", "x", "--scope", "read", "--expires", end)
    assert answer.status == 2
    assert "2030-12-31" in answer.errors
    assert shop.catalog.keys.all() == []


@pytest.mark.parametrize("arguments", [["x"], ["x", "--scope", "reed"], ["--scope", "read"]])
def test_misuse(run: Run, arguments: list[str]) -> None:
    assert run("keys", "create", *arguments).status == 2


def test_a_day_is_whole(run: Run) -> None:
    [made] = run("keys", "create", "x", "--scope", "read", "--expires", "2099-12-31", "--json").objects
    assert made["expires_at"].startswith("2100-01-01T00:00:00")


def test_without_keys_the_list_says_how_to_make_one(run: Run) -> None:
    assert "shopthelook keys create" in run("keys", "list").out
    assert run("keys", "list", "--json").out == ""


def test_the_scopes_are_the_catalogs() -> None:
    assert keys.SCOPES == SCOPES
