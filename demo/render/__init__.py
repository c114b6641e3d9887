"""Renders the demo catalogue, its rooms and the training pictures from 3D models."""
