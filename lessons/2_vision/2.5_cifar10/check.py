"""Checks of lesson 2.5: a file of CIFAR read, images normalised, cropped and mirrored, the network layer by layer."""

import pickle
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import minigrad
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import same
from minigrad.data.transforms import Normalize, RandomCrop, RandomHorizontalFlip
from minigrad.datasets import cifar
from minigrad.errors import DataError
from minigrad.nn import Dropout, Linear, Module, Sequential
from minigrad.tensor import Tensor

TRANSFORMS = "minigrad.data.transforms:"
network: Any = import_module("minigrad.models.cifar_cnn")  # minigrad.models.cifar_cnn is a function, too


def raises(check: Check, call: Callable[[], Any], kind: type[Exception]) -> bool:
    """Does the call raise this kind of error?"""

    def tried() -> bool:
        try:
            call()
        except kind:
            return True
        return False

    return check.run(tried)


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
            got = check.run(call)
            check.require(isinstance(got, tuple) and len(got) == 2, "no_pair", PAIR_EN, PAIR_ZH)
            if isinstance(got[0], np.ndarray):
                x = got[0]
                check.require(x.shape != images.shape, "rows_left")
                check.require(x.shape != (4, 32, 32, 3), "colours_last")
                check.require(x.dtype == np.uint8, "no_bytes")
                if x.shape == right[0].shape and not np.array_equal(x, right[0]):
                    check.require(not np.array_equal(x, right[0].swapaxes(2, 3)), "rows_as_columns")
                    mixed = images.reshape(4, 32, 32, 3).transpose(0, 3, 1, 2)
                    check.require(not np.array_equal(x, mixed), "colours_interleaved")
            check.function(call, names=["images", "labels"], inputs={})
        for file in ("data_batch_2", "data_batch_2.bin"):
            empty = written(folder, file, images[:0], {"labels": []})
            found = raises(check, lambda path=empty: cifar.read_part(path, *of_ten()), DataError)
            check.require(found, "empty_accepted")
            wrong = written(folder, file, images, {"labels": [3, 0, 10, 7]})
            found = raises(check, lambda path=wrong: cifar.read_part(path, *of_ten()), DataError)
            check.require(found, "label_accepted")
        wrong = written(folder, "data_batch_3", images, {"labels": [3, -1, 9, 7]})
        check.require(raises(check, lambda: cifar.read_part(wrong, *of_ten()), DataError), "label_accepted")


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
        got = check.run(lambda x=x, make=make: make().images(x.copy(), rng))
        if x.dtype == np.uint8 and isinstance(got, np.ndarray):
            check.require(got.dtype != np.uint8, "still_bytes")
            check.require(got.dtype == np.float32, "not_float32", got=str(got.dtype))
        settings = {"mean": make().mean, "std": make().std}
        call = lambda x, make=make: make().images(x, rng)  # noqa: E731
        check.function(call, x, names=["y"], inputs={"x": x}, settings=settings)
    for channels in (1, 4):
        x = check.array(2, channels, 3, 3)
        for values in ((mean, std), (0.5, std), (mean, 0.5)):
            refused = raises(check, lambda x=x, values=values: Normalize(*values).images(x, rng), ValueError)
            check.require(refused, "channels_accepted")


def form(check: Check, y: Any, shape: tuple[int, ...], dtype: Any) -> None:
    """Is the result an array of this shape and dtype?"""
    check.require(y is not None, "nothing", name="y")
    check.require(isinstance(y, np.ndarray), "no_array", name="y", got=type(y).__name__)
    check.require(y.shape == shape, "shape", name="y", got=str(y.shape), expected=str(shape))
    check.require(y.dtype == dtype, "dtype", name="y", got=str(y.dtype), expected=str(np.dtype(dtype)))


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


@checks(TRANSFORMS + "RandomCrop.images")
def crop(check: Check) -> None:
    for size, padding, shape, dtype in [
        (4, 1, (300, 2, 4, 4), np.float32),
        ((5, 4), 2, (400, 3, 5, 4), np.uint8),
        (4, 0, (200, 2, 6, 7), np.float32),
        ((3, 5), 0, (200, 3, 6, 7), np.float64),
    ]:
        n, c, height, width = shape
        x = check.rng.integers(1, 256, shape).astype(dtype)  # nowhere 0, so that the padding shows
        transform = RandomCrop(size, padding)
        (h, w), rows, columns = transform.size, height + 2 * padding, width + 2 * padding
        y = drawn_from_rng(check, transform, x)
        if isinstance(y, np.ndarray) and y.ndim == 4:
            check.require(h == w or y.shape[2:] != (w, h), "size_exchanged")
            more = (n + 2 * padding, c + 2 * padding)
            check.require(not padding or y.shape[:2] != more, "all_dimensions_padded")
        form(check, y, (n, c, h, w), dtype)
        padded = np.zeros((n, c, rows, columns), dtype)
        padded[:, :, padding : padding + height, padding : padding + width] = x
        windows = np.lib.stride_tricks.sliding_window_view(padded, (h, w), axis=(2, 3))  # [n, c, top, left, h, w]
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
        check.require(padding == 0 or (y == 0).any(), "no_padding")
        several = rows > h or columns > w
        still = several and len(set(zip(top, left))) == 1
        check.require(not still or padding, "moved_by_the_padding")  # it did move where there was padding
        check.require(not still, "one_place")
        for name, seen, last in (("rows", top, rows - h), ("columns", left, columns - w)):
            check.require(last == 0 or len(set(seen)) > 1, "one_way_only")
            missing = sorted(set(range(last + 1)) - set(seen.tolist()))
            check.require(missing != [last], "last_place_never")
            facts = {"last": last, "missing": ", ".join(map(str, missing)), "name": TITLES[name]}
            check.require(not missing, "places_missing", MISSING_EN, MISSING_ZH, **facts)
            counts = np.bincount(seen, minlength=last + 1)
            uneven = np.abs(counts / n - 1 / (last + 1)).max() > 5 * np.sqrt(last / n) / (last + 1)
            check.require(not uneven, "uneven", UNEVEN_EN, UNEVEN_ZH, counts=", ".join(map(str, counts)), **facts)
        check.require(rows - h != columns - w or not np.array_equal(top, left), "one_draw_for_both")
        repeatable(check, transform, x, y)
    whole = check.array(3, 2, 4, 5)
    y = check.run(lambda: RandomCrop((4, 5)).images(whole, np.random.default_rng(1)))
    check.require(np.array_equal(y, whole), "no_window", WINDOW_EN, WINDOW_ZH, i=0, size="(4, 5)")
    for size in ((7, 5), (4, 8)):
        call = lambda size=size: RandomCrop(size, 1).images(whole, np.random.default_rng(1))  # noqa: E731
        check.require(raises(check, call, ValueError), "too_large_accepted")


TITLES = {"rows": {"en": "row", "zh": "行"}, "columns": {"en": "column", "zh": "列"}}
WINDOW_EN = "Image {i} of the result is no window of {size} of the padded image {i}, wherever one looks."
WINDOW_ZH = "结果里的第 {i} 张图，在补零之后的第 {i} 张图里怎么找也找不到这样一个 {size} 的窗口。"
MISSING_EN = (
    "A window's first {name} may be 0 to {last}, counted in the padded image; in many draws it was never {missing}."
)
MISSING_ZH = "窗口的第一{name}（在补零之后的图里数）可以是 0 到 {last}；抽了很多次，{missing} 却从未出现。"
UNEVEN_EN = "All places must be equally likely; as first {name}, 0 to {last} came up {counts} times."
UNEVEN_ZH = "每个位置的机会应该均等；作为第一{name}，0 到 {last} 出现的次数却是 {counts}。"


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
    for p, shape, dtype in [(0.5, (300, 2, 3, 4), np.float32), (0.2, (400, 3, 4, 3), np.uint8)]:
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
        check.require(abs(share - p) < 0.11, "wrong_share", SHARE_EN, SHARE_ZH, p=p, share=f"{share:.2f}")
        repeatable(check, transform, x, y)
    x = check.array(5, 2, 3, 4)
    for p, right in ((0.0, x), (1.0, x[..., ::-1])):
        y = check.run(lambda p=p: RandomHorizontalFlip(p).images(x.copy(), np.random.default_rng(1)))
        check.require(np.array_equal(y, right), "wrong_share", SHARE_EN, SHARE_ZH, p=p, share="")


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
            facts = {"at": i, "layer": repr(layer), "shape": str(x.shape), "error": str(error)}
            check.require(False, "does_not_fit", FIT_EN, FIT_ZH, **facts)


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
