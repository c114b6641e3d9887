"""What this package depends on: no version with a weakness that is known here, and licences that business may use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
ADVISORIES = tomllib.loads((ROOT / "tools" / "advisories.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Of the full GPL and the AGPL, not the Lesser, whose libraries may be used by programs of any licence.
COPYLEFT = re.compile(r"(?<!lesser )\b(?:general public license|affero)|(?<!l)\ba?gpl", re.IGNORECASE)


def named() -> list[Requirement]:
    """All that pyproject.toml names, also in extras."""
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return [Requirement(text) for one in lists for text in one]


def needed(name: str, seen: set[str]) -> Iterator[str]:
    """The installed packages that ``name`` needs to run, itself among them."""
    if name in seen:
        return
    seen.add(name)
    try:
        requires = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return  # for another system or Python
    yield name
    for requirement in map(Requirement, requires):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from needed(canonicalize_name(requirement.name), seen)


RUNNING = sorted(needed("shopthelook", set()))


@pytest.mark.parametrize("name", sorted(ADVISORIES))
def test_no_version_with_a_known_weakness_is_installed(name: str) -> None:
    try:
        installed = Version(metadata.version(name))
    except metadata.PackageNotFoundError:
        pytest.skip("not installed")
    assert installed >= Version(ADVISORIES[name]["fixed"]), ADVISORIES[name]["why"]


@pytest.mark.parametrize("name", sorted(ADVISORIES))
def test_no_version_with_a_known_weakness_may_be_chosen(name: str) -> None:
    """Where the project names a package, its least version is a fixed one."""
    for requirement in named():
        if canonicalize_name(requirement.name) == name:
            least = [Version(one.version) for one in requirement.specifier if one.operator in (">=", "==")]
            assert least, f"{requirement} has no least version"
            assert max(least) >= Version(ADVISORIES[name]["fixed"]), ADVISORIES[name]["why"]


def test_what_serves_requests_has_a_least_version() -> None:
    direct = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert {"pillow", "starlette", "python-multipart", "h11"} <= direct
    assert {"pillow", "starlette", "uvicorn"} <= set(RUNNING)


@pytest.mark.parametrize("name", RUNNING)
def test_what_is_needed_to_run_may_be_used_in_business(name: str) -> None:
    about = metadata.metadata(name)
    licences = [about.get("License-Expression") or about.get("License", "")[:200]]
    licences += [one for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    assert any(licences), f"{name} does not say its licence"
    assert not any(COPYLEFT.search(one) for one in licences), (name, licences)


@pytest.mark.parametrize(
    ("licence", "found"),
    [
        ("GPL-3.0-only", True),
        ("GNU General Public License v3", True),
        ("AGPL-3.0", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0", False),
        ("MIT", False),
    ],
)
def test_the_licences_are_told_apart(licence: str, found: bool) -> None:
    assert bool(COPYLEFT.search(licence)) is found
