import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad.data import DataLoader, Dataset, Subset, TensorDataset
from minigrad.device import generator, manual_seed
from minigrad.tensor import Tensor


class Squares(Dataset):
    """Sample by sample: (i, i * i)."""

    def __init__(self, n: int):
        self.n = n

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[float, int]:
        return float(index), index * index


def squares(n: int) -> TensorDataset:
    return TensorDataset(np.arange(n, dtype=np.float32), np.arange(n) ** 2)


def epoch(loader: DataLoader) -> list[list[int]]:
    """The sample numbers of each batch."""
    return [x.data.astype(int).tolist() for x, _ in loader]


def flat(batches: list[list[int]]) -> list[int]:
    return [i for batch in batches for i in batch]


def jitter(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return x + rng.random(x.shape, np.float32), y


def prefetch_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "minigrad-prefetch"]


cases = given(
    n=st.integers(1, 40),
    batch_size=st.integers(1, 12),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**64),
    prefetch=st.integers(0, 3),
    by_sample=st.booleans(),
)


# ------------------------------------------------------------------------------------------------------------- order


@cases
@settings(max_examples=60, deadline=None)
def test_every_epoch_is_a_permutation(n, batch_size, drop_last, seed, prefetch, by_sample):
    data = Squares(n) if by_sample else squares(n)
    loader = DataLoader(data, batch_size, True, drop_last=drop_last, seed=seed, prefetch=prefetch)
    whole = n // batch_size * batch_size
    for _ in range(3):
        batches = epoch(loader)
        assert len(batches) == len(loader) == (whole // batch_size if drop_last else -(-n // batch_size))
        assert all(len(batch) == batch_size for batch in batches[: whole // batch_size])
        samples = flat(batches)
        assert len(set(samples)) == len(samples) == (whole if drop_last else n)
        assert set(samples) <= set(range(n))


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("n", [1, 5, 12, 13])
def test_without_shuffling_the_batches_are_those_of_pytorch(n, drop_last):
    torch_data = pytest.importorskip("torch").utils.data
    expected = [x.tolist() for x in torch_data.DataLoader(range(n), 4, drop_last=drop_last)]
    loader = DataLoader(range(n), 4, drop_last=drop_last)
    assert [x.tolist() for x in loader] == [x.tolist() for x in loader] == expected
    assert len(loader) == len(expected)


def test_the_order_depends_on_seed_and_epoch_alone():
    def orders(seed: int, **settings: Any) -> list[list[int]]:
        loader = DataLoader(squares(30), 7, shuffle=True, seed=seed, **settings)
        result = []
        for _ in range(3):
            generator().random()
            result.append(flat(epoch(loader)))
        return result

    assert orders(3) == orders(3) == orders(3, prefetch=2, transform=lambda x, y, rng: (x, y))
    assert orders(3) != orders(4)
    assert len({tuple(order) for order in orders(3)}) == 3


def test_without_a_seed_the_order_follows_manual_seed():
    def order() -> list[list[int]]:
        manual_seed(5)
        loader = DataLoader(squares(30), 10, shuffle=True)
        generator().random(100)
        return epoch(loader)

    assert order() == order()
    assert epoch(DataLoader(squares(30), 30, shuffle=True)) != epoch(DataLoader(squares(30), 30, shuffle=True))


def test_two_iterations_at_a_time_are_two_epochs():
    loader = DataLoader(squares(20), 5, shuffle=True, seed=0)
    first, second = [], []
    for (x, _), (y, _) in zip(loader, loader):
        first += x.tolist()
        second += y.tolist()
    again = DataLoader(squares(20), 5, shuffle=True, seed=0)
    assert [first, second] == [flat(epoch(again)), flat(epoch(again))]


def test_an_iteration_left_early_is_followed_by_a_new_epoch():
    loader, whole = (DataLoader(squares(20), 5, shuffle=True, seed=0) for _ in range(2))
    next(iter(loader))
    epoch(whole)
    assert epoch(loader) == epoch(whole)


# ------------------------------------------------------------------------------------------------------------ resume


@cases
@settings(max_examples=25, deadline=None)
def test_resuming_anywhere_equals_not_stopping(n, batch_size, drop_last, seed, prefetch, by_sample):
    data = Squares(n) if by_sample else squares(n)

    def make(seed: int) -> DataLoader:
        return DataLoader(data, batch_size, True, drop_last=drop_last, seed=seed, prefetch=prefetch, transform=jitter)

    def values(loader: DataLoader) -> list[list[float]]:
        return [x.tolist() for x, _ in loader]

    uninterrupted = make(seed)
    epochs = [values(uninterrupted) for _ in range(4)]
    stopped = make(seed)
    for e in range(2):
        for b, _ in enumerate(stopped):
            resumed = make(seed + 1)
            resumed.load_state_dict(json.loads(json.dumps(stopped.state_dict())))
            assert [values(resumed), values(resumed)] == [epochs[e][b + 1 :], epochs[e + 1]]
        after = make(seed + 1)
        after.load_state_dict(stopped.state_dict())
        assert values(after) == epochs[e + 1]


def test_a_state_from_before_the_first_batch_is_the_whole_epoch():
    loader, resumed = DataLoader(squares(9), 2, True, seed=4), DataLoader(squares(9), 2, True)
    resumed.load_state_dict(loader.state_dict())
    assert epoch(resumed) == epoch(loader)


def test_going_back_to_an_earlier_state_of_the_same_loader():
    loader = DataLoader(squares(20), 5, shuffle=True, seed=0)
    batches = iter(loader)
    next(batches)
    state = loader.state_dict()
    rest = [x.tolist() for x, _ in batches]
    for _ in loader:
        loader.load_state_dict(state)
        break
    assert [x.tolist() for x, _ in loader] == rest


def test_an_older_iteration_does_not_move_the_state():
    loader = DataLoader(squares(20), 5, shuffle=True, seed=0)
    older, newer = iter(loader), iter(loader)
    next(older)
    next(newer)
    state = loader.state_dict()
    assert len(list(older)) == 3
    assert loader.state_dict() == state
    assert (state["epoch"], state["batch"]) == (1, 1)


def test_a_state_of_other_data_or_batches_is_refused():
    state = DataLoader(squares(20), 5, seed=0).state_dict()
    with pytest.raises(ValueError, match="state is of a DataLoader with batch_size 5, this one has batch_size 4"):
        DataLoader(squares(20), 4).load_state_dict(state)
    with pytest.raises(ValueError, match="with samples 20, this one has samples 21"):
        DataLoader(squares(21), 5).load_state_dict(state)
    with pytest.raises(ValueError, match="with shuffle False, this one has shuffle True"):
        DataLoader(squares(20), 5, shuffle=True).load_state_dict(state)
    with pytest.raises(ValueError, match=r"needs seed, epoch, .* got batch"):
        DataLoader(squares(20), 5).load_state_dict({"batch": 1})
    with pytest.raises(ValueError, match="after batch 5 of an epoch, which has 4 batches"):
        DataLoader(squares(20), 5).load_state_dict({**state, "batch": 5})
    with pytest.raises(ValueError, match="epoch must be a whole number of at least 0, got -1"):
        DataLoader(squares(20), 5).load_state_dict({**state, "epoch": -1})


# ----------------------------------------------------------------------------------------------------------- batches


def test_batches_are_tensors_whichever_way_they_are_taken():
    for data in (
        squares(7),
        Subset(Subset(squares(9), range(1, 9)), [-1, 0, 3]),
        Squares(7),
        Subset(Squares(9), [8, 2]),
    ):
        for x, y in DataLoader(data, 2):
            assert type(x) is type(y) is Tensor
            assert (x.dtype, y.dtype) == (np.float32, np.int64)
            assert (x.data**2 == y.data).all()
            assert x.data.flags.c_contiguous


def test_a_subset_is_taken_from_in_its_own_order():
    data = Subset(Subset(squares(9), [8, 7, 6, 5]), [2, 0])
    assert epoch(DataLoader(data, 2)) == [[6, 8]]


def test_a_batch_is_a_copy():
    data = squares(6)
    for x, _ in DataLoader(data, 2):
        x.data[:] = -1
    assert data.tensors[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_an_overridden_getitem_is_not_bypassed():
    class Negative(TensorDataset):
        def __getitem__(self, index: int) -> tuple:
            x, y = super().__getitem__(index)
            return Tensor(-x.data), y

    assert epoch(DataLoader(Negative(np.arange(1.0, 5.0), np.arange(4)), 4)) == [[-1, -2, -3, -4]]


def test_a_dataset_may_take_whole_batches_itself():
    class Windows(Dataset):
        text = np.arange(100, 200)

        def __len__(self) -> int:
            return 97

        def get_batch(self, indices: np.ndarray) -> dict[str, np.ndarray]:
            return {"window": self.text[indices[:, None] + np.arange(3)]}

    batch = next(iter(DataLoader(Windows(), 2)))
    assert batch["window"].tolist() == [[100, 101, 102], [101, 102, 103]]
    assert isinstance(batch["window"], Tensor)


def test_lists_and_arrays_are_data_sets_too():
    assert [x.tolist() for x in DataLoader([3.0, 4.0, 5.0], 2)] == [[3, 4], [5]]
    rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert [x.tolist() for x in DataLoader(rows, 2)] == [[[0, 1], [2, 3]], [[4, 5]]]


def test_collate_fn_gets_the_samples():
    def pad(samples: list) -> tuple:
        width = max(len(sample) for sample in samples)
        return np.array([sample + [0] * (width - len(sample)) for sample in samples]), [len(s) for s in samples]

    (padded, lengths), last = DataLoader([[1], [2, 3], [4]], 2, collate_fn=pad)
    assert isinstance(padded, Tensor)
    assert padded.tolist() == [[1, 0], [2, 3]]
    assert lengths == [1, 2]
    assert last[0].tolist() == [[4]]


def test_samples_that_do_not_stack_are_named_by_their_numbers_in_the_data_set():
    ragged = [np.zeros(2)] * 5 + [np.zeros(3)]
    with pytest.raises(ValueError, match=r"sample 4 has shape \(2,\), sample 5 has shape \(3,\)"):
        list(DataLoader(ragged, 2))


# --------------------------------------------------------------------------------------------------------- transform


def test_transform_is_the_same_with_and_without_a_thread():
    def run(prefetch: int, by_sample: bool) -> list[list[float]]:
        data = Squares(20) if by_sample else squares(20)
        loader = DataLoader(data, 6, shuffle=True, seed=1, prefetch=prefetch, transform=jitter)
        return [x.tolist() for _ in range(2) for x, _ in loader]

    reference = run(0, False)
    assert run(3, False) == run(1, True) == reference
    assert len({tuple(batch[:2]) for batch in reference}) == len(reference)


def test_transform_draws_anew_in_every_batch_and_epoch():
    loader = DataLoader(squares(4), 2, seed=1, transform=lambda x, y, rng: (rng.random(2), y))
    draws = [tuple(x.tolist()) for _ in range(3) for x, _ in loader]
    assert len(set(draws)) == 6


def test_transform_gets_raw_arrays_and_its_result_is_wrapped():
    def scale(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
        assert type(images) is type(labels) is np.ndarray
        return {"images": images / 255, "labels": labels, "name": "scaled"}

    data = TensorDataset(np.full((3, 2, 2), 255, np.uint8), np.arange(3))
    batch = next(iter(DataLoader(data, 2, transform=scale)))
    assert batch["images"].dtype == np.float32
    assert batch["images"].tolist() == np.ones((2, 2, 2)).tolist()
    assert batch["name"] == "scaled"


def test_transform_of_float64_stays_float64():
    data = TensorDataset(np.zeros((3, 2)))
    (x,) = next(iter(DataLoader(data, 2, transform=lambda x, rng: (x + 1,))))
    assert x.dtype == np.float64


def test_transform_of_a_batch_that_is_no_tuple():
    (batch,) = DataLoader([{"x": 1.0}, {"x": 2.0}], 2, transform=lambda batch, rng: batch["x"] * 2)
    assert batch.tolist() == [2, 4]


def test_transform_that_forgets_to_return():
    with pytest.raises(ValueError, match="returned None; it must return the batch"):
        next(iter(DataLoader(squares(3), transform=lambda x, y, rng: None)))


# --------------------------------------------------------------------------------------------------- wrong arguments


@pytest.mark.parametrize("batch_size", [0, -3, 2.0, "4", None, True])
def test_batch_size_must_be_a_positive_whole_number(batch_size):
    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1, got"):
        DataLoader(squares(3), batch_size)


@pytest.mark.parametrize("data", [[], TensorDataset(np.zeros((0, 3))), Subset(squares(3), [])])
def test_an_empty_data_set_is_refused(data):
    with pytest.raises(ValueError, match="DataLoader needs at least one sample, the data set is empty"):
        DataLoader(data)


def test_seed_and_prefetch_must_be_whole_numbers():
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got -1"):
        DataLoader(squares(3), seed=-1)
    with pytest.raises(ValueError, match=r"prefetch must be a whole number of at least 0, got 1\.5"):
        DataLoader(squares(3), prefetch=1.5)


# ----------------------------------------------------------------------------------------------------------- threads


@pytest.mark.parametrize("prefetch", [0, 2])
def test_an_error_in_the_data_set_keeps_its_traceback(prefetch):
    class Broken(Squares):
        def __getitem__(self, index: int) -> tuple[float, int]:
            if index == 5:
                raise OSError("the file of sample 5 is gone")
            return super().__getitem__(index)

    batches = iter(DataLoader(Broken(9), 2, prefetch=prefetch))
    assert [next(batches)[0].tolist() for _ in range(2)] == [[0, 1], [2, 3]]
    with pytest.raises(OSError, match="the file of sample 5") as caught:
        next(batches)
    assert caught.traceback[-1].name == "__getitem__"
    assert caught.traceback[-1].path.name == "test_loader.py"
    assert not prefetch_threads()


def test_no_thread_outlives_its_iteration():
    loader = DataLoader(squares(100), 2, prefetch=3)
    for _ in loader:
        assert len(prefetch_threads()) <= 1
    assert not prefetch_threads()
    for _ in loader:
        break
    assert not prefetch_threads()
    batches = iter(loader)
    next(batches)
    del batches
    assert not prefetch_threads()


def test_a_thread_only_where_it_helps():
    assert DataLoader(squares(3)).prefetch == DataLoader(Subset(squares(3), [0])).prefetch == 0
    assert DataLoader(Squares(3)).prefetch == DataLoader(squares(3), transform=jitter).prefetch == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_while_waiting_for_a_batch():
    script = """
import time
from minigrad.data import DataLoader

class Slow(list):
    def __getitem__(self, index):
        print("waiting", flush=True)
        time.sleep(60)

next(iter(DataLoader(Slow([1]), prefetch=1)))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert errors.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: DataLoader(5), TypeError, "DataLoader needs a data set with __getitem__ and __len__, got int"),
        (lambda: DataLoader(iter([1])), TypeError, "DataLoader needs a data set .* got list_iterator"),
        (lambda: DataLoader(squares(5), shuffle="no"), TypeError, "shuffle must be True or False, got 'no'"),
        (lambda: DataLoader(squares(5), drop_last=1), TypeError, "drop_last must be True or False, got 1"),
        (lambda: DataLoader(squares(5), transform=3), TypeError, "transform must be a function, got int"),
        (lambda: DataLoader(squares(5), collate_fn="a"), TypeError, "collate_fn must be a function, got str"),
        (lambda: DataLoader(squares(5), num_workers=4), ValueError, "got num_workers=4 .* prefetch= says how many"),
        (lambda: DataLoader(squares(5), pin_memory=True), ValueError, "pin_memory=True, expected 0 and False"),
    ],
)
def test_arguments_of_the_wrong_kind_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_harmless_values_of_pytorchs_arguments_are_taken():
    assert len(DataLoader(squares(5), num_workers=0, pin_memory=False)) == 5


@pytest.mark.parametrize("state", [None, [1, 2], "a"])
def test_what_is_no_state_is_refused(state):
    with pytest.raises(ValueError, match="the state of a DataLoader must be a dict, got"):
        DataLoader(squares(5)).load_state_dict(state)
