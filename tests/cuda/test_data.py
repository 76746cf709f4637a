"""Batches and transforms on the GPU are those of the CPU; gradients are checked there too."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, functional, gradcheck, gradgradcheck
from minigrad.data import DataLoader, TensorDataset
from minigrad.data.transforms import Compose, Cutout, Mixup, Normalize, Pad, RandomCrop, RandomHorizontalFlip
from minigrad.gradcheck import GradcheckError
from tests import standin
from tests.oracle import on_host

NORMALIZE = Normalize((0.5, 0.4, 0.3), (0.2, 0.2, 0.3))
TRANSFORMS = {
    "none": None,
    "normalize": NORMALIZE,
    "pad": Pad(2, "reflect"),
    "crop": RandomCrop(6, padding=2),
    "crop without padding": RandomCrop((5, 8)),
    "flip": RandomHorizontalFlip(),
    "cutout": Compose([NORMALIZE, Cutout(3)]),
    "mixup": Compose([NORMALIZE, Mixup(0.4, 3)]),
}


def batches(name, device):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (10, 3, 8, 8)).astype(np.uint8), rng.integers(0, 3, 10)
    dataset = TensorDataset(Tensor(images, device=device), Tensor(labels, device=device))
    return list(DataLoader(dataset, 4, shuffle=True, seed=1, transform=TRANSFORMS[name]))


@pytest.mark.parametrize("name", TRANSFORMS)
def test_batches_are_those_of_the_cpu(name, device):
    for here, there in zip(batches(name, "cpu"), batches(name, device), strict=True):
        for expected, found in zip(here, there, strict=True):
            assert found.device == "cuda:0"
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(on_host(found), on_host(expected), 1e-6, 1e-6)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_making_batches_waits_for_nothing(name, device, request):
    if "stand-in" not in request.node.name:
        pytest.skip("the stand-in counts")
    with standin.counted() as found:
        batches(name, device)
    assert found.read == []


def test_gradients_are_checked_on_the_device(device):
    x = minigrad.randn(3, 4, dtype="float64", device=device).requires_grad_()
    assert gradcheck(functional.softmax, [x, 1])
    assert gradgradcheck(lambda x: functional.softmax(x, 1), x)
    assert x.device == "cuda:0"
    with pytest.raises(GradcheckError, match="gradient of input 0"):
        gradcheck(lambda x: x.detach() * x, x)
