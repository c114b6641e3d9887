"""Pictures to binary codes that are near each other where the pictures look alike."""

from shopthelook.embedding.binary import hamming, pack, similarity, unpack
from shopthelook.embedding.embedder import Embedder, Embeddings

__all__ = ["Embedder", "Embeddings", "hamming", "pack", "similarity", "unpack"]
