"""Keys, scopes and rates in a real server."""

from __future__ import annotations

import logging
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shopthelook import Shop
from shopthelook.pipeline.security import SecurityRules
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import advice, needs
from tests.serving.conftest import NewKey, Serve
from tests.serving.pictures import ROOM
from tests.serving.test_errors import check

SHOPPERS = [
    ("GET", "/v1/status"),
    ("GET", "/v1/scenes"),
    ("GET", "/v1/scenes/room-00"),
    ("GET", "/v1/scenes/room-00/objects/0/products"),
    ("GET", "/v1/products/chair-1"),
    ("GET", "/v1/products/chair-1/similar"),
    ("POST", "/v1/search"),
    ("POST", "/v1/decompose"),
]
WRITES = [
    ("POST", "/v1/products"),
    ("POST", "/v1/products/delete"),
    ("PUT", "/v1/products/chair-1"),
    ("DELETE", "/v1/products/chair-1"),
]
OPEN = [("GET", "/"), ("GET", "/photo"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/v1/openapi.json")]


def ask(
    client: httpx.Client, method: str, path: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    files = {"photo": ROOM} if path in ("/v1/search", "/v1/decompose") else None
    body: Any = None
    if (method, path) in WRITES:
        body = {"ids": ["never"]} if path.endswith("/delete") else {"id": "chair-1", "title": ""}
    if method == "DELETE":
        path = "/v1/products/never"
    return client.request(
        method, path, files=files, json=None if method == "DELETE" else body, headers=headers
    )


def test_without_a_key_shoppers_look_and_nobody_writes(serve: Serve, shop: Shop) -> None:
    before = shop.catalog.last_seq()
    with serve() as client:
        for method, path in [*SHOPPERS, *OPEN]:
            assert ask(client, method, path).status_code == 200, (method, path)
        for method, path in [*WRITES, ("GET", "/metrics")]:
            answer = ask(client, method, path)
            check(answer, 401, "key_required", None)
            scope = "read" if path == "/metrics" else "write"
            assert answer.headers["www-authenticate"] == f'Bearer realm="shopthelook", scope="{scope}"'
            assert f'"{scope}"' in answer.json()["error"]["message"]
        picture = client.get("/v1/products/chair-1").json()["image"]
        assert "public" in client.get(picture).headers["cache-control"]
    assert shop.catalog.last_seq() == before


def test_where_reading_is_not_public_everything_needs_a_key(serve: Serve, new_key: NewKey) -> None:
    with serve(public_reading=False) as client:
        for method, path in OPEN:
            assert ask(client, method, path).status_code == 200, (method, path)
        for method, path in [*SHOPPERS, *WRITES]:
            check(ask(client, method, path), 401, "key_required", None)
        key = new_key("read")
        for method, path in SHOPPERS:
            assert ask(client, method, path, key).status_code == 200, (method, path)
        picture = client.get("/v1/products/chair-1", headers=key).json()["image"]
        assert client.get(picture).status_code == 401
        kept = client.get(picture, headers=key).headers["cache-control"]
        assert kept.startswith("private, ")
        # Before a route is known there is nothing to tell.
        assert client.get("/v1/nothing").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (("read",), True, False),
        (("write",), False, True),
        (("label",), False, False),
        (("read", "write"), True, True),
        (("admin",), True, True),
    ],
)
def test_scopes(serve: Serve, new_key: NewKey, scopes: tuple[str, ...], reads: bool, writes: bool) -> None:
    key = new_key(*scopes)
    with serve(public_reading=False) as client:
        for routes, allowed, scope in ((SHOPPERS, reads, "read"), (WRITES, writes, "write")):
            for method, path in routes:
                answer = ask(client, method, path, key)
                if allowed:
                    assert answer.status_code not in (401, 403), (method, path, answer.text)
                    continue
                check(answer, 403, "scope_missing", None)
                assert answer.headers["www-authenticate"] == (
                    f'Bearer realm="shopthelook", scope="{scope}", error="insufficient_scope"'
                )
                assert f'needs the scope "{scope}"' in answer.json()["error"]["message"]


def test_a_wrong_key_is_refused_everywhere(serve: Serve, new_key: NewKey) -> None:
    right = new_key("admin")["Authorization"]
    wrong = [
        right[:-1] + ("0" if right[-1] != "0" else "1"),
        "Bearer stl_x",
        "Bearer",
        "bearer abc",
        right + "0",
    ]
    with serve() as client:
        for value in wrong:
            for method, path in [SHOPPERS[1], WRITES[3], ("GET", "/metrics")]:
                answer = ask(client, method, path, {"Authorization": value})
                check(answer, 401, "key_invalid", None)
                assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        # Who signs in with a proxy has no key of ours.
        assert client.get("/v1/scenes", headers={"Authorization": "Basic bWU6eA=="}).status_code == 200
        assert client.get("/v1/scenes", headers={"Authorization": right.lower()}).status_code == 200


def test_a_key_ends_when_it_is_revoked_or_over(serve: Serve, new_key: NewKey, shop: Shop) -> None:
    revoked, short = new_key("read"), new_key("read", expires_at=datetime.now(UTC) + timedelta(hours=1))
    over = new_key("read", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with serve() as client:
        assert client.get("/metrics", headers=revoked).status_code == 200
        assert client.get("/metrics", headers=short).status_code == 200
        check(client.get("/metrics", headers=over), 401, "key_invalid", None)
        shop.catalog.keys.revoke(revoked["Authorization"].split("_")[1])
        check(client.get("/metrics", headers=revoked), 401, "key_invalid", None)


def test_programs_on_this_machine_need_no_key(serve: Serve) -> None:
    with serve(loopback=True) as client:
        assert ask(client, "DELETE", "/v1/products/never").status_code == 404
        assert client.get("/metrics").status_code == 200
        # A proxy on this machine, and a page elsewhere whose name was made to lead here.
        for headers in ({"X-Forwarded-For": "192.0.2.1"}, {"Host": "evil.example"}):
            check(ask(client, "DELETE", "/v1/products/never", headers), 401, "key_required", None)
            assert client.get("/v1/scenes", headers=headers).status_code == 200


def test_always_means_this_machine_too(serve: Serve, new_key: NewKey) -> None:
    with serve(loopback=True, keys="always") as client:
        check(client.delete("/v1/products/never"), 401, "key_required", None)
        assert client.delete("/v1/products/never", headers=new_key("write")).status_code == 404


def test_never_asks_nobody(serve: Serve) -> None:
    with serve(keys="never", public_reading=False) as client:
        assert client.delete("/v1/products/never").status_code == 404
        assert client.delete("/v1/products/never", headers={"Authorization": "Bearer x"}).status_code == 404


def test_a_proxy_that_nobody_named_is_told_of_once(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with serve() as client:
        for _ in range(2):
            client.get("/v1/scenes", headers={"X-Forwarded-For": "198.51.100.7"})
    (said,) = [one.getMessage() for one in caplog.records if "trusted_proxies" in one.getMessage()]
    assert "a proxy at 127.0.0.1" in said


def test_a_caller_near_a_trusted_proxy_is_not_taken_for_one(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(trusted_proxies=("127.0.0.1",)) as client:
        client.get("/v1/scenes", headers={"X-Forwarded-For": "192.168.1.5"})
    assert "trusted_proxies" not in caplog.text


def test_the_last_use_is_written_down(serve: Serve, new_key: NewKey, shop: Shop) -> None:
    key = new_key("read")
    key_id = key["Authorization"].split("_")[1]
    with serve() as client:
        assert client.get("/v1/scenes", headers=key).status_code == 200
        deadline = time.monotonic() + 20
        while (found := shop.catalog.keys.get(key_id)) is None or found.last_used_at is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert found.used_lately()


def test_too_many_calls_are_refused_by_key_and_by_address(serve: Serve, new_key: NewKey) -> None:
    first, second = new_key("read"), new_key("read")
    with serve(requests_per_minute=4, trusted_proxies=("127.0.0.1",)) as client:
        for headers in (
            first,
            second,
            {},
            {"X-Forwarded-For": "192.0.2.1"},
            {"X-Forwarded-For": "192.0.2.2"},
        ):
            assert client.get("/v1/scenes", headers=headers).status_code == 200
            answer = client.get("/v1/scenes", headers=headers)
            check(answer, 429, "too_many_requests", None)
            assert 1 <= int(answer.headers["retry-after"]) <= 15
        # What machines watch, and pages, go on.
        for _ in range(10):
            assert client.get("/healthz").status_code == 200
            assert client.get("/").status_code == 200


def test_refused_calls_are_counted_too(serve: Serve) -> None:
    with serve(requests_per_minute=4) as client:
        wrong = {"Authorization": "Bearer stl_" + "0" * 12 + "_" + "0" * 64}
        answers = [client.get("/v1/scenes", headers=wrong).status_code for _ in range(3)]
        assert answers == [401, 429, 429]


def test_an_untrusted_caller_cannot_hide_in_a_header(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with serve(requests_per_minute=4) as client, caplog.at_level(logging.WARNING):
        codes = [client.get("/v1/scenes", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]
        assert [answer.status_code for answer in codes] == [200, 429, 429]
    warnings = [record.getMessage() for record in caplog.records if "trusted_proxies" in record.getMessage()]
    assert len(warnings) == 1


def test_searches_have_their_own_rate(serve: Serve) -> None:
    with serve(searches_per_minute=4) as client:
        assert client.post("/v1/search", files={"photo": ROOM}).status_code == 200
        for path in ("/v1/search", "/v1/decompose"):
            check(client.post(path, files={"photo": ROOM}), 429, "too_many_requests", None)
        assert client.get("/v1/scenes").status_code == 200


def test_this_machines_programs_are_not_counted(serve: Serve) -> None:
    with serve(loopback=True, requests_per_minute=4) as client:
        assert {client.get("/v1/scenes").status_code for _ in range(20)} == {200}


def test_no_secret_is_logged(
    serve: Serve, new_key: NewKey, caplog: pytest.LogCaptureFixture, shop: Shop
) -> None:
    keys = [new_key("read"), new_key("read", expires_at=datetime.now(UTC) - timedelta(1))]
    with caplog.at_level(logging.DEBUG), serve(public_reading=False) as client:
        for key in keys:
            for _ in range(2):
                client.get("/v1/scenes", headers=key)
                client.post("/v1/products", json={"id": "x"}, headers=key)
        client.get("/v1/scenes", headers={"Authorization": "Bearer stl_" + "ab" * 6 + "_" + "cd" * 32})
    assert any("is revoked or over" in record.getMessage() for record in caplog.records)
    for key in keys:
        _, key_id, secret = key["Authorization"].split("_")
        kept = shop.catalog.keys.get(key_id)
        assert kept is not None
        for hidden in (secret, kept.digest.hex(), repr(kept.digest), repr(kept.salt), kept.salt.hex()):
            assert hidden not in caplog.text
    assert "cd" * 32 not in caplog.text


def test_the_description_says_what_each_call_needs(serve: Serve) -> None:
    for public in (True, False):
        with serve(public_reading=public) as client:
            described = client.get("/v1/openapi.json").json()
        assert described["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
        read = [{}, {"ApiKey": ["read"]}] if public else [{"ApiKey": ["read"]}]
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                if path in ("/healthz", "/readyz"):
                    assert "security" not in operation
                    continue
                writes = method in ("put", "delete") or (method == "post" and path.startswith("/v1/products"))
                assert operation["security"] == ([{"ApiKey": ["write"]}] if writes else read), (method, path)
                assert {"401", "403", "429"} <= set(operation["responses"])
        assert "x-shoppers" not in str(described)


def test_a_route_that_was_forgotten_does_not_start() -> None:
    async def forgotten() -> None:
        """Says nothing of its access."""

    with pytest.raises(RuntimeError, match="forgotten"):
        GuardedRoute("/", forgotten)
    GuardedRoute("/", needs("label")(forgotten))


@pytest.mark.parametrize(
    ("rules", "loopback", "scopes", "said"),
    [
        ({}, True, [], None),
        ({}, False, [], "Writing over HTTP .*shopthelook keys create NAME --scope write$"),
        ({}, False, ["read"], "Writing over HTTP"),
        ({}, False, ["write"], None),
        ({}, False, ["admin"], None),
        ({"keys": "always"}, True, [], "Writing"),
        ({"public_reading": False}, False, [], "Reading and writing .* --scope read --scope write$"),
        ({"public_reading": False}, False, ["write"], "^Reading over"),
        ({"keys": "never"}, True, [], None),
        ({"keys": "never"}, False, ["write"], "whoever reaches this server can change the shop"),
    ],
)
def test_what_is_said_on_start(
    shop: Shop, new_key: NewKey, rules: dict[str, Any], loopback: bool, scopes: list[str], said: str | None
) -> None:
    for scope in scopes:
        new_key(scope)
    new_key("admin", expires_at=datetime.now(UTC) - timedelta(1))
    found = advice(shop.catalog.keys, SecurityRules(**rules), loopback)
    assert found is None if said is None else re.search(said, found or "")
