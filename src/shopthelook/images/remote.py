"""Pictures in any store that fsspec knows: S3, Google Cloud Storage, Azure, SFTP and others."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from shopthelook.images.errors import PictureStoreError
from shopthelook.images.places import cannot_keep

T = TypeVar("T")

_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "tos", "r2", "hf"})
"""Stores in which a picture is written in one step; in others it is written elsewhere and renamed."""

# One request for a picture, not one for its length and one for its bytes.
_OPTIONS: dict[str, dict[str, Any]] = {"s3": {"max_concurrency": 1}, "s3a": {"max_concurrency": 1}}
_MOST_WAITING = 64
_PASSWORD = re.compile(r"(?<=://)[^/@]*@")


class Remote:
    """A folder or prefix of a store, ``s3://bucket/prefix``.

    Example:
        >>> Remote("memory://shop/pictures").where("ab" * 32)[:26]
        'memory://shop/pictures/ab/'
    """

    def __init__(
        self, address: str, *, options: Mapping[str, Any] | None = None, timeout_s: float = 20.0
    ) -> None:
        """Nothing is asked of the store yet.

        Args:
            address: as fsspec writes it.
            options: of the store's own library, such as ``{"endpoint_url": ...}`` for S3.
            timeout_s: how long one picture may take to come or go, all tries together.

        Raises:
            PictureStoreError: fsspec or the store's library is not installed, or does not take the options.
        """
        self._shown = _PASSWORD.sub("", address.rstrip("/"))
        self._timeout_s = timeout_s
        # For libraries whose calls cannot be given up: no more threads than these wait for a store that is gone.
        self._room = threading.BoundedSemaphore(_MOST_WAITING)
        protocol = address.partition("://")[0]
        try:
            import fsspec
        except ImportError:
            raise PictureStoreError(
                f"pictures in {self._shown} need fsspec: pip install 'shopthelook[pictures]', and the "
                "store's own package, such as s3fs for s3:// or gcsfs for gs://"
            ) from None
        try:
            self._fs, root = fsspec.url_to_fs(address, **_OPTIONS.get(protocol, {}) | dict(options or {}))
        except ImportError as error:
            raise PictureStoreError(f"pictures in {self._shown} need another package: {error}") from None
        except Exception as error:  # libraries raise what they like for options that they do not know
            raise PictureStoreError(f"cannot open the picture store {self._shown}: {_told(error)}") from error
        self._root = str(root).rstrip("/")
        self._in_one_step = protocol in _OBJECT_STORES

    def where(self, name: str) -> str:
        """The picture's address, without a password."""
        return f"{self._shown}/{name[:2]}/{name}"

    def has(self, name: str) -> bool:
        """Whether the picture is there."""
        try:
            self._ask("info", self._path(name))
        except (FileNotFoundError, PermissionError):
            # Who may not list a bucket of S3 is told that what is not there is forbidden; so is the write, if it is.
            return False
        except Exception as error:
            raise self._failed("ask for", error) from error
        return True

    def read(self, name: str) -> bytes:
        """The picture's bytes."""
        try:
            return bytes(self._ask("cat_file", self._path(name)))
        except FileNotFoundError:
            raise
        except Exception as error:
            raise self._failed("read", error) from error

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes; once it returns, the store has them."""
        path = self._path(name)
        try:
            if self._in_one_step:
                # To ask first whether it is there would take as long.
                self._ask("pipe_file", path, data)
            elif not self.has(name):
                self._rename_into(path, data)
        except PictureStoreError:
            raise
        except Exception as error:
            raise PictureStoreError(cannot_keep(self._shown, _told(error))) from error

    def _rename_into(self, path: str, data: bytes) -> None:
        half = f"{self._root}/partial/{path.rpartition('/')[2]}.{secrets.token_hex(8)}"
        for folder in (half, path):
            self._ask("makedirs", folder.rpartition("/")[0], exist_ok=True)
        try:
            self._ask("pipe_file", half, data)
            self._ask("mv", half, path)
        except BaseException:
            # What failed before is what to tell.
            with contextlib.suppress(Exception):
                self._ask("rm_file", half)
            raise

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}"

    def _ask(self, what: str, *args: Any, **kwargs: Any) -> Any:
        """One call of the store's library, given up after the time limit."""
        if self._fs.async_impl and hasattr(self._fs, f"_{what}"):
            from fsspec.asyn import sync

            return sync(
                self._fs.loop, getattr(self._fs, f"_{what}"), *args, timeout=self._timeout_s, **kwargs
            )
        return self._within(lambda: getattr(self._fs, what)(*args, **kwargs))

    def _within(self, call: Callable[[], T]) -> T:
        """The result of a call that cannot be given up: it goes on in a thread of its own, and nobody waits for it."""
        if not self._room.acquire(blocking=False):
            raise TimeoutError(f"{_MOST_WAITING} calls wait for it already")
        results: list[T] = []
        failures: list[BaseException] = []

        def run() -> None:
            try:
                results.append(call())
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                failures.append(error)
            finally:
                self._room.release()

        thread = threading.Thread(target=run, name="shopthelook-pictures", daemon=True)
        try:
            thread.start()
        except BaseException:
            self._room.release()
            raise
        thread.join(self._timeout_s)
        if failures:
            raise failures[0]
        if not results:
            raise TimeoutError(f"no answer within {self._timeout_s:g} seconds")
        return results[0]

    def _failed(self, doing: str, error: Exception) -> PictureStoreError:
        return PictureStoreError(f"cannot {doing} a picture in {self._shown}: {_told(error)}")


def _told(error: BaseException) -> str:
    """What a library's failure says, in one line; some say nothing but their name."""
    from fsspec.exceptions import FSTimeoutError

    if isinstance(error, FSTimeoutError):
        return "no answer in time"
    said = " ".join(_PASSWORD.sub("", str(error)).split())[:300]
    return said or type(error).__name__
