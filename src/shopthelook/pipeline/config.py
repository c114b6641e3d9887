"""``shop.toml``: the few settings of a shop, read strictly so that a typo is found at once."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from sqlalchemy.engine import make_url

from shopthelook.images import FetchRules, PictureLimits
from shopthelook.pipeline.errors import ConfigError
from shopthelook.pipeline.picture_rules import PictureRules
from shopthelook.pipeline.security import SecurityRules

ENGINES = ("embedded", "exact", "milvus")

_COLLECTION = re.compile("[A-Za-z_][A-Za-z0-9_]{0,199}")

_SETTINGS: dict[str, dict[str, tuple[str, type | tuple[type, ...]]]] = {
    # section -> key -> (field of ShopConfig, or of the rules of a section that has its own, type)
    "database": {"url": ("database", str)},
    "models": {"detector": ("detector", str), "embedder": ("embedder", str)},
    "pictures": {
        "store": ("store", str),
        "options": ("options", dict),
        "timeout_s": ("timeout_s", (int, float)),
        "sizes_max_bytes": ("sizes_max_bytes", int),
        "avif": ("avif", bool),
    },
    "fetch": {
        "allow_private": ("allow_private", bool),
        "allow_hosts": ("allow_hosts", list),
        "deny_hosts": ("deny_hosts", list),
        "timeout_s": ("timeout_s", (int, float)),
        "retries": ("retries", int),
        "max_bytes": ("max_bytes", int),
        "max_pixels": ("max_pixels", int),
        "concurrency": ("concurrency", int),
    },
    "index": {
        "engine": ("index_engine", str),
        "recall": ("index_recall", (int, float)),
        "milvus_uri": ("milvus_uri", str),
        "milvus_collection": ("milvus_collection", str),
    },
    "serve": {"title": ("title", str)},
    "security": {
        "keys": ("keys", str),
        "public_reading": ("public_reading", bool),
        "cors_origins": ("cors_origins", list),
        "trusted_proxies": ("trusted_proxies", list),
        "requests_per_minute": ("requests_per_minute", int),
        "searches_per_minute": ("searches_per_minute", int),
        "upload_timeout_s": ("upload_timeout_s", (int, float)),
        "answer_timeout_s": ("answer_timeout_s", (int, float)),
    },
}

_OWN_RULES = {"pictures": PictureRules, "security": SecurityRules}

_TEMPLATE = """\
# A shop of shopthelook. Paths are relative to this folder.

[database]
# Or a PostgreSQL URL, postgresql://user:password@host/name
url = {database}

[models]
# The name of a bundle that ships, or the folder of a bundle, written with a slash.
detector = {detector}
embedder = {embedder}

[pictures]
# Where pictures lie: a folder, or an address such as "s3://bucket/prefix" (docs/pictures.md). Empty: in this folder.
store = ""
# The room on this machine's disk for their sizes, in bytes; those that were not asked for longest go.
sizes_max_bytes = 2_000_000_000

[fetch]
# How pictures and feeds are fetched by address. allow_private lets addresses of the local network in;
# when allow_hosts is not empty, only these hosts are asked.
allow_private = false
allow_hosts = []
deny_hosts = []
timeout_s = 10
concurrency = 8
# The largest picture, fetched or uploaded: bytes of the file, and pixels once decoded.
max_bytes = 20_000_000
max_pixels = 60_000_000

[index]
# "exact" is the plain engine that others are compared with; it is slow with filters. "milvus" keeps the
# index in a Milvus server: milvus_uri = "http://localhost:19530", its token in SHOPTHELOOK_MILVUS_TOKEN.
engine = "embedded"
# Of the embedded engine. 1.0 is exact; with less, searches of 100,000 products and more are several times as
# fast and find about this share of the nearest.
recall = 1.0

[serve]
title = "Shop The Look"

[security]
# Who must show an API key (made with: shopthelook keys create). "auto": all, but for callers on this machine
# where the server listens on this machine only; "always"; "never".
keys = "auto"
# Whether searching and looking need none: shoppers' browsers have no key. Writing always does.
public_reading = true
# Sites whose pages may call the API, such as "https://shop.example"; proxies whose X-Forwarded-For is believed.
cors_origins = []
trusted_proxies = []
# Of one key, or of one address without a key; 0 is no limit.
requests_per_minute = 1200
searches_per_minute = 120
"""


@dataclass(frozen=True, slots=True)
class ShopConfig:
    """The settings of a shop; each has a default, so an empty ``shop.toml`` is a good one."""

    database: str = "sqlite:///shop.db"
    detector: str = "detector-lite"
    embedder: str = "embedder-lite"
    allow_private: bool = False
    allow_hosts: tuple[str, ...] = ()
    deny_hosts: tuple[str, ...] = ()
    timeout_s: float = 10.0
    retries: int = 2
    max_bytes: int = 20_000_000
    max_pixels: int = 60_000_000
    concurrency: int = 8
    index_engine: str = "embedded"
    index_recall: float = 1.0
    milvus_uri: str = "http://localhost:19530"
    milvus_collection: str = ""
    title: str = "Shop The Look"
    pictures: PictureRules = field(default_factory=PictureRules)
    security: SecurityRules = field(default_factory=SecurityRules)

    def __post_init__(self) -> None:
        for name in ("timeout_s", "max_bytes", "max_pixels", "concurrency"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"shop.toml: {name} must be above 0, not {getattr(self, name)}")
        if self.retries < 0:
            raise ConfigError(f"shop.toml: retries must not be negative, but is {self.retries}")
        if self.index_engine not in ENGINES:
            raise ConfigError(
                f"shop.toml: no index engine {self.index_engine!r}; there are {', '.join(ENGINES)}"
            )
        if not 0 < self.index_recall <= 1:
            raise ConfigError(f"shop.toml: recall must be above 0 and at most 1, not {self.index_recall}")
        if "@" in self.milvus_uri:
            raise ConfigError(
                "shop.toml: milvus_uri must not hold a password; set SHOPTHELOOK_MILVUS_TOKEN to user:password"
            )
        if self.milvus_collection and not _COLLECTION.fullmatch(self.milvus_collection):
            raise ConfigError(
                f"shop.toml: milvus_collection must be letters, digits and _, not {self.milvus_collection!r}"
            )

    @classmethod
    def new(
        cls, *, database: str | None = None, detector: str | None = None, embedder: str | None = None
    ) -> Self:
        """The defaults, but for what is given."""
        plain = cls()
        return replace(
            plain,
            database=plain.database if database is None else database,
            detector=plain.detector if detector is None else detector,
            embedder=plain.embedder if embedder is None else embedder,
        )

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read ``shop.toml``.

        Raises:
            ConfigError: it is not TOML, or names an unknown setting, or a value has the wrong type.
        """
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"shop.toml is not TOML: {error}") from None
        values: dict[str, Any] = {}
        own: dict[str, dict[str, Any]] = {section: {} for section in _OWN_RULES}
        for section, table in document.items():
            known = _SETTINGS.get(section)
            if known is None or not isinstance(table, Mapping):
                raise ConfigError(f"shop.toml: no section [{section}]; there are {', '.join(_SETTINGS)}")
            for key, value in table.items():
                if key not in known:
                    raise ConfigError(f"shop.toml: [{section}] has no {key!r}; it has {', '.join(known)}")
                name, kind = known[key]
                own.get(section, values)[name] = _checked(f"[{section}] {key}", value, kind)
        rules: dict[str, Any] = {section: kind(**own[section]) for section, kind in _OWN_RULES.items()}
        return cls(**values, **rules)

    def to_toml(self) -> str:
        """A commented ``shop.toml`` with this database and these models, all else as it ships."""
        return _TEMPLATE.format(
            **{name: json.dumps(getattr(self, name)) for name in ("database", "detector", "embedder")}
        )

    @property
    def secret(self) -> bool:
        """Whether the settings hold a password."""
        return "@" in self.database

    def database_url(self, root: Path) -> str:
        """The database's URL with a relative SQLite path taken from the shop's folder."""
        start = "sqlite:///"
        path = self.database.removeprefix(start)
        if path == self.database or not path or path.startswith(("/", ":memory:", "file:")):
            return self.database
        return f"{start}{(root.resolve() / path).as_posix()}"

    def collection(self, root: Path) -> str:
        """The name of the shop's index in Milvus: as set, or one that goes with the database."""
        if self.milvus_collection:
            return self.milvus_collection
        database = make_url(self.database_url(root)).set(password=None).render_as_string()
        return f"shopthelook_{hashlib.sha256(database.encode()).hexdigest()[:12]}"

    def bundle(self, root: Path, kind: Literal["detector", "embedder"]) -> str:
        """A bundle's name, or its folder's absolute path."""
        named = self.detector if kind == "detector" else self.embedder
        if "/" not in named and "\\" not in named:
            return named
        return str(root.resolve() / Path(named).expanduser())

    def picture_limits(self) -> PictureLimits:
        """What a picture may cost, wherever it comes from."""
        return PictureLimits(max_bytes=self.max_bytes, max_pixels=self.max_pixels)

    def fetch_rules(self, allow_private: bool = False) -> FetchRules:
        """The rules for pictures and feeds by address; ``allow_private`` adds to what is allowed."""
        return FetchRules(
            allow_private=self.allow_private or allow_private,
            allow_hosts=self.allow_hosts,
            deny_hosts=self.deny_hosts,
            timeout_s=self.timeout_s,
            retries=self.retries,
            max_bytes=self.max_bytes,
            concurrency=self.concurrency,
        )


def _checked(where: str, value: Any, kind: type | tuple[type, ...]) -> Any:
    # A TOML true is a Python int too, which no number setting means.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        wanted = kind.__name__ if isinstance(kind, type) else "number"
        raise ConfigError(f"shop.toml: {where} must be a {wanted}, not {value!r}")
    if isinstance(value, list):
        if not all(isinstance(entry, str) for entry in value):
            raise ConfigError(f"shop.toml: {where} must be a list of texts, not {value!r}")
        return tuple(value)
    return value
