"""A recipe that trains in a moment, for tests."""

from shopthelook.embedding.training.recipe import Recipe

TINY = """
summary = "a test"

[data]
sets = [{ name = "things" }]

[[tasks]]
kind = "instance"

[[tasks]]
kind = "category"
least = 5

[[tasks]]
kind = "gender"
weight = 0.5
least = 5

[[tasks]]
kind = "attribute"
label = "color"
weight = 0.1
hidden = 8
least = 5

[model]
backbone = "mobilenetv3_small_050"
weights = "none"
norm = "frozen"
bits = 64

[picture]
resize = 36
crop = 32

[training]
batch = 8
rate = 0.05
steps = 6
warmup = 0
clip = 5.0
validate_every = 3
save_every = 2
"""


def tiny(*changes: tuple[str, str], **training: object) -> Recipe:
    """The recipe with parts of its text replaced and values of its schedule changed."""
    text = TINY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Recipe.parse(text, "tiny", "tiny.toml").with_training(**training)
