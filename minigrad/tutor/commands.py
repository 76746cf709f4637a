"""The commands of the tutor. They parse and print; what is done lies in the modules that they call."""

import math
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ..course.commands import BilingualOption, command, lesson_or_next, open_workspace, workspace_option
from ..course.lessons import Lesson
from ..course.workspace import Workspace
from ..errors import MinigradError
from ..language import say
from .advice import advice
from .conversation import Conversation, LeftError, OfflineVoice, Voice, show_passages
from .dialogue import dialogue_of
from .llm import OLLAMA, server
from .plan import MOST_HOURS, MOST_WEEKS, Plan, make_plan
from .reading import input_lines, typed
from .search import find

llm_option = click.option(
    "--llm",
    is_flag=False,
    flag_value=OLLAMA,
    cls=BilingualOption,
    help=(
        f"Let a language model word the replies: a server with OpenAI's protocol; without address, {OLLAMA}.",
        f"让语言模型来组织回答：写上支持 OpenAI 协议的服务器地址；不写则用 {OLLAMA}。",
    ),
)


@command(
    "talk",
    "Talk about a lesson: the tutor asks, you answer; without one, about the first that is not done.",
    "和老师对话：老师提问，你来回答；不带编号时谈第一个未完成的课。",
)
@click.argument("name", metavar="[LESSON]", required=False)
@click.option("--question", "only", cls=BilingualOption, help=("Just this question.", "只问这一个问题。"))
@llm_option
@click.option(
    "--similarity/--no-similarity",
    default=None,
    cls=BilingualOption,
    help=(
        "Find English answers in other words, too, by MiniLM.  [default: where minigrad[bert] is installed]",
        "用 MiniLM 识别换了说法的英文回答。  [默认：装有 minigrad[bert] 时使用]",
    ),
)
@workspace_option
def talk(name: str | None, only: str | None, llm: str | None, similarity: bool | None, folder: Path | None) -> None:
    workspace, console = open_workspace(folder)
    lesson = lesson_or_next(workspace, name)
    dialogue = dialogue_of(lesson)
    questions = [dialogue.question(only)] if only else list(dialogue.questions)
    if not questions:
        raise MinigradError(say(f"lesson {lesson.number} has no questions", f"第 {lesson.number} 课没有问题"))
    workspace.spend(lesson)
    conversation(workspace, console, llm, similarity).about(questions)
    workspace.spend(lesson)


def conversation(
    workspace: Workspace, console: Console, llm: str | None = None, similarity: bool | None = None
) -> Conversation:
    """A conversation with who sits at standard input."""
    from .similarity import SentenceSimilarity, is_installed

    def explain(text: str) -> None:
        console.print(text, style="yellow", markup=False)

    at = server(llm)
    voice: Voice = OfflineVoice(console)
    if at is not None:
        from .tutoring import ModelVoice

        console.print(
            say(f"Replies are worded by {at.model} at {at.place}.", f"回答由 {at.place} 上的 {at.model} 组织。"),
            style="dim",
            markup=False,
        )
        voice = ModelVoice(console, workspace, at)
    similar = SentenceSimilarity() if (is_installed() if similarity is None else similarity) else None
    return Conversation(workspace, console, typed(input_lines(explain), explain), voice, similar)


@command("ask", "Ask a question; the lessons answer.", "提一个问题，从课文里找答案。")
@click.argument("question", metavar="QUESTION...", nargs=-1, required=True)
def ask(question: tuple[str, ...]) -> None:
    show_passages(Console(highlight=False), find(" ".join(question)))


@command("next", "What to do now, and why.", "现在该做什么，为什么。")
@workspace_option
def next_step(folder: Path | None) -> None:
    workspace, console = open_workspace(folder)
    found = advice(workspace)
    console.print(found.reason, markup=False, soft_wrap=True)
    console.print(f"    {found.command}", style="bold", markup=False, soft_wrap=True)


@command(
    "plan",
    "Lay the lessons out over weeks; without options, show where the plan stands.",
    "把课程安排到各周；不带选项时查看计划进行到哪里。",
)
@click.option("--weeks", type=click.IntRange(1, MOST_WEEKS), cls=BilingualOption, help=("How many weeks.", "几周。"))
@click.option(
    "--hours",
    type=click.FloatRange(0.5, MOST_HOURS),
    cls=BilingualOption,
    help=("Hours a week.", "每周几小时。"),
)
@workspace_option
def plan(weeks: int | None, hours: float | None, folder: Path | None) -> None:
    if hours is not None and not math.isfinite(hours):
        raise click.BadParameter(say(f"{hours} is no number of hours", f"{hours} 不是小时数"), param_hint="--hours")
    workspace, console = open_workspace(folder)
    show_plan(make_plan(workspace, weeks, hours, date.today()), console)


def show_plan(plan: Plan, console: Console) -> None:
    """A row for each week, and what the plan comes to."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (say("week of", "周"), say("lessons", "课"), say("hours", "小时")):
        table.add_column(title, justify="right" if title in ("hours", "小时") else "left")
    for week in plan.weeks:
        lessons = [
            f"{stint.lesson.number} {stint.lesson.title}" + ("" if stint.ends else say(" (begun)", "（开始）"))
            for stint in week.stints
        ]
        hours = sum(stint.minutes for stint in week.stints) / 60
        table.add_row(week.begin.isoformat(), "\n".join(lessons), f"{hours:.1f}")
    console.print(table)
    if plan.pace != 1:
        console.print(
            say(
                f"So far you took {plan.pace:.1f} times the measured length of lessons; the rest is laid out so.",
                f"到目前为止，你用的时间是估计的 {plan.pace:.1f} 倍；后面的课也按这个速度安排。",
            ),
            soft_wrap=True,
        )
    if plan.behind:
        numbers = ", ".join(lesson.number for lesson in plan.behind)
        console.print(
            say(f"Behind the plan: {numbers}; what follows has moved.", f"比计划慢的课：{numbers}；后面的已顺延。"),
            soft_wrap=True,
        )
    if not plan.weeks:
        console.print(say("All lessons are done.", "所有课都完成了。"))
    elif plan.fits:
        console.print(say(f"It fits into {plan.promised} weeks.", f"{plan.promised} 周内可以完成。"))
    else:
        needed = f"{plan.needed:.1f}"
        console.print(
            say(
                f"It takes {len(plan.weeks)} weeks at {plan.hours:g} hours; {plan.promised} are left, "
                f"in which {needed} hours a week would do it.",
                f"每周 {plan.hours:g} 小时需要 {len(plan.weeks)} 周，而只剩 {plan.promised} 周；"
                f"每周 {needed} 小时才来得及。",
            ),
            soft_wrap=True,
        )


def begin(workspace: Workspace, console: Console) -> Lesson | None:
    """The first conversation of a new workspace. None if the learner left it."""
    from .placement import place

    console.print(
        say(
            "\nUp to six short questions show where to begin. Answer in your own words; an empty line ends an answer. "
            "/skip if you do not know, /quit to begin at the beginning.",
            "\n先回答最多六个小问题，看看从哪里开始合适。用自己的话回答，空行表示答完。不知道就 /skip；"
            "/quit 则从头开始。",
        ),
        soft_wrap=True,
        markup=False,
    )
    try:
        return place(conversation(workspace, console))
    except LeftError:
        return None


COMMANDS = (talk, ask, next_step, plan)
