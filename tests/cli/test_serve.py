"""`shopthelook serve` as a process: what it logs, and how it ends."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shopthelook import Shop
from tests.cli.test_process import COMMAND, ENVIRONMENT
from tests.pipeline.feeds import png

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")


@contextmanager
def serving(shop: Shop, *options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of the shop, and its address."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--threads", "1", "--shop", str(shop.directory), *options],
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs tests in the background has its children ignore SIGINT, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found is not None, (line, process.stderr and process.stderr.read())
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def ask(address: str, **headers: str) -> int:
    request = urllib.request.Request(
        address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return int(answer.status)


@pytest.mark.parametrize("how", ["option", "variable"])
def test_every_line_of_a_log_in_json_is_json(shop: Shop, how: str) -> None:
    options = ("--log-format", "json") if how == "option" else ()
    variables = {"SHOPTHELOOK_LOG_FORMAT": "json"} if how == "variable" else {}
    with serving(shop, *options, **variables) as (process, address):
        assert ask(f"{address}/v1/status?key=hidden", X_Request_Id="first") == 200
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=120) as raw:
            raw.sendall(b"no HTTP\r\n\r\n")
            assert raw.recv(4096).startswith(b"HTTP/1.1 400 ")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    lines = [json.loads(line) for line in errors.splitlines()]
    (line,) = [line for line in lines if line.get("request_id") == "first"]
    assert (line["route"], line["status"]) == ("/v1/status", 200)
    assert "hidden" not in errors
    # The web server's own words, too.
    assert any(line["logger"] == "uvicorn.error" and line["level"] == "warning" for line in lines)
    assert lines[-1]["message"] == "stopped"
    assert process.returncode == 130


def test_why_it_cannot_start_is_json_too(shop: Shop) -> None:
    failed = subprocess.run(
        [*COMMAND, "serve", "--host", "192.0.2.1", "--log-format", "json", "--shop", str(shop.directory)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert failed.returncode == 1
    (line,) = [json.loads(line) for line in failed.stderr.splitlines()]
    assert (line["level"], line["logger"]) == ("critical", "shopthelook.cli.serve")
    assert "cannot listen on 192.0.2.1:8000" in line["message"]


def test_a_log_is_for_people_by_default(shop: Shop) -> None:
    with serving(shop) as (process, address):
        assert ask(f"{address}/v1/scenes") == 200
        assert ask(f"{address}/healthz") == 200
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
    assert re.search(r"INFO +GET /v1/scenes 200 [\d.]+ ms \d+ bytes \[[0-9a-f]{32}\]\n", errors)
    assert "healthz" not in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_shop_is_closed_at_the_end(shop: Shop, how: signal.Signals) -> None:
    shop.close()
    log = shop.directory / "shop.db-wal"
    with serving(shop) as (process, address):
        assert ask(f"{address}/v1/scenes") == 200
        assert log.exists()
        process.send_signal(how)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == {signal.SIGTERM: 0, signal.SIGINT: 130}[how]
    assert "Traceback" not in errors
    # SQLite takes its log in when the last connection is closed.
    assert not log.exists()


def test_what_was_asked_before_the_end_is_answered(shop: Shop) -> None:
    with serving(shop) as (process, address):
        assert ask(f"{address}/healthz") == 200
        host = ("127.0.0.1", int(address.rpartition(":")[2]))
        body = (
            b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
            + png()
            + b"\r\n--b--\r\n"
        )
        head = (
            "POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n"
        )
        with socket.create_connection(host, timeout=120) as raw:
            raw.sendall(head.encode())
            # Now the server has the request and waits for its body.
            assert raw.recv(4096).startswith(b"HTTP/1.1 100 ")
            process.send_signal(signal.SIGTERM)
            raw.sendall(body)
            assert raw.recv(4096).startswith(b"HTTP/1.1 200 ")
        process.communicate(timeout=120)
    assert process.returncode == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_model_that_cannot_be_loaded_ends_the_server(
    shop: Shop, tmp_path: Path, tiny_detector: Path, form: str
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_detector, broken)
    (broken / "model.onnx").write_bytes(b"no model")
    settings = shop.directory / "shop.toml"
    settings.write_text(settings.read_text().replace(str(tiny_detector), str(broken)))
    failed = subprocess.run(
        [*COMMAND, "serve", "--port", "0", "--log-format", form, "--shop", str(shop.directory)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    last = failed.stderr.splitlines()[-1]
    assert "model.onnx" in last
    assert json.loads(last)["level"] == "critical" if form == "json" else last.startswith("error: ")
