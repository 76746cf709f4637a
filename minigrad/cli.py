"""The `minigrad` command. It parses and prints; what is done lies in the modules that it calls."""

import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from . import __version__
from .course.commands import COMMANDS
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

    def __init__(self, known: Any):
        self.known = sorted(known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.known)}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.known:
            self.fail(f"'{value}'{did_you_mean(value, self.known)} is not one of {', '.join(self.known)}", param, ctx)
        return value


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="minigrad")
def cli() -> None:
    """minigrad: a deep-learning framework that you finish yourself."""


@cli.group(cls=Group)
def train() -> None:
    """Train a model on a real task."""


DEFAULT = mnist.Settings()


@train.command("mnist")
@click.option("--model", type=Name(mnist.MODELS), default=DEFAULT.model, show_default=True, help="The network.")
@click.option(
    "--epochs", type=click.IntRange(1), default=DEFAULT.epochs, show_default=True, help="Passes over the data."
)
@click.option(
    "--batch-size", type=click.IntRange(1), default=DEFAULT.batch_size, show_default=True, help="Images a step."
)
@click.option("--lr", type=click.FloatRange(0, min_open=True), help="Learning rate.  [default: the optimizer's usual]")
@click.option("--optimizer", type=Name(mnist.OPTIMIZERS), default=DEFAULT.optimizer, show_default=True)
@click.option(
    "--schedule", type=Name(mnist.SCHEDULES), default=DEFAULT.schedule, show_default=True, help="Of the learning rate."
)
@click.option(
    "--seed", type=click.IntRange(0), default=DEFAULT.seed, show_default=True, help="Decides all that is random."
)
@click.option("--device", default=DEFAULT.device, show_default=True, help="cpu, cuda or cuda:N.")
@click.option(
    "--data", default=DEFAULT.data, show_default=True, help="auto, full, embedded, or a folder with MNIST's files."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for results.  [default: a new one in runs/]"
)
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with the run in this folder, with its settings.")
@click.pass_context
def train_mnist(ctx: click.Context, out: Path | None, resume: Path | None, **options: Any) -> None:
    """Handwritten digits: an MLP, or with --model linear a single layer."""
    if resume is None:
        mnist.train(mnist.Settings(**options), out)
        return
    given = [name for name in (*(f.name for f in fields(mnist.Settings)), "out") if is_given(ctx, name)]
    if given:
        names = ", ".join("--" + name.replace("_", "-") for name in given)
        raise click.UsageError(f"--resume goes on with the settings of the run; leave out {names}")
    mnist.resume(resume)


for command in COMMANDS:
    cli.add_command(command)


def is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def main() -> None:
    """The entry point: errors that a user can mend are one line and exit status 1, Ctrl-C is 130."""
    try:
        cli()
    except InterruptedRunError as stopped:
        click.echo(str(stopped), err=True)
        sys.exit(130)
    except MinigradError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
