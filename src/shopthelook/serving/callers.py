"""Who calls: the address behind trusted proxies, and whether the call was made on this machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from starlette.types import Scope

from shopthelook.pipeline.security import Network

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_FORWARDED = (
    b"forwarded",
    b"via",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-real-ip",
)
_LOCAL_NAME = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?")
_WITH_PORT = re.compile(r"\[([0-9a-fA-F:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
# The part of an IPv6 address that its owner fills at will.
_OWN_BITS = 64


def address(scope: Scope, trusted: Sequence[Network]) -> Address | None:
    """The caller's address: that of the connection or, where it is a trusted proxy's, the one it names.

    ``X-Forwarded-For`` is read from its end, past trusted proxies; what an untrusted caller wrote before is not
    looked at. None where the connection has no address, as that of a socket file.
    """
    found = _parsed((scope.get("client") or ("",))[0])
    for named in _named(scope):
        if found is None or not any(found in network for network in trusted):
            break
        before = _parsed(named)
        if before is None:
            break
        found = before
    return found


def is_direct(scope: Scope) -> bool:
    """Whether a program on this machine calls by itself: no proxy's header, and host and page are this machine's.

    The host's name is what tells a page of another site, whose name was made to lead here, from the shop's own.
    HTTP/1.0 is what proxies speak that were told nothing else, and hardly anybody besides.
    """
    if scope.get("http_version") == "1.0":
        return False
    client = _parsed((scope.get("client") or ("",))[0])
    if client is None or not client.is_loopback:
        return False
    if any(name in _FORWARDED for name, _ in scope["headers"]):
        return False
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    # What a browser sends for a page says whose page it is.
    pages = [value.partition(b"://")[2] for name, value in scope["headers"] if name == b"origin"]
    return len(hosts) <= 1 and all(_is_local(name) for name in hosts + pages)


def group(found: Address | None) -> str:
    """What the calls of one address are counted under: it, or the network that one IPv6 caller has to itself."""
    if found is None:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((int(found) >> _OWN_BITS << _OWN_BITS, _OWN_BITS)))


def _is_local(name: bytes) -> bool:
    return _LOCAL_NAME.fullmatch(name.decode("latin-1").lower()) is not None


def _named(scope: Scope) -> Iterator[str]:
    """The addresses in the proxies' headers, the nearest first."""
    headers: list[str] = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    ]
    return reversed([part for header in headers for part in header.split(",")])


def _parsed(text: str) -> Address | None:
    """An address, also with a port as some proxies write it, or None; IPv4 within IPv6 is IPv4."""
    written = _WITH_PORT.fullmatch(text.strip())
    try:
        found = ipaddress.ip_address(text.strip() if written is None else written[1] or written[2])
    except ValueError:
        return None
    inner = getattr(found, "ipv4_mapped", None)
    return found if inner is None else inner
