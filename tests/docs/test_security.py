"""The page on security: its settings are settings, its commands run, and its table is what the routes ask for."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopthelook import Shop
from shopthelook.cli.main import main
from shopthelook.images import PictureLimits
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.security import SecurityRules
from shopthelook.serving import create_app

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("shopthelook keys")
]


def test_the_settings_are_settings() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    config = ShopConfig.from_toml(block)
    plain = SecurityRules()
    shown = {"cors_origins", "trusted_proxies"}
    for one in fields(SecurityRules):
        assert re.search(rf"^{one.name} = ", block, re.MULTILINE), one.name
        if one.name not in shown:
            assert getattr(config.security, one.name) == getattr(plain, one.name), one.name
    assert config.picture_limits() == PictureLimits()


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Shop.create(tmp_path / "shop").close()
    monkeypatch.setenv("SHOPTHELOOK_SHOP", str(tmp_path / "shop"))
    assert len(COMMANDS) == 4
    for command in COMMANDS:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.exit_code == 0, (command, done.output)


def test_the_table_is_what_routes_ask_for(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop") as shop:
        described = create_app(shop).openapi()["paths"]
    asked = {
        (method.upper(), path): operation.get("security")
        for path, operations in described.items()
        for method, operation in operations.items()
    }
    for (method, path), security in asked.items():
        if path in ("/healthz", "/readyz"):
            assert security is None
        elif method in ("PUT", "DELETE") or (method == "POST" and path.startswith("/v1/products")):
            assert security == [{"ApiKey": ["write"]}], (method, path)
        else:
            assert security == [{}, {"ApiKey": ["read"]}], (method, path)
    assert "| `/metrics` | `read` | no |" in PAGE
