"""The commands of the course. They parse and print; what is done lies in the modules that they call."""

import os
import runpy
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.text import Text

from ..device import check_device, cuda_index
from ..language import LANGUAGES, language, say, set_language
from .blanks import Blank
from .checking import SECONDS, Outcome, check_lesson, check_on_device
from .diagnosis import Finding, WrongError
from .lessons import HINT_LEVELS, Exercise, Lesson, all_lessons, find_lesson
from .report import show_device_summary, show_lessons, show_notes, show_outcome, show_progress, show_summary
from .workspace import Workspace
from .wrapping import WrappedMarkdown, wrapped


class Bilingual(click.Command):
    """A command whose help is in the user's language: `help=(English, Chinese)`."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.texts: tuple[str, str] = kwargs["help"]
        super().__init__(*args, **{**kwargs, "help": self.texts[0]})

    def get_short_help_str(self, limit: int = 80) -> str:
        return say(*self.texts).partition("\n")[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = say(*self.texts)
        super().format_help_text(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("Show this message and exit.", "显示这段说明。")
        return option


class BilingualGroup(Bilingual, click.Group):
    """A group of commands, likewise."""


class BilingualOption(click.Option):
    """An option, likewise."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.texts: tuple[str, str] = kwargs["help"]
        super().__init__(*args, **{**kwargs, "help": self.texts[0]})

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = say(*self.texts)
        return super().get_help_record(ctx)


def choose_language(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        set_language(value)


def lang_option(command: Callable) -> Callable:
    """--lang, which every command takes."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        callback=choose_language,
        is_eager=True,
        expose_value=False,
        help="Language / 语言.",
    )(command)


def command(name: str, en: str, zh: str) -> Callable[[Callable], click.Command]:
    """A command of the course, with its help in both languages."""
    return lambda function: click.command(name, cls=Bilingual, help=(en, zh))(lang_option(function))


workspace_option = click.option(
    "-w",
    "--workspace",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    cls=BilingualOption,
    help=("The workspace, where it is not here.", "学习目录（不在当前目录时）。"),
)


device_option = click.option(
    "--device",
    default="cpu",
    show_default=True,
    cls=BilingualOption,
    help=(
        "cuda or cuda:N: try what is right on the CPU with arrays on the GPU, too.",
        "cuda 或 cuda:N：在 CPU 上正确的函数，再用 GPU 上的数组试一遍。",
    ),
)


def open_workspace(folder: Path | None) -> tuple[Workspace, Console]:
    """The workspace, and a console on which its notices have been shown."""
    console = Console(highlight=False)
    workspace = Workspace.find(folder)
    for notice in workspace.notices:
        console.print(notice, style="yellow", markup=False, soft_wrap=True)
    return workspace, console


def lesson_or_next(workspace: Workspace, name: str | None) -> Lesson:
    """The lesson of this name; without one, the first that is not done (the last when all are)."""
    return find_lesson(name) if name else workspace.next_lesson() or all_lessons()[-1]


@command(
    "start", "Make a workspace: a folder with an exercise file for each lesson.", "创建学习目录：每一课一个练习文件。"
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--questions/--no-questions",
    default=None,
    cls=BilingualOption,
    help=(
        "Six short questions that show where to begin.  [default: in a terminal, for a new workspace]",
        "用六个小问题找到合适的起点。  [默认：在终端里新建目录时]",
    ),
)
def start(folder: Path, questions: bool | None) -> None:
    is_new = not folder.exists()
    workspace, written = Workspace.start(folder)
    console = Console(highlight=False)
    lessons = [lesson for lesson in all_lessons() if workspace.file(lesson) in written]
    console.print(
        say(
            f"{folder}: {len(lessons)} exercise files written; files that were there are as they were",
            f"{folder}：写好了 {len(lessons)} 个练习文件；原有的文件没有改动",
        ),
        soft_wrap=True,
        markup=False,
    )
    if questions if questions is not None else is_new and sys.stdin.isatty() and console.is_terminal:
        from ..tutor.commands import begin

        begin(workspace, console)
    first = workspace.next_lesson()
    if first is not None:
        inside = f"cd {quoted(folder)}\n" if folder.resolve() != Path.cwd() else ""
        console.print(
            say(
                f"\nBegin:\n{inside}minigrad talk {first.number}      the tutor asks, you answer\n"
                f"minigrad lesson {first.number}    read the lesson\n"
                f"minigrad watch         check whenever you save\n"
                f"minigrad next          what to do now, at any time",
                f"\n开始：\n{inside}minigrad talk {first.number}      老师提问，你来回答\n"
                f"minigrad lesson {first.number}    读课文\n"
                f"minigrad watch         每次保存时自动检查\n"
                f"minigrad next          任何时候都可以问：现在该做什么",
            ),
            soft_wrap=True,
            markup=False,
        )


def quoted(path: Path) -> str:
    return shlex.quote(str(path))


@command("lesson", "Read a lesson; without a number, the list of all.", "阅读课文；不带编号时列出所有课。")
@click.argument("name", metavar="[LESSON]", required=False)
@click.option(
    "--pager/--no-pager",
    default=True,
    cls=BilingualOption,
    help=("Page by page in a terminal.", "在终端里分页显示。"),
)
def lesson(name: str | None, pager: bool) -> None:
    console = Console(highlight=False)
    if name is None:
        show_lessons(console)
        return
    found = find_lesson(name)
    text = WrappedMarkdown(found.text(), code_theme="ansi_dark", hyperlinks=False)
    if pager and console.is_terminal:
        os.environ["LESS"] = f"-R {os.environ.get('LESS', '')}"  # without -R, less shows colours as ESC[35m
        os.environ.setdefault("LESSCHARSET", "utf-8")
        with console.pager(styles=True):
            console.print(text)
    else:
        console.print(text)
    console.print(str(found.readme(language())), style="dim", soft_wrap=True, markup=False)


@command(
    "check",
    "Check what you wrote; without a lesson, the first that is not done.",
    "检查你写的代码；不带编号时检查第一个未完成的课。",
)
@click.argument("name", metavar="[LESSON]", required=False)
@click.argument("function", metavar="[FUNCTION]", required=False)
@click.option("--all", "every", is_flag=True, cls=BilingualOption, help=("All lessons.", "检查所有课。"))
@click.option(
    "--time-limit",
    type=click.FloatRange(0.1),
    default=SECONDS,
    show_default=True,
    cls=BilingualOption,
    help=("Seconds for one function.", "每个函数最多运行多少秒。"),
)
@device_option
@workspace_option
def check(
    name: str | None, function: str | None, every: bool, time_limit: float, device: str, folder: Path | None
) -> None:
    check_device(device)
    workspace, console = open_workspace(folder)
    lessons = [x for x in all_lessons() if x.blanks] if every else [lesson_or_next(workspace, name)]
    right = True
    for found in lessons:
        if every:
            console.print(f"\n[bold]{found.number} {found.title}[/]")
        blanks = [found.exercise(function).blank] if function else None
        right &= run_check(workspace, found, console, blanks, time_limit, device)
    sys.exit(0 if right else 1)


def run_check(
    workspace: Workspace,
    lesson: Lesson,
    console: Console,
    blanks: list[Blank] | None = None,
    seconds: float = SECONDS,
    device: str = "cpu",
) -> bool:
    """Check a lesson, show and remember what was found; is all of it right?

    On another `device` than the CPU, what is right on the CPU is tried there too. Only the former is remembered.
    """
    from ..tutor.memory import remember_checks

    if not lesson.blanks:
        console.print(
            say(f"Lesson {lesson.number} has nothing to check.", f"第 {lesson.number} 课没有需要检查的内容。")
        )
        return True
    file = workspace.learner_file(lesson)
    try:
        code = file.fingerprint  # of what is checked now: it may be saved again in the meantime
    except WrongError:
        code = ""
    findings: list[Finding | None] = []

    def show(outcome: Outcome) -> None:
        show_outcome(console, outcome, again=outcome.finding in findings)
        findings.append(outcome.finding)

    workspace.spend(lesson)
    before = [blank.name for blank in workspace.solved(lesson)]
    on_cpu = cuda_index(device) is None
    outcomes = check_lesson(lesson, file.path, blanks, seconds, show if on_cpu else lambda outcome: None)
    workspace.record(lesson, outcomes, code)
    remember_checks(workspace, lesson, outcomes, before)
    if on_cpu:
        show_notes(console, outcomes)
        show_summary(console, lesson, outcomes, workspace)
    else:
        outcomes = check_on_device(lesson, file.path, outcomes, device, seconds)
        for outcome in outcomes:
            show(outcome)
        show_device_summary(console, device, outcomes)
    return all(outcome.passed for outcome in outcomes)


@command("watch", "Check again whenever you save a file.", "每次保存文件时自动重新检查。")
@click.argument("name", metavar="[LESSON]", required=False)
@device_option
@workspace_option
def watch(name: str | None, device: str, folder: Path | None) -> None:
    from .watch import changes_and_keys, keyboard

    check_device(device)
    workspace, console = open_workspace(folder)
    current = lesson_or_next(workspace, name)

    def show() -> None:
        if console.is_terminal:
            console.clear()
        file = escape(str(workspace.file(current)))
        console.print(f"[bold]{current.number} {current.title}[/]  [dim]{file}[/]", soft_wrap=True)
        run_check(workspace, current, console, device=device)
        console.print(
            say(
                "\n[dim]save the file to check again;  h hint  l list  n next  q quit[/]",
                "\n[dim]保存文件即可重新检查；h 提示  l 列表  n 下一课  q 退出[/]",
            )
        )

    lessons = {lesson.file_name: lesson for lesson in all_lessons()}
    with keyboard() as keys:
        if keys is None:
            console.print(say("no terminal: no keys; Ctrl-C ends", "没有终端，按键不可用；用 Ctrl-C 结束"))
        show()
        try:
            for saved, key in changes_and_keys(workspace.folder, keys or (lambda: None)):
                for path in saved:
                    if path.name in lessons:
                        current = lessons[path.name]
                        show()
                if key == "q":
                    return
                if key == "h":
                    show_hint(workspace, current, unsolved(workspace, current), console)
                if key == "l":
                    show_progress(console, workspace)
                if key == "n":
                    current = following(current)
                    show()
        except KeyboardInterrupt:
            return


def following(lesson: Lesson) -> Lesson:
    """The next lesson that has blanks, the first again after the last."""
    lessons = [x for x in all_lessons() if x.blanks]
    return lessons[(lessons.index(lesson) + 1) % len(lessons)]


def unsolved(workspace: Workspace, lesson: Lesson) -> Exercise | None:
    """The first exercise of a lesson that is not solved."""
    solved = workspace.solved(lesson)
    return next((exercise for exercise in lesson.exercises if exercise.blank not in solved), None)


@command(
    "hint", "Show a hint; each call shows one more, up to nearly the code.", "给出提示；每次多给一级，直到接近代码。"
)
@click.argument("name", metavar="[LESSON]", required=False)
@click.argument("function", metavar="[FUNCTION]", required=False)
@click.option(
    "--level", type=click.IntRange(1, HINT_LEVELS), cls=BilingualOption, help=("Just this one.", "只看这一级。")
)
@workspace_option
def hint(name: str | None, function: str | None, level: int | None, folder: Path | None) -> None:
    workspace, console = open_workspace(folder)
    found = lesson_or_next(workspace, name)
    exercise = found.exercise(function) if function else unsolved(workspace, found)
    show_hint(workspace, found, exercise, console, level)


def show_hint(
    workspace: Workspace, lesson: Lesson, exercise: Exercise | None, console: Console, level: int | None = None
) -> None:
    """Show the next hint, or the one of this level, and remember it."""
    if exercise is None:
        number = lesson.number
        console.print(
            say(
                f"Every function of lesson {number} is right; for a hint all the same, name one.",
                f"第 {number} 课的函数都已正确；还想看提示的话，请写上函数名。",
            )
        )
        return
    workspace.spend(lesson)
    seen = workspace.entry(exercise.blank).get("hints", 0)
    level = level or min(seen + 1, HINT_LEVELS)
    workspace.note(exercise.blank, hints=max(level, seen))
    console.print(
        say(
            f"[bold]{exercise.blank}[/], hint {level} of {HINT_LEVELS}",
            f"[bold]{exercise.blank}[/]，提示 {level}/{HINT_LEVELS}",
        )
    )
    console.print(wrapped(Text(exercise.hint(level)), console.width))
    if level == HINT_LEVELS:
        console.print(
            say(
                f"[dim]That was the last one. The code itself: minigrad solution {lesson.number} {exercise.blank}[/]",
                f"[dim]这是最后一级。查看 minigrad 自己的代码：minigrad solution {lesson.number} {exercise.blank}[/]",
            )
        )


@command("solution", "Show minigrad's own code of a function. It is noted.", "查看 minigrad 自己的实现（会被记录）。")
@click.argument("name", metavar="LESSON")
@click.argument("function", metavar="FUNCTION", required=False)
@workspace_option
def solution(name: str, function: str | None, folder: Path | None) -> None:
    workspace, console = open_workspace(folder)
    found = find_lesson(name)
    if function is None:
        functions = ", ".join(map(str, found.blanks))
        raise click.UsageError(say(f"of which function? {functions}", f"要看哪个函数？{functions}"))
    exercise = found.exercise(function)
    workspace.note(exercise.blank, solution=True)
    console.print(f"# {exercise.blank.name}", style="dim", markup=False)
    for text in (exercise.blank.solution, *exercise.blank.kernels):
        console.print(Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True))
    console.print(
        say(
            "\nClose this, wait a while, and write it from memory: what you can rebuild you have understood.",
            "\n看完后关掉，过一会儿凭记忆自己写一遍：能重新写出来，才算真正理解。",
        ),
        style="dim",
    )


@command("reset", "Write an exercise file anew; yours is kept as a backup.", "重新生成练习文件；原来的会先备份。")
@click.argument("name", metavar="LESSON")
@workspace_option
def reset(name: str, folder: Path | None) -> None:
    workspace, console = open_workspace(folder)
    found = find_lesson(name)
    backup = workspace.reset(found)
    console.print(
        say(f"{workspace.file(found)} is as at the start", f"{workspace.file(found)} 已恢复到初始状态"),
        soft_wrap=True,
        markup=False,
    )
    if backup:
        console.print(
            say(f"what was there is kept as {backup}", f"原来的内容保存为 {backup}"), soft_wrap=True, markup=False
        )


@command("progress", "What is done, by stage, lesson and concept.", "查看进度：按阶段、课和概念。")
@click.option(
    "--picture",
    is_flag=True,
    cls=BilingualOption,
    help=("Draw it: pictures/progress.png.", "画成图：pictures/progress.png。"),
)
@workspace_option
def progress(picture: bool, folder: Path | None) -> None:
    from ..tutor.progress import draw, show

    workspace, console = open_workspace(folder)
    show(workspace, console)
    if picture:
        path = draw(workspace, workspace.folder / "pictures" / "progress.png")
        console.print(f"\n{path}", markup=False, soft_wrap=True)


@command("practice", "Run a lesson's practice script on your functions.", "用你写的函数运行这一课的实践脚本。")
@click.argument("name", metavar="LESSON")
@workspace_option
def practice(name: str, folder: Path | None) -> None:
    from .mine import my_code

    workspace, console = open_workspace(folder)
    found = find_lesson(name)
    script = workspace.practice_file(found)
    if found.practice is None:
        raise click.UsageError(
            say(f"lesson {found.number} has no practice script", f"第 {found.number} 课没有实践脚本")
        )
    if not script.exists():
        Workspace.start(workspace.folder)
    pictures = workspace.folder / "pictures"
    with my_code(workspace, console):
        runpy.run_path(str(script))["main"](pictures)


@click.group("dev", cls=BilingualGroup, help=("For those who write lessons.", "供编写课程的人使用。"))
def dev() -> None:
    pass


@dev.command("check")
@click.argument("names", metavar="[LESSON]...", nargs=-1)
def dev_check(names: tuple[str, ...]) -> None:
    """Verify the course: blanks, checks, mutants, hints, texts, dialogues."""
    from ..tutor.dialogue import dialogue_of
    from ..tutor.verify import dialogue_problems
    from .verify import problems

    console = Console(highlight=False)
    count = 0
    for found in map(find_lesson, names) if names else all_lessons():
        wrong = [*problems(found), *dialogue_problems(found)]
        count += len(wrong)
        mutants = sum(len(m) for m in found.mutants.values())
        title = f"{'✘' if wrong else '✔'} {found.number} {found.entry['title']['en']}"
        console.print(
            f"{title}: {len(found.blanks)} blanks, {mutants} mutants of its own, "
            f"{len(dialogue_of(found).questions)} questions",
            markup=False,
        )
        for sentence in wrong:
            console.print(f"    {sentence}", markup=False, soft_wrap=True)
    sys.exit(1 if count else 0)


@dev.command("listen")
@click.argument("names", metavar="[LESSON]...", nargs=-1)
@click.option(
    "--similarity",
    is_flag=True,
    cls=BilingualOption,
    help=("Also with sentence similarity, on English answers.", "再加上句子相似度，只看英文回答。"),
)
def dev_listen(names: tuple[str, ...], similarity: bool) -> None:
    """Verify dialogues alone, and show where the listener disagrees with the recorded answers."""
    from ..tutor.agreement import show_agreement, show_similarity
    from ..tutor.verify import dialogue_problems

    console = Console(highlight=False)
    lessons = [find_lesson(name) for name in names] or all_lessons()
    wrong = [f"{found.number} {sentence}" for found in lessons for sentence in dialogue_problems(found)]
    for sentence in wrong:
        console.print(sentence, markup=False, soft_wrap=True)
    agreed = show_agreement(lessons, console)
    if similarity:
        show_similarity(lessons, console)
    sys.exit(0 if agreed and not wrong else 1)


COMMANDS = (start, lesson, check, watch, hint, solution, reset, progress, practice, dev)
