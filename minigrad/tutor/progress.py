"""Progress by stage, lesson and concept: in the terminal, and as a picture."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..course.lessons import Lesson, all_lessons
from ..course.report import show_progress
from ..course.workspace import Workspace
from ..language import say
from ..plot.saving import save_figure
from .memory import Concept, concepts, today

BAR = 10  # characters
STAGES = {
    "1": ("foundations", "基础"),
    "2": ("vision", "视觉"),
    "3": ("language", "语言"),
    "4": ("GPU", "GPU"),
}
WRITTEN, REMEMBERED, LEFT = "#2b7bba", "#59a14f", "#e3e3e3"


def bar(share: float) -> str:
    """A bar of BAR characters for a share of 0 to 1."""
    full = round(share * BAR)
    return "█" * full + "░" * (BAR - full)


def show(workspace: Workspace, console: Console, now: datetime | None = None) -> None:
    """Print the table of lessons, the stages, and each concept that the learner has met."""
    show_progress(console, workspace)
    state, when = workspace.state(), now or today()
    console.print()
    for stage, names in STAGES.items():
        lessons = [lesson for lesson in all_lessons() if lesson.stage == stage]
        share = written(workspace, lessons)
        console.print(f"{bar(share)} {share:4.0%}  {say('stage', '第')} {stage}{say(', ', ' 阶段：')}{say(*names)}")
    met = [concept for concept in concepts(state) if concept.due is not None or concept.hints or concept.solved]
    if not met:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (say("concept", "概念"), "", say("remembered", "记得的概率")):
        table.add_column(title)
    for title in (say("answers", "回答"), say("functions", "函数"), say("hints", "提示"), say("review", "复习")):
        table.add_column(title, justify="right")
    for concept in met:
        strength = concept.strength(when)
        table.add_row(
            concept.lesson.number,
            escape(concept.name),
            f"{bar(strength)} {strength:4.0%}",
            f"{concept.entry.get('right', 0)}/{concept.entry.get('answers', 0)}",
            f"{concept.solved}/{len(concept.blanks)}",
            str(concept.hints),
            when_due(concept, when),
        )
    console.print()
    console.print(table)


def when_due(concept: Concept, now: datetime) -> str:
    """When a concept is to be reviewed: now, in so many days, or -."""
    if concept.due is None:
        return "-"
    days = (concept.due - now).total_seconds() / 86400
    return say("now", "现在") if days <= 0 else say(f"in {days:.0f} d", f"{days:.0f} 天后")


def written(workspace: Workspace, lessons: Sequence[Lesson]) -> float:
    """Of the functions of some lessons, the share that is right."""
    state = workspace.state()
    total = sum(len(lesson.blanks) for lesson in lessons)
    return sum(len(workspace.solved(lesson, state)) for lesson in lessons) / max(total, 1)


def draw(workspace: Workspace, path: Path, now: datetime | None = None) -> Path:
    """A picture: for each lesson a bar, how much of it is written; under it how well its concepts are remembered."""
    state, when = workspace.state(), now or today()
    rows: list[tuple[str, float, str]] = []
    for lesson in all_lessons():
        rows.append((f"{lesson.number} {lesson.entry['title']['en']}", written(workspace, [lesson]), WRITTEN))
        for concept in concepts(state, [lesson]):
            rows.append((f"{lesson.concepts[concept.id]['en']}  ", concept.strength(when), REMEMBERED))
    half = half_of(rows)
    figure = Figure(figsize=(14, max(half, len(rows) - half) * 0.2 + 1.2), layout="constrained")
    for axes, part in zip(figure.subplots(1, 2), (rows[:half], rows[half:])):
        places = range(len(part))
        axes.barh(places, [1] * len(part), color=LEFT, height=0.7)
        axes.barh(places, [share for _, share, _ in part], color=[colour for _, _, colour in part], height=0.7)
        axes.set_yticks(places, [name for name, _, _ in part], fontsize=8)
        for label, (_, _, colour) in zip(axes.get_yticklabels(), part):
            label.set_fontweight("bold" if colour == WRITTEN else "normal")
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0)
    figure.suptitle("Functions written (blue) and concepts remembered (green)", fontsize=12)
    return save_figure(figure, path)


def half_of(rows: Sequence[tuple[str, float, str]]) -> int:
    """Where to break the rows into two columns: at the lesson nearest to the middle."""
    lessons = [i for i, (_, _, colour) in enumerate(rows) if colour == WRITTEN]
    return min(lessons, key=lambda i: abs(i - len(rows) / 2))
