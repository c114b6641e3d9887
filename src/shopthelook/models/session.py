"""ONNX Runtime sessions: opened when first used, shared by threads, sparing with cores."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as _state

from shopthelook.errors import ShopError
from shopthelook.models.bundle import Bundle, BundleError

_MOST_THREADS = 4
# ONNX Runtime's own exceptions share no base class but Exception.
_FAILURES: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(
        getattr(_state, name)
        for name in (
            "EPFail",
            "Fail",
            "InvalidArgument",
            "InvalidGraph",
            "InvalidProtobuf",
            "NoModel",
            "NoSuchFile",
            "NotImplemented",
            "RuntimeException",
        )
        if hasattr(_state, name)
    ),
)


class ModelRunError(ShopError):
    """A model that failed on an input, or gave something else than its card promises."""


def usable_cores() -> int:
    """The cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def default_threads() -> int:
    """Threads of a session where none are asked for: the cores this process may use, at most 4.

    One thread per request would be kinder to a crowded server, but most installs answer one shopper at a
    time, and models of this size gain little beyond 4 cores. Requests that run at the same time share
    the session's threads, so that many of them cannot ask for more cores than this.
    """
    return max(1, min(usable_cores(), _MOST_THREADS))


class Session:
    """The ONNX model of a bundle, ready to run.

    The file is read, checked against its sha256 and compiled at the first `run` or `open`; any number of
    threads may then call `run` at once.
    """

    def __init__(self, bundle: Bundle, threads: int = 0) -> None:
        """`threads` is the number that one run may use; 0 for `default_threads()`."""
        if threads < 0:
            raise ValueError(f"threads must be 0 (chosen for you) or more, not {threads}")
        self.bundle = bundle
        self.threads = threads or default_threads()
        self._lock = threading.Lock()
        self._session: Any = None

    def open(self) -> None:
        """Load the model now rather than at the first run. Raises `BundleError`."""
        self._opened()

    @property
    def is_open(self) -> bool:
        """Whether the model is in memory."""
        return self._session is not None

    def describe(self) -> tuple[dict[str, tuple[str, list[Any]]], dict[str, tuple[str, list[Any]]]]:
        """Inputs and outputs of the ONNX file: name -> (type, shape), free dimensions as names or None."""
        session = self._opened()
        inputs = {node.name: (node.type, list(node.shape)) for node in session.get_inputs()}
        outputs = {node.name: (node.type, list(node.shape)) for node in session.get_outputs()}
        return inputs, outputs

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run the model on named arrays; returns its outputs under the card's keys ("boxes", "embedding"...).

        Raises `BundleError` where the model cannot be loaded or lacks an output, `ModelRunError` where it
        fails on this input.
        """
        session = self._opened()
        keys = list(self.bundle.card.outputs)
        names = [self.bundle.card.outputs[key] for key in keys]
        try:
            results = session.run(names, dict(inputs))
        except _FAILURES as error:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in inputs.items())
            raise ModelRunError(f"model {self.bundle.id} failed on {shapes}: {_first_line(error)}") from error
        return {key: np.asarray(result) for key, result in zip(keys, results, strict=True)}

    def _opened(self) -> Any:
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._session = self._load()
        return self._session

    def _load(self) -> Any:
        data = self.bundle.read_model()
        try:
            session = onnxruntime.InferenceSession(
                data, sess_options=self._options(), providers=["CPUExecutionProvider"]
            )
        except _FAILURES as error:
            raise BundleError(
                f"{self.bundle.model_path} is not an ONNX model that can run here: {_first_line(error)}"
            ) from error
        card = self.bundle.card
        for word, wanted, nodes in (
            ("input", [card.input.name], session.get_inputs()),
            ("output", list(card.outputs.values()), session.get_outputs()),
        ):
            present = [node.name for node in nodes]
            if missing := [name for name in wanted if name not in present]:
                raise BundleError(
                    f"{self.bundle.model_path} has no {word} {', '.join(missing)} "
                    f"(it has {', '.join(present)}): mend the {word} of its card"
                )
        return session

    def _options(self) -> Any:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Idle threads that spin take the cores from the other model and from the web server: on busy cores
        # spinning doubled the time of a run and its CPU time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # A memory plan is made for one shape; the detector's input has another shape for every aspect.
        options.enable_mem_pattern = self.bundle.card.input.resize.mode != "fit"
        return options


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
