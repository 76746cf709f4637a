"""Photographs: CIFAR-10 with ResNet-20."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ..data.transforms import Compose, Pad, RandomCrop
from ..datasets import ImageData
from ..functional import cross_entropy
from ..language import say
from ..models import resnet20
from ..optim.swa_utils import AveragedModel, get_ema_avg_fn
from ..training import evaluate
from . import settings as of
from .photographs import Photographs, momentum_sgd, one_cycle
from .recipe import Outcome, Task

DECAY = of.Share("How strongly weights are pulled to 0.", "权重衰减：每一步把权重拉向 0 的力度。")

SMOOTHING = of.Share(
    "The share of each label that is spread over all classes.", "标签平滑：每个标签分给所有类别的那一份。"
)

AVERAGE = of.Share(
    "What is tested is an average of the weights: those of k steps ago count this number to the power k. 0: the last.",
    "测试用的是权重的滑动平均：k 步以前的权重按这个数的 k 次方计。0 表示只用最后的权重。",
)


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on."""

    epochs: int = 20
    batch_size: int = 128
    lr: float = 0.3
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    average: float = 0.998

    about: ClassVar = {
        **of.LOOP,
        "lr": of.PEAK,
        "weight_decay": DECAY,
        "label_smoothing": SMOOTHING,
        "average": AVERAGE,
        **of.PLACE,
        "data": of.CIFAR_DATA,
    }


class CifarResNet20(Photographs):
    """SGD with Nesterov's momentum, one cycle of the learning rate, as in Smith & Topin, 2018, and smoothed labels.

    What is tested is an average of the weights. Images are moved by up to two places, and mirrored where they end.
    """

    name = "cifar10_resnet"
    title = ("Photographs (CIFAR-10): ResNet-20.", "照片分类（CIFAR-10）：残差网络 ResNet-20。")
    defaults = Settings()
    crop = Compose([Pad(2, "reflect"), RandomCrop(32)])
    held_out = 100

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        train, validation = self.loaders(settings, data)
        model = resnet20().to(settings.device)
        optimizer = momentum_sgd(model, settings.lr, settings.weight_decay)
        schedule = one_cycle(optimizer, settings.lr, settings.epochs * len(train), pct_start=0.1)
        loss = partial(cross_entropy, label_smoothing=settings.label_smoothing)
        average = AveragedModel(model, get_ema_avg_fn(settings.average), use_buffers=True)
        return Task(model, optimizer, schedule, train, validation, loss, average)

    def label(self, settings: Settings, part: str) -> str:
        return "resnet20"

    def also(self, settings: Settings, data: ImageData, outcome: Outcome) -> str:
        """The accuracy where the scores of each image and of its mirror image are added."""
        loader = self.test_loader(settings, data, mirrored=True)
        both = outcome.scores + evaluate(outcome.trainer.trained, loader)[1]
        accuracy = f"{(both.argmax(axis=1) == outcome.labels).mean():.2%}"
        return say(
            f"with the scores of each image and of its mirror image added: {accuracy}",
            f"把每张图和它的镜像的得分相加再判断：{accuracy}",
        )


RECIPE = CifarResNet20()
train, resume = RECIPE.train, RECIPE.resume
