"""Reading and writing rows of a collection."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.milvus.columns import columns_of
from shopthelook.retrieval.milvus.expressions import keys_in
from shopthelook.retrieval.milvus.finding import Row
from shopthelook.retrieval.milvus.schema import MOST_ID_BYTES, SLOTS, STATE_KEYS, STATE_POSITION
from shopthelook.retrieval.milvus.server import CALL_S, Server
from shopthelook.retrieval.protocol import Attributes, RetrievalError

_T = TypeVar("_T")

Record = dict[str, Any]

# Rows of one request: some megabytes, far from the 64 that a server takes.
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class State:
    """What a collection is: the last change it has followed, and what it was made for."""

    seq: int
    made_for: dict[str, str]


def records(
    ids: Sequence[str],
    codes: NDArray[np.uint8],
    positions: NDArray[np.int64],
    attributes: Sequence[Attributes] | None,
    born: int = 0,
) -> list[Record]:
    """Products as rows of the first slot.

    Raises:
        RetrievalError: Milvus cannot hold one; the message names it.
    """
    found: list[Record] = []
    for i, product_id in enumerate(ids):
        _check_id(product_id)
        position = int(positions[i])
        words, numbers, odd = columns_of(product_id, {} if attributes is None else attributes[i], position)
        found.append(
            {
                "key": SLOTS[0] + product_id,
                "code": codes[i].tobytes(),
                "position": position,
                "born": born,
                "spread": zlib.crc32(product_id.encode()) >> 1,
                "words": words,
                "numbers": numbers,
                "odd": odd,
            }
        )
    return found


class Collection:
    """The rows of one collection. Reads see all that this process wrote, and all before its last write.

    After an insert they wait until the server has come to the time of it ("Session"), mostly not at all. Not
    every server says when a delete was; after one they wait for the server to come to the present ("Strong").
    """

    def __init__(self, server: Server, name: str, bits: int) -> None:
        self.server = server
        self.name = name
        self.bits = bits
        # Of the row that says what the collection is, as this process last read or wrote it.
        self._state_key: str | None = None
        self._level = "Strong"

    def insert(self, rows: Sequence[Record]) -> None:
        """Put rows in; none of their keys may be there."""
        for part in _parts(rows):
            self.server.ask(
                f"writing to {self.name}",
                lambda client, part=part: client.insert(self.name, part, timeout=CALL_S),  # type: ignore[misc]
            )
            self._level = "Session"

    def delete(self, keys: Sequence[str]) -> None:
        """Take rows out; keys that are not there do nothing."""
        for part in _parts(keys):
            self.server.ask(
                f"deleting from {self.name}",
                lambda client, part=part: client.delete(self.name, ids=part, timeout=CALL_S),  # type: ignore[misc]
            )
            self._level = "Strong"

    def catch_up(self) -> None:
        """Let the reads that follow see all that any process has written so far."""
        self._level = "Strong"

    def present(self, ids: Sequence[str], fields: Sequence[str] = ()) -> dict[str, list[Record]]:
        """The rows of these products: key, born and `fields`, the newest last."""
        found: dict[str, list[Record]] = {}
        for part in _parts(ids):
            for row in self.read(keys_in([slot + one for one in part for slot in SLOTS]), *fields):
                found.setdefault(row["key"][1:], []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: int(row["born"]))
        return found

    def read(self, expression: str, *fields: str) -> list[Record]:
        """The rows that an expression lets through, at most 16,384."""
        return self.server.ask(
            f"reading {self.name}",
            lambda client: [
                dict(row)
                for row in client.query(
                    self.name,
                    filter=expression,
                    output_fields=["key", "born", *fields],
                    consistency_level=self._level,
                    timeout=CALL_S,
                )
            ],
        )

    def count(self, expression: str, timeout: float = CALL_S) -> int:
        """How many rows an expression lets through; `timeout` in seconds."""
        rows = self.server.ask(
            f"counting {self.name}",
            lambda client: client.query(
                self.name,
                filter=expression,
                output_fields=["count(*)"],
                consistency_level=self._level,
                timeout=timeout,
            ),
        )
        return int(rows[0]["count(*)"])

    def nearest(self, codes: Sequence[bytes], expression: str, limit: int) -> list[list[Row]]:
        """At most `limit` of the nearest rows of each code."""
        answers = self.server.ask(
            f"searching {self.name}",
            lambda client: client.search(
                self.name,
                data=list(codes),
                anns_field="code",
                filter=expression,
                limit=limit,
                output_fields=["key", "born", "odd"],
                search_params={"metric_type": "HAMMING", "params": {}},
                consistency_level=self._level,
                timeout=CALL_S,
            ),
        )
        return [[_row(hit) for hit in hits] for hits in answers]

    def state(self) -> State | None:
        """What the collection is; None where that was never written."""
        rows = self.read(keys_in(STATE_KEYS), "odd")
        if not rows:
            return None
        newest = max(rows, key=lambda row: int(row["born"]))
        self._state_key = newest["key"]
        held = json.loads(newest["odd"])
        return State(held["seq"], held["made_for"])

    def write_state(self, state: State, born: int) -> None:
        """Say what the collection is. Whoever reads meanwhile finds what it was, or this.

        What another process has written must have been read before.
        """
        # Of two rows the newer says what is so; the older goes first, so that an insert is what comes last.
        key = STATE_KEYS[1] if self._state_key == STATE_KEYS[0] else STATE_KEYS[0]
        if self._state_key is not None:
            self.delete([key])
        row: Record = {
            "key": key,
            "code": bytes(self.bits // 8),
            "position": STATE_POSITION,
            "born": born,
            "spread": 0,
            "words": [],
            "numbers": {},
            "odd": json.dumps({"seq": state.seq, "made_for": state.made_for}),
        }
        self.insert([row])
        self._state_key = key


def _row(hit: Any) -> Row:
    entity = hit["entity"]
    return Row(int(hit["distance"]), entity["key"][1:], int(entity["born"]), entity["odd"])


def _parts(values: Sequence[_T]) -> Iterator[list[_T]]:
    for first in range(0, len(values), _AT_ONCE):
        yield list(values[first : first + _AT_ONCE])


def _check_id(product_id: str) -> None:
    try:
        size = len(product_id.encode())
    except UnicodeEncodeError:
        raise RetrievalError(f"Milvus cannot hold the id {product_id!r}, which is not Unicode") from None
    if size > MOST_ID_BYTES:
        raise RetrievalError(
            f"the id {product_id[:40]!r}... takes {size:,} bytes; Milvus holds {MOST_ID_BYTES:,}"
        )
