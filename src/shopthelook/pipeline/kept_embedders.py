"""Copies of embedders in the shop's folder, so that the one whose codes are searched does not go away.

The bundle that ships with the package is another one after an upgrade, and a model that was trained again may lie
where the one before lay.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from shopthelook.models import Bundle, BundleError, list_bundles, open_bundle
from shopthelook.models.card import CardError

_log = logging.getLogger(__name__)

_NEW = ".new"

_CUT_OFF_S = 3600.0
"""A copy takes seconds, so one that is not whole at this age never will be."""


def find(folder: Path, key: str) -> Bundle | None:
    """The embedder with this key: the copy, or one that ships; None where there is none that can be read."""
    place = folder / _name(key)
    if place.is_dir():
        try:
            bundle = open_bundle(place, "embedder")
        except (BundleError, CardError) as error:
            _log.warning("the copy of the embedder %s cannot be used: %s", key, error)
        else:
            if bundle.key == key:
                return bundle
    return next((one for one in list_bundles() if one.kind == "embedder" and one.key == key), None)


def keep(folder: Path, bundle: Bundle) -> None:
    """Have a copy of the embedder; where that fails, the log says why, but for a folder that is not to be written.

    What a process has left that was killed while it made a copy goes.
    """
    place = folder / _name(bundle.key)
    if not os.access(folder if folder.exists() else folder.parent, os.W_OK):
        return
    _forget_cut_off(folder)
    if place.exists():
        return
    try:
        folder.mkdir(exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder, prefix=_NEW))
        try:
            (made / bundle.card.model).write_bytes(bundle.read_model())
            shutil.copyfile(bundle.path / "card.json", made / "card.json")
            made.chmod(0o755)
            made.rename(place)
        finally:
            # Gone where all went well, or where another process was faster.
            shutil.rmtree(made, ignore_errors=True)
    except (OSError, BundleError) as error:
        if not place.exists():
            _log.warning(
                "no copy of the embedder %s could be kept in %s (%s): should it go away, its codes cannot be "
                "searched any more",
                bundle.id,
                folder,
                error,
            )


def keep_only(folder: Path, keys: Collection[str]) -> None:
    """Remove the copies of all other embedders."""
    names = {_name(key) for key in keys}
    for place in folder.glob("*@*"):
        if place.name not in names:
            shutil.rmtree(place, ignore_errors=True)


def _forget_cut_off(folder: Path) -> None:
    for left in folder.glob(f"{_NEW}*"):
        # Another process may be about to finish a younger one.
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _CUT_OFF_S:
                shutil.rmtree(left, ignore_errors=True)


def _name(key: str) -> str:
    # A colon is not for file names everywhere.
    return key.replace(":", "-")
