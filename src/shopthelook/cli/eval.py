"""Measure on labelled data: the group of commands, one file each."""

from __future__ import annotations

import click

from shopthelook.cli.eval_attributes import attributes
from shopthelook.cli.eval_detection import detection
from shopthelook.cli.eval_kinds import kinds
from shopthelook.cli.eval_ladder import ladder
from shopthelook.cli.eval_retrieval import retrieval


@click.group()
def eval() -> None:
    """Measure models and a shop on data of which the truth is known.

    \b
    Examples:
      shopthelook eval detection detector-lite my-scenes --report measured
      shopthelook eval retrieval embedder-lite --data my-views --report measured
      shopthelook eval kinds demo/rooms.json
      shopthelook eval kinds labels.csv --kind flat --kind category --json
    """


eval.add_command(detection)
eval.add_command(retrieval)
eval.add_command(attributes)
eval.add_command(ladder)
eval.add_command(kinds)
