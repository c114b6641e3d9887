"""Sets of views, to train and measure embedders with: the group of commands."""

from __future__ import annotations

import click

from shopthelook.cli.dataset_views_check import check, inspect, show
from shopthelook.cli.dataset_views_cleaning import fold, merge, suspects
from shopthelook.cli.dataset_views_compose import compose
from shopthelook.cli.dataset_views_distractors import distractors
from shopthelook.cli.dataset_views_import import import_


@click.group()
def views() -> None:
    """Bring in, check and look at pictures of the same things, to train and measure embedders with.

    \b
    Examples:
      shopthelook dataset views import co-parsing ~/clothing-co-parsing views/fashion
      shopthelook dataset views check views/*
      shopthelook dataset views inspect views/fashion --out sheet.jpg
    """


views.add_command(import_)
views.add_command(show)
views.add_command(check)
views.add_command(inspect)
views.add_command(compose)
views.add_command(distractors)
views.add_command(suspects)
views.add_command(merge)
views.add_command(fold)
