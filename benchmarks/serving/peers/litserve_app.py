"""A server of Lightning's LitServe, whose batches are of whole photos: at most 8, waited for 5 ms at most."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import litserve

from benchmarks.serving.peers.parts import Flat, Models, answer, arguments
from benchmarks.serving.peers.world import World

BATCH = 8
WAIT_S = 0.005


class Search(litserve.LitAPI):  # type: ignore[misc]
    """Photos of several requests: objects photo by photo, all crops of all photos embedded as one batch."""

    def __init__(self, asked: Any) -> None:
        super().__init__(max_batch_size=BATCH, batch_timeout=WAIT_S, api_path="/search")
        self._asked = asked

    def setup(self, device: str) -> None:  # noqa: ARG002 - as LitServe calls it
        """Open what is needed, in the process that works."""
        self._world = World.load(self._asked.world)
        self._models = Models(self._asked.threads)
        self._index = Flat(self._world)

    def decode_request(self, request: dict[str, str]) -> bytes:
        """The photo's bytes, which come in JSON: uploads did not reach the worker with this version's forms."""
        return base64.b64decode(request["photo"])

    def batch(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        """Photos have no common shape: they stay a list."""
        return inputs

    def predict(self, photos: Sequence[bytes]) -> list[dict[str, Any]]:
        """The answers."""
        seen = [self._models.detect(data) for data in photos]
        codes = self._models.embedder.embed([crop for _, crops in seen for crop in crops]).codes
        kinds = [category.id for found, _ in seen for category in found.categories]
        hits = self._index.search(codes, kinds, self._asked.k)
        answers, start = [], 0
        for found, crops in seen:
            answers.append(answer(self._world, found, hits[start : start + len(crops)]))
            start += len(crops)
        return answers

    def unbatch(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One answer for each photo."""
        return output

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return output


def main() -> None:
    asked = arguments()
    server = litserve.LitServer(Search(asked), accelerator="cpu", workers_per_device=1, timeout=600)
    server.run(port=asked.port, host="127.0.0.1", generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
