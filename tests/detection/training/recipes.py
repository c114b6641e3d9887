"""A recipe that trains in a moment, for tests."""

from shopthelook.detection.training.recipe import Recipe

TINY = """
summary = "a test"

[data]
sets = [{ name = "photos" }]

[model]
architecture = "faster-rcnn"
backbone = "efficientnet-lite0"

[model.options]
neck = "pyramid"
channels = 16
head = "light"
width = 32
anchors = [[16], [32], [64]]
candidates = [100, 50]
proposals = [60, 30]
samples = [16, 16]

[picture]
shorter = 64
longer = 96

[training]
batch = 4
rate = 1e-3
optimiser = "adamw"
steps = 6
warmup = 2
clip = 5.0
average = 0.9
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
