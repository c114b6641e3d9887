"""Fetching from real servers on the loopback that behave badly."""

from __future__ import annotations

import gzip
import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpcore
import pytest
from tests.images.conftest import Server, encoded, photo, send

from shopthelook.errors import ShopError
from shopthelook.images import Fetcher, FetchError, FetchRules
from shopthelook.images.rules import check_address, check_url

PICTURE = encoded(photo())
PUBLIC = "93.184.215.14"


def fetcher(**changes: Any) -> Fetcher:
    rules = FetchRules(**{"allow_private": True, "timeout_s": 2.0, "retries": 0, **changes})
    made = Fetcher(rules)
    made._sleep = lambda seconds: None
    return made


class Detour(httpcore.SyncBackend):
    """Lets a public address lead to the loopback server, and notes what was connected to."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore.NetworkStream:
        self.connected.append(host)
        return super().connect_tcp("127.0.0.1" if host == PUBLIC else host, port, *rest, **more)


def public_fetcher(names: dict[str, list[str]], **changes: Any) -> tuple[Fetcher, Detour]:
    """A fetcher that refuses private addresses, with the given names resolving as given."""
    made = fetcher(allow_private=False, **changes)
    detour = Detour()
    made._backend._plain = detour
    made._backend.resolve = lambda host, port: names.get(host, [host])  # type: ignore[method-assign]
    return made, detour


def refused(made: Fetcher, url: str, reason: str) -> FetchError:
    with made, pytest.raises(FetchError) as caught:
        made.fetch(url)
    assert caught.value.reason == reason
    return caught.value


def test_a_picture(server: Server) -> None:
    url = server.give("/a.jpg", PICTURE)
    with fetcher() as made:
        assert made.fetch(url) == PICTURE
        assert made.fetch(url) == PICTURE


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://example.com/a", "file:///etc/passwd", "http://", "http:///a", "javascript:1", "http://..",
     "//example.com/a", "http://[::1/a", "http://exa mple.com/", "http://a:99999/", "http://a:0/",
     "data:image/png;base64,AAAA", "http://\0/", "http://%31/", None, 5],
)  # fmt: skip
def test_bad_urls(url: Any) -> None:
    refused(fetcher(), url, "bad_url")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "100.100.100.200", "224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::",
        "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "64:ff9b::7f00:1",
        "192.0.0.192", "192.88.99.1", "198.18.0.1", "240.0.0.1", "64:ff9b:1::a00:1", "::ffff:0:127.0.0.1",
        "2001:db8::1", "2001:db8::5efe:a00:1", "2607:f8b0::200:5efe:a00:1", "3fff::1", "5f00::1", "100::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "nonsense", "",
    ],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_address(address, "host", FetchRules())
    assert caught.value.reason == "private_address"
    check_address(address, "host", FetchRules(allow_private=True))


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "8.8.8.8",
        "2606:4700::6810:84e5",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "::ffff:8.8.8.8",
    ],
)
def test_public_addresses(address: str) -> None:
    check_address(address, "host", FetchRules())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "[::1]", "0"])
def test_private_hosts_are_not_asked(server: Server, host: str) -> None:
    server.give("/a.jpg", PICTURE)
    refused(fetcher(allow_private=False), server.url("/a.jpg", host), "private_address")
    assert server.seen == []


def test_one_private_address_among_public_ones_is_enough(server: Server) -> None:
    made, detour = public_fetcher({"mixed.example": [PUBLIC, "10.0.0.1"]})
    refused(made, server.url("/", "mixed.example"), "private_address")
    assert detour.connected == []


def test_the_checked_address_is_connected_to_and_the_name_kept(server: Server) -> None:
    server.give("/a.jpg", PICTURE)
    made, detour = public_fetcher({})
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    made._backend.resolve = lambda host, port: next(answers)  # type: ignore[method-assign]
    with made:
        assert made.fetch(server.url("/a.jpg", "rebind.example")) == PICTURE
    assert detour.connected == [PUBLIC]
    assert server.hosts == [f"rebind.example:{server.port}"]
    assert list(answers) == [["127.0.0.1"]]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_a_private_address(server: Server, status: int) -> None:
    secret = server.give("/secret", PICTURE)
    server.give("/start", b"", status, Location=secret)
    made, _ = public_fetcher({"public.example": [PUBLIC]})
    refused(made, server.url("/start", "public.example"), "private_address")
    assert server.seen == ["/start"]


def test_redirect_to_a_name_with_a_private_address(server: Server) -> None:
    server.give("/start", b"", 302, Location=server.url("/secret", "inside.example"))
    server.give("/secret", PICTURE)
    made, detour = public_fetcher({"public.example": [PUBLIC], "inside.example": ["10.0.0.5"]})
    error = refused(made, server.url("/start", "public.example"), "private_address")
    assert server.seen == ["/start"]
    assert detour.connected == [PUBLIC]
    assert "10.0.0.5" not in str(error)


@pytest.mark.parametrize("status", [302, 503])
def test_a_name_whose_address_changes_on_the_way(server: Server, status: int) -> None:
    """A redirect to the same name, or a second try, looks the name up again: what it finds is checked again."""

    def close(request: BaseHTTPRequestHandler) -> None:
        send(request, b"", status, Location="/again", Connection="close")
        request.close_connection = True

    server.routes["/start"] = close
    server.give("/again", PICTURE)
    made, detour = public_fetcher({}, retries=1)
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    made._backend.resolve = lambda host, port: next(answers)  # type: ignore[method-assign]
    refused(made, server.url("/start", "rebind.example"), "private_address")
    assert server.seen == ["/start"]
    assert detour.connected == [PUBLIC]
    assert list(answers) == []


def test_a_feed_that_redirects_to_a_private_address(server: Server) -> None:
    server.give("/feed", b"", 302, Location=server.url("/secret"))
    server.give("/secret", b"id,title")
    made, _ = public_fetcher({"public.example": [PUBLIC]})
    with made, pytest.raises(FetchError) as caught, made.stream(server.url("/feed", "public.example")):
        pass
    assert caught.value.reason == "private_address"
    assert server.seen == ["/feed"]


def test_proxies_of_the_environment_are_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look names up by itself, and reach what this machine may not."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with fetcher() as made:
        assert made.fetch(server.give("/a.jpg", PICTURE)) == PICTURE


def test_redirects(server: Server) -> None:
    server.give("/start", b"moved", 302, Location="next?x=1")
    server.give("/next?x=1", b"moved", 301, Location=server.url("/end"))
    server.give("/end", PICTURE)
    with fetcher() as made:
        assert made.fetch(server.url("/start")) == PICTURE


def test_redirect_loop(server: Server) -> None:
    url = server.give("/loop", b"", 302, Location="/loop")
    error = refused(fetcher(retries=2), url, "http_status")
    assert "redirects more than 5" in str(error)
    assert len(server.seen) == 6


@pytest.mark.parametrize("place", ["ftp://example.com/a", "file:///etc/passwd", "http://[bad"])
def test_redirect_to_elsewhere(server: Server, place: str) -> None:
    refused(fetcher(), server.give("/start", b"", 302, Location=place), "bad_url")


def test_redirect_to_a_denied_host(server: Server) -> None:
    url = server.give("/start", b"", 302, Location="http://cdn.bad.example/a")
    refused(fetcher(deny_hosts=("*.bad.example",)), url, "host_denied")


@pytest.mark.parametrize(
    ("rules", "host", "allowed"),
    [
        (FetchRules(), "any.example", True),
        (FetchRules(deny_hosts=("bad.example",)), "bad.example", False),
        (FetchRules(deny_hosts=("bad.example",)), "BAD.example", False),
        (FetchRules(deny_hosts=("bad.example",)), "bad.example.", False),
        (FetchRules(deny_hosts=("Bad.Example.",)), "bad.example", False),
        (FetchRules(deny_hosts=("bad.example",)), "www.bad.example", True),
        (FetchRules(deny_hosts=("*.bad.example",)), "a.b.bad.example", False),
        (FetchRules(deny_hosts=("*.bad.example",)), "notbad.example", True),
        (FetchRules(allow_hosts=("good.example",)), "good.example", True),
        (FetchRules(allow_hosts=("good.example",)), "other.example", False),
        (FetchRules(allow_hosts=("*.good.example",)), "cdn.good.example", True),
        (FetchRules(allow_hosts=("*.good.example",)), "good.example", False),
        (FetchRules(allow_hosts=("*.x.example",), deny_hosts=("a.x.example",)), "a.x.example", False),
        (FetchRules(allow_hosts=("good.example",)), "good.example@evil.example", False),
    ],
)
def test_host_lists(rules: FetchRules, host: str, allowed: bool) -> None:
    if allowed:
        check_url(f"https://{host}/a", rules)
    else:
        with pytest.raises(FetchError) as caught:
            check_url(f"https://{host}/a", rules)
        assert caught.value.reason == "host_denied"


def test_slow_drip_of_the_body(server: Server) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        for _ in range(200):
            request.wfile.write(b"\xff")
            time.sleep(0.05)

    server.routes["/drip"] = drip
    start = time.monotonic()
    refused(fetcher(timeout_s=0.5), server.url("/drip"), "timeout")
    assert time.monotonic() - start < 2


def test_slow_drip_of_the_header(server: Server) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(200):
            request.wfile.write(b"a")
            time.sleep(0.05)

    server.routes["/drip"] = drip
    start = time.monotonic()
    refused(fetcher(timeout_s=0.5), server.url("/drip"), "timeout")
    assert time.monotonic() - start < 2


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        refused(fetcher(timeout_s=0.3), f"http://127.0.0.1:{port}/", "timeout")
    refused(fetcher(timeout_s=0.3), f"http://127.0.0.1:{port}/", "unreachable")


def test_a_name_that_is_not_resolved_in_time() -> None:
    release = threading.Event()
    made = fetcher(timeout_s=0.2)

    def stalled(host: str, port: int) -> list[str]:
        release.wait(60)
        return ["127.0.0.1"]

    made._backend.resolve = stalled  # type: ignore[method-assign]
    try:
        refused(made, "http://slow.example/a.jpg", "timeout")
    finally:
        release.set()


def test_a_host_without_a_name() -> None:
    refused(fetcher(), "http://no-such-host.invalid/a.jpg", "unreachable")


def test_oversize_by_the_header_and_by_the_body(server: Server) -> None:
    url = server.give("/big", PICTURE + b"\0" * 5000)
    refused(fetcher(max_bytes=3000), url, "too_large")

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.close_connection = True
        for _ in range(10_000):
            request.wfile.write(b"\xff\xd8\xff" * 1000)

    server.routes["/endless"] = endless
    refused(fetcher(max_bytes=50_000), server.url("/endless"), "too_large")


@pytest.mark.parametrize("lie", [10_000_000_000_000_000_000_000, -5, 99999])
def test_lying_content_length(server: Server, lie: int) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(lie))
        request.end_headers()
        request.wfile.write(PICTURE)
        request.close_connection = True

    server.routes["/lie"] = answer
    with fetcher() as made, pytest.raises(FetchError) as caught:
        made.fetch(server.url("/lie"))
    assert caught.value.reason in ("unreachable", "too_large")


def test_garbage_instead_of_http(server: Server) -> None:
    server.routes["/garbage"] = lambda request: (request.wfile.write(b"\0\1\2 garbage\r\n\r\n"), None)[1]
    refused(fetcher(), server.url("/garbage"), "unreachable")


def test_a_compressed_bomb_is_not_unpacked(server: Server) -> None:
    url = server.give("/bomb", gzip.compress(b"\xff\xd8\xff" + b"\0" * 10_000_000), Content_Encoding="gzip")
    refused(fetcher(max_bytes=1_000_000), url, "not_a_picture")


@pytest.mark.parametrize("body", [b"", b"<html>not here</html>", b"<svg/>", b"%PDF-"])
def test_not_a_picture_whatever_the_type_says(server: Server, body: bytes) -> None:
    url = server.give("/a.jpg", body, Content_Type="image/jpeg")
    refused(fetcher(), url, "not_a_picture")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 304])
def test_status(server: Server, status: int) -> None:
    url = server.give("/a.jpg", b"" if status in (204, 304) else PICTURE, status)
    error = refused(fetcher(retries=2), url, "not_a_picture" if status == 204 else "http_status")
    assert error.status == (None if status == 204 else status)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_busy_then_well(server: Server, status: int) -> None:
    turns = itertools.count()
    server.routes["/a"] = lambda r: send(r, PICTURE, 200 if next(turns) == 2 else status)
    with fetcher(retries=2) as made:
        assert made.fetch(server.url("/a")) == PICTURE
    assert len(server.seen) == 3


def test_busy_for_good(server: Server) -> None:
    url = server.give("/a", PICTURE, 503)
    error = refused(fetcher(retries=2), url, "http_status")
    assert error.status == 503
    assert len(server.seen) == 3


def test_waits_grow(server: Server) -> None:
    url = server.give("/a", PICTURE, 503)
    waits: list[float] = []
    made = fetcher(retries=4)
    made._sleep = waits.append
    refused(made, url, "http_status")
    assert len(waits) == 4
    assert waits[3] > waits[0]


def test_a_timeout_is_tried_again(server: Server) -> None:
    turns = itertools.count()

    def answer(request: BaseHTTPRequestHandler) -> None:
        if next(turns) == 0:
            time.sleep(0.8)
        send(request, PICTURE)

    server.routes["/a"] = answer
    with fetcher(timeout_s=0.3, retries=1) as made:
        assert made.fetch(server.url("/a")) == PICTURE


def test_fetch_many_gives_all_as_they_come(server: Server) -> None:
    def late(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        send(request, PICTURE)

    server.routes["/late"] = late
    quick = server.give("/quick", PICTURE)
    urls = [server.url("/late"), quick, "ftp://x/", server.give("/404", b"", 404), *[quick] * 20]
    with fetcher(concurrency=3) as made:
        results = list(made.fetch_many(iter(urls)))
    assert sorted(index for index, _ in results) == list(range(24))
    assert results[0][0] != 0
    by_index = dict(results)
    assert by_index[0] == by_index[1] == PICTURE
    assert isinstance(by_index[2], FetchError)
    assert isinstance(by_index[3], FetchError)
    assert by_index[3].status == 404


def test_fetch_many_runs_at_once_but_not_more_than_asked(server: Server) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def answer(request: BaseHTTPRequestHandler) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1
        send(request, PICTURE)

    server.routes["/a"] = answer
    with fetcher(concurrency=4) as made:
        assert len(list(made.fetch_many([server.url("/a")] * 16))) == 16
    assert most[0] == 4


def test_fetch_many_of_an_endless_list_can_be_stopped(server: Server) -> None:
    url = server.give("/a", PICTURE)
    read = itertools.count()

    def urls() -> Iterator[str]:
        while True:
            next(read)
            yield url

    with fetcher(concurrency=2) as made:
        results = made.fetch_many(urls())
        assert [next(results)[1] for _ in range(5)] == [PICTURE] * 5
        results.close()  # type: ignore[attr-defined]
    assert next(read) < 15


def test_fetch_many_of_nothing() -> None:
    with fetcher() as made:
        assert list(made.fetch_many([])) == []


def test_stream_reads_any_content_and_size(server: Server) -> None:
    feed = b"id\ttitle\n" + b"1\tred sofa\n" * 50_000
    url = server.give("/feed.tsv", feed)
    with fetcher(max_bytes=100) as made:
        with made.stream(url) as file:
            assert file.readline() == b"id\ttitle\n"
            assert file.read() == feed[9:]
        packed = server.give("/feed", gzip.compress(feed), Content_Encoding="gzip")
        with made.stream(packed) as file:
            assert file.read() == feed


def test_stream_holds_to_the_rules(server: Server) -> None:
    url = server.give("/feed", b"x")
    made = fetcher(allow_private=False)
    with made, pytest.raises(FetchError) as caught, made.stream(url):
        pass
    assert caught.value.reason == "private_address"
    missing = server.give("/no", b"", 404)
    with fetcher() as made, pytest.raises(FetchError, match="404"), made.stream(missing):
        pass


def test_stream_that_breaks_off(server: Server) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(b"line\n")
        request.close_connection = True

    server.routes["/feed"] = answer
    with fetcher() as made, made.stream(server.url("/feed")) as file, pytest.raises(FetchError) as caught:
        file.read()
    assert caught.value.reason == "unreachable"


def test_passwords_go_to_the_server_but_not_into_messages(server: Server) -> None:
    seen: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers.get("Authorization", ""))
        send(request, b"", 403)

    server.routes["/a"] = answer
    error = refused(fetcher(), server.url("/a", "me:hunter2@127.0.0.1"), "http_status")
    assert seen == ["Basic bWU6aHVudGVyMg=="]
    assert "hunter2" not in str(error)


def test_rules_are_checked() -> None:
    for bad in ({"timeout_s": 0}, {"retries": -1}, {"max_bytes": 0}, {"concurrency": 0}):
        with pytest.raises(ShopError):
            FetchRules(**bad)  # type: ignore[arg-type]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_tls_checks_the_name_though_the_address_is_pinned(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=shop.example"]
    command += ["-addext", "subjectAltName=DNS:shop.example"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    names: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    server.give("/a.jpg", PICTURE)
    addresses = {"shop.example": [PUBLIC], "other.example": [PUBLIC]}
    made, detour = public_fetcher(addresses)
    with made:
        assert made.fetch(f"https://shop.example:{server.port}/a.jpg") == PICTURE
        with pytest.raises(FetchError) as caught:
            made.fetch(f"https://other.example:{server.port}/a.jpg")
    assert caught.value.reason == "unreachable"
    assert names == ["shop.example", "other.example"]
    assert detour.connected == [PUBLIC, PUBLIC]
