"""The one place that speaks to Milvus: what fails there comes out as a `MilvusError` that names the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from shopthelook.retrieval.milvus.errors import MilvusError, MilvusMissing, MilvusUnavailable

if TYPE_CHECKING:
    from pymilvus import MilvusClient

_T = TypeVar("_T")

CONNECT_S = 10.0
"""Seconds in which a server must answer."""

CALL_S = 60.0
"""Seconds that a search or a write may take."""

LOAD_S = 600.0
"""Seconds that a collection may take to be loaded."""


class Server:
    """A connection to a Milvus server or cluster; threads may share it.

    Args:
        uri: such as "http://localhost:19530".
        token: "user:password" or an API key, "" where the server asks for none.

    Raises:
        MilvusMissing: pymilvus is not installed.
        MilvusUnavailable: nobody answers at the address, or the token is refused.
    """

    def __init__(self, uri: str, token: str = "") -> None:
        try:
            from pymilvus import MilvusClient
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith("pymilvus"):
                raise
            raise MilvusMissing(
                'the index engine "milvus" needs pymilvus; run: pip install "shopthelook[milvus]"'
            ) from None
        # It logs every failure with a traceback before it raises it; who calls this tells of it once.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self.uri = uri
        with self._told("connecting", MilvusUnavailable):
            self._client: MilvusClient = MilvusClient(uri, token=token, timeout=CONNECT_S)

    def ask(self, what: str, call: Callable[[MilvusClient], _T]) -> _T:
        """The answer of a call; `what` says in an error what was being done.

        Raises:
            MilvusError: Milvus refused, or did not answer in time.
        """
        with self._told(what, MilvusError):
            return call(self._client)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @contextmanager
    def _told(self, what: str, kind: type[MilvusError]) -> Iterator[None]:
        from pymilvus import MilvusException

        try:
            yield
        except MilvusException as error:
            if kind is MilvusUnavailable or _is_away(error):
                raise MilvusUnavailable(
                    f"no Milvus answers at {self.uri} ({what}: {_reason(error)}); "
                    "check that it runs, milvus_uri in shop.toml, and the token"
                ) from error
            raise kind(f"Milvus at {self.uri} failed at {what}: {_reason(error)}") from error


def _is_away(error: Any) -> bool:
    from pymilvus.exceptions import MilvusUnavailableException

    words = _reason(error)
    return isinstance(error, MilvusUnavailableException) or any(
        sign in words
        for sign in ("StatusCode.UNAVAILABLE", "server unavailable", "DEADLINE_EXCEEDED", "closed channel")
    )


def _reason(error: Any) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())[:300]
