"""Going on from an earlier run's weights, with the backbone's own first ones beside them."""

from pathlib import Path

import pytest
import torch
from tests.detection.training.recipes import tiny

from shopthelook.detection.training.architectures import build_model
from shopthelook.detection.training.recipe import RecipeError
from shopthelook.models.card import DataUse
from shopthelook.training.checkpoint import save
from shopthelook.training.origin import note_data

PHOTOS = DataUse("photos", "CC0", 9)
BACKBONE = 'backbone = "efficientnet-lite0"'


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose weights all differ from the first ones by 0.01."""
    torch.manual_seed(0)
    built = build_model(tiny(), 3)
    with torch.no_grad():
        for weight in built.model.parameters():
            weight.add_(0.01)
    save(tmp_path / "best.pt", {"model": built.model.state_dict()})
    note_data(tmp_path, [PHOTOS])
    return tmp_path / "best.pt"


def test_a_share_of_the_first_weights_comes_back_into_the_backbone(run: Path) -> None:
    torch.manual_seed(0)
    first = build_model(tiny(), 3)
    mixing = tiny((BACKBONE, f'{BACKBONE}\nbody_weights = "package"\nbody_share = 0.25'))
    mixed = build_model(mixing.with_weights(weights=str(run)), 3)
    old, new = first.model.state_dict(), mixed.model.state_dict()
    changes = {name: new[name] - old[name] for name, _ in first.model.named_parameters()}
    for name, change in changes.items():
        wanted = 0.0075 if name.startswith("backbone.body.") else 0.01
        torch.testing.assert_close(change, torch.full_like(change, wanted), atol=1e-5, rtol=0)
    assert mixed.start == (PHOTOS, *first.start)


def test_the_whole_run_goes_on_where_no_share_is_asked(run: Path) -> None:
    again = build_model(tiny().with_weights(weights=str(run)), 3)
    kept = torch.load(run, weights_only=True)["model"]
    assert all(torch.equal(value, kept[name]) for name, value in again.model.state_dict().items())
    assert again.start == (PHOTOS,)


def test_a_share_without_weights_is_refused() -> None:
    with pytest.raises(RecipeError, match="body_share needs body_weights"):
        tiny((BACKBONE, f"{BACKBONE}\nbody_share = 0.25"))
