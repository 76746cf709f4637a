"""The `minigrad` command. It parses and prints; what is done lies in the modules that it calls."""

import io
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click
import numpy as np

from . import __version__
from .course.commands import COMMANDS, Bilingual, BilingualGroup, BilingualOption, lang_option, workspace_option
from .display import plain_console
from .errors import DataError, MinigradError, UnknownNameError, did_you_mean, nearest
from .language import language, say
from .recipes import RECIPES
from .recipes.recipe import Recipe
from .recipes.settings import About, Choice, Flag, Rate, Share, Whole
from .summary import show_models, show_summary, summarize_by_name
from .training import InterruptedRunError
from .tutor.commands import COMMANDS as TUTOR_COMMANDS
from .usage import speak_the_users_language

speak_the_users_language()


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


class Root(Group):
    """The command line as a whole. --lang may stand anywhere in it: also behind --help, which ends everything."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for at, word in enumerate(args):
            if word == "--":
                break
            if word == "--lang" or word.startswith("--lang="):
                end = at + 2 if word == "--lang" else at + 1
                args = [*args[at:end], *args[:at], *args[end:]]
                break
        return super().parse_args(ctx, args)


class Name(click.ParamType):
    """One of several names; proposes the nearest for an unknown one."""

    name = "name"

    def __init__(self, known: Iterable[str]):
        self.known = sorted(known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.known)}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.known:
            near = nearest(value, self.known)
            meant = f"（是不是 {near}？）" if near else ""
            en = f"'{value}'{did_you_mean(value, self.known)} is not one of {', '.join(self.known)}"
            self.fail(say(en, f"没有 '{value}'{meant}；可选：{'、'.join(self.known)}"), param, ctx)
        return value


class Number(click.ParamType):
    """A number that `accepts` says yes to; `en` and `zh` say in words which those are."""

    def __init__(self, parse: Callable[[str], Any], accepts: Callable[[Any], bool], en: str, zh: str):
        self.name = "number"
        self.parse, self.accepts, self.texts = parse, accepts, (en, zh)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        en, zh = self.texts
        try:
            number = self.parse(value)
        except ValueError:
            self.fail(say(f"'{value}' is not {en}", f"'{value}' 不是{zh}"), param, ctx)
        if not self.accepts(number):
            self.fail(say(f"{value} is not {en}", f"{value} 不是{zh}"), param, ctx)
        return number


def whole(least: int) -> Number:
    return Number(int, lambda number: number >= least, f"a whole number of at least {least}", f"不小于 {least} 的整数")


RATE = Number(float, lambda number: 0 < number < math.inf, "a finite number greater than 0", "大于 0 的有限数")
SHARE = Number(float, lambda number: 0 <= number < 1, "a number from 0 to less than 1", "从 0 到 1（不含 1）的数")


class Source(click.ParamType):
    """Text that is not empty: where a folder is meant, an empty name would be the current one."""

    def __init__(self, name: str, en: str = "folder", zh: str = "目录"):
        self.name, self.texts = name, (en, zh)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            en, zh = self.texts
            self.fail(say(f"the name is empty; expected that of a {en}", f"名字是空的；应当是{zh}的名字"), param, ctx)
        return value


class Folder(Source):
    """The name of a folder; ~ is the user's home."""

    def __init__(self) -> None:
        super().__init__("folder")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return Path(os.path.expanduser(super().convert(value, param, ctx)))


class Shape(click.ParamType):
    """Sizes of at least 1 with an x between them."""

    name = "shape"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        sizes = str(value).lower().replace("×", "x").split("x")
        if not all(size.isascii() and size.isdigit() and int(size) for size in sizes):
            en = f"'{value}' is no shape; expected sizes of at least 1 such as 3x32x32"
            self.fail(say(en, f"'{value}' 不是形状；应当是不小于 1 的大小，例如 3x32x32"), param, ctx)
        return tuple(map(int, sizes))


def option(*names: str, en: str, zh: str, **settings: Any) -> Callable[[Callable], Callable]:
    """An option with its help in both languages."""
    return click.option(*names, cls=BilingualOption, help=(en, zh), **settings)


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=("minigrad: a deep-learning framework that you finish yourself.", "minigrad：由你亲手完成的深度学习框架。"),
)
@lang_option
@click.version_option(
    __version__, prog_name="minigrad", cls=BilingualOption, help=("Show the version and exit.", "显示版本号。")
)
def cli() -> None:
    pass


@cli.group(cls=Group, help=("Train a model on a real task.", "在真实任务上训练模型。"))
def train() -> None:
    pass


OUT_RESUME_MINE = (
    option(
        "--out",
        type=Folder(),
        en="Folder for results.  [default: a new one in runs/]",
        zh="结果目录。  [默认：runs/ 下新建]",
    ),
    option(
        "--resume",
        type=Folder(),
        en="Go on with the run in this folder, with its settings.",
        zh="按原来的设置，继续这个目录里的训练。",
    ),
    option(
        "--mine",
        is_flag=True,
        en="Run on the functions that you solved in your workspace.",
        zh="用你在学习目录里写对的函数运行。",
    ),
    workspace_option,
    lang_option,
)


def train_command(recipe: Recipe) -> click.Command:
    """`minigrad train NAME`: an option for each setting of the recipe, and those that all recipes have."""

    @click.pass_context
    def run_recipe(
        ctx: click.Context, out: Path | None, resume: Path | None, mine: bool, folder: Path | None, **options: Any
    ) -> None:
        with np.errstate(all="ignore"), my_code_or_none(mine, folder):  # a loss that is no number ends with a sentence
            if resume is None:
                recipe.train(type(recipe.defaults)(**options), out)
                return
            given = [name for name in (*options, "out") if name != "data" and is_given(ctx, name)]
            if given:
                options_given = ", ".join("--" + name.replace("_", "-") for name in given)
                en = f"--resume goes on with the settings of the run; leave out {options_given}"
                raise click.UsageError(say(en, f"--resume 按原来的设置继续训练；请去掉 {options_given}"))
            recipe.resume(resume, options["data"] if is_given(ctx, "data") else None)

    settings = [
        setting_option(name, about, getattr(recipe.defaults, name)) for name, about in recipe.defaults.about.items()
    ]
    function: Any = run_recipe
    for add in reversed([*filter(None, settings), *OUT_RESUME_MINE]):  # the last one that is added stands first
        function = add(function)
    return click.command(recipe.name, cls=Bilingual, help=recipe.title)(function)


def setting_option(name: str, about: About, default: Any) -> Callable[[Callable], Callable] | None:
    """The option of a setting; None for one that is not the user's to choose."""
    if not about.en:
        return None
    kind: dict[str, Any] = {"type": PATHS[name] if name in PATHS else click_type(about)}
    if isinstance(about, Flag):
        kind = {"is_flag": True}
    return option(
        "--" + name.replace("_", "-"),
        **kind,
        default=default,
        show_default=default is not None,
        en=about.en,
        zh=about.zh,
    )


PATHS = {"data": Source("data"), "weights": Source("weights", "file", "文件")}  # the settings that name files


def click_type(about: About) -> click.ParamType | None:
    """Which texts an option takes, by what its setting may be."""
    if isinstance(about, Choice):
        return Name(about.known)
    if isinstance(about, Whole):
        return whole(about.least)
    if isinstance(about, Share):
        return SHARE
    return RATE if isinstance(about, Rate) else None


for recipe in RECIPES:
    train.add_command(train_command(recipe))


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


@cli.command(
    "info",
    cls=Bilingual,
    help=(
        "Show versions, processors and GPUs, and what is missing for them.",
        "显示版本、处理器和 GPU，以及还缺什么。",
    ),
)
@lang_option
def info() -> None:
    from rich.table import Table

    from .info import facts

    table = Table(box=None, show_header=False, pad_edge=False)
    for fact in facts():
        table.add_row(fact.name, fact.value)
    plain_console().print(table)


@cli.command(
    "predict",
    cls=Bilingual,
    help=(
        "Say what a finished run makes of sentences: those given, or the lines of standard input.",
        "用训练好的模型判断句子：写在命令里的句子，或标准输入的每一行。",
    ),
)
@click.argument("run", type=Folder(), metavar="RUN")
@click.argument("sentences", metavar="[SENTENCE]...", nargs=-1)
@lang_option
def predict(run: Path, sentences: tuple[str, ...]) -> None:
    from .recipes.predicting import load_predictor, show_predictions

    predictor = load_predictor(run)
    show_predictions(predictor, sentences or lines_of_input(), plain_console())


@cli.command(
    "generate",
    cls=Bilingual,
    help=("Let the GPT of a finished run of char_gpt write.", "让 char_gpt 训练好的 GPT 写文本。"),
)
@click.argument("run", type=Folder(), metavar="RUN")
@option(
    "--prompt",
    default="",
    en="What it goes on from.  [default: the end of a line]",
    zh="从什么文本续写。  [默认：换行]",
)
@option("--length", type=whole(1), default=500, show_default=True, en="Characters to write.", zh="写多少个字符。")
@option(
    "--temperature",
    type=Number(float, lambda number: 0 <= number < math.inf, "a finite number of at least 0", "不小于 0 的有限数"),
    default=1.0,
    show_default=True,
    en="Below 1 the likely becomes likelier; 0 takes the likeliest.",
    zh="小于 1 时更偏向可能的字符；0 总取最可能的。",
)
@option("--top-k", "k", type=whole(1), en="Only the K likeliest.", zh="只在最可能的 K 个里选。")
@option(
    "--top-p",
    "p",
    type=Number(float, lambda number: 0 < number <= 1, "a number above 0, up to 1", "大于 0、不超过 1 的数"),
    en="Only the likeliest that together have the share P.",
    zh="只在概率之和达到 P 的最可能的几个里选。",
)
@option("--seed", type=whole(0), default=0, show_default=True, en="Decides what is drawn.", zh="决定抽到什么。")
@lang_option
def write(run: Path, prompt: str, length: int, temperature: float, k: int | None, p: float | None, seed: int) -> None:
    from .recipes import char_gpt

    characters = char_gpt.write(run, prompt, length, temperature, k, p, seed)
    click.echo(prompt, nl=False)
    for character in characters:
        click.echo(character, nl=False)
    click.echo()


def lines_of_input() -> Iterator[str]:
    """The lines of standard input that are not empty; DataError for one that is not UTF-8."""
    if sys.stdin.isatty():
        click.echo(say("a sentence on each line; Ctrl-D ends", "每行一句，按 Ctrl-D 结束"), err=True)
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError as error:
            wrong = f"byte {error.start} of line {number} of the input is 0x{line[error.start]:02x}"
            raise DataError(f"{wrong}, which is not UTF-8") from error
        if text:
            yield text


def my_code_or_none(mine: bool, folder: Path | None) -> AbstractContextManager[Any]:
    """Inside, minigrad runs on the learner's functions, with --mine."""
    if not mine:
        return nullcontext()
    from .course.commands import open_workspace
    from .course.mine import my_code

    return my_code(*open_workspace(folder))


for command in (*COMMANDS, *TUTOR_COMMANDS):
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
        language()
    except UnknownNameError:  # told in the language that would be spoken without it
        name = os.environ.pop("MINIGRAD_LANG")
        en, zh = f"MINIGRAD_LANG is '{name}'; expected en or zh", f"MINIGRAD_LANG 是 '{name}'；应当是 en 或 zh"
        click.echo(say(f"error: {en}", f"错误：{zh}"), err=True)
        return 1
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
