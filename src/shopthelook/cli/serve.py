"""Serve the shop over HTTP."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import tempfile
import threading
from contextlib import nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from shopthelook.cli.main import STOPPED
from shopthelook.cli.options import open_shop, shop_option
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from shopthelook.serving.logs import LogFormat

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option(
    "--port", type=click.IntRange(0, 65535), envvar="PORT", default=8000, show_default="8000, or $PORT"
)
@click.option("--threads", type=click.IntRange(min=0), default=0, help="Threads of each model [all cores].")
@click.option("--open", "browse", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    envvar="SHOPTHELOOK_LOG_FORMAT",
    default="text",
    show_default="text, or $SHOPTHELOOK_LOG_FORMAT",
    help="How to log, on standard error.",
)
@click.option(
    "--embed/--no-embed",
    default=True,
    help="When shop.toml names another embedder, give products codes of it in the background  [default: embed].",
)
@shop_option
@click.pass_context
def serve(
    ctx: click.Context,
    host: str,
    port: int,
    threads: int,
    browse: bool,
    log_format: LogFormat,
    embed: bool,
    shop: Path | None,
) -> None:
    """Serve the shop's web page and its HTTP API, and log a line for each request.

    The page is at /, the API's description at /v1/openapi.json. Programs on this machine need no API key while the
    server listens here only; with --host, writing needs one: see shopthelook keys, and [security] in shop.toml.

    \b
    Examples:
      shopthelook serve --open
      shopthelook serve --host 0.0.0.0
      shopthelook serve --log-format json 2>> serve.log
    """
    from shopthelook.serving import logs

    logs.set_up(log_format, verbose=ctx.find_root().params["verbose"])
    if threading.current_thread() is threading.main_thread():
        # Uvicorn answers what it has when this comes, and then raises it again. By itself it would end the process
        # there, before the shop is closed.
        signal.signal(signal.SIGTERM, _end)
    try:
        _serve(host, port, threads, browse, shop, embed=embed)
    except (ShopError, KeyboardInterrupt) as ended:
        if log_format == "text":
            raise
        # Whoever reads JSON lines can read nothing else there.
        stopped = isinstance(ended, KeyboardInterrupt)
        log.log(logging.INFO if stopped else logging.CRITICAL, "%s", "stopped" if stopped else ended)
        ctx.exit(STOPPED if stopped else 1)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _serve(host: str, port: int, threads: int, browse: bool, shop: Path | None, *, embed: bool) -> None:
    with open_shop(shop, threads=threads) as opened:
        import uvicorn

        from shopthelook.pipeline.background import embedding
        from shopthelook.serving import create_app
        from shopthelook.serving.connections import PromptConnection
        from shopthelook.serving.keys import advice
        from shopthelook.serving.loading import Loading

        # Chosen now: when all disks are full, none would seem to be fit for uploads.
        with suppress(OSError):
            tempfile.gettempdir()
        with _listen(host, port) as listening:
            loopback = ipaddress.ip_address(listening.getsockname()[0]).is_loopback
            loading = Loading(opened, failed=lambda: setattr(server, "should_exit", True))
            app = create_app(opened, loopback=loopback, loading=loading)
            opened.keep_embedder()
            address = _address(host, listening.getsockname()[1])
            click.echo(f"{opened.config.title} is at {address}  (Ctrl-C stops it)")
            said = advice(opened.catalog.keys, opened.config.security, loopback)
            if said is not None:
                log.warning("%s", said)
            if browse:
                click.launch(address)
            # Who called by way of a proxy is for the application to find, which knows the proxies to trust.
            config = uvicorn.Config(
                app,
                # The lines of its loggers go where all others go; requests have a line already.
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                http=PromptConnection,
                ws="none",
            )
            server = uvicorn.Server(config)
            with embedding(opened) if embed else nullcontext():
                server.run(sockets=[listening])
            if loading.error is not None:
                raise loading.error


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, made here so that a taken port is told before the server starts.

    Raises:
        ShopError: the port is taken or the host is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        raise ShopError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --port"
        ) from None
    return listening


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only shown
    return f"http://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{port}"
