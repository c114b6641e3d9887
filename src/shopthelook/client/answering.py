"""What the two clients share: how they connect, and what they make of answers that are no success."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import httpx

import shopthelook
from shopthelook.client.calls import Call
from shopthelook.client.errors import ApiError, BadAnswer, ClientError, Unreachable
from shopthelook.client.retrying import AGAIN, Retries, seconds

T = TypeVar("T")

_LONGEST_TEXT = 200
_KEY = re.compile("[!-~]+")
# A search that the server gave up: it would have to work twice, and may be still at it.
_SLOW = "timeout"


def connection(url: str, key: str | None, timeout: float) -> dict[str, Any]:
    """The arguments of `httpx.Client` and of `httpx.AsyncClient`.

    Raises:
        ValueError: ``url`` is no address of a server, or ``key`` cannot be one.
    """
    try:
        is_good = httpx.URL(url).scheme in ("http", "https") and httpx.URL(url).host
    except httpx.InvalidURL:
        is_good = False
    if not is_good:
        raise ValueError(f"the address of a shop's server is written as http://localhost:8000, not {url!r}")
    headers = {
        "User-Agent": f"shopthelook/{shopthelook.__version__}",
        "Accept": "application/json, image/webp",
    }
    if key is not None:
        # A file that holds a key ends in a line break. Others are refused here, since what refuses them on the way
        # to the server shows the whole header.
        key = key.strip()
        if not _KEY.fullmatch(key):
            raise ValueError(
                "the API key is empty or has characters that no key has; it is written as stl_..."
            )
        headers["Authorization"] = f"Bearer {key}"
    return {"base_url": url, "headers": headers, "timeout": timeout}


def without_password(url: str) -> str:
    """The address as it may be shown, without the name and the password that it may hold for a proxy."""
    return re.sub(r"(?<=//)[^/]*@", "", url)


def next_wait(retries: Retries, attempt: int, error: ClientError) -> float:
    """Seconds to wait before the call that failed is made again.

    Raises:
        ClientError: ``error``, where that is of no use, or the attempts are used up.
    """
    wait = None
    if isinstance(error, ApiError) and error.status in AGAIN and error.code != _SLOW:
        wait = retries.wait(attempt, error.retry_after)
    elif isinstance(error, Unreachable) and _is_worth_another(error.__cause__):
        wait = retries.wait(attempt)
    if wait is None:
        raise error
    return wait


def unreachable(error: httpx.RequestError, url: str) -> Unreachable:
    """A failure on the way to the server or back."""
    late = isinstance(error, httpx.TimeoutException)
    what = "did not answer in time" if late else "cannot be reached"
    found = Unreachable(f"{url} {what}: {str(error) or type(error).__name__}")
    found.__cause__ = error
    return found


def success(call: Call[T], response: httpx.Response) -> T | ClientError:
    """What the call asked for, or why there is none."""
    try:
        return call.read(response) if response.is_success else failure(response)
    except BadAnswer as error:
        return error


def failure(response: httpx.Response) -> ClientError:
    """The API's own words where it answered, else a proxy's."""
    if response.is_redirect:
        where = response.headers.get("location", "elsewhere")
        return BadAnswer(f"{response.url} leads to {where}: give the client the address where the shop is")
    try:
        said = response.json()["error"]
        code, message, field = str(said["code"]), str(said["message"]), said.get("field")
    except (ValueError, KeyError, TypeError, AttributeError):
        text = " ".join(response.text.split())[:_LONGEST_TEXT]
        code, message, field = "http", text or response.reason_phrase or "no reason given", None
    return ApiError(
        message,
        status=response.status_code,
        code=code,
        field=field,
        request_id=response.headers.get("x-request-id"),
        retry_after=seconds(response.headers.get("retry-after")),
    )


def _is_worth_another(error: BaseException | None) -> bool:
    """A connection that did not come about or broke; not a server that is slow, which would have to work twice."""
    return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ConnectTimeout)
