"""Options that several `shopthelook eval` commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import click

Option: TypeAlias = Callable[[Any], Any]

SPLITS = ("train", "val", "test", "all")

bundles_argument = click.argument("bundles", metavar="BUNDLE...", nargs=-1, required=True)
write_card_option = click.option(
    "--write-card", is_flag=True, help="Put the figures into the card of the last BUNDLE."
)


def views_option(what: str) -> Option:
    """``--data``: sets of views, and ``what`` they are for."""
    return click.option(
        "--data",
        multiple=True,
        required=True,
        type=click.Path(path_type=Path),
        metavar="DATA",
        help=f"A set of views {what}; may be repeated.",
    )


def split_option(which: str) -> Option:
    """``--split``; ``which`` says of what."""
    return click.option(
        "--split",
        type=click.Choice(SPLITS),
        default="test",
        show_default=True,
        help=f"{which}: val to choose by, test to publish, all for data that no training saw.",
    )


def report_option(what: str) -> Option:
    """``--report``: a folder, and ``what`` is written there."""
    return click.option(
        "--report",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help=f"Write report.html, report.md, {what}.",
    )


def keep_option(what: str) -> Option:
    """``--keep``: a folder for ``what`` takes long, and why to keep it."""
    return click.option(
        "--keep",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help=f"Keep {what} [default: that of --report].",
    )


def latency_option(what: str, default: int) -> Option:
    """``--latency``: how many of ``what`` are timed."""
    return click.option(
        "--latency",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        metavar="N",
        help=f"Time N {what} on one core.",
    )
