"""As Milvus' own image search demos are built: FastAPI, a model, pymilvus; one crop after the other.

With --batch all crops of a photo are embedded in one run, and those of one category searched in one call. Milvus Lite
is the engine, in the server's process: no network lies in between, as it would with a Milvus server.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import uvicorn
from fastapi import FastAPI, File, UploadFile
from pymilvus import DataType, MilvusClient

from benchmarks.serving.peers.parts import Found, Models, answer, arguments
from benchmarks.serving.peers.world import World

NAME = "products"


def collection(world: World, file: Path) -> MilvusClient:
    """A collection of all products. Codes are kept as floats of -1 and 1, whose inner product orders as bits do."""
    client = MilvusClient(str(file))
    bits = 8 * world.codes.shape[1]
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("position", DataType.INT64)
    schema.add_field("code", DataType.FLOAT_VECTOR, dim=bits)
    params = client.prepare_index_params()
    params.add_index("code", index_type="FLAT", metric_type="IP")
    client.create_collection(NAME, schema=schema, index_params=params)
    vectors = floats(world.codes)
    rows = [
        {"id": row, "position": int(world.positions[row]), "code": vectors[row].tolist()}
        for row in range(len(vectors))
    ]
    client.insert(NAME, rows)
    client.load_collection(NAME)
    return client


def floats(codes: np.ndarray) -> np.ndarray:
    """(n, bits) float32 of -1 and 1."""
    return np.unpackbits(codes, axis=1).astype(np.float32) * 2 - 1


def search(client: MilvusClient, world: World, codes: np.ndarray, category: int, k: int) -> list[Found]:
    """The nearest to each code among the products to look at for this category."""
    within = " or ".join(f"(position >= {low} and position < {high})" for low, high in world.spans[category])
    bits = 8 * codes.shape[1]
    found = client.search(NAME, floats(codes).tolist(), limit=k, filter=within)
    return [
        [
            (row, distance)
            for distance, row in sorted((round((bits - hit["distance"]) / 2), int(hit["id"])) for hit in hits)
        ]
        for hits in found
    ]


def main() -> None:
    asked = arguments()
    world = World.load(asked.world)
    models = Models(asked.threads)
    app = FastAPI()
    with TemporaryDirectory() as folder:
        client = collection(world, Path(folder) / "milvus.db")

        def one_by_one(crops: list[Any], kinds: list[int]) -> list[Found]:
            found: list[Found] = []
            for crop, kind in zip(crops, kinds, strict=True):
                found += search(client, world, models.embedder.embed([crop]).codes, kind, asked.k)
            return found

        def together(crops: list[Any], kinds: list[int]) -> list[Found]:
            codes = models.embedder.embed(crops).codes
            found: list[Found] = [[] for _ in kinds]
            for kind in set(kinds):
                rows = [row for row, one in enumerate(kinds) if one == kind]
                for row, near in zip(rows, search(client, world, codes[rows], kind, asked.k), strict=True):
                    found[row] = near
            return found

        @app.get("/ready")
        def ready() -> dict[str, str]:
            return {}

        @app.post("/search")
        def search_photo(photo: Annotated[UploadFile, File()]) -> dict[str, Any]:
            found, crops = models.detect(photo.file.read())
            kinds = [category.id for category in found.categories]
            return answer(world, found, (together if asked.batch else one_by_one)(crops, kinds))

        uvicorn.run(app, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
