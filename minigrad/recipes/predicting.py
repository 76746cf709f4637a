"""What a finished run says of texts that were typed in: `minigrad predict`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..display import show
from ..errors import CheckpointError, DataError
from ..grad_mode import no_grad
from ..language import say
from ..nn import Module
from ..serialization import load
from ..tensor import Tensor
from ..training import CHECKPOINT, read_checkpoint

if TYPE_CHECKING:
    from rich.console import Console

WEIGHTS = "model.safetensors"
CLASSES_ZH = {"negative": "负面", "positive": "正面"}


@dataclass
class Predictor:
    """A trained network, how a text becomes numbers for it, which of its words it does not know, and its classes."""

    model: Module
    encode: Callable[[str], list[int]]
    unknown: Callable[[str], list[str]]
    classes: Sequence[str]

    def probabilities(self, text: str) -> np.ndarray:
        """The probability [C] of each class. Raises DataError for a text without words, or too long for the network."""
        ids = self.encode(text)
        if not ids:
            raise DataError(say("the text is empty; expected a sentence to judge", "文本是空的；应当是要判断的句子"))
        self.model.eval()
        try:
            with no_grad():
                scores = self.model(Tensor(np.array([ids]))).numpy()[0].astype(np.float64)
        except ValueError as error:
            en = f"the text has {len(ids)} tokens, which is too long for this network: {error}"
            raise DataError(say(en, f"文本有 {len(ids)} 个词元，对这个网络来说太长了：{error}")) from error
        e = np.exp(scores - scores.max())
        return e / e.sum()


def load_predictor(run: Path) -> Predictor:
    """The network of the finished run in folder `run`, or in `run` that of one part of a run.

    Raises CheckpointError if there is none, if it is not finished, or if its recipe has nothing to do with texts.
    """
    from . import RECIPES  # here, because recipes build on this module

    recipes = {recipe.name: recipe for recipe in RECIPES}
    folder, part = run, ""
    if not (run / CHECKPOINT).exists():
        parts = sorted(path.parent.name for path in run.glob(f"*/{CHECKPOINT}"))
        if parts:
            choices = ", ".join(str(run / part) for part in parts)
            en, zh = f"{run} has several networks; say which: {choices}", f"{run} 里有几个网络，请选一个：{choices}"
            raise CheckpointError(say(en, zh))
    state = read_checkpoint(run)
    recipe = recipes.get(str(state["settings"].get("recipe")))
    if recipe is None:
        raise CheckpointError(say(f"{run} is not a run of minigrad train", f"{run} 不是 minigrad train 的训练"))
    settings = recipe.settings_of(state, run)
    if recipe.parts != ("",):
        folder, part = run.resolve().parent, run.resolve().name
    if state["epoch"] < settings.epochs:
        done, epochs, go_on = state["epoch"], settings.epochs, f"minigrad train {recipe.name} --resume {folder}"
        en = f"{run} is not finished ({done} of {epochs} epochs); go on with {go_on}"
        raise CheckpointError(say(en, f"{run} 还没有训练完（{epochs} 轮中的 {done} 轮）；请用 {go_on} 继续"))
    predictor = recipe.predictor(settings, folder, part)
    predictor.model.load_state_dict(load(run / WEIGHTS))
    return predictor


def show_predictions(predictor: Predictor, texts: Iterable[str], console: "Console") -> None:
    """Print, for each text, its class with its probability, and the words that the network does not know."""
    for text in texts:
        shares = predictor.probabilities(text)
        name = predictor.classes[int(shares.argmax())]
        show(console, f"{shares.max():6.1%}  {say(name, CLASSES_ZH.get(name, name))}  {text}")
        if words := predictor.unknown(text):
            listed = ", ".join(dict.fromkeys(words))
            show(console, say(f"        not in its vocabulary: {listed}", f"        词表里没有：{listed}"), style="dim")
