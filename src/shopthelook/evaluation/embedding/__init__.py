"""Offline figures of embeddings (section 6.3 of the paper): retrieval and attributes, embedders side by side."""

from shopthelook.evaluation.embedding.asking import Benchmark, ask
from shopthelook.evaluation.embedding.comparing import Gain, compare, permutation_test
from shopthelook.evaluation.embedding.evaluating import evaluate
from shopthelook.evaluation.embedding.looks import Looks, LookStore
from shopthelook.evaluation.embedding.results import Evaluation, Measured, Way
from shopthelook.evaluation.embedding.scores import Draws

__all__ = [
    "Benchmark",
    "Draws",
    "Evaluation",
    "Gain",
    "LookStore",
    "Looks",
    "Measured",
    "Way",
    "ask",
    "compare",
    "evaluate",
    "permutation_test",
]
