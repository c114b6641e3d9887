"""The page about pictures: its settings are valid, its figures are the code's, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shopthelook.images import WIDTHS
from shopthelook.images.sizes import WEBP
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.picture_rules import PictureRules
from shopthelook.serving.routes.pictures import FOR_NOW, FOREVER
from tests.fixtures.s3 import S3
from tests.pipeline.feeds import png

PAGE = (Path(__file__).parents[2] / "docs" / "pictures.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_settings_are_read() -> None:
    first, second = (ShopConfig.from_toml(text).pictures for text in blocks("toml"))
    assert first.is_elsewhere
    assert second.options["endpoint_url"] == "https://storage.example"
    assert second.timeout_s == PictureRules().timeout_s


def test_the_figures_are_those_of_the_code() -> None:
    assert f"?w={'|'.join(map(str, WIDTHS))}" in PAGE
    assert f"`Cache-Control: {FOREVER}`" in PAGE
    assert f"`{FOR_NOW.split(', ')[1]}`" in PAGE
    assert f"WebP (quality {WEBP['quality']})" in PAGE
    assert f"{PictureRules().sizes_max_bytes / 1e9:.0f} GB by default" in PAGE


def test_the_example_runs(
    s3: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    (example,) = blocks("python")
    text = example.replace("my-bucket", s3.bucket()).replace("https://storage.example", s3.address)
    photo = png(size=400)
    exec(text, {"photo": photo})
    where, small = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"s3://shop-\d+/my-shop/([0-9a-f]{2})/\1[0-9a-f]{62}", where)
    assert re.fullmatch(r"webp \d+ bytes", small)
