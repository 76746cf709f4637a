import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minigrad import Tensor, manual_seed
from minigrad.data import DataLoader, TensorDataset
from minigrad.data.transforms import Compose, Cutout, Mixup, Normalize, Pad, RandomCrop, RandomHorizontalFlip
from minigrad.functional import cross_entropy
from minigrad.training import Tally

MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)


def images(n=4, c=3, h=7, w=5, dtype=np.float32, last=False) -> np.ndarray:
    """Images, no two pixels of one alike; with `last`, channels-last in memory."""
    x = np.random.default_rng(0).permuted(np.arange(1, n * c * h * w + 1) % 251 + 1).reshape(n, c, h, w).astype(dtype)
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if last else x


def rng(seed=1) -> np.random.Generator:
    return np.random.default_rng(seed)


layouts = pytest.mark.parametrize("last", [False, True])
EVERY = [
    Normalize(MEAN, STD),
    Pad(2),
    Pad(3, "reflect"),
    RandomCrop(5, padding=2),
    RandomCrop((3, 5)),
    RandomHorizontalFlip(),
    Cutout(3),
    Mixup(0.7, 10),
    Compose([RandomCrop(5, padding=1), RandomHorizontalFlip(), Normalize(MEAN, STD), Cutout(2), Mixup(1, 10)]),
]


@layouts
@pytest.mark.parametrize("transform", EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_and_order_in_memory_stay_and_nothing_is_changed_in_place(transform, dtype, last):
    x, y = images(dtype=dtype, last=last), np.arange(4)
    before = x.copy()
    new_x, new_y = transform(x, y, rng())
    assert new_x.dtype == dtype
    assert new_x.transpose(0, 2, 3, 1).flags.c_contiguous == last
    assert new_y.dtype == (np.float32 if new_y.ndim == 2 else np.int64)
    assert (x == before).all()
    assert y.tolist() == [0, 1, 2, 3]
    again, _ = transform(images(dtype=dtype, last=not last), y, rng())
    np.testing.assert_allclose(again, new_x, rtol=1e-6)


@layouts
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_normalize(dtype, last):
    x = images(dtype=dtype, last=last)
    expected = ((x / 255 if dtype == np.uint8 else x) - np.reshape(MEAN, (3, 1, 1))) / np.reshape(STD, (3, 1, 1))
    y = Normalize(MEAN, STD)(x)
    assert y.dtype == (np.float32 if dtype == np.uint8 else dtype)
    np.testing.assert_allclose(y, expected, rtol=2e-5, atol=1e-5)
    np.testing.assert_allclose(Normalize(0.5, 2)(x)[:, 0], Normalize([0.5] * 3, [2] * 3)(x)[:, 0], rtol=1e-6)


@layouts
@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
def test_pad(mode, last):
    row = np.pad(np.arange(5), 2, mode=mode, **({"constant_values": -1} if mode == "constant" else {}))
    column = np.pad(np.arange(7), 2, mode=mode, **({"constant_values": -1} if mode == "constant" else {}))
    x = images(last=last)
    inside = np.outer(column >= 0, row >= 0)
    expected = np.where(inside, x[:, :, column[:, None], row], 0)
    assert (Pad(2, mode)(x) == expected).all()
    assert (Pad(0, mode)(x) == x).all()


@layouts
@given(h=st.integers(1, 8), w=st.integers(1, 8), padding=st.integers(0, 4), seed=st.integers(0, 99), data=st.data())
def test_a_crop_is_a_window_of_the_padded_image(last, h, w, padding, seed, data):
    x = images(h=h, w=w, last=last)
    size = data.draw(st.integers(1, h + 2 * padding)), data.draw(st.integers(1, w + 2 * padding))
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(2, 3))
    for i, crop in enumerate(RandomCrop(size, padding)(x, rng(seed))):
        assert any(
            (crop == windows[i, :, a, b]).all() for a in range(windows.shape[2]) for b in range(windows.shape[3])
        )


def test_every_place_of_a_crop_comes_up():
    x = np.arange(1, 13, dtype=np.float32).reshape(1, 1, 3, 4).repeat(3000, 0)
    counts = np.unique(RandomCrop((2, 2), padding=1)(x, rng())[:, 0, 1, 1], return_counts=True)[1]
    corners = RandomCrop(1)(x, rng())
    assert len(counts) == 13  # 12 pixels, and the padding
    assert (np.unique(corners, return_counts=True)[1] > 180).all()


def test_a_flip_is_all_of_an_image_or_nothing():
    x = images(n=2000, c=2, h=3, w=5)
    y = RandomHorizontalFlip(0.3)(x, rng())
    flipped, kept = ((y == z).all(axis=(1, 2, 3)) for z in (x[..., ::-1], x))
    assert (flipped ^ kept).all()
    assert 0.25 < flipped.mean() < 0.35
    assert (RandomHorizontalFlip(1)(x) == x[..., ::-1]).all()
    assert (RandomHorizontalFlip(0)(x) == x).all()


@layouts
@pytest.mark.parametrize("size", [1, 2, 3, 4, 20])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_cutout_is_one_square_around_any_pixel(size, dtype, last):
    x = np.ones_like(images(n=3000, last=last, dtype=dtype))
    holes = Cutout(size)(x, rng()) == 0
    assert (holes == holes[:, :1]).all()  # the same in every channel
    centres = set()
    for hole in holes[:, 0]:
        rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
        assert hole.sum() == len(rows) * len(columns) > 0
        assert np.ptp(rows) < min(size, 7)
        assert np.ptp(columns) < min(size, 5)
        centres.add((rows[0], rows[-1], columns[0], columns[-1]))
    full = holes[:, 0].sum((1, 2)).max()
    assert full == min(size, 7) * min(size, 5)
    assert len(centres) == (1 if size == 20 else 35)


@given(alpha=st.floats(0.1, 5), seed=st.integers(0, 999))
def test_mixup_mixes_images_and_labels_alike(alpha, seed):
    y = np.array([2, 0, 3, 1])
    x = np.eye(4, dtype=np.float32)[y].reshape(4, 4, 1, 1)  # an image that is its own label
    new_x, new_y = Mixup(alpha, 4)(x, y, rng(seed))
    np.testing.assert_allclose(new_x[:, :, 0, 0], new_y, atol=1e-6)
    np.testing.assert_allclose(new_y.sum(1), 1, atol=1e-6)
    share = float(rng(seed).beta(alpha, alpha))
    assert (new_y[np.arange(4), y] >= share - 1e-6).all()


def test_mixup_of_mixup_and_its_loss():
    x, y = images(), np.array([1, 0, 2, 2])
    _, soft = Compose([Mixup(1, 3), Mixup(1, 3)])(x, y, rng())
    scores = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    expected = torch.nn.functional.cross_entropy(torch.tensor(scores), torch.tensor(soft)).item()
    assert cross_entropy(Tensor(scores), Tensor(soft)).item() == pytest.approx(expected, rel=1e-5)


def test_accuracy_against_mixed_labels_counts_the_likeliest():
    tally = Tally()
    tally.add(1.0, Tensor([[2.0, 1], [0, 1], [3, 0]]), Tensor([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]))
    assert (tally.correct, tally.samples) == (1, 3)


# ----------------------------------------------------------------------------------------------------------- generators


def test_without_a_generator_it_is_minigrads():
    x, y, transform = images(), np.arange(4), EVERY[-1]
    results = []
    for _ in range(2):
        manual_seed(3)
        results.append(transform(x, y))
    assert (results[0][0] == results[1][0]).all()
    assert (transform(x, y)[0] != results[0][0]).any()
    assert isinstance(RandomCrop(3)(x), np.ndarray)
    assert isinstance(RandomCrop(3)(x, rng()), np.ndarray)


def test_functions_may_be_among_them():
    x, y = images(), np.arange(4)
    new_x, new_y = Compose([lambda x, y, rng: (x + 1, y + rng.integers(5, 6)), Cutout(1)])(x, y, rng())
    assert new_y.tolist() == [5, 6, 7, 8]
    assert new_x.max() == x.max() + 1


@pytest.mark.parametrize("prefetch", [0, 3])
def test_a_loader_resumed_in_the_middle_gives_the_same_batches(prefetch):
    data = TensorDataset(images(n=30, h=9, w=9, dtype=np.uint8), np.arange(30) % 10)
    transform = Compose([RandomCrop(9, 2), RandomHorizontalFlip(), Normalize(MEAN, STD), Cutout(3), Mixup(0.5, 10)])

    def loader() -> DataLoader:
        return DataLoader(data, 7, shuffle=True, seed=5, transform=transform, prefetch=prefetch)

    whole, stopped = loader(), loader()
    batches = [b for _ in range(2) for b in whole]
    iterator = iter(stopped)
    for _ in range(2):
        next(iterator)
    state = stopped.state_dict()
    iterator.close()
    manual_seed(99)
    resumed = loader()
    resumed.load_state_dict(state)
    rest = [b for _ in range(2) for b in resumed]
    assert len(rest) == len(batches) - 2
    for (x, y), (x2, y2) in zip(batches[2:], rest):
        assert x.dtype == y.dtype == np.float32
        assert (x.data == x2.data).all()
        assert (y.data == y2.data).all()


# ------------------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Pad(-1), ValueError, "Pad: padding must be at least 0, got -1"),
        (lambda: Pad(1, "reflekt"), ValueError, "unknown padding_mode of Pad 'reflekt' .*'reflect'"),
        (lambda: Pad(5, "reflect")(images()), ValueError, "cannot pad images of 7 x 5 by 5 .*'reflect': at most by 4"),
        (lambda: Pad(6, "symmetric")(images()), ValueError, "cannot pad images of 7 x 5 by 6 .*: at most by 5"),
        (lambda: RandomCrop(0), ValueError, "RandomCrop: size must be at least 1, got 0"),
        (lambda: RandomCrop((1, 2, 3)), ValueError, "RandomCrop: size must be a number or two"),
        (lambda: RandomCrop(3, padding=-1), ValueError, "RandomCrop: padding must be at least 0, got -1"),
        (lambda: RandomCrop(8)(images()), ValueError, "cannot take 8 x 8 from images of 7 x 5 with padding 0"),
        (lambda: RandomHorizontalFlip(1.5), ValueError, r"RandomHorizontalFlip: p must be in \[0, 1\], got 1.5"),
        (lambda: Cutout(0), ValueError, "Cutout: size must be at least 1, got 0"),
        (lambda: Normalize(0, 0), ValueError, "Normalize: std must be finite and above 0, got 0"),
        (lambda: Normalize([], 1), ValueError, "Normalize: mean needs at least one number"),
        (lambda: Normalize("a", 1), TypeError, "Normalize: mean must be a number, got str"),
        (lambda: Normalize([0, 0], 1)(images()), ValueError, "has 2 values of mean, the images have 3 channels"),
        (lambda: Normalize(0, 1)(images(dtype=np.int64)), ValueError, "needs images of bytes or .*, got int64"),
        (lambda: Mixup(0, 10), ValueError, "Mixup: alpha must be finite and above 0, got 0"),
        (lambda: Mixup(1, 10)(images()), ValueError, "Mixup needs images and their labels, got 1 arrays"),
        (lambda: Mixup(1, 3)(images(), np.arange(4)), ValueError, "labels from 0 to 2, got labels from 0 to 3"),
        (lambda: Mixup(1, 3)(images(), np.arange(3)), ValueError, r"integer labels \[4\] .* got int64 of shape \(3,\)"),
        (lambda: Mixup(1, 9)(images(dtype=np.uint8), np.arange(4)), ValueError, "got uint8; put it after Normalize"),
        (lambda: Cutout(1)(images()[0]), ValueError, r"Cutout needs an array of images .* got shape \(3, 7, 5\)"),
        (lambda: Cutout(1)(), ValueError, "Cutout needs an array of images .* got NoneType"),
        (lambda: Compose([3]), TypeError, "Compose takes a list of transforms, got int in it"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
