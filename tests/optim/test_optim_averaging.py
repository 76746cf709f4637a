"""Averages of weights against torch.optim.swa_utils, and in the training loop."""

import numpy as np
import pytest
import torch

from minigrad import Tensor, load, manual_seed, nn, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import make_moons
from minigrad.errors import CheckpointError
from minigrad.optim.swa_utils import AveragedModel, get_ema_avg_fn
from minigrad.training import CHECKPOINT, Trainer, read_checkpoint


def pair():
    """The same small network with batch norm in minigrad and in PyTorch."""
    ours = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    theirs.load_state_dict({k: torch.from_numpy(v.numpy().copy()) for k, v in ours.state_dict().items()})
    return ours, theirs


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("decay", [None, 0.0, 0.9])
def test_averages_are_those_of_pytorch(decay, use_buffers):
    manual_seed(0)
    ours, theirs = pair()
    if decay is None:
        mine, wanted = AveragedModel(ours, use_buffers=use_buffers), {}
    else:
        mine = AveragedModel(ours, get_ema_avg_fn(decay), use_buffers)
        wanted = {"avg_fn": torch.optim.swa_utils.get_ema_avg_fn(decay)}
    reference = torch.optim.swa_utils.AveragedModel(theirs, use_buffers=use_buffers, **wanted)
    rng = np.random.default_rng(0)
    for _ in range(4):
        x = rng.normal(size=(5, 3)).astype(np.float32)
        ours(Tensor(x))  # running statistics change
        theirs(torch.from_numpy(x))
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            step = rng.normal(size=p.shape).astype(np.float32)
            p.data += step
            q.data += torch.from_numpy(step)
        mine.update_parameters(ours)
        reference.update_parameters(theirs)
    expected = reference.state_dict()
    assert mine.state_dict().keys() == expected.keys()
    for name, value in mine.state_dict().items():
        if "num_batches" not in name:  # PyTorch averages this whole number as if it were none
            np.testing.assert_allclose(value.numpy(), expected[name].numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


def test_the_copy_is_called_and_the_model_is_left_alone():
    model = nn.Linear(2, 1)
    average = AveragedModel(model)
    before = model.weight.data.copy()
    average.update_parameters(model)
    model.weight.data += 2
    average.update_parameters(model)
    np.testing.assert_allclose(average.module.weight.data, before + 1, rtol=1e-6)
    np.testing.assert_allclose(model.weight.data, before + 2)
    x = Tensor([[1.0, 1.0]])
    np.testing.assert_array_equal(average(x).detach().numpy(), average.module(x).detach().numpy())


def test_another_model_is_refused():
    with pytest.raises(ValueError, match="other names or shapes"):
        AveragedModel(nn.Linear(2, 1)).update_parameters(nn.Linear(2, 2))
    with pytest.raises(ValueError, match=r"decay must be from 0 to 1, got 1\.5"):
        get_ema_avg_fn(1.5)


def trainer(folder, averaged=True):
    manual_seed(3)
    points, labels = make_moons(n=200, noise=0.1, seed=0)
    model = nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(points, labels), 32, shuffle=True, seed=1)
    average = AveragedModel(model, get_ema_avg_fn(0.9), use_buffers=True) if averaged else None
    return Trainer(model, optimizer, loader, folder=folder, average=average)


def test_a_run_that_was_stopped_goes_on_with_its_average(tmp_path):
    whole = trainer(tmp_path / "a")
    whole.fit(3)
    part = trainer(tmp_path / "b")
    part.fit(1)
    rest = trainer(tmp_path / "b")
    rest.resume(read_checkpoint(tmp_path / "b"))
    rest.fit(3)
    for name, value in whole.trained.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), rest.trained.state_dict()[name].numpy(), err_msg=name)
    assert not np.allclose(whole.trained[0].weight.data, whole.model[0].weight.data)


def test_a_checkpoint_without_an_average_does_not_fit_a_run_with_one(tmp_path):
    trainer(tmp_path, averaged=False).fit(1)
    state = load(tmp_path / CHECKPOINT)
    with pytest.raises(CheckpointError, match="it has no averaged weights, the run has averaged weights"):
        trainer(None).resume(state)
