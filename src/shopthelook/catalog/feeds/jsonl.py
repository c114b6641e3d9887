"""JSON Lines: one object per line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn

from shopthelook.catalog.feeds.lines import Line
from shopthelook.catalog.feeds.row import FeedProblem, FeedRow, Fields, normal_name


def read_jsonl(lines: Iterable[Line]) -> Iterator[FeedRow | FeedProblem]:
    """Rows of a JSON Lines feed. Numbers keep the digits they were written with."""
    for line in lines:
        if line.problem:
            yield FeedProblem(line.number, None, None, line.problem)
            continue
        if not line.text.strip():
            continue
        try:
            value = json.loads(line.text, parse_float=str, parse_int=str, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            yield FeedProblem(line.number, None, None, f"not valid JSON: {error.msg} (column {error.colno})")
        except ValueError as error:
            yield FeedProblem(line.number, None, None, f"not valid JSON: {error}")
        except RecursionError:
            yield FeedProblem(line.number, None, None, "not a product: the JSON is nested too deeply")
        else:
            if isinstance(value, dict):
                yield row_from_mapping(value, line.number)
            else:
                kind = "list" if isinstance(value, list) else "single value"
                yield FeedProblem(
                    line.number, None, None, f"a row must be a JSON object, this one is a {kind}"
                )


def row_from_mapping(attributes: Mapping[str, object], line: int) -> FeedRow:
    """A row from attributes as JSON has them. null is left out; a price may be {"value", "currency"}."""
    fields: Fields = {}
    for key, value in attributes.items():
        values = [_flat(v) for v in value] if isinstance(value, list | tuple) else [_flat(value)]
        kept = [v for v in values if v]
        if kept:
            fields[normal_name(str(key))] = kept[0] if len(kept) == 1 else kept
    return FeedRow(line, fields)


def _flat(value: object) -> str:
    """A value as the text formats write it; parts of a group are joined with ":"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        if set(value) == {"value", "currency"}:
            return f"{value['value']} {value['currency']}"
        return ":".join(_flat(v) for v in value.values())
    if isinstance(value, list | tuple):
        return ":".join(_flat(v) for v in value)
    return str(value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")
