"""The two forms of a log line, and what is left out of both."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from shopthelook.serving.logs import JsonLines, TextLines, redacted

KEY = "stl_0123456789ab_" + 16 * "cafe"


def record(message: str, *values: object, failed: bool = False) -> logging.LogRecord:
    trouble = None
    if failed:
        try:
            raise ValueError(f"the key was {KEY}")
        except ValueError:
            trouble = sys.exc_info()
    return logging.LogRecord("some.library", logging.WARNING, "file.py", 7, message, values, trouble)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"key {KEY} was used", "key stl_*** was used"),
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer stl_***"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "authorization: basic ***"),
        ("postgresql://shop:hunter2@db:5432/shop", "postgresql://shop:***@db:5432/shop"),
        ("GET https://cdn.example/a.jpg?token=abc&x=1 failed", "GET https://cdn.example/a.jpg?*** failed"),
        ("a basic chair, price < 50?", "a basic chair, price < 50?"),
        ("at http://127.0.0.1:8000/scene/1", "at http://127.0.0.1:8000/scene/1"),
    ],
)
def test_secrets_are_left_out(said: str, kept: str) -> None:
    assert redacted(said) == kept
    assert json.loads(JsonLines().format(record("%s", said)))["message"] == kept
    assert TextLines().format(record("%s", said)).endswith(kept)


def test_tracebacks_are_kept_without_secrets() -> None:
    line = json.loads(JsonLines().format(record("failed", failed=True)))
    assert "ValueError: the key was stl_***" in line["exception"]
    assert "Traceback" in line["exception"]
    text = TextLines().format(record("failed", failed=True))
    assert text.splitlines()[0].endswith("failed")
    assert KEY not in text
    assert "ValueError" in text


def test_json_is_one_line_whatever_is_said() -> None:
    line = JsonLines().format(record("a\nb \x1b[31m %s", {"é": "ü"}, failed=True))
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["message"] == "a\nb \x1b[31m {'é': 'ü'}"


def test_text_cannot_forge_a_line_or_steer_a_terminal() -> None:
    line = TextLines().format(record("GET %s", "/x\n12:00:00 INFO forged \x1b[2J"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert r"/x\n12:00:00" in line
