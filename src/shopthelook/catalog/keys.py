"""Keys of the HTTP API: made, told apart and taken back.

A key is written ``stl_ID_SECRET``: twelve hex digits that name it, and 64 that are its secret, drawn from 256 random
bits. Only a salted SHA-256 of the secret is kept. A slow hash, as passwords need, would add nothing: it makes
guessing dear where secrets are guessable, and 256 random bits are not, at any speed.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from shopthelook.catalog.database import Database
from shopthelook.catalog.records import CatalogError
from shopthelook.catalog.schema import api_keys

SCOPES = ("read", "write", "label", "admin")
"""What a key may be made for; ``admin`` may do what all others may."""

LONGEST_NAME = 200
_WRITTEN = re.compile("stl_([0-9a-f]{12})_([0-9a-f]{64})")
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as kept. Times are UTC; `last_used_at` is right to the hour. Its printed form shows no hash."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    salt: bytes = field(default=b"", repr=False)
    digest: bytes = field(default=b"", repr=False)

    def allows(self, scope: str) -> bool:
        """Whether the key was made for this scope, or for everything."""
        return scope in self.scopes or "admin" in self.scopes

    def is_usable(self, at: datetime | None = None) -> bool:
        """Whether it is neither revoked nor over."""
        now = datetime.now(UTC) if at is None else at
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def fits(self, secret: str) -> bool:
        """Whether this is the key's secret; takes the same time wherever the two differ."""
        return hmac.compare_digest(self.digest, _digest(self.salt, secret))

    def used_lately(self, at: datetime | None = None) -> bool:
        """Whether its last use is known to the hour."""
        now = datetime.now(UTC) if at is None else at
        return self.last_used_at is not None and now - self.last_used_at < timedelta(hours=1)


class Keys:
    """The keys of one catalog. Every method raises CatalogError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, name: str, scopes: Iterable[str], expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key: what is kept of it, and the key itself, which nobody can tell again.

        Raises:
            CatalogError: it has no name or a very long one, or scopes that do not exist, or none.
        """
        asked = set(scopes)
        wanted = tuple(scope for scope in SCOPES if scope in asked)
        unknown = sorted(asked - set(SCOPES))
        if unknown or not wanted:
            raise CatalogError(
                f"a key has one or more of the scopes {', '.join(SCOPES)}, not {unknown or 'none'}"
            )
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise CatalogError(f"a key's name is 1 to {LONGEST_NAME} printable characters")
        secret, salt = secrets.token_hex(32), secrets.token_bytes(_SALT_BYTES)
        key = ApiKey(
            id=secrets.token_hex(6),
            name=name.strip(),
            scopes=wanted,
            created_at=datetime.now(UTC),
            expires_at=expires_at,
            salt=salt,
            digest=_digest(salt, secret),
        )
        values = {column.name: getattr(key, column.name) for column in api_keys.c}
        with self._database.writing() as connection:
            connection.execute(sa.insert(api_keys).values(values | {"scopes": list(wanted)}))
        return key, f"stl_{key.id}_{secret}"

    def find(self, written: str) -> ApiKey | None:
        """The key that is written so, whether it is usable or not; None where there is none."""
        match = _WRITTEN.fullmatch(written)
        if match is None:
            return None
        key = self.get(match[1])
        return key if key is not None and key.fits(match[2]) else None

    def get(self, key_id: str) -> ApiKey | None:
        """The key with this id, or None."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def all(self) -> list[ApiKey]:
        """Every key, also those that were revoked, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
            ).all()
        return [_key(row) for row in rows]

    def revoke(self, key_id: str) -> bool:
        """Take a key back, at once and for good. Returns whether it was not revoked before."""
        with self._database.writing() as connection:
            still = sa.and_(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            done = connection.execute(sa.update(api_keys).where(still).values(revoked_at=datetime.now(UTC)))
        return done.rowcount > 0

    def note_use(self, key_id: str) -> None:
        """Keep the present hour as the key's last use."""
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        with self._database.writing() as connection:
            connection.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=hour))


def _digest(salt: bytes, secret: str) -> bytes:
    return hashlib.sha256(salt + secret.encode()).digest()


def _key(row: sa.Row[Any]) -> ApiKey:
    values = dict(row._mapping)
    return ApiKey(**values | {"scopes": tuple(values["scopes"])})
