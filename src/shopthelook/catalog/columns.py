"""Column types that mean the same on SQLite and PostgreSQL."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from shopthelook.catalog.feeds.price import canonical
from shopthelook.catalog.guess import Guess, Guesses

_PARTS = 10_000

# Ids sort by code point everywhere, as Python sorts them; SQLite does that by itself.
Id = String().with_variant(String(collation="C"), "postgresql")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
# SQLite numbers rows by itself only where the key is spelled INTEGER.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class Money(TypeDecorator[Decimal]):
    """An exact amount, stored as whole ten-thousandths so that both databases compare it right."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Raises ValueError for an amount with more than four decimals."""
        if value is None:
            return None
        parts = value * _PARTS
        if parts != int(parts):
            raise ValueError(f"{value} has more than four decimals")
        return int(parts)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else canonical(Decimal(value) / _PARTS)


class UtcTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the Python side. SQLite has no zones and stores it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ModelGuesses(TypeDecorator[Guesses]):
    """Guesses as a JSON object of `[value, confidence]`; none are NULL, which costs no parsing."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(kind(none_as_null=True))

    def process_bind_param(
        self,
        value: Guesses | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> Mapping[str, Any] | None:
        return {name: list(guess) for name, guess in value.items()} if value else None

    def process_result_value(
        self,
        value: Mapping[str, Any] | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> dict[str, Guess]:
        return {name: Guess(*guess) for name, guess in value.items()} if value else {}
