"""A Milvus server for the benchmark, on ports that nobody uses, beside others that may run."""

from __future__ import annotations

import os
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from milvus import MilvusServer, MilvusServerConfig

from shopthelook.errors import ShopError

_STARTED_S = 180


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Start the server on a folder, give its address, and stop it at the end. Raises `ShopError` if it stops itself."""
    folder.mkdir(exist_ok=True)
    config = MilvusServerConfig(data_dir=str(folder))
    names = [name for name in config.configurable_items if name.endswith("_port")]
    *ports, peer, health = _free_ports(len(names) + 2)
    config.configs.update(zip(names, ports, strict=True))
    # Its store for settings runs inside it and takes fixed ports but for a file of its own.
    client = config.configs["etcd_port"]
    store = folder / "etcd.yaml"
    store.write_text(
        f"name: default\ndata-dir: {folder}/etcd\n"
        f"listen-client-urls: http://127.0.0.1:{client}\nadvertise-client-urls: http://127.0.0.1:{client}\n"
        f"listen-peer-urls: http://127.0.0.1:{peer}\ninitial-advertise-peer-urls: http://127.0.0.1:{peer}\n"
        f"initial-cluster: default=http://127.0.0.1:{peer}\n"
    )
    server = MilvusServer(config, wait_for_started=False)
    server.webservice_port = health
    before = os.environ.get("ETCD_CONFIG_PATH")
    os.environ["ETCD_CONFIG_PATH"] = str(store)
    try:
        server.start()
    finally:
        del os.environ["ETCD_CONFIG_PATH"]
        if before is not None:
            os.environ["ETCD_CONFIG_PATH"] = before
    try:
        _wait(server, health, folder / "logs")
        yield f"http://127.0.0.1:{config.configs['proxy_port']}"
    finally:
        server.stop()


def _wait(server: MilvusServer, port: int, logs: Path) -> None:
    until = time.monotonic() + _STARTED_S
    while time.monotonic() < until and server.server_proc.poll() is None:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer,
        ):
            if b"OK" in answer.read():
                return
        time.sleep(0.2)
    raise ShopError(f"the Milvus server did not start; see {logs}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
