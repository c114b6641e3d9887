"""What is tried again, what is not, and how failures are told."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from shopthelook.client import ApiError, BadAnswer, Client, Retries, Unreachable
from shopthelook.client.retrying import seconds
from tests.client.conftest import Ask, scripted
from tests.serving.conftest import Serve

BUSY = {"error": {"code": "busy", "message": "Too much to do.", "field": None}}
NO_SCENES = {"scenes": [], "next": None}
QUICK = {"retries": Retries(first_s=0.001)}


@pytest.mark.parametrize(
    "refusals",
    [
        [(503, {"Retry-After": "0"}, BUSY)],
        [(429, {}, BUSY), (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, BUSY)],
        [(502, {}, "<html>Bad Gateway</html>")] * 4,
    ],
)
def test_what_may_succeed_later_is_tried_again(ask: Ask, refusals: list[Any]) -> None:
    with scripted(*refusals, (200, {}, NO_SCENES)) as server:
        assert ask(server.url, "scenes", client=QUICK) == []
        assert len(server.asked) == len(refusals) + 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 500])
def test_what_will_not_is_not(ask: Ask, status: int) -> None:
    with scripted((status, {"X-Request-Id": "r1"}, BUSY)) as server:
        with pytest.raises(ApiError) as refused:
            ask(server.url, "status", client=QUICK)
        assert (refused.value.status, refused.value.code, refused.value.request_id) == (status, "busy", "r1")
        assert len(server.asked) == 1


def test_what_took_the_server_too_long_is_not_asked_again(ask: Ask) -> None:
    slow = {"error": {"code": "timeout", "message": "The answer took too long.", "field": None}}
    with scripted((503, {"Retry-After": "0"}, slow)) as server:
        with pytest.raises(ApiError, match="too long"):
            ask(server.url, "status", client=QUICK)
        assert len(server.asked) == 1


def test_there_is_an_end(ask: Ask) -> None:
    with scripted((503, {"Retry-After": "0"}, BUSY)) as server:
        with pytest.raises(ApiError, match="Too much to do"):
            ask(server.url, "status", client={"retries": Retries(attempts=3, first_s=0.001)})
        assert len(server.asked) == 3


def test_a_wait_that_is_too_long_is_left_to_the_caller(ask: Ask) -> None:
    with scripted((429, {"Retry-After": "3600"}, BUSY)) as server:
        with pytest.raises(ApiError) as refused:
            ask(server.url, "status", client=QUICK)
        assert refused.value.retry_after == 3600
        assert len(server.asked) == 1


def test_the_servers_own_word_is_waited_for(ask: Ask, serve: Serve) -> None:
    """A real server that counts calls, and says when to come back."""

    def refused(url: str) -> ApiError:
        for _ in range(100):
            try:
                ask(url, "scene", "room-00", client={"retries": Retries(attempts=1)})
            except ApiError as error:
                return error
        raise AssertionError("it answers more than it may")

    with serve(requests_per_minute=40) as http:
        error = refused(str(http.base_url))
        assert (error.status, error.code) == (429, "too_many_requests")
        assert error.retry_after in (1, 2)
        assert ask(str(http.base_url), "scene", "room-00", client=QUICK).id == "room-00"


def test_waits_grow_and_keep_within_limits() -> None:
    retries = Retries(attempts=6, first_s=1, longest_s=5)
    waits = [retries.wait(attempt) for attempt in range(1, 7)]
    assert waits[-1] is None
    for wait, most in zip(waits[:-1], (1, 2, 4, 5, 5), strict=True):
        assert wait is not None
        assert most / 2 <= wait <= most
    assert retries.wait(1, 4.5) == 4.5
    assert retries.wait(1, 5.5) is None
    with pytest.raises(ValueError, match="attempts"):
        Retries(attempts=0)


def test_retry_after_is_seconds_or_a_date() -> None:
    assert seconds("7") == 7
    assert seconds(None) is None
    assert seconds("soon") is None
    later = seconds(format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True))
    assert later is not None
    assert 3500 < later <= 3600
    assert seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_a_server_that_is_not_there(ask: Ask) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unreachable, match=url):
            ask(url, "status", client=QUICK)


def test_a_server_that_does_not_answer_is_not_asked_twice(ask: Ask) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(0)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable, match="in time"):
            ask(url, "status", client=QUICK | {"timeout": 0.2})
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, {}, "<html>hello</html>"), "no JSON"),
        ((200, {}, {"scenes": [{"id": "x"}], "next": None}), r"scenes\[0\]: there is no title"),
        ((200, {}, {"scenes": "all", "next": None}), "a list was expected"),
        ((200, {}, ["scenes"]), "an object was expected"),
        ((308, {"Location": "https://shop.example/"}, ""), "https://shop.example/"),
    ],
)
def test_what_is_no_shop_is_told(ask: Ask, answer: Any, why: str) -> None:
    with scripted(answer) as server, pytest.raises(BadAnswer, match=why):
        ask(server.url, "scenes", client=QUICK)


def test_a_proxys_refusal_is_told_in_its_words(ask: Ask) -> None:
    with scripted((403, {}, "<p>Go\n away</p>")) as server, pytest.raises(ApiError) as refused:
        ask(server.url, "status")
    assert (refused.value.code, refused.value.message) == ("http", "<p>Go away</p>")


def test_fields_of_a_newer_server_are_passed_over(ask: Ask) -> None:
    card = {"id": "a", "title": "A", "image": "/v1/pictures/0", "width": 4, "height": 3, "mood": "bright"}
    with scripted((200, {}, {"scenes": [card], "next": None, "total": 1})) as server:
        assert [one.id for one in ask(server.url, "scenes")] == ["a"]


def test_the_key_goes_to_the_server_only(ask: Ask) -> None:
    with scripted((302, {"Location": "http://127.0.0.1:1/"}, "")) as server, pytest.raises(BadAnswer):
        ask(server.url, "status", client={"key": "stl_1"})
    assert server.asked[0][2]["Authorization"] == "Bearer stl_1"


@pytest.mark.parametrize("url", ["localhost:8000", "", "http://", "ftp://shop", "http://[::1"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="written as"):
        Client(url)


@pytest.mark.parametrize("key", ["", " ", "stl_1\nX-Mine: 1", "stl_1 2", "stl_ä"])
def test_a_key_that_is_none_is_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="written as stl_") as refused:
        Client("http://localhost:8000", key)
    assert "stl_1" not in str(refused.value)
    assert "ä" not in str(refused.value)


def test_the_password_in_an_address_is_not_shown() -> None:
    with Client("http://ann:secret@127.0.0.1:9", retries=Retries(attempts=1)) as client:
        assert repr(client) == "Client('http://127.0.0.1:9')"
        with pytest.raises(Unreachable) as told:
            client.status()
    assert "secret" not in str(told.value)
