"""What a feed reader yields: rows, and problems that concern one row."""

from dataclasses import dataclass

from shopthelook.errors import ShopError

Fields = dict[str, str | list[str]]


@dataclass(frozen=True)
class FeedRow:
    """One row of a feed, not yet interpreted.

    `line` counts from 1 and is where the row starts in the (unpacked) file. `fields` has names without
    "g:", in lower case, with "_" for spaces; a field that is given more than once is a list.
    """

    line: int
    fields: Fields


@dataclass(frozen=True)
class FeedProblem:
    """Why one row, or one field of a row, was not taken. The rest of the feed goes on."""

    line: int | None
    product_id: str | None
    field: str | None
    reason: str


class FeedError(ShopError):
    """The feed as a whole cannot be read, or not beyond `line`. Rows before that were yielded."""

    def __init__(self, reason: str, name: str = "", line: int | None = None, column: int | None = None):
        where = [name] if name else []
        if line is not None:
            where.append(f"line {line}")
        if column is not None:
            where.append(f"column {column}")
        super().__init__(f"{', '.join(where)}: {reason}" if where else reason)
        self.reason = reason
        self.name = name
        self.line = line
        self.column = column


def normal_name(name: str) -> str:
    """A column or element name as rows carry it: "g:Image Link" -> "image_link"."""
    name = name.strip().lower()
    for prefix in ("g:", "c:"):
        name = name.removeprefix(prefix)
    return "_".join(name.replace(":", " ").replace("-", " ").replace("_", " ").split())


def add_field(fields: Fields, name: str, value: str) -> None:
    """Put a value in `fields`; a second value of the same name makes it a list."""
    present = fields.get(name)
    if present is None:
        fields[name] = value
    elif isinstance(present, list):
        present.append(value)
    else:
        fields[name] = [present, value]
