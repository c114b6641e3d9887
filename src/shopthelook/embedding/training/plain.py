"""EfficientNet-Lite0 as it comes, untrained for the task: what an embedder is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shopthelook.embedding.training.export import export_module
from shopthelook.models.backbones import LITE0_MEAN, LITE0_STD, efficientnet_lite0
from shopthelook.models.preprocess import normalise, square

CHANNELS = 1280


class PlainFeatures:
    """Pooled features of EfficientNet-Lite0 in ONNX Runtime.

    Args:
        size, mode: of the network's input, see `preprocess.square`.
        threads: that one run may use.
    """

    def __init__(self, size: int, mode: str = "square", threads: int = 1) -> None:
        self.size, self.mode = size, mode
        net: Any = efficientnet_lite0()
        net.reset_classifier(0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        model = export_module(net.eval(), size, ["features"]).SerializeToString()
        self._session: Any = onnxruntime.InferenceSession(model, options)

    def __call__(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Features (n, `CHANNELS`) of n RGB pictures of any size."""
        batch = np.stack([square(picture, self.size, self.mode) for picture in pictures])
        features: NDArray[np.float32] = self._session.run(
            ["features"], {"image": normalise(batch, LITE0_MEAN, LITE0_STD)}
        )[0]
        return features
