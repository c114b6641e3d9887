"""The colours of models in a report, the same in tables, keys and curves."""

from __future__ import annotations

COLORS = 6
"""Lines are of the classes c0, c1 ... in turn."""
STYLE = """
.c0{--c:#8a8f98}.c1{--c:#0072b2}.c2{--c:#d55e00}.c3{--c:#009e73}.c4{--c:#a8508b}.c5{--c:#b58900}
.only{--c:#0072b2}
@media(prefers-color-scheme:dark){.c0{--c:#9aa3af}.c1{--c:#56b4e9}.c2{--c:#ff8c42}.c3{--c:#2ec4a0}.c4{--c:#e08cc5}
.c5{--c:#e6c229}.only{--c:#56b4e9}}
"""


def color(i: int, n: int) -> str:
    """The colour class of model i of n."""
    return "only" if n == 1 else f"c{i % COLORS}"
