"""Fine-tuning: a published ResNet-20 for CIFAR-10, three ways, on images that it does not know as they are here."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from ..datasets import ImageData
from ..display import show
from ..errors import DataError
from ..language import say
from ..models import freeze, freeze_statistics, load_pretrained, replace_head, resnet20
from ..models.pretrained import read_state_dict
from ..models.resnet_cifar import CifarResNet
from ..nn import Module
from ..training import evaluate
from . import settings as of
from .photographs import Photographs, momentum_sgd, one_cycle
from .recipe import Outcome, Task

if TYPE_CHECKING:
    from rich.console import Console

CHECKPOINT_NAME = "resnet20-cifar10"
COMPARISON, ACCURACIES = "comparison.png", "accuracies.png"


class Way(NamedTuple):
    """What learns (the names of the parts; () is everything), from a new head or the old one, at which highest rate.

    Where the old one tells apart another number of classes than the data have, the head is new in any case.
    """

    learning: tuple[str, ...]
    new_head: bool
    lr: float


WAYS = {
    "head": Way(("linear",), True, 0.1),
    "last_stage": Way(("layer3", "linear"), False, 0.05),
    "everything": Way((), False, 0.05),
}


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on. `lr` None is each way's usual. `before` is the accuracy of the weights as they are, None
    where they are for another number of classes, and `weights_sha256` the checksum of their content."""

    epochs: int = 5
    batch_size: int = 128
    lr: float | None = None
    weights: str = CHECKPOINT_NAME
    before: float | None = None
    weights_sha256: str = ""

    about: ClassVar = {
        "weights": of.Text(
            "The weights to begin with: a .th, .pth or .pt of PyTorch (needs minigrad[torch]) or a .safetensors; "
            "resnet20-cifar10 is the published file, looked for in MINIGRAD_DATA, else the cache, else downloaded.",
            "从哪份权重开始：PyTorch 的 .th、.pth、.pt 文件（需要 minigrad[torch]），或 .safetensors 文件；"
            "resnet20-cifar10 是公开发布的那一份，先在 MINIGRAD_DATA 里找，没有设置就用缓存或下载。",
        ),
        **of.LOOP,
        "lr": of.Rate(
            "The highest learning rate of the cycle.  [default: 0.1 for the head, 0.05 otherwise]",
            "单周期策略中学习率的最高值。  [默认：只训练输出层时 0.1，其余 0.05]",
            optional=True,
        ),
        **of.PLACE,
        "data": of.CIFAR_DATA,
        "before": of.Accuracy(),
        "weights_sha256": of.Text(),
    }


class FineTuneResNet(Photographs):
    """A new head alone; the last stage and the head; everything.

    Frozen layers give no gradients, and their batch norms stay in evaluation mode: they normalise by the statistics of
    the images that they were trained with, which do not change. With everything learning, batch norms do as always.
    Weights for another number of classes than the data have are not measured as they are, and every way has a new head.
    """

    name = "finetune_resnet"
    title = (
        "Fine-tuning a published ResNet-20 on CIFAR-10: the head, the last stage, everything. Batch norms of frozen "
        "layers keep their statistics.",
        "在 CIFAR-10 上微调公开的 ResNet-20：只训练输出层、最后一个阶段、全部。冻结层的批归一化统计量不变。",
    )
    defaults = Settings()
    parts = tuple(WAYS)
    pictures: tuple[str, ...] = (COMPARISON, ACCURACIES, *Photographs.pictures)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # with which the published weights were trained

    def prepare(self, settings: Settings, data: ImageData, console: "Console") -> Settings:
        path = os.path.expanduser(settings.weights)
        settings = replace(settings, weights=os.path.abspath(path) if os.path.isfile(path) else settings.weights)
        model = pretrained(settings)
        content = content_sha256(model)
        if settings.weights_sha256 not in ("", content):
            raise DataError(
                f"{settings.weights}: these are not the weights that the run was begun with; put those back"
            )
        settings = replace(settings, weights_sha256=content)
        given, wanted = model.linear.out_features, len(data.classes)
        if given != wanted:
            told = say(
                f"the weights are for {given} classes and the data have {wanted}: the head is new in all that follows, "
                "and the accuracy of the weights as they are cannot be measured",
                f"这份权重分 {given} 类，数据有 {wanted} 类：下面都换上新的输出层，权重原样使用的准确率无法测量",
            )
            show(console, told)
            return settings
        if settings.before is None:
            result, _, _ = evaluate(model, self.test_loader(settings, data))
            settings = replace(settings, before=result.accuracy)
        share = f"{settings.before:.2%}"
        show(console, say(f"as they are, the weights get {share} right", f"这份权重原样使用，准确率 {share}"))
        return settings

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        train, validation = self.loaders(settings, data)
        way, model = WAYS[part], pretrained(settings)
        if way.new_head or model.linear.out_features != len(data.classes):
            replace_head(model, len(data.classes))
        if way.learning:
            freeze_statistics(freeze(model, except_=way.learning))
        rate = way.lr if settings.lr is None else settings.lr
        optimizer = momentum_sgd(model, rate)
        schedule = one_cycle(optimizer, rate, settings.epochs * len(train))
        return Task(model, optimizer, schedule, train, validation)

    def label(self, settings: Settings, part: str) -> str:
        return f"resnet20 ({part})"

    def draw(self, settings: Settings, data: ImageData, folder: Path, outcomes: list[Outcome]) -> None:
        from .. import plot

        super().draw(settings, data, folder, outcomes)
        before, on_test = {}, {}
        if settings.before is not None:
            before, on_test = {"as it is": settings.before}, {"as it is (test images)": settings.before}
        histories = {outcome.part: outcome.trainer.history for outcome in outcomes}
        title = f"ResNet-20, fine-tuned on {data.name}"
        plot.compare(histories, folder / COMPARISON, title, on_test)
        measured = {**before, **{outcome.part: outcome.result.accuracy for outcome in outcomes}}
        plot.accuracies(measured, folder / ACCURACIES, f"{title}: test accuracy")


def pretrained(settings: Settings) -> CifarResNet:
    """ResNet-20 with the weights to begin with, and with their number of classes.

    Raises DataError, which says where to get them, where there are none.
    """
    try:
        model = resnet20(classes_of(read_state_dict(settings.weights)))
        load_pretrained(model, settings.weights)
    except DataError as error:
        raise DataError(f"{error}; or name another file by --weights") from error
    model.to(settings.device)
    return model


def classes_of(state: dict[str, Any]) -> int:
    """How many classes the head in a state dict of ResNet-20 tells apart; 10 if it has none."""
    shape: tuple[int, ...] = getattr(state.get("linear.weight"), "shape", ())
    return shape[0] if len(shape) == 2 and shape[0] > 0 else 10


def content_sha256(model: Module) -> str:
    """The SHA-256 of all weights and statistics of a network: the same whatever file they were in."""
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(value.cpu().numpy()).data)
    return digest.hexdigest()


RECIPE = FineTuneResNet()
train, resume = RECIPE.train, RECIPE.resume
