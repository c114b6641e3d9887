"""Ids of requests, and the line that each leaves in the log."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shopthelook import Shop
from shopthelook.serving.logs import JsonLines, TextLines
from tests.serving.conftest import NewKey, Serve
from tests.serving.pictures import ROOM

MADE = re.compile("[0-9a-f]{32}")


class Written(logging.Handler):
    """What the package logs; the line of a request is written when its answer has been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self._more = threading.Condition()
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        with self._more:
            self._lines.append(self.format(record))
            self._more.notify_all()

    @property
    def text(self) -> str:
        with self._more:
            return "\n".join(self._lines)

    def find(self, *words: str) -> str:
        """The first line that has all these words, once it is there."""

        def found() -> str | None:
            return next((line for line in self._lines if all(word in line for word in words)), None)

        with self._more:
            line = self._more.wait_for(found, timeout=60)
        assert line is not None, self._lines
        return line

    def of(self, request_id: str) -> list[dict[str, Any]]:
        """The lines of a request, its last one too."""
        self.find(f'"{request_id}"', '"message": "request"')
        parsed = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in parsed if line.get("request_id") == request_id]


@pytest.fixture
def written() -> Iterator[Written]:
    """What the package logs meanwhile, as JSON lines."""
    handler = Written()
    logger = logging.getLogger("shopthelook")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_a_request_leaves_one_line(client: httpx.Client, written: Written) -> None:
    answer = client.get("/v1/scenes/room-00?secret=x", headers={"X-Request-Id": "from-the-proxy"})
    assert answer.headers["x-request-id"] == "from-the-proxy"
    (line,) = written.of("from-the-proxy")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/scenes/{scene_id}", 200)
    assert line["bytes"] == len(answer.content)
    assert line["ms"] > 0
    assert (line["level"], line["logger"]) == ("info", "shopthelook.serving.request_log")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert set(line) == {
        *("time", "level", "logger", "message", "request_id"),
        *("method", "route", "status", "ms", "bytes", "stages_ms"),
    }
    assert "room-00" not in json.dumps(line)


def test_the_line_of_a_search_tells_its_stages(client: httpx.Client, written: Written) -> None:
    answer = client.post("/v1/search", files={"photo": ROOM})
    (line,) = written.of(answer.headers["x-request-id"])
    stages = line["stages_ms"]
    assert {"decode", "detect", "embed", "retrieve", "fill", "search_picture"} <= set(stages)
    assert sum(stages[one] for one in ("decode", "detect", "embed")) <= line["ms"]


def test_an_id_is_made_where_none_came(client: httpx.Client) -> None:
    ids = {client.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(MADE.fullmatch(one) for one in ids)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "a b",
        "x" * 129,
        "me@example.com",
        "id\x1b[2J",
        "-x",
        "stl_01ab_00",
        "key=stl_01ab_00",
        'a","b":"c',
    ],
)
def test_what_is_no_id_is_not_taken(client: httpx.Client, given: str) -> None:
    made = client.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert MADE.fullmatch(made)


def test_two_ids_are_none(client: httpx.Client) -> None:
    answer = client.get("/healthz", headers=[("X-Request-Id", "one"), ("X-Request-Id", "two")])
    assert MADE.fullmatch(answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/scenes/nowhere", 404),
        ("GET", "/v1/scenes?limit=x", 422),
        ("PATCH", "/v1/scenes", 405),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/search", 415),
    ],
)
def test_failures_have_ids(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, headers={"X-Request-Id": "mine"})
    assert answer.status_code == status
    assert answer.headers["x-request-id"] == "mine"


def test_an_upload_that_is_too_large_has_an_id(client: httpx.Client) -> None:
    answer = client.post("/v1/search", files={"photo": b"x" * 1_200_000})
    assert answer.status_code == 413
    assert MADE.fullmatch(answer.headers["x-request-id"])


def test_other_lines_of_a_request_carry_its_id(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, written: Written
) -> None:
    """Those of the event loop and those of the threads that work for it."""
    real = shop.catalog.scene_with_objects

    def broken(scene_id: str) -> object:
        logging.getLogger("shopthelook.test").warning("in a thread")
        real(scene_id)
        raise RuntimeError("no such luck")

    monkeypatch.setattr(shop.catalog, "scene_with_objects", broken)
    answer = client.get("/v1/scenes/room-00", headers={"X-Request-Id": "broken"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "broken"
    messages = {line["message"]: line for line in written.of("broken")}
    assert messages["in a thread"]["level"] == "warning"
    assert messages["request"]["status"] == 500
    failed = next(line for line in messages.values() if "exception" in line)
    assert "no such luck" in failed["exception"]


def test_no_key_is_logged(serve: Serve, new_key: NewKey, written: Written) -> None:
    key = new_key("write")
    with serve() as client:
        answer = client.post("/v1/products/delete?key=hidden", json={"ids": ["never"]}, headers=key)
        assert answer.status_code == 200
        assert len(written.of(answer.headers["x-request-id"])) == 1
    logged = written.text
    assert key["Authorization"].split("_")[-1] not in logged
    assert "hidden" not in logged
    assert "127.0.0.1" not in logged


def test_questions_after_its_health_are_told_on_request_only(client: httpx.Client, written: Written) -> None:
    client.get("/healthz", headers={"X-Request-Id": "routine"})
    # The server is asked in turn: what comes next has its line after.
    client.get("/v1/scenes", headers={"X-Request-Id": "after"})
    assert written.of("after")
    assert "routine" not in written.text


def test_who_is_refused_the_measures_is_told_of(serve: Serve, written: Written) -> None:
    with serve() as client:
        client.get("/metrics", headers={"X-Request-Id": "refused"})
    (line,) = written.of("refused")
    assert (line["route"], line["status"]) == ("/metrics", 401)


def test_text_is_for_people(client: httpx.Client, written: Written) -> None:
    written.setFormatter(TextLines())
    client.post("/v1/search", json={"object_id": "room-00/0"}, headers={"X-Request-Id": "plain"})
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d INFO    POST /v1/search 200 [\d.]+ ms \d+ bytes \(.*retrieve [\d.]+.*\) \[plain\]",
        written.find("[plain]"),
    )


def test_the_answer_to_a_head_has_no_bytes(client: httpx.Client, written: Written) -> None:
    answer = client.head("/", headers={"X-Request-Id": "only-the-head"})
    assert (answer.status_code, answer.content) == (200, b"")
    (line,) = written.of("only-the-head")
    assert (line["method"], line["bytes"]) == ("HEAD", 0)
