"""Writes a conversation per stage and language: python docs/conversations/record.py

What the learner types is below; everything else is what `minigrad talk` says to it.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from minigrad.course.lessons import find_lesson
from minigrad.course.workspace import Workspace
from minigrad.language import set_language
from minigrad.tutor.conversation import Conversation
from minigrad.tutor.dialogue import dialogue_of
from minigrad.tutor.reading import typed

FOLDER = Path(__file__).parent
WIDTH = 96
TYPED = {
    ("1.4", "en"): """
        so that training is faster?

        hm, if you multiply it out the whole stack is just one linear layer

        the gradient gets close to zero

        sigmoid and tanh do it at both ends, relu doesn't

        0.5

        /hint
        0.25

        it should save x

        gy is never used!
    """,
    ("1.4", "zh"): """
        把输出限制在 0 到 1 之间

        不加的话，一百层相当于一层线性变换；加了才能拟合非线性的函数

        /ask 什么是饱和

        曲线很平，梯度几乎是零；sigmoid 和 tanh 都会饱和，relu 不会

        四分之一

        没有乘上游梯度
    """,
    ("2.2", "en"): """
        it is the average of the nine gradients

        they are added up, by col2im

        because the kernel is shared by all places, and each use contributes

        3

        1

        it must be += where windows overlap
    """,
    ("2.2", "zh"): """
        九份梯度加起来

        就是 col2im

        不知道

        因为这个权重在每个位置都用到了

        一

        下标错了

        应该用 +=，步幅小于核的时候窗口会重叠
    """,
    ("3.3", "en"): """
        it has more parameters

        gradients of a plain rnn vanish over many steps; the cell state is kept when the forget gate is near 1

        f says what stays of the old state, i how much of the candidate is written, o what is shown

        1

        0.25

        the limit is too small

        each parameter is scaled on its own, which changes the direction. take one norm over all of them
    """,
    ("3.3", "zh"): """
        RNN 的梯度会消失，LSTM 可以记住很久以前的东西，因为单元状态是用加法更新的

        f 接近 1 就是忘掉

        f 决定保留多少旧的，i 决定加入多少新的，o 决定输出多少

        0.25

        /skip
        /quit
    """,
    ("4.1", "en"): """
        it is faster at everything

        many independent things at once. tiny arrays leave most of it idle

        copying takes longer than the addition

        it would happen in every step and i would never notice

        memory is the bottleneck

        no, twice the units won't help

        perf_counter is the wrong clock

        nobody waits for the gpu, you only time the launch. and the first call compiles something

        70

        50

        1.2
    """,
    ("4.1", "zh"): """
        大量同样的运算可以同时做

        要是一步等一步，大部分就闲着

        因为移不了

        移过去太慢，比加法还慢。要是每一轮都悄悄地移，自己都不知道

        瓶颈在显存带宽，单元再多也没用

        gpu 就是这么快

        它还没算完，没有同步

        五十

        0.8

        1.2
    """,
}


def conversation(lesson: str, language: str) -> str:
    """What a terminal shows of the conversation about a lesson."""
    set_language(language)
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)

    def lines() -> Iterator[str]:
        for line in TYPED[lesson, language].strip("\n").splitlines():
            text = line.strip()
            console.print(f"> {text}", markup=False)
            yield text

    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = Workspace.start(Path(folder) / "learning")
        questions = dialogue_of(find_lesson(lesson)).questions
        Conversation(workspace, console, typed(lines(), console.print)).about(questions)
    set_language(None)
    return console.file.getvalue()


def page(lesson: str, language: str) -> str:
    """The conversation as a page of Markdown."""
    shown = "\n".join(line.rstrip() for line in conversation(lesson, language).splitlines())
    return f"# `minigrad talk {lesson} --lang {language}`\n\n```text\n{shown}\n```\n"


def main(folder: Path = FOLDER) -> None:
    for lesson, language in TYPED:
        (folder / f"{lesson}.{language}.md").write_text(page(lesson, language), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
