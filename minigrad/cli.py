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
from .course.commands import COMMANDS, lang_option, workspace_option
from .errors import MinigradError, did_you_mean
from .recipes import mnist
from .training import InterruptedRunError


class Group(click.Group):
    """A group of commands that proposes the nearest right name for an unknown one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            known = self.list_commands(ctx)
            ctx.fail(f"unknown command '{args[0]}'{did_you_mean(args[0], known)}; known: {', '.join(known)}")
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


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@lang_option
@click.version_option(__version__, prog_name="minigrad")
def cli() -> None:
    """minigrad: a deep-learning framework that you finish yourself."""


@cli.group(cls=Group)
def train() -> None:
    """Train a model on a real task."""


DEFAULT = mnist.Settings()


@train.command("mnist")
@click.option("--model", type=Name(mnist.MODELS), default=DEFAULT.model, show_default=True, help="The network.")
@click.option("--epochs", type=whole(1), default=DEFAULT.epochs, show_default=True, help="Passes over the data.")
@click.option("--batch-size", type=whole(1), default=DEFAULT.batch_size, show_default=True, help="Images in each step.")
@click.option("--lr", type=RATE, help="Learning rate.  [default: the optimizer's usual]")
@click.option(
    "--optimizer",
    type=Name(mnist.OPTIMIZERS),
    default=DEFAULT.optimizer,
    show_default=True,
    help="How gradients change the weights.",
)
@click.option(
    "--schedule",
    type=Name(mnist.SCHEDULES),
    default=DEFAULT.schedule,
    show_default=True,
    help="How the learning rate changes: not at all, or down to 0 along half a cosine.",
)
@click.option(
    "--seed",
    type=whole(0),
    default=DEFAULT.seed,
    show_default=True,
    help="Decides everything random: first weights, order of the data, dropout. The same seed gives the same run.",
)
@click.option("--device", default=DEFAULT.device, show_default=True, help="Where to compute: cpu, cuda or cuda:N.")
@click.option(
    "--data",
    type=Source(),
    default=DEFAULT.data,
    show_default=True,
    help="auto, full, embedded, or a folder with MNIST's files. auto is the full set from the folder MINIGRAD_DATA if "
    "that is set, else from the cache or a download, and where none can be had the embedded subset. With --resume: "
    "where the run's data are now.",
)
@click.option("--out", type=Folder(), help="Folder for results.  [default: a new one in runs/]")
@click.option("--resume", type=Folder(), help="Go on with the run in this folder, with its settings.")
@click.option("--mine", is_flag=True, help="Run on the functions that you solved in your workspace.")
@workspace_option
@lang_option
@click.pass_context
def train_mnist(
    ctx: click.Context, out: Path | None, resume: Path | None, mine: bool, folder: Path | None, **options: Any
) -> None:
    """Handwritten digits: an MLP, or with --model linear a single layer."""
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
        click.echo("stopped", err=True)
        return 130
    except MinigradError as error:
        click.echo(f"error: {error}", err=True)
        return 1


def drop_output() -> None:
    """Send what is left of the output nowhere, or Python's end would complain about it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
