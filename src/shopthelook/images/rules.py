"""Where pictures and feeds may be fetched from."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

import httpx

from shopthelook.errors import ShopError

FetchReason: TypeAlias = Literal[
    "host_denied",
    "private_address",
    "timeout",
    "http_status",
    "too_large",
    "not_a_picture",
    "unreachable",
    "bad_url",
]
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*(?:%[a-z0-9]+)?")
# Public by its number, but it answers for the cloud's own control plane.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# Set aside, though Python's older tables call some of them global; clouds answer on one for their control plane.
_SET_ASIDE = tuple(ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")


class FetchError(ShopError):
    """An address that gave no picture. `reason` is a fixed word; `status` the HTTP status, if one came."""

    def __init__(self, reason: FetchReason, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.reason: FetchReason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What a fetcher may do.

    Hosts are names, or `*.example.com` for everything below one; a denied host stays denied, and where
    `allow_hosts` is not empty only those are fetched from. `timeout_s` is for one whole attempt, `retries`
    come on top of the first, `concurrency` is the number of threads of `fetch_many`.
    """

    allow_private: bool = False
    allow_hosts: tuple[str, ...] = ()
    deny_hosts: tuple[str, ...] = ()
    timeout_s: float = 10.0
    retries: int = 2
    max_bytes: int = 20_000_000
    concurrency: int = 8

    def __post_init__(self) -> None:
        if not self.timeout_s > 0 or self.retries < 0 or self.max_bytes < 1 or self.concurrency < 1:
            raise ShopError(
                "fetch rules need timeout_s > 0, retries >= 0, max_bytes >= 1 and concurrency >= 1"
            )


DEFAULT_RULES = FetchRules()


def check_url(url: str, rules: FetchRules) -> httpx.URL:
    """Parse an address and hold it against the rules; its host is not resolved yet.

    Raises `FetchError` (bad_url, host_denied, private_address).
    """
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    except (httpx.InvalidURL, ValueError, TypeError, AttributeError) as error:
        raise FetchError("bad_url", f"not an address: {shown(url)}: {error}") from None
    if parsed.scheme not in ("http", "https"):
        raise FetchError("bad_url", f"only http and https are fetched, not {shown(url)}")
    if not _HOST.fullmatch(host) or not (parsed.port is None or 0 < parsed.port < 65536):
        raise FetchError("bad_url", f"there is no host, or none that can be, in {shown(url)}")
    if any(_matches(host, pattern) for pattern in rules.deny_hosts):
        raise FetchError("host_denied", f"the host {host} is denied by the fetch rules")
    if rules.allow_hosts and not any(_matches(host, pattern) for pattern in rules.allow_hosts):
        raise FetchError("host_denied", f"the host {host} is not among those that the fetch rules allow")
    return parsed


def check_address(address: str, host: str, rules: FetchRules) -> None:
    """Raise `FetchError` (private_address) for an IP address that is not on the public internet."""
    if rules.allow_private:
        return
    try:
        public = _is_public(ipaddress.ip_address(address))
    except ValueError:
        public = False
    if not public:
        raise FetchError(
            "private_address",
            # Not which: who may only name hosts should not learn what this machine's name server knows.
            f"the host {host} has a private address; to fetch from it, allow private addresses (allow_private)",
        )


def shown(url: object) -> str:
    """An address for a message: short, without a password."""
    text = str(url)
    scheme, mark, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    if mark and "@" in host:
        text = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    return repr(text if len(text) <= 200 else text[:197] + "...")


def _matches(host: str, pattern: str) -> bool:
    wanted = pattern.strip().lower().rstrip(".")
    if wanted.startswith("*."):
        return host.endswith(wanted[1:])
    return host == wanted


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return _is_public(inner)
        if address not in _UNICAST:
            return False
    if address in _METADATA or any(address in network for network in _SET_ASIDE):
        return False
    return address.is_global and not address.is_multicast


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a tunnel or a translator makes of an IPv6 address, if it is of that kind."""
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo is not None:
        inner = address.teredo[1]
    last = int(address) & 0xFFFFFFFF
    isatap = int(address) >> 32 & 0xFDFFFFFF == 0x5EFE
    if inner is None and (address in _NAT64 or address in _V4_COMPATIBLE or isatap):
        inner = ipaddress.IPv4Address(last)
    return inner
