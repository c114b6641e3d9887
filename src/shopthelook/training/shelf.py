"""Recipes on disk: those that ship beside the code that reads them, and users' own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from shopthelook.training.tables import RecipeError


@dataclass(frozen=True, slots=True)
class Shelf:
    """The recipes that ship in the folder ``recipes`` of a package."""

    package: str

    def names(self) -> list[str]:
        """Their names, sorted."""
        folder = resources.files(self.package) / "recipes"
        return sorted(one.name[:-5] for one in folder.iterdir() if one.name.endswith(".toml"))

    def text(self, name: str) -> str:
        """The TOML of one."""
        return (resources.files(self.package) / "recipes" / f"{name}.toml").read_text(encoding="utf-8")

    def read(self, name: str | Path) -> tuple[str, str, str]:
        """The text of a recipe that ships, by its name, or of a TOML file, by its path.

        Returns:
            Text, name, and what errors call it.

        Raises:
            RecipeError: there is none, or it cannot be read.
        """
        path = Path(name)
        if path.suffix != ".toml":
            if str(name) not in self.names():
                raise RecipeError(
                    f"no recipe {str(name)!r}; there are {', '.join(self.names())}, or give a .toml file"
                )
            return self.text(str(name)), str(name), str(name)
        try:
            return path.read_text(encoding="utf-8"), path.stem, str(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise RecipeError(f"{path}: cannot be read: {reason}") from None
