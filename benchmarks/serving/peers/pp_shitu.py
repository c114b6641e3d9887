"""As PaddleClas' PP-ShiTu is built: detect, embed all crops as one batch, search with faiss; behind FastAPI.

PP-ShiTu's own service takes a request at a time; here FastAPI's threads let requests overlap, which is quicker.
"""

from __future__ import annotations

from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, UploadFile

from benchmarks.serving.peers.parts import Flat, Models, answer, arguments
from benchmarks.serving.peers.world import World


def main() -> None:
    asked = arguments()
    world = World.load(asked.world)
    models = Models(asked.threads)
    index = Flat(world)
    app = FastAPI()

    @app.get("/ready")
    def ready() -> dict[str, str]:
        return {}

    @app.post("/search")
    def search(photo: Annotated[UploadFile, File()]) -> dict[str, Any]:
        found, crops = models.detect(photo.file.read())
        codes = models.embedder.embed(crops).codes
        hits = index.search(codes, [category.id for category in found.categories], asked.k)
        return answer(world, found, hits)

    uvicorn.run(app, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
