"""What a run tells while it goes on: a live line, tables of losses and figures, and TensorBoard."""

from __future__ import annotations

import csv
import sys
import time
from collections import deque
from typing import TYPE_CHECKING

from torch.utils.tensorboard import SummaryWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LOSSES, VALIDATION, BOARD = "losses.csv", "validation.csv", "tensorboard"
_LINE_EVERY_S = 10.0
_BAR_EVERY_S = 0.2
_BAR = 20


class Table:
    """A CSV file with a row a step. Rows of steps from ``start`` on, which a killed run left, are taken away."""

    def __init__(self, path: Path, start: int) -> None:
        self.path = path
        if path.exists():
            rows = [line for line in path.read_text().splitlines() if line]
            whole = [row for row in rows[1:] if row.count(",") == rows[0].count(",")]
            kept = rows[:1] + [row for row in whole if int(row.partition(",")[0]) <= start]
            path.write_text("".join(f"{row}\n" for row in kept))

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Add the row of a step, counted from 1."""
        fresh = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if fresh:
                writer.writerow(["step", *values])
            writer.writerow([step, *(f"{value:.6g}" for value in values.values())])


class Journal:
    """Writes down a run in its folder and shows how far it is, on standard error.

    Args:
        folder: the run's.
        start: steps done before, ``steps``: of the whole run.
        batch: pictures a step.
    """

    def __init__(self, folder: Path, start: int, steps: int, batch: int) -> None:
        self.steps, self.batch = steps, batch
        self._losses, self._validation = Table(folder / LOSSES, start), Table(folder / VALIDATION, start)
        self._board = SummaryWriter(str(folder / BOARD), purge_step=start + 1 if start else None)
        self._line = Line()
        self._times: deque[tuple[float, int]] = deque([(time.monotonic(), start)], maxlen=50)
        self._last = ""

    def step(self, step: int, losses: Mapping[str, float], rate: float) -> None:
        """Take down the losses of a step, counted from 1, and its learning rate relative to its phase's."""
        total = sum(losses.values())
        self._losses.add(step, {"loss": total, **losses, "rate": rate})
        for name, value in {"loss": total, **losses}.items():
            self._board.add_scalar(f"loss/{name}", value, step)
        self._board.add_scalar("rate", rate, step)
        now = time.monotonic()
        self._times.append((now, step))
        then, before = self._times[0]
        pace = (now - then) / max(1, step - before)
        self._line.show(
            step / self.steps,
            f"step {step}/{self.steps}  loss {total:.3f}  {self.batch / max(pace, 1e-9):.1f} pictures/s  "
            f"{_duration(pace * (self.steps - step))} left{self._last}",
            step == self.steps,
        )

    def validated(
        self, step: int, figures: Mapping[str, float], best: bool, picture: NDArray[np.uint8]
    ) -> None:
        """Take down the figures on the validation pictures after ``step``, with a picture of predictions."""
        self._validation.add(step, figures)
        for name, value in figures.items():
            self._board.add_scalar(f"validation/{name}", value, step)
        if picture.size:
            self._board.add_image("predictions", picture, step, dataformats="HWC")
        words = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self._last = f"  ({words.split('  ')[0]} at {step})"
        self.say(f"after step {step}: {words}{', the best so far' if best else ''}")

    def doing(self, what: str, done: int, total: int) -> None:
        """Show how far something other than a step is."""
        self._line.show(done / max(1, total), f"{what} {done}/{total}", done == total)

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._line.say(text)

    def close(self) -> None:
        """Write everything out."""
        self._line.clear()
        self._board.close()


class Line:
    """A bar that is rewritten in place on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._tty = sys.stderr.isatty()
        self._shown_at = 0.0
        self._width = 0

    def show(self, share: float, text: str, last: bool) -> None:
        """Show ``text`` with a bar that is full to ``share``, unless something was shown a moment ago."""
        now = time.monotonic()
        if not last and now - self._shown_at < (_BAR_EVERY_S if self._tty else _LINE_EVERY_S):
            return
        self._shown_at = now
        if not self._tty:
            print(text, file=sys.stderr, flush=True)
            return
        full = min(_BAR, int(_BAR * share))
        line = f"[{'#' * full}{'.' * (_BAR - full)}] {text}"
        print("\r" + line.ljust(self._width), end="", file=sys.stderr, flush=True)
        self._width = len(line)

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self.clear()
        print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the bar away."""
        if self._tty and self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)
            self._width = 0


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
