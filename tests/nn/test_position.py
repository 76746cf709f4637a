"""Positions against plain formulas."""

import numpy as np
import pytest
import torch

from minigrad import Tensor, nn
from minigrad.ops.position import rotary, sinusoidal_positions


def test_the_table_of_sines_is_the_formula():
    table = sinusoidal_positions(np, 50, 12)
    for p in (0, 1, 7, 49):
        for i in range(6):
            angle = p / 10000 ** (2 * i / 12)
            np.testing.assert_allclose(table[p, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], atol=1e-6)


@pytest.mark.parametrize("offset", [0, 5])
def test_a_rotation_is_a_product_of_complex_numbers(offset):
    rng = np.random.default_rng(0)
    x, gy = rng.normal(size=(2, 2, 3, 7, 6))
    ours = Tensor(x, requires_grad=True)
    y = rotary(ours, offset)
    y.backward(Tensor(gy))
    leaf = torch.from_numpy(x).requires_grad_()
    angle = (torch.arange(7) + offset)[:, None] * 10000.0 ** (-torch.arange(0, 6, 2).double() / 6)
    turned = torch.view_as_complex(leaf.unflatten(-1, (3, 2))) * torch.polar(torch.ones_like(angle), angle)
    expected = torch.view_as_real(turned).flatten(-2)
    expected.backward(torch.from_numpy(gy))
    np.testing.assert_allclose(y.detach().numpy(), expected.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(ours.grad.numpy(), leaf.grad.numpy(), atol=1e-12)


def test_products_of_rotated_vectors_depend_on_their_distance_alone():
    rng = np.random.default_rng(1)
    q, k = rng.normal(size=(2, 1, 8))

    def product(i, j):
        return float((rotary(Tensor(q), i) * rotary(Tensor(k), j)).sum().item())

    assert product(3, 1) == pytest.approx(product(12, 10))
    assert product(3, 1) != pytest.approx(product(3, 2))


@pytest.mark.parametrize("kind", [nn.SinusoidalPositions, nn.LearnedPositions])
def test_positions_are_added_from_an_offset_on(kind):
    positions = kind(9, 4)
    x = np.ones((2, 3, 4), np.float32)
    y = positions(Tensor(x), 5).detach().numpy()
    np.testing.assert_allclose(y, x + positions.weight.detach().numpy()[5:8])
    assert ("weight" in positions.state_dict()) == (kind is nn.LearnedPositions)


def test_what_is_wrong_is_said():
    positions = nn.LearnedPositions(9, 4)
    with pytest.raises(ValueError, match="reaches place 10; its table has 9"):
        positions(Tensor(np.ones((1, 3, 4))), 7)
    with pytest.raises(ValueError, match=r"got input \(1, 3, 5\); expected \[..., t, 4\]"):
        positions(Tensor(np.ones((1, 3, 5))))
    with pytest.raises(ValueError, match="d_model must be even, got 5"):
        nn.SinusoidalPositions(9, 5)
    with pytest.raises(ValueError, match=r"expected floating-point \[..., t, d\] with an even d"):
        rotary(Tensor(np.ones((3, 5))))
    with pytest.raises(ValueError, match="offset must be at least 0, got -1"):
        rotary(Tensor(np.ones((3, 4))), -1)
