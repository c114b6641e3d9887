"""Reports on embedders: a page for people, the same as Markdown, and the figures as JSON."""

from shopthelook.evaluation.embedding.report.writing import write_report

__all__ = ["write_report"]
