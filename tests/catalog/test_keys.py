"""Keys of the HTTP API, on both databases."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from shopthelook.catalog import Catalog, CatalogError
from shopthelook.catalog.schema import api_keys


def test_a_key_is_found_by_what_was_handed_out(catalog: Catalog) -> None:
    key, written = catalog.keys.create("importer", ["write", "read"])
    assert re.fullmatch("stl_[0-9a-f]{12}_[0-9a-f]{64}", written)
    found = catalog.keys.find(written)
    assert found == key == catalog.keys.get(key.id)
    assert found.scopes == ("read", "write")
    assert found.is_usable()
    assert [found.allows(scope) for scope in ("read", "write", "label", "admin")] == [
        True,
        True,
        False,
        False,
    ]
    assert catalog.keys.create("importer", ["write"])[1] != written


def test_admin_may_do_everything(catalog: Catalog) -> None:
    key, _ = catalog.keys.create("owner", ["admin"])
    assert all(key.allows(scope) for scope in ("read", "write", "label", "admin"))


@pytest.mark.parametrize("place", [4, 15, 16, 17, 50, 80])
def test_no_digit_may_differ(catalog: Catalog, place: int) -> None:
    _, written = catalog.keys.create("importer", ["write"])
    other = "0" if written[place] != "0" else "1"
    assert catalog.keys.find(written[:place] + other + written[place + 1 :]) is None


@pytest.mark.parametrize(
    "written", ["", "stl_", "stl_x_y", "Bearer", "stl_" + "0" * 12 + "_" + "0" * 64, "é\0"]
)
def test_what_is_no_key_is_not_found(catalog: Catalog, written: str) -> None:
    catalog.keys.create("importer", ["write"])
    assert catalog.keys.find(written) is None


def test_the_secret_is_not_kept_and_the_hash_not_shown(catalog: Catalog) -> None:
    key, written = catalog.keys.create("importer", ["write"])
    secret = written.rpartition("_")[2]
    with catalog._database.reading() as connection:
        row = connection.execute(sa.select(api_keys)).one()
    assert secret not in repr(tuple(row))
    assert bytes.fromhex(secret) not in (row.salt, row.digest)
    assert row.digest == hashlib.sha256(row.salt + secret.encode()).digest()
    assert secret not in repr(key)
    assert repr(row.digest) not in repr(key)
    assert row.digest.hex() not in repr(key)


def test_secrets_are_compared_in_constant_time(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def noting(a: bytes, b: bytes) -> bool:
        compared.append((a, b))
        return compare(a, b)

    key, written = catalog.keys.create("importer", ["write"])
    monkeypatch.setattr(hmac, "compare_digest", noting)
    assert catalog.keys.find(written) == key
    assert catalog.keys.find(written[:-64] + "0" * 64) is None
    assert [a for a, _ in compared] == [key.digest, key.digest]


def test_a_revoked_key_is_not_usable(catalog: Catalog) -> None:
    key, written = catalog.keys.create("importer", ["write"])
    assert catalog.keys.revoke(key.id)
    found = catalog.keys.find(written)
    assert found is not None
    assert found.revoked_at is not None
    assert not found.is_usable()
    assert not catalog.keys.revoke(key.id)
    assert not catalog.keys.revoke("000000000000")
    assert catalog.keys.get(key.id) == found


def test_a_key_that_is_over_is_not_usable(catalog: Catalog) -> None:
    end = datetime.now(UTC) + timedelta(days=1)
    key, _ = catalog.keys.create("importer", ["write"], expires_at=end)
    assert key.is_usable()
    assert key.is_usable(end - timedelta(seconds=1))
    assert not key.is_usable(end)
    assert catalog.keys.get(key.id) == key


def test_the_last_use_is_kept_to_the_hour(catalog: Catalog) -> None:
    key, _ = catalog.keys.create("importer", ["write"])
    assert not key.used_lately()
    catalog.keys.note_use(key.id)
    used = catalog.keys.get(key.id)
    assert used is not None
    assert used.last_used_at is not None
    assert (used.last_used_at.minute, used.last_used_at.second, used.last_used_at.microsecond) == (0, 0, 0)
    assert used.used_lately(used.last_used_at + timedelta(minutes=59))
    assert not used.used_lately(used.last_used_at + timedelta(minutes=60))


def test_all_keys_are_listed_oldest_first(catalog: Catalog) -> None:
    ids = [catalog.keys.create(f"key {n}", ["read"])[0].id for n in range(3)]
    catalog.keys.revoke(ids[1])
    assert [key.id for key in catalog.keys.all()] == ids


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("x", []), ("x", ["reed"]), ("x", ["read", "all"]), ("", ["read"]), (" ", ["read"]), ("a\nb", ["read"]),
     ("x" * 201, ["read"]), ("a\0", ["read"])],
)  # fmt: skip
def test_what_cannot_be_a_key(catalog: Catalog, name: str, scopes: list[str]) -> None:
    with pytest.raises(CatalogError):
        catalog.keys.create(name, scopes)
    assert catalog.keys.all() == []
