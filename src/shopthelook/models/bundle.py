"""Model bundles: a folder with an ONNX file and its card, shipped with the package or anywhere on disk."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from shopthelook.errors import ShopError
from shopthelook.models.card import CARD_FILE, Card, Kind

SHIPPED = Path(__file__).parent / "bundles"

_checked: dict[tuple[str, str], tuple[int, int]] = {}
_checked_lock = threading.Lock()


class BundleError(ShopError):
    """A bundle that is not there, is not whole, or is not the model that its card describes."""


@dataclass(frozen=True)
class Bundle:
    """A model bundle on disk: its folder and its validated card."""

    path: Path
    card: Card

    @property
    def id(self) -> str:
        """`name@version`."""
        return self.card.id

    @property
    def key(self) -> str:
        """`name@version:` and the start of the model's sha256: what a stored code or box was made by.

        Who trains again seldom thinks of a new version, and codes of two models must never be compared.
        """
        return f"{self.id}:{self.card.sha256[:12]}"

    @property
    def name(self) -> str:
        """The card's name."""
        return self.card.name

    @property
    def kind(self) -> Kind:
        """`detector` or `embedder`."""
        return self.card.kind

    @property
    def model_path(self) -> Path:
        """The ONNX file."""
        return self.path / self.card.model

    def read_model(self) -> bytes:
        """The bytes of the ONNX file, checked against the card's sha256.

        The bytes that are checked are the bytes that come back, and so the ones that run. A file whose size
        and time of change are those of the last good check in this process is not hashed again. Raises
        `BundleError` where the file is missing, cannot be read or is another one.
        """
        try:
            status = self.model_path.stat()
            data = self.model_path.read_bytes()
        except FileNotFoundError:
            raise BundleError(
                f"{self.model_path} is missing: the card of {self.id} names it; copy the bundle again"
            ) from None
        except OSError as error:
            raise BundleError(f"{self.model_path} cannot be read: {error.strerror}") from None
        key = (str(self.model_path.resolve()), self.card.sha256)
        stamp = (status.st_size, status.st_mtime_ns)
        with _checked_lock:
            if _checked.get(key) == stamp and len(data) == status.st_size:
                return data
        found = hashlib.sha256(data).hexdigest()
        if found != self.card.sha256:
            raise BundleError(
                f"{self.model_path} is not the model of its card: sha256 is {found[:12]}..., the card says "
                f"{self.card.sha256[:12]}...; copy the bundle again, or export it again if you changed it"
            )
        with _checked_lock:
            _checked[key] = stamp
        return data


def open_bundle(name_or_path: str | Path, kind: Kind | None = None) -> Bundle:
    """Open a shipped bundle by name ("detector-lite", "detector-lite@1") or any bundle by its folder.

    A name that ships wins over a folder of that name; write "./name" for the folder. With `kind` the
    bundle must be of that kind. Raises `BundleError`, or `CardError` for a card that is not valid.
    """
    bundle = _shipped(name_or_path) if isinstance(name_or_path, str) else None
    if bundle is None:
        folder = Path(name_or_path)
        if not folder.is_dir():
            names = ", ".join(shipped.name for shipped in list_bundles()) or "none"
            raise BundleError(
                f"no model bundle {str(name_or_path)!r}: it is no folder, "
                f"and the bundles that ship are: {names}"
            )
        bundle = Bundle(folder, Card.from_file(folder / CARD_FILE))
    if kind is not None and bundle.kind != kind:
        raise BundleError(f"{bundle.path} is a bundle of kind {bundle.kind!r}, {kind!r} is needed here")
    return bundle


def list_bundles(folder: Path | None = None) -> list[Bundle]:
    """The bundles right below `folder` (default: those that ship with the package), sorted by name.

    Raises `CardError` for a card there that is not valid.
    """
    root = SHIPPED if folder is None else folder
    return [Bundle(card.parent, Card.from_file(card)) for card in sorted(root.glob(f"*/{CARD_FILE}"))]


def _shipped(name: str) -> Bundle | None:
    plain, _, version = name.partition("@")
    card = SHIPPED / plain / CARD_FILE
    # A name is one plain word: anything else ("..", "a/b", "") is a path.
    if not plain or plain.startswith(".") or Path(plain).name != plain or "\\" in plain or not card.is_file():
        return None
    bundle = Bundle(card.parent, Card.from_file(card))
    if version and bundle.card.version != version:
        raise BundleError(f"{name} does not ship with this version of the package; {bundle.id} does")
    return bundle
