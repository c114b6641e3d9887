"""Data sets of pictures with boxes: the group of commands, one file each."""

from __future__ import annotations

import click

from shopthelook.cli.dataset_check import check, show
from shopthelook.cli.dataset_cleaning import fold, merge, suspects
from shopthelook.cli.dataset_import import import_
from shopthelook.cli.dataset_inspect import inspect
from shopthelook.cli.dataset_products import single_product
from shopthelook.cli.dataset_pseudo import pseudo_label
from shopthelook.cli.dataset_views import views


@click.group()
def dataset() -> None:
    """Bring in, check and look at pictures with boxes, to train and measure detectors with.

    \b
    Examples:
      shopthelook dataset import fashionpedia ~/fashionpedia sets/fashionpedia
      shopthelook dataset check sets/*
      shopthelook dataset inspect sets/fashionpedia --label Hats
    """


dataset.add_command(import_)
dataset.add_command(check)
dataset.add_command(show)
dataset.add_command(inspect)
dataset.add_command(single_product)
dataset.add_command(pseudo_label)
dataset.add_command(suspects)
dataset.add_command(merge)
dataset.add_command(fold)
dataset.add_command(views)
