"""Whose call it is, from the connection and from the headers of proxies."""

from __future__ import annotations

import ipaddress

import pytest

from shopthelook.serving import callers

PROXIES = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/24", "2001:db8::/64", "127.0.0.1"))


def scope(client: str | None, *headers: tuple[str, str]) -> dict[str, object]:
    named = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"type": "http", "client": None if client is None else (client, 5), "headers": named}


def forwarded(*values: str) -> list[tuple[str, str]]:
    return [("x-forwarded-for", value) for value in values]


@pytest.mark.parametrize(
    ("client", "headers", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        # What an untrusted caller says of itself is not believed.
        ("192.0.2.1", forwarded("198.51.100.7"), "192.0.2.1"),
        ("10.0.0.5", forwarded("198.51.100.7"), "198.51.100.7"),
        ("10.0.0.5", forwarded("203.0.113.9, 198.51.100.7"), "198.51.100.7"),
        ("10.0.0.5", forwarded("127.0.0.1, 198.51.100.7"), "198.51.100.7"),
        ("10.0.0.5", forwarded("198.51.100.7, 10.0.0.9"), "198.51.100.7"),
        ("10.0.0.5", forwarded("198.51.100.7", "10.0.0.9"), "198.51.100.7"),
        ("10.0.0.5", forwarded("10.0.0.9"), "10.0.0.9"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", forwarded(""), "10.0.0.5"),
        ("10.0.0.5", forwarded("unknown"), "10.0.0.5"),
        ("10.0.0.5", forwarded("198.51.100.7, nonsense"), "10.0.0.5"),
        ("10.0.0.5", forwarded("198.51.100.7:4711"), "198.51.100.7"),
        ("10.0.0.5", forwarded("[2001:db8:1::7]:4711"), "2001:db8:1::7"),
        ("10.0.0.5", forwarded("2001:db8:1::7"), "2001:db8:1::7"),
        ("10.0.1.5", forwarded("198.51.100.7"), "10.0.1.5"),
        ("2001:db8::1", forwarded("198.51.100.7"), "198.51.100.7"),
        ("10.0.0.5", [("forwarded", "for=198.51.100.7"), ("x-real-ip", "198.51.100.7")], "10.0.0.5"),
        (None, forwarded("198.51.100.7"), None),
        ("testclient", [], None),
    ],
)
def test_the_address(client: str | None, headers: list[tuple[str, str]], expected: str | None) -> None:
    found = callers.address(scope(client, *headers), PROXIES)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("client", "headers", "direct"),
    [
        ("127.0.0.1", [("host", "127.0.0.1:8000")], True),
        ("127.0.0.1", [("host", "localhost:8000")], True),
        ("127.0.0.1", [("host", "LOCALHOST")], True),
        ("127.0.0.1", [("host", "shop.localhost:5173")], True),
        ("::1", [("host", "[::1]:8000")], True),
        ("::ffff:127.0.0.1", [("host", "127.0.0.1")], True),
        ("127.0.0.1", [], True),
        ("192.0.2.1", [("host", "127.0.0.1:8000")], False),
        (None, [("host", "localhost")], False),
        # A page elsewhere whose name was made to lead to this machine.
        ("127.0.0.1", [("host", "evil.example:8000")], False),
        ("127.0.0.1", [("host", "localhost.evil.example")], False),
        ("127.0.0.1", [("host", "127.0.0.1.evil.example")], False),
        ("127.0.0.1", [("host", "127.0.0.1"), ("host", "evil.example")], False),
        ("127.0.0.1", [("host", "notlocalhost")], False),
        # A page in a browser on this machine: the shop's own, and another site's.
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("origin", "http://127.0.0.1:8000")], True),
        ("127.0.0.1", [("host", "localhost:8000"), ("origin", "http://localhost:5173")], True),
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("origin", "https://evil.example")], False),
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("origin", "http://localhost.evil.example")], False),
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("origin", "null")], False),
        # A proxy on the same machine, whose callers are anywhere.
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("x-forwarded-for", "192.0.2.1")], False),
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("forwarded", "for=192.0.2.1")], False),
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("via", "1.1 proxy")], False),
        ("127.0.0.1", [("host", "127.0.0.1:8000"), ("x-real-ip", "192.0.2.1")], False),
    ],
)
def test_direct_calls(client: str | None, headers: list[tuple[str, str]], direct: bool) -> None:
    assert callers.is_direct(scope(client, *headers)) is direct


def test_old_http_is_a_proxys() -> None:
    found = scope("127.0.0.1", ("host", "127.0.0.1:8000"))
    assert callers.is_direct(found | {"http_version": "1.1"})
    assert not callers.is_direct(found | {"http_version": "1.0"})


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_one_ipv6_caller_is_a_network(address: str, group: str) -> None:
    assert callers.group(ipaddress.ip_address(address)) == group


def test_callers_without_an_address_are_one() -> None:
    assert callers.group(None) == "unknown"
