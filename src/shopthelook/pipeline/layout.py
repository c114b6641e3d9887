"""What lies where in a shop's folder."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from shopthelook.images import PictureStore
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.errors import ShopFolderError
from shopthelook.taxonomy import Taxonomy

SETTINGS = "shop.toml"
DATABASE = "SHOPTHELOOK_DATABASE"
"""The variable whose URL takes the place of the one in ``shop.toml``, so that a password need be in no file."""


def pictures(root: Path) -> Path:
    """The folder of stored pictures, where ``shop.toml`` names no other place."""
    return root / "pictures"


def sizes(root: Path) -> Path:
    """The folder of pictures as they are shown; it may be deleted at any time."""
    return root / "sizes"


def index(root: Path) -> Path:
    """The folder of the product index's snapshot."""
    return root / "index"


def lock(root: Path) -> Path:
    """The file that an import holds."""
    return root / "import.lock"


def embedders(root: Path) -> Path:
    """The folder of copies of the embedders that the shop needs."""
    return root / "embedders"


def changeover_lock(root: Path) -> Path:
    """The file that is held by who gives products codes of another embedder."""
    return root / "changeover.lock"


def taxonomy(root: Path) -> Path:
    """The complete category list, where the shop has its own."""
    return root / "taxonomy.txt"


def is_shop(root: Path) -> bool:
    """Whether the folder holds a shop."""
    return (root / SETTINGS).is_file()


def create(root: Path, config: ShopConfig) -> None:
    """Make the folder a shop. Other files in it are left alone.

    Raises:
        ShopFolderError: it already is a shop or cannot be written.
    """
    if is_shop(root):
        raise ShopFolderError(f"{root} already is a shop; open it, or choose another folder")
    try:
        root.mkdir(parents=True, exist_ok=True)
        pictures(root).mkdir(exist_ok=True)
        # The database's URL may hold a password.
        write_atomically(root / SETTINGS, config.to_toml().encode(), mode=0o600 if config.secret else 0o644)
    except OSError as error:
        raise ShopFolderError(f"cannot make a shop in {root}: {error.strerror or error}") from error


def read(root: Path) -> ShopConfig:
    """The settings of the shop in ``root``, with the database that the environment names, if it names one.

    Raises:
        ShopFolderError: the folder is not a shop or cannot be read.
        ConfigError: the settings are malformed.
    """
    try:
        text = (root / SETTINGS).read_text(encoding="utf-8")
    except FileNotFoundError:
        what = "is not a shop (it holds no shop.toml)" if root.is_dir() else "does not exist"
        raise ShopFolderError(f"{root} {what}; make one with: shopthelook init {root}") from None
    except NotADirectoryError:
        raise ShopFolderError(f"{root} is a file; a shop is a folder") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ShopFolderError(f"cannot read {root / SETTINGS}: {error}") from error
    config = ShopConfig.from_toml(text)
    database = os.environ.get(DATABASE)
    return replace(config, database=database) if database else config


def open_pictures(root: Path, config: ShopConfig) -> PictureStore:
    """The pictures of the shop: in its folder, or where ``shop.toml`` says.

    Raises:
        PictureStoreError: the store needs a package that is not installed, or does not take its options.
    """
    return config.pictures.open(root, pictures(root), sizes(root), config.picture_limits())


def open_taxonomy(root: Path) -> Taxonomy:
    """The shop's own category list, or the one that ships."""
    own = taxonomy(root)
    return Taxonomy.from_file(own) if own.exists() else Taxonomy.builtin()


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file so that a crash leaves the old one or the new one, whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; a shop may be served by another user.
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
