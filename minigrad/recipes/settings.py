"""What a run depends on: the settings of a recipe, which values they may have, and what they mean.

The command line makes an option of each, so a setting is described once: in the table `about` of its class.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..checks import check_bool
from ..errors import UnknownNameError
from ..precision import PRECISIONS


@dataclass(frozen=True)
class About:
    """What a setting means, in English and Chinese; one without words is no option of the command line."""

    en: str = ""
    zh: str = ""

    def check(self, name: str, value: Any) -> None:
        """Raise ValueError if no run can have this value."""
        raise NotImplementedError(f"{type(self).__name__} must define check(name, value)")


@dataclass(frozen=True)
class Text(About):
    """A setting that is text."""

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise ValueError(f"{name} must be text, got {value!r}")


@dataclass(frozen=True)
class Choice(Text):
    """One of the names in `known`."""

    known: Collection[str] = ()

    def check(self, name: str, value: Any) -> None:
        super().check(name, value)
        if value not in self.known:
            raise UnknownNameError(name, value, self.known)


@dataclass(frozen=True)
class Whole(About):
    """A whole number of at least `least`."""

    least: int = 0

    def check(self, name: str, value: Any) -> None:
        if type(value) is not int or value < self.least:
            raise ValueError(f"{name} must be a whole number of at least {self.least}, got {value!r}")


@dataclass(frozen=True)
class Rate(About):
    """A finite number greater than 0; None too, if `optional`."""

    optional: bool = False

    def check(self, name: str, value: Any) -> None:
        if value is None and self.optional:
            return
        if type(value) not in (int, float) or not 0 < value < math.inf:
            other = ", or None" if self.optional else ""
            raise ValueError(f"{name} must be a finite number greater than 0{other}, got {value!r}")


@dataclass(frozen=True)
class Share(About):
    """A number from 0 to less than 1."""

    def check(self, name: str, value: Any) -> None:
        if type(value) not in (int, float) or not 0 <= value < 1:
            raise ValueError(f"{name} must be a number from 0 to less than 1, got {value!r}")


@dataclass(frozen=True)
class Flag(About):
    """True or False."""

    def check(self, name: str, value: Any) -> None:
        check_bool(name, value)


@dataclass(frozen=True)
class Accuracy(About):
    """A number from 0 to 1, or None where it is not known yet."""

    def check(self, name: str, value: Any) -> None:
        if value is not None and (type(value) not in (int, float) or not 0 <= value <= 1):
            raise ValueError(f"{name} must be a number from 0 to 1, or None, got {value!r}")


LOOP: dict[str, About] = {
    "epochs": Whole("Passes over the data.", "训练多少轮。", least=1),
    "batch_size": Whole("Images in each step.", "每一步的图片数。", least=1),
}
PEAK = Rate(
    "The highest learning rate: one cycle rises to it and falls to almost 0.",
    "学习率的最高值：单周期策略先升到这个值，再降到接近 0。",
)
PLACE: dict[str, About] = {
    "seed": Whole(
        "Decides everything random: first weights, order of the data, dropout. The same seed gives the same run.",
        "决定一切随机的东西：初始权重、数据顺序、dropout。种子相同，结果就相同。",
    ),
    "device": Text("Where to compute: cpu, cuda or cuda:N.", "在哪里计算：cpu、cuda 或 cuda:N。"),
    "precision": Choice(
        "What products are computed in: float32, or mixed precision with float16 or bfloat16, in which everything that "
        "needs digits, and the weights, stay float32. On a CPU that is slower, not faster.",
        "矩阵乘法用什么精度计算：float32，或混合精度 float16、bfloat16。混合精度下，权重和需要更多有效数字的部分仍用 "
        "float32。在 CPU 上它更慢，而不是更快。",
        known=PRECISIONS,
    ),
    "capture": Flag(
        "Let a GPU repeat each step as one CUDA graph: the same numbers, and nothing is handed over kernel by kernel.",
        "让 GPU 把每个训练步当作一张 CUDA graph 整个重放：结果相同，但不必再一个一个地提交核函数。",
    ),
    "data": Text(),
    "data_sha256": Text(),
}
MNIST_DATA = Text(
    "auto, full, embedded, or a folder with MNIST's files. auto is the full set from the folder MINIGRAD_DATA if "
    "that is set, else from the cache or a download, and where none can be had the embedded subset. With --resume: "
    "where the run's data are now.",
    "auto、full、embedded，或存放 MNIST 文件的目录。auto 是完整数据：设了 MINIGRAD_DATA 就从那个目录取，"
    "否则从缓存取或下载，都拿不到时用自带的子集。与 --resume 同用：这次训练的数据现在的位置。",
)
CIFAR_DATA = Text(
    "auto, or a folder with CIFAR-10's files. auto takes them from the folder MINIGRAD_DATA if that is set, else from "
    "the cache or a download (170 MB). With --resume: where the run's data are now.",
    "auto，或存放 CIFAR-10 文件的目录。auto：设了 MINIGRAD_DATA 就从那个目录取，否则从缓存取或下载（170 MB）。"
    "与 --resume 同用：这次训练的数据现在的位置。",
)

REVIEWS_DATA = Text(
    "auto, or a folder with rt-polarity's files. auto takes them from the folder MINIGRAD_DATA if that is set, else "
    "from the cache or a download (0.5 MB). With --resume: where the run's data are now.",
    "auto，或存放 rt-polarity 文件的目录。auto：设了 MINIGRAD_DATA 就从那个目录取，否则从缓存取或下载（0.5 MB）。"
    "与 --resume 同用：这次训练的数据现在的位置。",
)


@dataclass(frozen=True)
class Settings:
    """What every run depends on; a recipe adds its own, and gives these its defaults.

    `data` is the source as its loader takes it; once they are loaded, `data` is the source that gives the same again
    and `data_sha256` the checksum of their content. Raises ValueError for values that no run can have.
    """

    epochs: int = 10
    batch_size: int = 128
    lr: float | None = 0.1
    seed: int = 0
    device: str = "cpu"
    precision: str = "float32"
    capture: bool = False
    data: str = "auto"
    data_sha256: str = ""

    about: ClassVar[Mapping[str, About]] = {**LOOP, "lr": PEAK, **PLACE, "data": CIFAR_DATA}

    def __post_init__(self) -> None:
        for name, about in self.about.items():
            about.check(name, getattr(self, name))
