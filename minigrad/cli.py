"""The `minigrad` command. It parses and prints; what is done lies in the modules that it calls."""

import io
import math
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import numpy as np

from . import __version__
from .course.commands import COMMANDS, Bilingual, BilingualGroup, BilingualOption, lang_option, workspace_option
from .display import plain_console
from .errors import MinigradError, did_you_mean, nearest
from .language import say
from .recipes import mnist
from .summary import show_models, show_summary, summarize_by_name
from .training import InterruptedRunError


class Group(BilingualGroup):
    """A group of commands that proposes the nearest right name for an unknown one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            known = self.list_commands(ctx)
            near = nearest(args[0], known)
            meant = f"（是不是 {near}？）" if near else ""
            en = f"unknown command '{args[0]}'{did_you_mean(args[0], known)}; known: {', '.join(known)}"
            ctx.fail(say(en, f"没有名为 {args[0]} 的命令{meant}；可选：{'、'.join(known)}"))
        return super().resolve_command(ctx, args)


class Name(click.ParamType):
    """One of several names; proposes the nearest for an unknown one."""

    name = "name"

    def __init__(self, known: Iterable[str]):
        self.known = sorted(known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.known)}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.known:
            self.fail(f"'{value}'{did_you_mean(value, self.known)} is not one of {', '.join(self.known)}", param, ctx)
        return value


class Number(click.ParamType):
    """A number that `accepts` says yes to; `expected` says in words which those are."""

    def __init__(self, parse: Callable[[str], Any], accepts: Callable[[Any], bool], expected: str):
        self.name = "number"
        self.parse, self.accepts, self.expected = parse, accepts, expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            number = self.parse(value)
        except ValueError:
            self.fail(f"'{value}' is not {self.expected}", param, ctx)
        if not self.accepts(number):
            self.fail(f"{value} is not {self.expected}", param, ctx)
        return number


def whole(least: int) -> Number:
    return Number(int, lambda number: number >= least, f"a whole number of at least {least}")


RATE = Number(float, lambda number: 0 < number < math.inf, "a finite number greater than 0")


class Source(click.ParamType):
    """Text that is not empty: where a folder is meant, an empty name would be the current one."""

    name = "data"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("the name is empty; expected that of a folder", param, ctx)
        return value


class Folder(Source):
    """The name of a folder; ~ is the user's home."""

    name = "folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return Path(os.path.expanduser(super().convert(value, param, ctx)))


class Shape(click.ParamType):
    """Sizes of at least 1 with an x between them."""

    name = "shape"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        sizes = str(value).lower().replace("×", "x").split("x")
        if not all(size.isascii() and size.isdigit() and int(size) for size in sizes):
            self.fail(f"'{value}' is no shape; expected sizes of at least 1 such as 3x32x32", param, ctx)
        return tuple(map(int, sizes))


def option(*names: str, en: str, zh: str, **settings: Any) -> Callable[[Callable], Callable]:
    """An option with its help in both languages."""
    return click.option(*names, cls=BilingualOption, help=(en, zh), **settings)


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=("minigrad: a deep-learning framework that you finish yourself.", "minigrad：由你亲手完成的深度学习框架。"),
)
@lang_option
@click.version_option(__version__, prog_name="minigrad")
def cli() -> None:
    pass


@cli.group(cls=Group, help=("Train a model on a real task.", "在真实任务上训练模型。"))
def train() -> None:
    pass


DEFAULT = mnist.Settings()


@train.command(
    "mnist",
    cls=Bilingual,
    help=(
        "Handwritten digits: an MLP, or with --model linear a single layer.",
        "手写数字：MLP，或用 --model linear 训练单层网络。",
    ),
)
@option("--model", type=Name(mnist.MODELS), default=DEFAULT.model, show_default=True, en="The network.", zh="网络。")
@option(
    "--epochs", type=whole(1), default=DEFAULT.epochs, show_default=True, en="Passes over the data.", zh="训练多少轮。"
)
@option(
    "--batch-size",
    type=whole(1),
    default=DEFAULT.batch_size,
    show_default=True,
    en="Images in each step.",
    zh="每一步的图片数。",
)
@option(
    "--lr", type=RATE, en="Learning rate.  [default: the optimizer's usual]", zh="学习率。  [默认：该优化器常用的值]"
)
@option(
    "--optimizer",
    type=Name(mnist.OPTIMIZERS),
    default=DEFAULT.optimizer,
    show_default=True,
    en="How gradients change the weights.",
    zh="优化器：怎样用梯度更新权重。",
)
@option(
    "--schedule",
    type=Name(mnist.SCHEDULES),
    default=DEFAULT.schedule,
    show_default=True,
    en="How the learning rate changes: not at all, or down to 0 along half a cosine.",
    zh="学习率怎样变化：保持不变，或沿半个余弦降到 0。",
)
@option(
    "--seed",
    type=whole(0),
    default=DEFAULT.seed,
    show_default=True,
    en="Decides everything random: first weights, order of the data, dropout. The same seed gives the same run.",
    zh="决定一切随机的东西：初始权重、数据顺序、dropout。种子相同，结果就相同。",
)
@option(
    "--device",
    default=DEFAULT.device,
    show_default=True,
    en="Where to compute: cpu, cuda or cuda:N.",
    zh="在哪里计算：cpu、cuda 或 cuda:N。",
)
@option(
    "--data",
    type=Source(),
    default=DEFAULT.data,
    show_default=True,
    en="auto, full, embedded, or a folder with MNIST's files. auto is the full set from the folder MINIGRAD_DATA if "
    "that is set, else from the cache or a download, and where none can be had the embedded subset. With --resume: "
    "where the run's data are now.",
    zh="auto、full、embedded，或存放 MNIST 文件的目录。auto 是完整数据：设了 MINIGRAD_DATA 就从那个目录取，"
    "否则从缓存取或下载，都拿不到时用自带的子集。与 --resume 同用：这次训练的数据现在的位置。",
)
@option(
    "--out",
    type=Folder(),
    en="Folder for results.  [default: a new one in runs/]",
    zh="结果目录。  [默认：runs/ 下新建]",
)
@option(
    "--resume",
    type=Folder(),
    en="Go on with the run in this folder, with its settings.",
    zh="按原来的设置，继续这个目录里的训练。",
)
@option(
    "--mine",
    is_flag=True,
    en="Run on the functions that you solved in your workspace.",
    zh="用你在学习目录里写对的函数运行。",
)
@workspace_option
@lang_option
@click.pass_context
def train_mnist(
    ctx: click.Context, out: Path | None, resume: Path | None, mine: bool, folder: Path | None, **options: Any
) -> None:
    with np.errstate(all="ignore"), my_code_or_none(mine, folder):  # a loss that is no number ends with a sentence
        if resume is None:
            mnist.train(mnist.Settings(**options), out)
            return
        names = [field.name for field in fields(mnist.Settings) if field.name != "data"]
        given = [name for name in (*names, "out") if is_given(ctx, name)]
        if given:
            options_given = ", ".join("--" + name.replace("_", "-") for name in given)
            raise click.UsageError(f"--resume goes on with the settings of the run; leave out {options_given}")
        mnist.resume(resume, options["data"] if is_given(ctx, "data") else None)


@cli.command(
    "summary",
    cls=Bilingual,
    help=(
        "Show the layers of a model: shapes, parameters, multiply-adds. Without a name, list the models.",
        "显示模型的各层：形状、参数和乘加次数。不带名字时列出所有模型。",
    ),
)
@click.argument("name", metavar="[MODEL]", required=False)
@option(
    "--input",
    "shape",
    type=Shape(),
    en="The shape of one input, such as 3x32x32.  [default: what the model is for]",
    zh="一个输入的形状，例如 3x32x32。  [默认：该模型适用的形状]",
)
@option(
    "--classes",
    type=whole(1),
    en="How many classes the model tells apart.  [default: the model's usual]",
    zh="分多少类。  [默认：该模型常用的类数]",
)
@lang_option
def summary(name: str | None, shape: tuple[int, ...] | None, classes: int | None) -> None:
    if name is None:
        show_models(plain_console())
    else:
        show_summary(summarize_by_name(name, shape, classes), plain_console())


def my_code_or_none(mine: bool, folder: Path | None) -> AbstractContextManager[Any]:
    """Inside, minigrad runs on the learner's functions, with --mine."""
    if not mine:
        return nullcontext()
    from .course.commands import open_workspace
    from .course.mine import my_code

    return my_code(*open_workspace(folder))


for command in COMMANDS:
    cli.add_command(command)


def is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def main() -> None:
    """The entry point: the command's exit status goes to the system.

    Errors that a user can mend are one line and status 1, wrong options status 2, Ctrl-C is 130.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # the name of a folder may not be printable in ASCII
    try:
        status = run()
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:
            raise  # not the output's
        status = 1
        drop_output()
        if not isinstance(error, BrokenPipeError):  # a reader like head has all it wanted
            click.echo(f"error: the output cannot be written ({error.strerror})", err=True)
    sys.exit(status)


def run() -> int:
    """Run the command line; returns the exit status."""
    try:
        return cli.main(prog_name="minigrad", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except InterruptedRunError as stopped:
        click.echo(str(stopped), err=True)
        return 130
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("stopped", "已停止"), err=True)
        return 130
    except MinigradError as error:
        click.echo(say(f"error: {error}", f"错误：{error}"), err=True)
        return 1


def drop_output() -> None:
    """Send what is left of the output nowhere, or Python's end would complain about it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
