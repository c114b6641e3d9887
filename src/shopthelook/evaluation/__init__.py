"""Measuring: fixed splits, metrics and reports."""
