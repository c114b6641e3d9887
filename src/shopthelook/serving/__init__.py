"""The HTTP API and the web page of a shop."""

from shopthelook.serving.app import create_app

__all__ = ["create_app"]
