"""The section ``[security]`` of ``shop.toml``: who may call the HTTP API, how often, and from where."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TypeAlias

from shopthelook.pipeline.errors import ConfigError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

WHEN_KEYS = ("auto", "always", "never")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class SecurityRules:
    """What the server asks of its callers.

    Attributes:
        keys: who needs an API key: "auto" (everyone, but for callers on the server's own machine where it
            listens there only), "always" or "never".
        public_reading: whether what a shop's page does (search, scenes, products, pictures) needs no key.
        cors_origins: web sites whose pages may call the API from a browser, as "https://shop.example"; "*" is all.
        trusted_proxies: addresses and networks of proxies whose word on the caller's address is taken.
        requests_per_minute: of one key, or of one address without; 0 is no limit.
        searches_per_minute: the same for calls that may run a model.
        upload_timeout_s: seconds in which a request has to arrive.
        answer_timeout_s: seconds that a read or a search may take from then on.
    """

    keys: str = "auto"
    public_reading: bool = True
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    requests_per_minute: int = 1200
    searches_per_minute: int = 120
    upload_timeout_s: float = 60.0
    answer_timeout_s: float = 30.0

    def __post_init__(self) -> None:
        if self.keys not in WHEN_KEYS:
            raise ConfigError(
                f"shop.toml: [security] keys is one of {', '.join(WHEN_KEYS)}, not {self.keys!r}"
            )
        for name in ("requests_per_minute", "searches_per_minute"):
            if getattr(self, name) < 0:
                raise ConfigError(f"shop.toml: [security] {name} must not be negative; 0 is no limit")
        for name in ("upload_timeout_s", "answer_timeout_s"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"shop.toml: [security] {name} must be above 0")
        for origin in self.cors_origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ConfigError(
                    "shop.toml: [security] cors_origins are written as browsers send them, such as "
                    f"https://shop.example, in small letters and without a path, not {origin!r}"
                )
        self.proxy_networks()

    def proxy_networks(self) -> tuple[Network, ...]:
        """The trusted proxies as networks.

        Raises:
            ConfigError: one is neither an address nor a network.
        """
        try:
            return tuple(ipaddress.ip_network(text) for text in self.trusted_proxies)
        except ValueError as error:
            raise ConfigError(
                "shop.toml: [security] trusted_proxies are addresses or networks, such as 10.0.0.7 or "
                f"10.0.0.0/24: {error}"
            ) from None
