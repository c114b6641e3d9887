"""Generations of an index: each in a collection of its own, an alias says which one searches use."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta

from shopthelook.retrieval.milvus.index import MilvusIndex
from shopthelook.retrieval.milvus.schema import PARTITIONS
from shopthelook.retrieval.milvus.server import CALL_S, Server

_TIME = "%Y%m%d%H%M%S"

_LEFT_BEHIND = timedelta(days=1)
"""A generation that was not put in use for so long is taken for one whose making broke off."""


class Generations:
    """The generations of one shop's index.

    Args:
        server: where they are.
        name: the alias; collections are called so, with the time they were made and some letters.
    """

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self._made = re.compile(re.escape(name) + r"_([0-9]{14})_[0-9a-f]{6}")

    def current(self) -> str | None:
        """The collection in use, None where there is none."""
        name = self.name
        aliases = self.server.ask(
            "reading the aliases", lambda client: client.list_aliases(timeout=CALL_S)["aliases"]
        )
        if name not in aliases:
            return None
        return self.server.ask(
            f"reading the alias {name}",
            lambda client: str(client.describe_alias(name, timeout=CALL_S)["collection_name"]),
        )

    def make(self, bits: int, partitions: int = PARTITIONS) -> MilvusIndex:
        """An index of no products in a new collection, not loaded; searches use it when it is published."""
        made = f"{self.name}_{datetime.now(UTC).strftime(_TIME)}_{secrets.token_hex(3)}"
        return MilvusIndex.create(self.server, made, bits, partitions, loaded=False)

    def publish(self, collection: str) -> None:
        """Let searches use this collection, then drop those that nobody will use again."""
        name, before = self.name, self.current()
        if before is None:
            self.server.ask(
                f"making the alias {name}",
                lambda client: client.create_alias(collection, name, timeout=CALL_S),
            )
        elif before != collection:
            self.server.ask(
                f"switching the alias {name}",
                lambda client: client.alter_alias(collection, name, timeout=CALL_S),
            )
            self._drop(before)
        for other, made in self._all().items():
            if other not in (before, collection) and datetime.now(UTC) - made > _LEFT_BEHIND:
                self._drop(other)

    def drop(self) -> None:
        """Drop the alias and all collections of the index."""
        name = self.name
        if self.current() is not None:
            self.server.ask(
                f"dropping the alias {name}", lambda client: client.drop_alias(name, timeout=CALL_S)
            )
        for collection in self._all():
            self._drop(collection)

    def _all(self) -> dict[str, datetime]:
        """The collections of this index, and when each was made."""
        names = self.server.ask(
            "reading the collections", lambda client: list(client.list_collections(timeout=CALL_S))
        )
        return {
            name: datetime.strptime(found[1], _TIME).replace(tzinfo=UTC)
            for name in names
            if (found := self._made.fullmatch(name))
        }

    def _drop(self, collection: str) -> None:
        self.server.ask(
            f"dropping {collection}", lambda client: client.drop_collection(collection, timeout=CALL_S)
        )
