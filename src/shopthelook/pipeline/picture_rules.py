"""The section ``[pictures]`` of ``shop.toml``: where a shop's pictures lie, and what their sizes may take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shopthelook.images import PictureLimits, PictureStore, Remote
from shopthelook.pipeline.errors import ConfigError

_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")
_SECRETS = frozenset(
    {
        "secret",
        "password",
        "passphrase",
        "account_key",
        "sas_token",
        "connection_string",
        "client_secret",
        "aws_secret_access_key",
        "aws_session_token",
        "private_key",
    }
)


@dataclass(frozen=True, slots=True)
class PictureRules:
    """Where pictures lie.

    Attributes:
        store: a folder, as seen from the shop's; an address that fsspec knows, such as "s3://bucket/prefix"; or
            nothing, which is the shop's own folder.
        options: for the store's library, such as ``endpoint_url`` for S3.
        timeout_s: seconds in which a picture has to come from a store, or to be there.
        sizes_max_bytes: the room on this machine's disk for sizes that were made; 0 keeps none.
        avif: whether AVIF is made for browsers that show it.
    """

    store: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    timeout_s: float = 20.0
    sizes_max_bytes: int = 2_000_000_000
    avif: bool = True

    def __post_init__(self) -> None:
        if not self.timeout_s > 0:
            raise ConfigError(f"shop.toml: [pictures] timeout_s must be above 0, not {self.timeout_s}")
        if self.sizes_max_bytes < 0:
            raise ConfigError("shop.toml: [pictures] sizes_max_bytes must not be negative; 0 keeps none")
        if self.options and not self.is_elsewhere:
            raise ConfigError("shop.toml: [pictures] options are for a store with an address, such as s3://")
        if _PASSWORD.search(self.store):
            raise ConfigError("shop.toml: the address in [pictures] store must not hold a password")
        _refuse_secrets(self.options)

    @property
    def is_elsewhere(self) -> bool:
        """Whether pictures lie in a store with an address."""
        return "://" in self.store

    def open(self, root: Path, own: Path, sizes: Path, limits: PictureLimits) -> PictureStore:
        """Open the pictures of the shop in the folder ``root``.

        Args:
            own: the folder for pictures in it.
            sizes: the folder for their sizes.

        Raises:
            PictureStoreError: the store needs a package that is not installed, or does not take its options.
        """
        place: Path | Remote = own
        if self.is_elsewhere:
            place = Remote(self.store, options=self.options, timeout_s=self.timeout_s)
        elif self.store:
            place = root / Path(self.store).expanduser()
        return PictureStore(place, limits, sizes=sizes, sizes_max_bytes=self.sizes_max_bytes, avif=self.avif)


def _refuse_secrets(options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if name in _SECRETS:
            raise ConfigError(
                f"shop.toml: [pictures] options must not hold {name!r}: give it in the environment, as the store's "
                f"library reads it (AWS_SECRET_ACCESS_KEY) or as FSSPEC_S3_{name.upper()} for s3://"
            )
        if isinstance(value, Mapping):
            _refuse_secrets(value)
