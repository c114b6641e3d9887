"""Losses against what they are by definition."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from shopthelook.embedding.training.losses import (
    among,
    binarised,
    expected,
    label_loss,
    pairs_loss,
    proxy_logits,
    quantisation_loss,
)


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_normalised_softmax_is_the_papers() -> None:
    embedding, proxies, classes = numbers(5, 8), numbers(7, 8, seed=1), torch.tensor([0, 3, 3, 6, 2])
    found = label_loss(proxy_logits(embedding, proxies, 0.05), classes, 1.0)
    x = embedding.numpy() / np.linalg.norm(embedding.numpy(), axis=1, keepdims=True)
    p = proxies.numpy() / np.linalg.norm(proxies.numpy(), axis=1, keepdims=True)
    terms = [
        -np.log(np.exp(one @ p[label] / 0.05) / sum(np.exp(one @ other / 0.05) for other in p))
        for one, label in zip(x, classes.tolist(), strict=True)
    ]
    assert float(found) == pytest.approx(np.mean(terms), rel=1e-4)


def test_among_drawn_classes_the_others_do_not_compete() -> None:
    embedding, proxies = numbers(3, 8), numbers(9, 8, seed=1)
    drawn = torch.tensor([1, 4, 7, 8])
    places = among(torch.tensor([7, -1, 1]), drawn)
    assert places.tolist() == [2, -1, 0]
    found = label_loss(proxy_logits(embedding, proxies[drawn], 0.1), places, 2 / 3)
    without = proxy_logits(embedding, proxies, 0.1)
    without[:, [0, 2, 3, 5, 6]] = -torch.inf
    wanted = functional.cross_entropy(without[[0, 2]], torch.tensor([7, 1]))
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)


def test_views_of_a_thing_find_each_other_as_the_paper_has_it() -> None:
    codes, classes = numbers(7, 8).requires_grad_(), torch.tensor([4, 1, 4, -1, 1, 4, 2])
    found = pairs_loss(codes, classes, 0.1, 6 / 7)
    unit = (codes / codes.norm(dim=1, keepdim=True)).detach().numpy()
    terms = []
    for i, asked in enumerate(classes.tolist()):
        if asked < 0:
            continue
        rest = [
            np.exp(unit[i] @ unit[k] / 0.1) for k, c in enumerate(classes.tolist()) if c not in (-1, asked)
        ]
        own = [
            np.exp(unit[i] @ unit[k] / 0.1) for k, c in enumerate(classes.tolist()) if c == asked and k != i
        ]
        terms.append(np.mean([-np.log(one / (one + sum(rest))) for one in own]) if own else 0)
    assert float(found.detach()) == pytest.approx(sum(terms) / 6, rel=1e-4)
    found.backward()
    assert codes.grad is not None
    assert torch.isfinite(codes.grad).all()
    assert (codes.grad[3] == 0).all()


def test_a_batch_of_one_thing_or_of_none_has_nothing_to_tell_apart() -> None:
    for classes in ([0, 0, 0], [-1, -1, -1], [0, 1, 2]):
        codes = numbers(3, 8).requires_grad_()
        loss = pairs_loss(codes, torch.tensor(classes), 0.1, 1.0)
        loss.backward()
        assert float(loss.detach()) == 0
        assert codes.grad is not None
        assert torch.isfinite(codes.grad).all()


def test_parts_of_a_batch_add_up_to_the_whole() -> None:
    logits, classes = numbers(8, 4), torch.tensor([0, -1, -1, 3, 2, -1, -1, -1])
    whole = label_loss(logits, classes, 3 / 8)
    assert float(whole) == pytest.approx(
        float(functional.cross_entropy(logits[[0, 3, 4]], classes[[0, 3, 4]]))
    )
    parts = [label_loss(logits[at : at + 2], classes[at : at + 2], 3 / 8) for at in range(0, 8, 2)]
    assert float(sum(parts)) / 4 == pytest.approx(float(whole))


def test_pictures_without_the_label_teach_nothing() -> None:
    logits = numbers(4, 3).requires_grad_()
    loss = label_loss(logits, torch.full((4,), -1), 0.5)
    loss.backward()
    assert float(loss.detach()) == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_a_rare_label_weighs_no_more_than_one_picture_would() -> None:
    assert expected(0.5, 8) == 0.5
    assert expected(0.001, 8) == 1 / 8


@pytest.mark.parametrize("how", ["float", "tanh", "straight-through"])
def test_binarised(how: str) -> None:
    embedding = torch.tensor([[-2.0, -0.1, 0.0, 0.3]], requires_grad=True)
    code = binarised(embedding, how)
    wanted = {
        "float": embedding,
        "tanh": torch.tanh(embedding),
        "straight-through": torch.tensor([[-1, -1, -1, 1.0]]),
    }
    torch.testing.assert_close(code, wanted[how])
    code.sum().backward()
    slope = torch.ones(1, 4) if how == "float" else 1 - torch.tanh(embedding.detach()) ** 2
    torch.testing.assert_close(embedding.grad, slope)


def test_quantisation_is_the_distance_from_the_signs() -> None:
    assert float(quantisation_loss(torch.tensor([[1.0, -1.0], [0.5, -3.0]]))) == pytest.approx((0.25 + 4) / 4)
