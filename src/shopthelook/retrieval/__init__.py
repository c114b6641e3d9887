"""The product index: codes in, nearest products out. It knows arrays and ids only."""

from shopthelook.retrieval.exact import ExactIndex
from shopthelook.retrieval.hits import Hits
from shopthelook.retrieval.protocol import ProductIndex, RetrievalError

__all__ = ["ExactIndex", "Hits", "ProductIndex", "RetrievalError"]
