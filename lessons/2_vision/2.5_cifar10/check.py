"""Checks of lesson 2.5: a file of CIFAR read, images normalised, cropped and mirrored, the network layer by layer."""

import pickle
import re
import tempfile
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import minigrad
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import WrongError, same
from minigrad.course.learner import as_finding
from minigrad.data.transforms import Normalize, RandomCrop, RandomHorizontalFlip
from minigrad.datasets import cifar
from minigrad.errors import DataError
from minigrad.nn import Conv2d, Dropout, Linear, Module, Sequential
from minigrad.tensor import Tensor

TRANSFORMS = "minigrad.data.transforms:"
network: Any = import_module("minigrad.models.cifar_cnn")  # minigrad.models.cifar_cnn is a function, too


def error_of(check: Check, call: Callable[[], Any], *kinds: type[Exception]) -> Exception | None:
    """The error of one of these kinds that the call raises, if it does; any other becomes a finding."""

    def tried() -> Exception | None:
        try:
            call()
        except WrongError:
            raise
        except kinds as error:
            return error
        return None

    return check.run(tried)


def raises(check: Check, call: Callable[[], Any], kind: type[Exception]) -> bool:
    """Does the call raise this kind of error?"""
    return error_of(check, call, kind) is not None


def facts_of(check: Check, error: Exception) -> dict[str, Any]:
    """What an error says, and the line that it came from. It becomes a finding if it is not one of the usual."""
    finding = as_finding(error, check.file)
    if finding.kind != "raised":
        raise WrongError(finding)
    return finding.facts


def on_purpose(check: Check, error: Exception) -> bool:
    """Did a `raise` in the learner's code raise this, and not something that it called?"""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return at.filename == check.file and re.search(r"\braise\b", at.line or "") is not None


# ------------------------------------------------------------------------------------------------------------- files


def written(folder: Path, name: str, images: np.ndarray, labels: dict[str, list[int]]) -> Path:
    """A file of images [n, 3072] and their labels: records if its name ends in .bin, else a pickle."""
    path = folder / name
    if path.suffix == ".bin":
        columns = [np.array(labels[key], np.uint8)[:, None] for key in sorted(labels)]
        path.write_bytes(np.concatenate([*columns, images], axis=1).tobytes())
    else:
        entries = {key.encode(): values for key, values in labels.items()}
        path.write_bytes(pickle.dumps({b"data": images, **entries}, protocol=2))
    return path


@checks("minigrad.datasets.cifar:read_part")
def read_part(check: Check) -> None:
    images = check.rng.integers(0, 256, (4, 3072), dtype=np.uint8)
    ten = {"labels": [3, 0, 9, 7]}
    hundred = {"coarse_labels": [19, 3, 0, 11], "fine_labels": [99, 0, 42, 8]}
    fine, coarse = cifar.CIFAR100_LABELS["fine"], cifar.CIFAR100_LABELS["coarse"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, values, wanted, labels in [
            ("data_batch_1", ten, cifar.CIFAR10, cifar.CIFAR10_LABELS),
            ("test_batch.bin", ten, cifar.CIFAR10, cifar.CIFAR10_LABELS),
            ("train", hundred, cifar.CIFAR100, fine),
            ("train.bin", hundred, cifar.CIFAR100, coarse),
        ]:
            path = written(folder, file, images, values)
            call = lambda path=path, wanted=wanted, labels=labels: cifar.read_part(path, wanted, labels)  # noqa: E731
            with check.minigrad():
                right = call()
            error = error_of(check, call, DataError)
            if error is not None:
                refused_file(check, error, path, wanted, labels, right[1])
            got = check.run(call)
            check.require(isinstance(got, tuple) and len(got) == 2, "no_pair", PAIR_EN, PAIR_ZH)
            if isinstance(got[0], np.ndarray):
                x = got[0]
                check.require(not np.array_equal(x, right[1]) or np.ndim(got[1]) < 2, "pair_exchanged")
                check.require(x.shape != images.shape, "rows_left")
                check.require(x.shape != (4, 32, 32, 3), "colours_last")
                check.require(x.dtype == np.uint8, "no_bytes")
                if x.shape == right[0].shape and not np.array_equal(x, right[0]):
                    check.require(not np.array_equal(x, right[0].swapaxes(2, 3)), "rows_as_columns")
                    mixed = images.reshape(4, 32, 32, 3).transpose(0, 3, 1, 2)
                    check.require(not np.array_equal(x, mixed), "colours_interleaved")
            check.function(call, names=["images", "labels"], inputs={})
        for file in ("data_batch_2", "data_batch_2.bin"):
            path = written(folder, file, images[:0], {"labels": []})
            must_refuse(check, path, "empty_accepted", {"en": "a file without images", "zh": "没有图片的文件"})
            for label in (10, -1) if path.suffix != ".bin" else (10,):
                path = written(folder, file, images, {"labels": [3, 0, label, 7]})
                must_refuse(check, path, "label_accepted", {"en": f"the label {label}", "zh": f"标签 {label}"})
        black = written(folder, "data_batch_3", np.zeros_like(images), ten)
        zeros = written(folder, "data_batch_4", images, {"labels": [0, 0, 0, 0]})
        for path, kind in ((black, "black_refused"), (zeros, "zeros_refused")):
            call = lambda path=path: cifar.read_part(path, *of_ten())  # noqa: E731
            check.require(not raises(check, call, DataError), kind)


def refused_file(check: Check, error: Exception, path: Path, wanted: Any, labels: Any, numbers: np.ndarray) -> None:
    """Say why a file that is right was refused: it was read with the wrong function, or the learner's code did it."""
    facts = facts_of(check, error)
    frames = traceback.extract_tb(error.__traceback__)
    inside = {frame.name for frame in frames if frame.filename == cifar.__file__}
    used = next((name for name in ("read_records", "read_batch") if name in inside), None)
    right = "read_records" if path.suffix == ".bin" else "read_batch"
    facts |= {"file": path.name, "used": used, "suffix": path.suffix, "bytes": wanted.label_bytes}
    check.require(used in (None, right), "wrong_reader", READER_EN, READER_ZH, **facts)
    check.require(used != "read_records", "wrong_label_bytes", BYTES_EN, BYTES_ZH, **facts)
    facts |= {"labels": ", ".join(map(str, numbers)), "classes": labels.classes}
    check.require(not on_purpose(check, error), "right_file_refused", REFUSED_EN, REFUSED_ZH, **facts)
    raise WrongError(as_finding(error, check.file))


READER_EN = (
    "{file} was read with {used}; its path.suffix is {suffix!r}. Where that is '.bin' take read_records, for any other "
    "file read_batch."
)
READER_ZH = (
    "{file} 是用 {used} 读的，而它的 path.suffix 是 {suffix!r}。是 '.bin' 才用 read_records，其他文件都用 read_batch。"
)
BYTES_EN = (
    "read_records found no whole number of records in {file}, which is intact: each record has {bytes} label byte(s) "
    "before its pixels. That number is wanted.label_bytes; was another one passed on?"
)
BYTES_ZH = (
    "read_records 在 {file} 里没有找到整数条记录，而文件是完整的：每条记录在像素之前有 {bytes} 个标签字节。"
    "这个数是 wanted.label_bytes；传进去的是不是别的数？"
)
REFUSED_EN = (
    "DataError was raised for a file that is right: its labels are {labels}, and there are {classes} classes "
    "(labels.classes). Line {line}: `{code}`"
)
REFUSED_ZH = (
    "文件没有问题，却抛出了 DataError：标签是 {labels}，一共有 {classes} 类（labels.classes）。第 {line} 行：`{code}`"
)


def must_refuse(check: Check, path: Path, accepted: str, what: dict[str, str]) -> None:
    """A file with `what` in it must raise DataError."""
    error = error_of(check, lambda: cifar.read_part(path, *of_ten()), Exception)
    check.require(error is not None, accepted)
    if error is not None and not isinstance(error, DataError):
        facts = facts_of(check, error)
        check.require("zero-size array" not in facts["message"], "smallest_of_nothing")
        check.require(False, "another_error", OTHER_EN, OTHER_ZH, what=what, **facts)


OTHER_EN = "For {what} DataError must be raised; here it was {error}: {message} (line {line}: `{code}`)"
OTHER_ZH = "遇到{what}，应该抛出 DataError；这里抛出的却是 {error}：{message}（第 {line} 行：`{code}`）"
PAIR_EN = "Two things are returned, as a tuple: return images, numbers."
PAIR_ZH = "要以元组返回两样东西：return images, numbers。"


def of_ten() -> tuple[Any, Any]:
    return cifar.CIFAR10, cifar.CIFAR10_LABELS


# -------------------------------------------------------------------------------------------------------- transforms


@checks(TRANSFORMS + "Normalize.images")
def normalise(check: Check) -> None:
    photo = check.rng.integers(0, 256, (4, 3, 5, 3), dtype=np.uint8)
    mean, std = (0.49, 0.48, 0.45), (0.25, 0.5, 2.0)
    rng = np.random.default_rng(1)
    for x, values in [
        (photo, (mean, std)),
        (check.array(2, 3, 4, 5), (mean, std)),
        (check.array(2, 3, 4, 5).astype(np.float32), (mean, std)),
        (photo[:, :2], (0.4, 0.3)),
        (photo[:, :1], (0.1307, 0.3081)),
        (check.array(3, 2, 4, 2), (0.5, (0.25, 2.0))),
    ]:
        make = lambda values=values: Normalize(*values)  # noqa: E731
        call = lambda x, make=make: make().images(x, rng)  # noqa: E731
        settings = {"mean": make().mean, "std": make().std}
        error = error_of(check, lambda x=x, call=call: call(x.copy()), ValueError)
        if error is not None and on_purpose(check, error):
            check.require(False, "numbers_refused", NUMBERS_EN, NUMBERS_ZH, channels=x.shape[1], **settings)
        got = check.run(lambda x=x, call=call: call(x.copy()))
        if x.dtype == np.uint8 and isinstance(got, np.ndarray):
            check.require(got.dtype != np.uint8, "still_bytes")
            check.require(got.dtype == np.float32, "not_float32", got=str(got.dtype))
        elif isinstance(got, np.ndarray) and got.shape == x.shape and got.dtype != x.dtype:
            m, s = (np.reshape(numbers, (-1, 1, 1)) for numbers in settings.values())
            as_bytes = ((x / 255 - m) / s).astype(np.float32)
            check.require(not same(got, as_bytes), "floats_as_bytes")
            check.require(False, "dtype", FLOATS_EN, FLOATS_ZH, got=str(got.dtype), expected=str(x.dtype))
        check.function(call, x, names=["y"], inputs={"x": x}, settings=settings)
    for channels in (1, 4):
        x = check.array(2, channels, 3, 3)
        for values in ((mean, std), (0.5, std), (mean, 0.5)):
            refused = raises(check, lambda x=x, values=values: Normalize(*values).images(x, rng), ValueError)
            check.require(refused, "channels_accepted")


NUMBERS_EN = (
    "ValueError was raised for mean = {mean} and std = {std} with images of {channels} channel(s). One number for all "
    "channels is allowed, as is one for each; mean and std need not have the same count."
)
NUMBERS_ZH = (
    "mean = {mean}，std = {std}，图片有 {channels} 个通道，这时抛出了 ValueError。所有通道共用一个数是允许的，"
    "每个通道一个数也是；均值和标准差的个数不必相同。"
)
FLOATS_EN = (
    "y has dtype {got}, the images have {expected}: floats keep their dtype. Make the arrays of mean and std in "
    "x.dtype, xp.array(self.mean, x.dtype), and convert nothing but bytes."
)
FLOATS_ZH = (
    "y 的 dtype 是 {got}，图片的却是 {expected}：浮点数要保持原来的 dtype。均值和标准差的数组用 x.dtype 建："
    "xp.array(self.mean, x.dtype)；除了字节，什么都不要转换。"
)


def form(check: Check, y: Any, shape: tuple[int, ...], dtype: Any) -> None:
    """Is the result an array of this shape and dtype?"""
    check.require(y is not None, "nothing", name="y")
    check.require(isinstance(y, np.ndarray), "no_array", name="y", got=type(y).__name__)
    check.require(y.shape == shape, "shape", name="y", got=str(y.shape), expected=str(shape))
    facts = {"got": str(y.dtype), "expected": str(np.dtype(dtype))}
    check.require(y.dtype == dtype, "dtype", KEPT_EN, KEPT_ZH, name="y", **facts)


KEPT_EN = (
    "y has dtype {got}, x has {expected}. Pixels are only moved, so their dtype stays: np.zeros and np.empty need "
    "x.dtype, and nothing is to be converted."
)
KEPT_ZH = (
    "y 的 dtype 是 {got}，x 的是 {expected}。像素只是换了位置，dtype 不变：np.zeros 和 np.empty 要传入 x.dtype，"
    "什么都不用转换。"
)


def drawing(transform: Any, x: np.ndarray, seed: int = 3) -> Callable[[], Any]:
    """What the transform makes of a copy of x with a generator of its own, which gives the same at every call."""
    return lambda: transform.images(x.copy(), np.random.default_rng(seed))


def drawn_from_rng(check: Check, transform: Any, x: np.ndarray) -> np.ndarray:
    """The result, after finding that it hangs on the generator's state alone, and that x stays as it was."""
    given, before = x.copy(), x.copy()
    y = check.run(lambda: transform.images(given, np.random.default_rng(3)))
    check.unmodified({"x": given}, [before], "modified_input")
    return y


def repeatable(check: Check, transform: Any, x: np.ndarray, y: np.ndarray) -> None:
    minigrad.manual_seed(1)
    again = check.run(drawing(transform, x))
    check.require(np.array_equal(again, y), "rng_unused")
    other = check.run(drawing(transform, x, 4))
    check.require(not np.array_equal(other, y), "rng_unused")


def new(check: Check, transform: Any, x: np.ndarray) -> None:
    """The result must not be x itself, nor a view of it."""
    given = x.copy()
    y = check.run(lambda: transform.images(given, np.random.default_rng(3)))
    check.require(not np.may_share_memory(y, given), "not_new")


class Watched(np.random.Generator):
    """A generator that remembers the largest whole number that it gave."""

    most = -1

    def integers(self, *arguments: Any, **named: Any) -> Any:
        drawn = super().integers(*arguments, **named)
        self.most = max(self.most, int(np.max(drawn, initial=-1)))
        return drawn


@checks(TRANSFORMS + "RandomCrop.images")
def crop(check: Check) -> None:
    for size, padding, shape, dtype in [
        ((5, 4), 2, (400, 3, 5, 4), np.uint8),
        (4, 1, (300, 2, 4, 4), np.float32),
        (4, 0, (200, 2, 6, 7), np.float32),
        ((3, 5), 0, (200, 3, 6, 7), np.float64),
    ]:
        x = photographs(check, shape, dtype)
        transform = RandomCrop(size, padding)
        (h, w), (rows, columns) = transform.size, padded_size(transform, x)
        cut_at_all(check, transform, x)
        y = drawn_from_rng(check, transform, x)
        top, left = cut_from(check, transform, x, y)
        if padding and not (y == 0).any():  # each image came out as it was
            check.require(not stands_still(check), "one_place")
            check.require(False, "no_padding")
        still = (rows > h or columns > w) and len(set(zip(top, left))) == 1
        check.require(not still or padding, "moved_by_the_padding")  # it did move where there was padding
        check.require(not still, "one_place")
        lasts = {"rows": rows - h, "columns": columns - w}
        for (name, last), seen, other in zip(lasts.items(), (top, left), reversed(lasts.values())):
            places = set(seen.tolist())
            missing = sorted(set(range(last + 1)) - places)
            facts = {"last": last, "missing": ", ".join(map(str, missing)), "name": TITLES[name], **FORMULAS[name]}
            if last and len(places) == 1:
                check.require(padding, "one_side_by_the_padding", STILL_EN, STILL_ZH, place=seen[0], **facts)
                check.require(False, "one_way_only")
            as_other = other < last and places == set(range(other + 1))
            check.require(not as_other, "other_side", OTHER_SIDE_EN, OTHER_SIDE_ZH, other=other, **facts)
            check.require(missing != [last], "last_place_never")
            half = padding > 1 and missing == list(range(last - padding + 1, last + 1))
            check.require(not half, "padding_once")
            check.require(not missing, "places_missing", MISSING_EN, MISSING_ZH, **facts)
            counts = np.bincount(seen, minlength=last + 1)
            uneven = np.abs(counts / len(x) - 1 / (last + 1)).max() > 5 * np.sqrt(last / len(x)) / (last + 1)
            check.require(not uneven, "uneven", UNEVEN_EN, UNEVEN_ZH, counts=", ".join(map(str, counts)), **facts)
        check.require(rows - h != columns - w or not np.array_equal(top, left), "one_draw_for_both")
        repeatable(check, transform, x, y)
        new(check, transform, x)
    whole = check.array(3, 2, 4, 5)
    for size, padding in (((4, 5), 0), ((5, 7), 1), ((6, 6), 1)):
        transform = RandomCrop(size, padding)
        cut_at_all(check, transform, whole)
        cut_from(check, transform, whole, drawn_from_rng(check, transform, whole))
        new(check, transform, whole)
    for size in ((7, 5), (4, 8)):
        call = lambda size=size: RandomCrop(size, 1).images(whole, np.random.default_rng(1))  # noqa: E731
        check.require(raises(check, call, ValueError), "too_large_accepted")


def photographs(check: Check, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Images that are nowhere 0, so that the padding shows."""
    return check.rng.integers(1, 256, shape).astype(dtype)


def padded_size(transform: Any, x: np.ndarray) -> tuple[int, int]:
    return x.shape[2] + 2 * transform.padding, x.shape[3] + 2 * transform.padding


def windows_of(transform: Any, x: np.ndarray) -> np.ndarray:
    """All windows of the padded images: [n, c, top, left, h, w]."""
    p = transform.padding
    padded = np.zeros((*x.shape[:2], *padded_size(transform, x)), x.dtype)
    padded[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    return np.lib.stride_tricks.sliding_window_view(padded, transform.size, axis=(2, 3))


def cut_at_all(check: Check, transform: Any, x: np.ndarray) -> None:
    """Say why nothing comes, if the function refuses a window that fits, or if its arrays do not fit together."""
    rng = Watched(np.random.PCG64(3))
    error = error_of(check, lambda: transform.images(x.copy(), rng), ValueError, IndexError)
    if error is None:
        return
    (h, w), (rows, columns), p = transform.size, padded_size(transform, x), transform.padding
    (n, c, height, width), facts = x.shape, facts_of(check, error)
    facts |= {"size": str((h, w)), "padding": p, "image": str((height, width)), "padded": str((rows, columns))}
    if on_purpose(check, error):
        check.require(False, "window_refused", WINDOW_REFUSED_EN, WINDOW_REFUSED_ZH, **facts)
    shapes = re.fullmatch(r"could not broadcast input array from shape \((.*)\) into shape \((.*)\)", facts["message"])
    if shapes:
        given, into = (tuple(map(int, re.findall(r"\d+", numbers))) for numbers in shapes.groups())
        check.require(not p or len(given) != 3 or given[0] != c + 2 * p, "all_dimensions_padded")
        as_x = given[-2:] == (h, w) != into[-2:] == (height, width)
        check.require(not as_x, "sized_as_x", AS_X_EN, AS_X_ZH, **facts)
    if shapes or re.search(r"broadcast|same shape|inhomogeneous|out of bounds|must match", facts["message"]):
        facts |= {"down": rows - h, "right": columns - w, "most": rng.most}
        far = rng.most > max(rows - h, columns - w)
        check.require(not far, "drawn_too_far", FAR_EN, FAR_ZH, **facts)
        facts |= {"whole": str((n, c, rows, columns))}
        check.require(False, "do_not_fit", ARRAYS_EN, ARRAYS_ZH, **facts)
    raise WrongError(as_finding(error, check.file))


def cut_from(check: Check, transform: Any, x: np.ndarray, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """The first row and the first column of each image's window, after finding that y holds one of each image."""
    (n, c), (h, w), p = x.shape[:2], transform.size, transform.padding
    if isinstance(y, np.ndarray) and y.ndim == 4:
        check.require(h == w or y.shape[2:] != (w, h), "size_exchanged")
        more = p and (y.shape[0] == n + 2 * p or y.shape[1] == c + 2 * p)
        check.require(not more, "all_dimensions_padded")
    form(check, y, (n, c, h, w), x.dtype)
    windows = windows_of(transform, x)
    alike = windows == y[:, :, None, None]
    places = alike.all(axis=(1, 4, 5))
    found = places.any(axis=(1, 2))
    if not found.all():
        by_channel = alike.all(axis=(4, 5)).any(axis=(2, 3)).all()
        check.require(not by_channel, "channels_apart")
        inside = (alike | (windows == 0)).all(axis=(1, 4, 5)).any(axis=(1, 2)).all()
        check.require(not inside, "not_zeros")
        everywhere = (windows[:, None] == y[None, :, :, None, None]).all(axis=(2, 5, 6)).any(axis=(2, 3))
        check.require(not everywhere.any(axis=0).all(), "other_images")
        known_crop(check, transform, x, y)
        check.require(False, "no_window", WINDOW_EN, WINDOW_ZH, i=int((~found).argmax()), size=str((h, w)))
    top, left = np.unravel_index(places.reshape(n, -1).argmax(axis=1), places.shape[1:])
    return top, left


def stands_still(check: Check) -> bool:
    """Are windows that are smaller than the image all cut at one place?"""
    x, transform = photographs(check, (40, 2, 6, 5), np.float64), RandomCrop(3, 1)
    if raises(check, lambda: transform.images(x.copy(), np.random.default_rng(3)), Exception):
        return False
    y = drawn_from_rng(check, transform, x)
    if not isinstance(y, np.ndarray) or y.shape != (40, 2, 3, 3):
        return False
    return bool((windows_of(transform, x) == y[:, :, None, None]).all(axis=(0, 1, 4, 5)).any())


TITLES = {"rows": {"en": "row", "zh": "行"}, "columns": {"en": "column", "zh": "列"}}
FORMULAS = {
    "rows": {"formula": "H + 2p - h", "others": "W + 2p - w"},
    "columns": {"formula": "W + 2p - w", "others": "H + 2p - h"},
}
WINDOW_EN = "Image {i} of the result is no window of {size} of the padded image {i}, wherever one looks."
WINDOW_ZH = "结果里的第 {i} 张图，在补零之后的第 {i} 张图里怎么找也找不到这样一个 {size} 的窗口。"
MISSING_EN = (
    "A window's first {name} may be 0 to {last}, counted in the padded image; in many draws it was never {missing}."
)
MISSING_ZH = "窗口的第一{name}（在补零之后的图里数）可以是 0 到 {last}；抽了很多次，{missing} 却从未出现。"
UNEVEN_EN = "All places must be equally likely; as first {name}, 0 to {last} came up {counts} times."
UNEVEN_ZH = "每个位置的机会应该均等；作为第一{name}，0 到 {last} 出现的次数却是 {counts}。"
STILL_EN = (
    "Without padding every window began in {name} {place}, with padding it moved. To move by 0 to 2p is right only for "
    "windows as large as the image: the first {name} may be 0 to {formula}, here {last}."
)
STILL_ZH = (
    "没有补零时，每个窗口的第一{name}都是 {place}，有补零时它会动。移动 0 到 2p，只有窗口和图片一样大时才对："
    "第一{name}可以是 0 到 {formula}，这里是 {last}。"
)
OTHER_SIDE_EN = (
    "The first {name} was drawn from 0 to {other}, which is {others}; it may be 0 to {formula}, here {last}. Images "
    "and windows need not be square."
)
OTHER_SIDE_ZH = (
    "第一{name}是从 0 到 {other} 里抽的，那是 {others}；它可以是 0 到 {formula}，这里是 {last}。"
    "图片和窗口不一定是正方形。"
)
WINDOW_REFUSED_EN = (
    "ValueError was raised for a window of {size} in images of {image} with padding {padding}. The padded images are "
    "{padded}, so it fits: only h > H + 2p or w > W + 2p is too large. Line {line}: `{code}`"
)
WINDOW_REFUSED_ZH = (
    "窗口是 {size}，图片是 {image}，填充是 {padding}，这时抛出了 ValueError。补零之后的图是 {padded}，窗口放得下："
    "只有 h > H + 2p 或 w > W + 2p 才算太大。第 {line} 行：`{code}`"
)
AS_X_EN = (
    "A window of {size} was written into an array of the size of x, {image}. The result has the size of the window: "
    "[n, c, h, w] with (h, w) = self.size. Line {line}: `{code}`"
)
AS_X_ZH = (
    "{size} 的窗口写进了和 x 一样大的数组，{image}。结果的大小是窗口的大小：[n, c, h, w]，其中 (h, w) = self.size。"
    "第 {line} 行：`{code}`"
)
FAR_EN = (
    "rng.integers gave numbers up to {most}. In padded images of {padded} a window of {size} begins in row "
    "H + 2p - h = {down} at most, and in column W + 2p - w = {right} at most. + 1 and endpoint=True together are one "
    "too many. Line {line}: `{code}`: {message}"
)
FAR_ZH = (
    "rng.integers 抽出的数最大到 {most}。补零之后的图是 {padded}，{size} 的窗口，第一行最大是 H + 2p - h = {down}，"
    "第一列最大是 W + 2p - w = {right}。+ 1 和 endpoint=True 只能用一个。第 {line} 行：`{code}`：{message}"
)
ARRAYS_EN = (
    "Two arrays do not fit together: {message} (line {line}: `{code}`). Compare: the padded images are {whole}, "
    "windows {size}, the first row at most H + 2p - h = {down}, the first column at most W + 2p - w = {right}. "
    "Were rows and columns exchanged, or not all four sides padded?"
)
ARRAYS_ZH = (
    "两个数组对不上：{message}（第 {line} 行：`{code}`）。对照一下：补零之后的图片是 {whole}，窗口是 {size}，"
    "第一行最大是 H + 2p - h = {down}，第一列最大是 W + 2p - w = {right}。是不是行列弄反了，或者没有四边都补零？"
)


def known_crop(check: Check, transform: Any, x: np.ndarray, y: np.ndarray) -> None:
    """Fail with the known mistake that gives this result."""
    for known in check.mistakes:
        with in_place({check.blank: known.function}):
            try:
                alike = same(drawing(transform, x)(), y)
            except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
                continue
        check.require(not alike, known.name)


@checks(TRANSFORMS + "RandomHorizontalFlip.images")
def flip(check: Check) -> None:
    for p, shape, dtype in [(0.5, (2000, 2, 3, 4), np.float32), (0.2, (2000, 3, 4, 3), np.uint8)]:
        x = check.rng.integers(0, 256, shape).astype(dtype)
        transform = RandomHorizontalFlip(p)
        y = drawn_from_rng(check, transform, x)
        form(check, y, shape, dtype)
        kept, mirrored = equal(y, x), equal(y, x[..., ::-1])
        if not (kept | mirrored).all():
            check.require(not (kept | equal(y, x[:, :, ::-1])).all(), "upside_down")
            check.require(not (kept | equal(y, x[:, :, ::-1, ::-1])).all(), "both_ways")
            check.require(not (kept | equal(y, x[:, ::-1])).all(), "colours_turned")
            parts = (y == x).all(axis=-1) | (y == x[..., ::-1]).all(axis=-1)
            check.require(not parts.all(), "rows_apart")
            check.require(not any(equal(y[i : i + 1], x).any() for i in np.flatnonzero(~kept & ~mirrored)), "order")
            at = int((~kept & ~mirrored).argmax())
            check.require(False, "no_mirror", MIRROR_EN, MIRROR_ZH, i=at)
        share = mirrored.mean()
        if share in (0, 1):
            more = [check.run(drawing(transform, x, seed)) for seed in range(5, 25)]
            check.require(share or not all(np.array_equal(one, x) for one in more), "nothing_mirrored")
        check.require(0 < share < 1, "all_or_none")
        check.require(p == 0.5 or abs(share - (1 - p)) > 0.1, "kept_with_p")
        check.require(abs(share - p) < 0.06, "wrong_share", SHARE_EN, SHARE_ZH, p=p, share=f"{share:.2f}")
        repeatable(check, transform, x, y)
        new(check, transform, x)
    x = check.array(10, 2, 3, 4)
    for p, right in ((0.0, x), (1.0, x[..., ::-1])):
        y = check.run(drawing(RandomHorizontalFlip(p), x))
        form(check, y, x.shape, x.dtype)
        share = f"{equal(y, x[..., ::-1]).mean():.2f}"
        check.require(np.array_equal(y, right), "wrong_share", SHARE_EN, SHARE_ZH, p=p, share=share)
        new(check, RandomHorizontalFlip(p), x)
    batches = [check.run(drawing(RandomHorizontalFlip(0.5), x, seed)) for seed in range(20)]
    check.require(len({int(equal(y, x[..., ::-1]).sum()) for y in batches}) > 1, "fixed_number")


MIRROR_EN = "Image {i} of the result is neither image {i} as it was nor its mirror image."
MIRROR_ZH = "结果里的第 {i} 张图，既不是原来的第 {i} 张图，也不是它的镜像。"
SHARE_EN = "With p = {p} the share of mirrored images is not that: {share}"
SHARE_ZH = "p = {p} 时，翻转的图片所占的比例不对：{share}"


def equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which images of two batches are alike."""
    return (a == b).all(axis=(1, 2, 3))


# ------------------------------------------------------------------------------------------------------- the network


def leaves(model: Module) -> list[Module]:
    """The layers of a Sequential, those of Sequentials inside of it in their place."""
    return [leaf for m in model for leaf in leaves(m)] if isinstance(model, Sequential) else [model]


def described(model: Module) -> list[tuple]:
    """What each layer is, and what it makes of an image: (how it shows itself, sizes of its parameters, shape)."""
    x, found = minigrad.zeros(2, 3, 32, 32), []
    for layer in leaves(model):
        x = passed(layer, x)
        sizes = tuple(p.shape for p in layer.parameters())
        found.append((repr(layer), sizes, None if x is None else x.shape))
    return found


def passed(layer: Module, x: Tensor | None) -> Tensor | None:
    """What the layer makes of x; None if it does not take it, and for all that follows."""
    try:
        return None if x is None else layer(x)
    except Exception:  # noqa: BLE001 (whatever the layer does not like)
        return None


def layers_fit(check: Check, model: Sequential) -> None:
    """Does each layer take what the one before it gives?"""
    x = minigrad.zeros(2, 3, 32, 32)
    for i, layer in enumerate(leaves(model)):
        try:
            x = layer(x)
        except Exception as error:  # noqa: BLE001 (whatever the layer does not like)
            narrowed(check, model)
            facts = {"at": i, "layer": repr(layer), "shape": str(x.shape), "error": str(error)}
            pooled = isinstance(layer, Linear) and x.shape[1:] == (4096,)
            check.require(not pooled, "does_not_fit", FIT_EN + POOLED_EN, FIT_ZH + POOLED_ZH, **facts)
            check.require(False, "does_not_fit", FIT_EN, FIT_ZH, **facts)


def narrowed(check: Check, model: Sequential) -> None:
    """Name the first convolution that changes height and width: what follows it cannot fit."""
    before: Any = (2, 3, 32, 32)
    for i, (layer, (_, _, after)) in enumerate(zip(leaves(model), described(model))):
        if isinstance(layer, Conv2d) and after is not None:
            facts = {"at": i, "layer": repr(layer), "before": size_text(before), "after": size_text(after)}
            check.require(before[2:] == after[2:], "narrowed", NARROWED_EN, NARROWED_ZH, **facts)
        before = after


def size_text(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape[2:]))


NARROWED_EN = (
    "Layer {at}, counted from 0, is {layer}; it makes {after} of {before}, so a later layer does not fit. A 3x3 "
    "convolution with padding=1 keeps height and width."
)
NARROWED_ZH = (
    "第 {at} 层（从 0 数起）是 {layer}，它把 {before} 变成了 {after}，后面有一层就接不上了。"
    "3x3 的卷积加上 padding=1，高和宽才不变。"
)
POOLED_EN = ". 4,096 numbers come from each image: after two pools that is 64 · 8 · 8."
POOLED_ZH = "。传来的是每张图 4,096 个数：两次池化之后，64 · 8 · 8 = 4,096。"


FIT_EN = "Layer {at}, counted from 0, is {layer}; it cannot take what comes to it, shape {shape}: {error}"
FIT_ZH = "第 {at} 层（从 0 数起）是 {layer}，接不住传给它的东西，形状 {shape}：{error}"


def features(model: Module, x: Tensor) -> np.ndarray:
    """What enters the last linear layer."""
    last = [m for m in model.modules() if isinstance(m, Linear)][-1]
    seen: list[np.ndarray] = []
    hook = last.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].detach().numpy().copy()))
    try:
        model(x)
    finally:
        hook.remove()
    return seen[0]


@checks("minigrad.models.cifar_cnn:cifar_cnn")
def cifar_cnn(check: Check) -> None:
    x = minigrad.tensor(check.array(3, 3, 32, 32).astype(np.float32))
    for arguments in ((), (7, 0.25), (10, 0.0)):
        make = lambda arguments=arguments: network.cifar_cnn(*arguments)  # noqa: E731
        with check.minigrad():
            own = make()
            right = described(own)
        model = check.run(make)
        check.require(model is not None, "nothing", name="model")
        check.require(isinstance(model, Sequential), "no_sequential", MODEL_EN, MODEL_ZH, got=type(model).__name__)
        got = described(model)
        for known in check.mistakes if got != right else ():
            with in_place({check.blank: known.function}):
                check.require(got != described(make()), known.name)
        layers_fit(check, model)
        sizes = [p.shape for p in own.parameters()]
        mine = [p.shape for p in model.parameters()]
        at = next((i for i, pair in enumerate(zip(got, right)) if pair[0] != pair[1]), min(len(got), len(right)))
        facts = {
            "at": at,
            "got": title(got[at]) if at < len(got) else {"en": "missing", "zh": "空的"},
            "expected": title(right[at]) if at < len(right) else {"en": "nothing more", "zh": "没有了"},
            "call": f"cifar_cnn({', '.join(map(str, arguments))})",
        }
        check.require(sizes == mine, "another_layer", LAYER_EN, LAYER_ZH, **facts)
        with minigrad.no_grad():
            for target, source in zip(model.parameters(), own.parameters()):
                target.data[...] = source.data
        y, expected = (m.eval()(x).detach().numpy() for m in (model, own))
        check.require(same(y, expected), "another_layer", LAYER_EN, LAYER_ZH, **facts)
        dropped(check, model, own, x, arguments[1] if arguments else 0.5, facts)


def dropped(check: Check, model: Module, own: Module, x: Tensor, p: float, facts: dict[str, Any]) -> None:
    """In training, dropout acts on the 128 features and nowhere else, and with the right share."""
    whole, part = features(own.eval(), x), features(model.train(), x)
    lost = (part == 0) & (whole != 0)
    scaled = np.where(lost, 0, whole / (1 - p))
    check.require(same(part, scaled.astype(part.dtype)), "another_layer", LAYER_EN, LAYER_ZH, **facts)
    rates = [m.p for m in model.modules() if isinstance(m, Dropout)]
    check.require(rates == [p] or (p == 0 and not any(rates)), "another_layer", LAYER_EN, LAYER_ZH, **facts)


MODEL_EN = "It returned {got}; expected a Sequential of layers."
MODEL_ZH = "返回的是 {got}，应该是由各层组成的 Sequential。"
LAYER_EN = "{call}: layer {at}, counted from 0, is {got}; expected: {expected}."
LAYER_ZH = "{call}：第 {at} 层（从 0 数起）是 {got}；应该是：{expected}。"


def title(entry: tuple) -> str:
    """A layer as one would speak of it."""
    shown, _, shape = entry
    return f"{shown} -> {shape}"
