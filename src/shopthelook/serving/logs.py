"""What a server logs, for people or as JSON lines, without the secrets that might be in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from shopthelook.serving.request_log import current_id

LogFormat: TypeAlias = Literal["text", "json"]

_SECRETS = (
    (re.compile(r"stl_[0-9a-f]{12}_[0-9a-f]+"), "stl_***"),
    (re.compile(r"\b(bearer|basic)\s+[a-z0-9+/=._~-]{12,}", re.IGNORECASE), r"\1 ***"),
    # user:password@ of an address.
    (re.compile(r"(://[^\s/:@]*):[^\s/@]+@"), r"\1:***@"),
    # What follows the question mark of an address may be a key of whoever it belongs to.
    (re.compile(r"(\bhttps?://[^\s?\"'<>]+)\?[^\s\"'<>]+", re.IGNORECASE), r"\1?***"),
)
# Libraries that tell each step at the level INFO, the addresses that are fetched among them.
_TALKATIVE = ("httpx", "httpcore", "asyncio", "PIL", "numba", "alembic", "sqlalchemy")


def set_up(form: LogFormat, *, verbose: bool = False) -> None:
    """Log to standard error in this form, whoever logs: this package, uvicorn and all other libraries.

    Args:
        verbose: also what is done beside requests, and requests for the server's health.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("shopthelook").setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A log that cannot be written, as its disk is full, is no reason to fill standard error with tracebacks.
    logging.raiseExceptions = False


def redacted(text: str) -> str:
    """The text without API keys, credentials and what follows the question mark of addresses."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time`` (UTC), ``level``, ``logger``, ``message``, and what else is known.

    ``request_id`` where a request is the cause, ``exception`` (a traceback) where there is one, and the fields that
    the line carries as ``fields`` in its ``extra``.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = getattr(record, "fields", {})
        line: dict[str, Any] = {
            "time": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # A line of fields has none but known words in them, and there is one for each request.
            "message": fields.get("message") or redacted(record.getMessage()),
        }
        request_id = current_id()
        if request_id is not None:
            line["request_id"] = request_id
        line |= fields
        trouble = _trouble(self, record)
        if trouble:
            line["exception"] = trouble
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A line for people: time of day, level, message, the request's id; a traceback comes below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        when = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        # A line break that a caller sent would look like a line of the log.
        message = "".join(
            c if c.isprintable() else ascii(c)[1:-1] for c in redacted(record.getMessage()).strip()
        )
        request_id = current_id()
        line = f"{when} {record.levelname:<7} {message}" + (f" [{request_id}]" if request_id else "")
        trouble = _trouble(self, record)
        return f"{line}\n{trouble}" if trouble else line


def _trouble(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The record's traceback, or nothing."""
    parts = [] if record.exc_info is None else [formatter.formatException(record.exc_info)]
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return redacted("\n".join(parts))
