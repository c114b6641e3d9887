"""The product index: codes in, nearest products out. It knows arrays and ids only."""

from shopthelook.retrieval.exact import ExactIndex
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.protocol import Attributes, ProductIndex, Query, RetrievalError, Rows

__all__ = ["Attributes", "ExactIndex", "Hits", "Plan", "ProductIndex", "Query", "RetrievalError", "Rows"]
