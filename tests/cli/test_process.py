"""The command as a process of its own: exit status, both streams, serving, and a light import."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from shopthelook import Shop
from tests.pipeline.feeds import Feed, png

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
ENVIRONMENT.pop("SHOPTHELOOK_SHOP", None)
COMMAND = [sys.executable, "-m", "shopthelook"]


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], env=ENVIRONMENT, capture_output=True, text=True, timeout=300
    )


def test_status_and_streams(shop: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.fill(3)
    done = call("products", "import", feed.path, "--shop", shop.directory, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["added"] == 3
    assert done.stderr == ""
    failed = call("status", "--shop", tmp_path)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("error: ")
    misused = call("nonsense")
    assert (misused.returncode, misused.stdout) == (2, "")
    assert "nonsense" in misused.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are closed as on Unix")
@pytest.mark.parametrize("form", [["--json"], []])
def test_a_reader_that_has_seen_enough(shop: Shop, feed: Feed, form: list[str]) -> None:
    """`| head -1` ends the command without a word."""
    for number in range(900):
        feed.add(f"p{number:04}", image_link="one.png", title="long " * 20)
    (feed.folder / "one.png").write_bytes(png())
    shop.import_products(feed.write().path)
    process = subprocess.Popen(
        [*COMMAND, "products", "list", "--limit", "900", *form, "--shop", str(shop.directory)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert "p0000" in process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.wait()


def test_importing_the_package_stays_light() -> None:
    heavy = "{'numpy', 'onnxruntime', 'sqlalchemy', 'PIL', 'httpx'}"
    code = f"import sys, shopthelook; print(sorted({heavy} & set(sys.modules)), shopthelook.__version__)"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stdout.startswith("[] ")


def test_an_unknown_attribute_of_the_package_is_none() -> None:
    import shopthelook

    assert not hasattr(shopthelook, "Shops")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_serve_answers_says_where_and_stops(shop: Shop) -> None:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--threads", "1", "--shop", str(shop.directory)],
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs tests in the background has its children ignore SIGINT, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found is not None, line
        with urllib.request.urlopen(f"{found[0]}/v1/status", timeout=120) as answer:
            assert json.load(answer)["products"] == 0
        taken = call("serve", "--port", found[1], "--shop", shop.directory)
        assert (taken.returncode, taken.stdout) == (1, "")
        assert found[1] in taken.stderr
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "Traceback" not in errors
    finally:
        process.kill()
