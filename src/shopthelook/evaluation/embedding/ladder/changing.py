"""From a recipe and the changes of a variant to the variant's recipe."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from shopthelook.evaluation.embedding.ladder.plan import LadderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shopthelook.evaluation.embedding.ladder.plan import Rung

Tables = dict[str, Any]
"""A recipe as TOML has it."""


def apply(recipe: Tables, rung: Rung) -> Tables:
    """The recipe with the changes of a variant. Raises `LadderError` for one that does not fit it."""
    made = copy.deepcopy(recipe)
    sets: list[Tables] = made.setdefault("data", {}).setdefault("sets", [])
    tasks: list[Tables] = made.setdefault("tasks", [])
    for name in rung.drop_sets:
        sets.remove(_named(sets, name, rung, "data set"))
        for task in tasks:
            if name in task.get("sets", ()):
                task["sets"].remove(name)
        # Without any, a task would be taught by all sets.
        tasks[:] = [task for task in tasks if task.get("sets") != []]
    for name in rung.drop_tasks:
        tasks.remove(_named(tasks, name, rung, "task"))
    sets += [dict(one) for one in rung.add_sets]
    tasks += [dict(one) for one in rung.add_tasks]
    for key, value in rung.set.items():
        _set(made, key, value, rung)
    return made


def _set(recipe: Tables, key: str, value: Any, rung: Rung) -> None:
    *path, last = key.split(".")
    if isinstance(value, dict) and isinstance(recipe.get(key), dict):
        raise LadderError(
            f'{rung.name}: write the key whole and in quotes, as in "{key}.{next(iter(value), "x")}"'
        )
    where: Any = recipe
    for part in path:
        if isinstance(where, list):
            where = _named(where, part, rung, key)
        elif isinstance(where, dict):
            where = where.setdefault(part, {})
        else:
            raise LadderError(f"{rung.name}: the recipe has nothing at {key!r}")
    if not isinstance(where, dict):
        raise LadderError(f"{rung.name}: {key!r} is no key of a table in the recipe")
    where[last] = value


def _named(items: list[Tables], name: str, rung: Rung, what: str) -> Tables:
    called = [str(one.get("name") or one.get("label") or one.get("kind", "")) for one in items]
    if name not in called:
        raise LadderError(f"{rung.name}: {what}: the recipe has no {name!r}; there are {', '.join(called)}")
    return items[called.index(name)]


def as_toml(recipe: Mapping[str, Any]) -> str:
    """The TOML text of a recipe: values, then tables, then lists of tables."""
    lines = [f"{_key(key)} = {_value(one)}" for key, one in recipe.items() if not _is_table(one)]
    for key, one in recipe.items():
        if isinstance(one, dict):
            lines += ["", f"[{_key(key)}]", *(f"{_key(k)} = {_value(v)}" for k, v in one.items())]
        elif _is_table(one):
            for table in one:
                lines += ["", f"[[{_key(key)}]]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isalnum() and plain.isascii() else _text(key)


def _text(text: str) -> str:
    # JSON's escapes are TOML's; of the control characters JSON leaves one as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
