"""Keeping the nearest rows by counting distances, and putting them in order, compiled.

What has been found so far is in arrays of one entry or row per query:

- `limit` (q,): the largest distance that can still be among the k nearest; at first the largest allowed.
- `counts` (q, bits + 1): how many rows were kept at each distance, `within` (q,): those up to `limit`. As soon
  as k rows are nearer than `limit`, it sinks: the k-th distance is known at any time without a heap.
- `rows`, `distances` (q, room) and `used` (q,): the rows kept, each as part << 32 | row. When the room is full,
  those beyond the limit are swept out, and where too many tie for the k-th place, those with later ids.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.places import letters_at, numbers_at, rows_at

PENDING = 32
"""Rows within the limit that a loop collects before the limit is looked at again."""

_ROW = 0xFFFFFFFF
_PART = 32


@njit(nogil=True)
def room_for(k):
    """Rows that a query keeps at most, before it sweeps."""
    return max(512, 4 * k)


@njit(nogil=True)
def is_dead(table, row):
    """Whether a row of a part is dead."""
    count = table[t.N_DEAD]
    dead = rows_at(table[t.DEAD], count)
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if types.int64(dead[middle]) < row:
            low = middle + 1
        else:
            high = middle
    return low < count and types.int64(dead[low]) == row


@njit(nogil=True)
def _id_before(tables, left, right):
    """Whether the id of one row comes before that of another; UTF-8 sorts as code points do."""
    mine, other = tables[left >> _PART], tables[right >> _PART]
    left &= _ROW
    right &= _ROW
    bounds = numbers_at(mine[t.ID_BOUNDS] + 8 * left, 2)
    other_bounds = numbers_at(other[t.ID_BOUNDS] + 8 * right, 2)
    size, other_size = bounds[1] - bounds[0], other_bounds[1] - other_bounds[0]
    letters = letters_at(mine[t.ID_LETTERS] + bounds[0], size)
    others = letters_at(other[t.ID_LETTERS] + other_bounds[0], other_size)
    for i in range(min(size, other_size)):
        if letters[i] != others[i]:
            return letters[i] < others[i]
    return size < other_size


@njit(nogil=True)
def _sink(tables, rows, first, at, count):
    """Restore the heap of rows[first:first + count], whose first has the last id, below place `at`."""
    while True:
        child = 2 * at + 1
        if child >= count:
            return
        if child + 1 < count and _id_before(tables, rows[first + child], rows[first + child + 1]):
            child += 1
        if not _id_before(tables, rows[first + at], rows[first + child]):
            return
        rows[first + at], rows[first + child] = rows[first + child], rows[first + at]
        at = child


@njit(nogil=True)
def _by_id(tables, rows, first, end):
    """Sort rows[first:end] by id."""
    count = end - first
    if count <= 16:
        for i in range(first + 1, end):
            row, at = rows[i], i
            while at > first and _id_before(tables, row, rows[at - 1]):
                rows[at] = rows[at - 1]
                at -= 1
            rows[at] = row
        return
    for at in range((count >> 1) - 1, -1, -1):
        _sink(tables, rows, first, at, count)
    for last in range(count - 1, 0, -1):
        rows[first], rows[first + last] = rows[first + last], rows[first]
        _sink(tables, rows, first, 0, last)


@njit(nogil=True)
def in_order(tables, rows, distances, count):
    """Sort the first `count` rows by distance, equal ones by id."""
    if count <= 48:
        for i in range(1, count):
            row, found, at = rows[i], distances[i], i
            while at and distances[at - 1] > found:
                rows[at], distances[at] = rows[at - 1], distances[at - 1]
                at -= 1
            rows[at], distances[at] = row, found
    else:
        order = np.argsort(distances[:count])
        rows[:count], distances[:count] = rows[:count][order], distances[:count][order]
    first = 0
    for i in range(1, count + 1):
        if i == count or distances[i] != distances[first]:
            if i - first > 1:
                _by_id(tables, rows, first, i)
            first = i


@njit(nogil=True)
def swept(query, limit, used, rows, distances):
    """Take out the rows beyond the limit; returns how many are left."""
    kept = 0
    for i in range(used[query]):
        if distances[query, i] <= limit[query]:
            rows[query, kept] = rows[query, i]
            distances[query, kept] = distances[query, i]
            kept += 1
    return kept


# Never inlined: it is rarely called, and numba would count references to its arrays at each row.
@njit(nogil=True)
def absorb(tables, k, query, part, new_rows, new_distances, count, state):
    """Keep `count` new rows of a part, at most `PENDING`, those not dead, and lower the limit by them."""
    limit, within, used, counts, rows, distances = state
    place = used[query]
    if place + count > rows.shape[1]:
        place = swept(query, limit, used, rows, distances)
        if 2 * place > rows.shape[1]:
            in_order(tables, rows[query], distances[query], place)
            counts[query, limit[query]] -= place - k
            within[query] -= place - k
            place = k
    table = tables[part]
    most = limit[query]
    inside = within[query]
    for i in range(count):
        found = new_distances[i]
        if found <= most and not (table[t.N_DEAD] and is_dead(table, new_rows[i])):
            rows[query, place] = (part << _PART) | new_rows[i]
            distances[query, place] = found
            counts[query, found] += 1
            inside += 1
            place += 1
    used[query] = place
    while inside - counts[query, most] >= k:
        inside -= counts[query, most]
        most -= 1
    within[query] = inside
    limit[query] = most


@njit(nogil=True)
def collect(tables, k, query, part, row, found, rows, distances, pending, state):
    """Put a row that is near enough beside those collected before; returns how many wait then."""
    rows[pending], distances[pending] = row, found
    pending += 1
    if pending == PENDING:
        absorb(tables, k, query, part, rows, distances, pending, state)
        pending = 0
    return pending


@njit(nogil=True)
def new_state(most, bits, k):
    """The arrays of q queries that have found nothing; most: (q,) the largest distance that counts."""
    count = len(most)
    room = room_for(k)
    return (
        most.copy(),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros((count, bits + 1), np.int32),
        np.empty((count, room), np.int64),
        np.empty((count, room), np.int32),
    )
