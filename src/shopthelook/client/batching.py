"""Many things in several calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from shopthelook.client.calls import MOST_OFFSET
from shopthelook.client.errors import BadAnswer
from shopthelook.client.results import ObjectHits, Search, Upserted

T = TypeVar("T")


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things in lists of ``size``, the last one shorter.

    Raises:
        ValueError: ``size`` is below 1.
    """
    if size < 1:
        raise ValueError(f"a batch has at least 1 member, not {size}")
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


def offsets(page: int) -> Iterator[int]:
    """Where pages begin, as far as the API goes.

    Raises:
        ValueError: ``page`` is below 1.
    """
    if page < 1:
        raise ValueError(f"a page has at least 1 product, not {page}")
    return iter(range(0, MOST_OFFSET + 1, page))


def joined(answers: Iterable[Upserted]) -> Upserted:
    """The answers of several calls as one."""
    every = list(answers)
    results = tuple(result for answer in every for result in answer.results)
    return Upserted(results, max((answer.seq for answer in every), default=0))


def only(found: Search) -> ObjectHits:
    """The one object of a search for one.

    Raises:
        BadAnswer: there is another number of them.
    """
    if len(found.objects) != 1:
        raise BadAnswer(f"/v1/search answered {len(found.objects)} objects where one was asked for")
    return found.objects[0]
