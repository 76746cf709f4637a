import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad.data import ConcatDataset, DataLoader, Dataset, Subset, TensorDataset, random_split
from minigrad.device import manual_seed
from minigrad.tensor import Tensor


def points(n: int) -> TensorDataset:
    return TensorDataset(np.arange(n, dtype=np.float32), np.arange(n) * 10)


def test_tensor_dataset_pairs_rows():
    images, labels = np.arange(12, dtype=np.uint8).reshape(3, 2, 2), np.array([5, 6, 7])
    data = TensorDataset(Tensor(images), labels)
    image, label = data[-1]
    assert len(data) == 3
    assert image.data.tolist() == [[8, 9], [10, 11]]
    assert image.dtype == np.uint8
    assert label.item() == 7
    assert data.tensors[1].data is labels
    assert [sample[1].item() for sample in data] == [5, 6, 7]
    assert data[1:][1].tolist() == [6, 7]


def test_get_batch_copies_rows_in_order():
    data = points(5)
    x, y = data.get_batch(np.array([3, 0, 3]))
    assert x.tolist() == [3, 0, 3]
    assert y.tolist() == [30, 0, 30]
    x[:] = -1
    assert data.tensors[0].tolist() == [0, 1, 2, 3, 4]


def test_tensor_dataset_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"equal length, got 3 and 4 \(shapes \(3, 2\) and \(4,\)\)"):
        TensorDataset(np.zeros((3, 2)), np.zeros(4))
    with pytest.raises(ValueError, match="at least one tensor, got none"):
        TensorDataset()
    with pytest.raises(ValueError, match=r"a dimension of samples, got shapes \(\)"):
        TensorDataset(np.float32(3))


@pytest.mark.parametrize("index", [3, -4])
def test_an_index_out_of_range(index):
    with pytest.raises(IndexError, match=f"TensorDataset got the index {index}, it has 3 samples"):
        points(3)[index]
    with pytest.raises(IndexError, match=f"Subset got the index {index}, it has 3 samples"):
        Subset(points(9), [1, 2, 3])[index]


def test_subset_is_in_the_order_of_its_indices():
    subset = Subset(points(5), [4, -1, 0])
    assert len(subset) == 3
    assert subset.indices.tolist() == [4, 4, 0]
    assert [label.item() for _, label in subset] == [40, 40, 0]
    assert len(Subset(points(5), [])) == 0


def test_subset_refuses_wrong_indices():
    with pytest.raises(ValueError, match="Subset got the index 5, the data set has 5 samples"):
        Subset(points(5), [0, 5])
    with pytest.raises(ValueError, match="Subset got the index -6"):
        Subset(points(5), [-6])
    with pytest.raises(ValueError, match=r"flat list of integer indices, got dtype float64 of shape \(1,\)"):
        Subset(points(5), [0.5])
    with pytest.raises(ValueError, match=r"got dtype int64 of shape \(1, 2\)"):
        Subset(points(5), [[0, 1]])


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5), st.integers(0, 2**32))
def test_random_split_divides_without_overlap(lengths, seed):
    parts = random_split(points(sum(lengths)), lengths, np.random.default_rng(seed))
    assert [len(part) for part in parts] == lengths
    assert sorted(np.concatenate([part.indices for part in parts])) == list(range(sum(lengths)))


def test_random_split_follows_its_generator():
    def split(seed: int) -> list[int]:
        return random_split(points(50), [0.5, 0.5], np.random.default_rng(seed))[0].indices.tolist()

    assert split(1) == split(1) != split(2)
    manual_seed(7)
    first = random_split(points(50), [25, 25])[0].indices.tolist()
    manual_seed(7)
    assert random_split(points(50), [25, 25])[0].indices.tolist() == first


@given(st.integers(1, 200), st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(deadline=None)
@pytest.mark.filterwarnings("ignore:Length of split")
def test_fractions_give_the_sizes_that_pytorch_gives(n, weights):
    torch_data = pytest.importorskip("torch").utils.data
    fractions = [weight / sum(weights) for weight in weights]
    if sum(fractions) > 1:  # by rounding; PyTorch takes such fractions for lengths
        return
    expected = [len(part) for part in torch_data.random_split(range(n), fractions)]
    assert [len(part) for part in random_split(points(n), fractions)] == expected


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([3, 6], "got the lengths 3 and 6, which sum to 9, for 10 samples"),
        ([0.5, 0.4], "fractions must sum to 1, these sum to 0.9"),
        ([12, -2], "lengths of 0 or more, got 12 and -2"),
        ([float("nan"), 0.5], "lengths of 0 or more, got nan and 0.5"),
        ([], "at least one length, got none"),
    ],
)
def test_random_split_refuses_lengths_that_do_not_fit(lengths, message):
    with pytest.raises(ValueError, match=message):
        random_split(points(10), lengths)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random_split(points(10), ["a"]), "random_split: a length must be a number, got str"),
        (lambda: random_split(points(10), [True, False]), "random_split: a length must be a number, got bool"),
        (lambda: random_split(points(10), 5), "random_split needs a list of lengths, got int"),
        (lambda: random_split(points(10), "55"), "random_split needs a list of lengths, got str"),
        (lambda: random_split(points(10), [5, 5], 5), "random_split needs a numpy.random.Generator, got int"),
        (lambda: random_split(10, [5, 5]), "random_split needs a data set with __getitem__ and __len__, got int"),
        (lambda: Subset(None, [0]), "Subset needs a data set with __getitem__ and __len__, got NoneType"),
        (lambda: ConcatDataset(5), "ConcatDataset takes a list of data sets, got int"),
        (lambda: ConcatDataset([points(3), 5]), "ConcatDataset needs a data set with __getitem__ and __len__, got int"),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=5))
def test_concatenated_data_sets_are_those_of_pytorch(sizes):
    torch_data = pytest.importorskip("torch").utils.data
    parts = [range(100 * i, 100 * i + size) for i, size in enumerate(sizes)]
    ours, theirs = ConcatDataset(parts), torch_data.ConcatDataset(parts)
    assert len(ours) == len(theirs)
    assert list(ours) == list(theirs)
    assert [ours[-i - 1] for i in range(len(ours))] == [theirs[-i - 1] for i in range(len(ours))]
    assert ours.cumulative_sizes == theirs.cumulative_sizes
    for index in (len(ours), -len(ours) - 1):
        with pytest.raises(IndexError, match=f"ConcatDataset got the index {index}, it has {len(ours)} samples"):
            ours[index]


def test_concatenated_data_sets_give_batches():
    data = ConcatDataset([points(3), Subset(points(9), [8])])
    ((x, y),) = DataLoader(data, batch_size=4)
    assert x.tolist() == [0, 1, 2, 8]
    assert y.tolist() == [0, 10, 20, 80]
    with pytest.raises(ValueError, match="ConcatDataset needs at least one data set, got none"):
        ConcatDataset([])


def test_data_sets_are_shown_in_a_few_words():
    data = points(3)
    assert repr(data) == "TensorDataset(3 samples: () float32, () int64)"
    assert repr(Subset(data, [1])) == f"Subset(1 samples of {data!r})"
    assert repr(ConcatDataset([data, [5] * 1000])) == f"ConcatDataset(1003 samples: {data!r} + list(1000 samples))"
    loader = DataLoader(data, 2, shuffle=True, seed=3)
    settings = "batch_size=2, shuffle=True, drop_last=False, seed=3, prefetch=0"
    assert repr(loader) == f"DataLoader({data!r}, {settings})"


def test_a_dataset_without_its_methods_says_what_is_missing():
    class Empty(Dataset):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty must define __getitem__\(index\)"):
        Empty()[0]
    with pytest.raises(NotImplementedError, match=r"Empty must define __len__\(\)"):
        len(Empty())
