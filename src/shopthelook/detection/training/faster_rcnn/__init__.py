"""Faster R-CNN: with one map or a feature pyramid, on a light or a heavy backbone."""
