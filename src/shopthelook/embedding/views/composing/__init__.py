"""Scenes made of things: cut out of their pictures and pasted into photos, so that both show the same thing."""

from shopthelook.embedding.views.composing.composer import Composed, ComposeOrder, compose

__all__ = ["ComposeOrder", "Composed", "compose"]
