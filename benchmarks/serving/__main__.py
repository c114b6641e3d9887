"""python -m benchmarks.serving: photos and stored scenes over HTTP, and other ways to build the same.

A real `shopthelook serve` is asked by 1, 4 and 16 clients, who ask again as soon as they have an answer: for products
like five objects of a photo, for stored scenes with their objects, for products of stored objects. Peers are asked for
the same photos and have to answer with products as near. Rounds take turns, so that what else the machine does hits
all alike. Clients run on the same machine and take their share of it.

The peers need: pip install -r benchmarks/serving/requirements.txt "shopthelook[milvus]"
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.retrieval.measure import machine
from benchmarks.serving import one_core
from benchmarks.serving.load import Connection, Load, get, joined, loaded, post_json, post_photo
from benchmarks.serving.peers.world import world_of
from benchmarks.serving.photos import Photo, make_shop, photos
from benchmarks.serving.processes import Server, serving

OWN = "shopthelook"
PEERS: dict[str, tuple[str, ...]] = {
    "milvus": ("benchmarks.serving.peers.milvus",),
    "milvus-batch": ("benchmarks.serving.peers.milvus", "--batch"),
    "pp-shitu": ("benchmarks.serving.peers.pp_shitu",),
    "litserve": ("benchmarks.serving.peers.litserve_app",),
}
K = 10


@dataclass(frozen=True, slots=True)
class Case:
    """What one server is asked, by so many clients."""

    server: Server
    what: str
    requests: list[bytes]
    clients: int


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    found.add_argument(
        "--shop", type=Path, default=Path("runs/serving/shop"), help="made where it is not there"
    )
    found.add_argument("--peers", default=",".join(PEERS), help=f"of {','.join(PEERS)}; empty for none [all]")
    found.add_argument("--clients", default="1,4,16", help="numbers of clients [1,4,16]")
    found.add_argument("--photos", type=int, default=12, help="photos with five objects [12]")
    found.add_argument("--rounds", type=int, default=3, help="rounds of each case [3]")
    found.add_argument("--seconds", type=float, default=5, help="of each case in each round [5]")
    found.add_argument("--json", type=Path, help="write all figures to this file")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    asked = parser().parse_args(arguments)
    peers = [name for name in asked.peers.split(",") if name]
    if unknown := [name for name in peers if name not in PEERS]:
        parser().error(f"no peer is called {', '.join(unknown)}; there are: {', '.join(PEERS)}")
    clients = [int(number) for number in asked.clients.split(",")]
    with TemporaryDirectory() as folder:
        report = _report(asked, peers, clients, Path(folder))
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(report, indent=2) + "\n")


def _report(asked: argparse.Namespace, peers: list[str], clients: list[int], folder: Path) -> dict[str, Any]:
    with make_shop(asked.shop) as shop:
        chosen = photos(shop, objects=5, most=asked.photos)
        world_of(shop).save(folder)
        scenes = [scene.id for scene in shop.scenes(limit=200)]
        objects = [one.id for key in scenes for one in shop.scene(key)[1]]
        models = [shop.detector_bundle.id, shop.embedder_bundle.id]
    busy = os.getloadavg()[0]
    print(f"{len(chosen)} photos of five objects; {', '.join(models)}; {machine()}, load before: {busy:.1f}")
    costs = one_core.measured(asked.shop, chosen, max(2, asked.rounds), folder).as_dict()
    print(
        f"one core, one photo: {costs['request']:.1f} ms; decoding and bare ONNX Runtime {costs['bare']:.1f} ms; "
        f"ratio {costs['ratio']:.2f}, of processor time {costs['ratio_cpu']:.2f}"
    )
    stored = {
        "stored scene": [get(f"/v1/scenes/{key}") for key in scenes],
        "products of a stored object": [
            get(f"/v1/scenes/{scene}/objects/{number}/products?k=24")
            for scene, _, number in (key.rpartition("/") for key in objects)
        ],
    }
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        own_command = ("-m", "shopthelook", "serve", "--port", "{port}", "--shop", str(asked.shop))
        own = stack.enter_context(serving(OWN, own_command, "/readyz", folder / "own.log"))
        servers = [own, *(stack.enter_context(_peer(name, folder)) for name in peers)]
        for server in servers[1:]:
            _check(own, server, chosen)
        photo_requests = {server.name: [_search(server, one) for one in chosen] for server in servers}
        for number in clients:
            cases = [Case(one, "photo of five objects", photo_requests[one.name], number) for one in servers]
            cases += [Case(own, what, requests, number) for what, requests in stored.items()]
            rows += _measured(cases, asked.rounds, asked.seconds)
    print(_table(rows))
    return {
        "machine": machine(),
        "load_before": busy,
        "models": models,
        "photos": [photo.name for photo in chosen],
        "rounds": asked.rounds,
        "seconds": asked.seconds,
        "one_core": costs,
        "rows": rows,
    }


def _peer(name: str, folder: Path) -> Any:
    command = ("-m", *PEERS[name], "--port", "{port}", "--world", str(folder), "--k", str(K))
    return serving(name, command, "/health" if name == "litserve" else "/ready", folder / f"{name}.log")


def _search(server: Server, photo: Photo) -> bytes:
    """The request for the products like a photo's objects."""
    if server.name == OWN:
        return post_photo("/v1/search", photo.data, k=K)
    return (post_json if server.name == "litserve" else post_photo)("/search", photo.data)


def _check(own: Server, peer: Server, chosen: Sequence[Photo]) -> None:
    """Raise where a peer finds other objects, or products that are not as near."""
    for photo in chosen:
        found = []
        for server in (own, peer):
            connection = Connection(server.address)
            said = json.loads(connection.ask(_search(server, photo)))
            connection.close()
            found.append([[hit["distance"] for hit in one["hits"]] for one in said["objects"]])
        if found[0] != found[1]:
            raise SystemExit(f"{peer.name} answers {photo.name} otherwise: {found[1]}, not {found[0]}")


def _measured(cases: Sequence[Case], rounds: int, seconds: float) -> list[dict[str, Any]]:
    loads: list[list[Load]] = [[] for _ in cases]
    spent = [0.0 for _ in cases]
    for case in cases:
        loaded(case.server.address, case.requests, case.clients, min(1.0, seconds))
    for _ in range(rounds):
        for place, case in enumerate(cases):
            before = case.server.cpu_s()
            loads[place].append(loaded(case.server.address, case.requests, case.clients, seconds))
            spent[place] += case.server.cpu_s() - before
    rows = []
    for case, several, cpu in zip(cases, loads, spent, strict=True):
        load = joined(several)
        rows.append(
            {
                "server": case.server.name,
                "what": case.what,
                "clients": case.clients,
                "requests": len(load.milliseconds),
                "per_second": round(load.per_second, 1),
                **{f"p{share}_ms": round(load.quantile(share / 100), 2) for share in (50, 95, 99)},
                "cpu_ms": round(1000 * cpu / len(load.milliseconds), 2),
                "per_second_by_round": [round(one.per_second, 1) for one in several],
            }
        )
    return rows


def _table(rows: Sequence[dict[str, Any]]) -> str:
    lines = [
        f"{'what':28} {'clients':>7} {'server':14} {'per s':>8} "
        f"{'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'cpu ms':>7}"
    ]
    for row in sorted(rows, key=lambda row: (row["what"], row["clients"])):
        lines.append(
            f"{row['what']:28} {row['clients']:7} {row['server']:14} {row['per_second']:8.1f} {row['p50_ms']:8.1f} "
            f"{row['p95_ms']:8.1f} {row['p99_ms']:8.1f} {row['cpu_ms']:7.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
