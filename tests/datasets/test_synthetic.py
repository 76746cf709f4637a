import numpy as np
import pytest

from minigrad.datasets import make_moons, make_rings, make_spirals
from minigrad.device import generator, manual_seed

MAKERS = [make_moons, make_rings, make_spirals]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("n", [2, 7, 100])
def test_types_and_balance(make, n):
    points, labels = make(n=n, seed=0)
    assert (points.shape, points.dtype) == ((n, 2), np.float32)
    assert (labels.shape, labels.dtype) == ((n,), np.int64)
    assert np.bincount(labels).tolist() == [n - n // 2, n // 2]
    assert np.isfinite(points).all()


@pytest.mark.parametrize("make", MAKERS)
def test_the_seed_decides(make):
    def same(a, b) -> bool:
        return (a[0] == b[0]).all() and (a[1] == b[1]).all()

    assert same(make(seed=1), make(seed=1))
    assert not same(make(seed=1), make(seed=2))
    manual_seed(3)
    first = make()
    generator().random()
    assert not same(first, make())
    manual_seed(3)
    assert same(first, make())


@pytest.mark.parametrize("make", MAKERS)
def test_the_order_is_mixed(make):
    _, labels = make(n=100, seed=0)
    assert 0.3 < labels[:50].mean() < 0.7


def test_moons_are_half_circles():
    points, labels = make_moons(n=1000, noise=0, seed=0)
    upper, lower = points[labels == 0], np.array([1, 0.5]) - points[labels == 1]
    for half in (upper, lower):
        np.testing.assert_allclose(np.hypot(*half.T), 1, rtol=1e-5)
        assert half[:, 1].min() >= -1e-6
        assert np.ptp(half[:, 0]) > 1.9


def test_rings_have_equally_spaced_radii():
    points, labels = make_rings(n=300, noise=0, seed=0, classes=3)
    np.testing.assert_allclose(np.hypot(*points.T), (labels + 1) / 3, rtol=1e-5)


def test_spirals_turn_into_each_other():
    points, labels = make_spirals(n=900, noise=0, seed=0, classes=3, turns=1.5)
    radius = np.hypot(*points.T)
    assert 0.09 < radius.min() < 0.2
    assert 0.98 < radius.max() <= 1
    winding = np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi) - 1.5 * radius - labels / 3
    np.testing.assert_allclose(winding, np.round(winding), atol=1e-4)


def test_noise_is_a_standard_deviation():
    (noisy, _), (clean, _) = make_rings(20000, 0.2, 0), make_rings(20000, 0, 0)
    assert (noisy - clean).std() == pytest.approx(0.2, rel=0.02)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="at least one point for each of at least one class, got n=1 and classes=2"):
        make_moons(n=1)
    with pytest.raises(ValueError, match="got n=5 and classes=0"):
        make_rings(n=5, classes=0)
    for noise in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="noise must be a standard deviation of at least 0, got"):
            make_spirals(noise=noise)
