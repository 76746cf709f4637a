"""What the course prints: the result of a check, progress, and whose functions ran."""

import textwrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..language import pick, say
from .checking import Outcome
from .lessons import Lesson, all_lessons
from .workspace import Workspace, entry_of
from .wrapping import wrapped

PRINTED_LINES = 10  # of what a learner's function printed


def show_outcome(console: Console, outcome: Outcome, again: bool = False) -> None:
    """One blank: a tick, or what is wrong with it and where to look; the latter not `again`."""
    if outcome.passed:
        right = Text("✔ ", "green").append(str(outcome.blank), "bold").append(where_it_ran(outcome), "dim")
        console.print(right, soft_wrap=True)
    else:
        console.print(Text("✘ ", "red").append(str(outcome.blank), "bold"))
    finding = outcome.finding
    if finding is not None and outcome.device != "cpu":
        device = outcome.device
        console.print(indented(say(f"Right on the CPU, but not on {device}.", f"在 CPU 上正确，在 {device} 上不行。")))
    if outcome.remark is not None:
        console.print(wrapped(Text(indented(outcome.remark.seen)), console.width))
        console.print(wrapped(Text(indented("→ " + outcome.remark.look), "yellow"), console.width))
    if finding is not None:
        console.print(wrapped(Text(indented(finding.seen)), console.width))
        if finding.worst:
            console.print(wrapped(Text(indented(worst_line(finding.worst)), "cyan"), console.width))
        if finding.look and not again:
            console.print(wrapped(Text(indented("→ " + finding.look), "yellow"), console.width))
    if outcome.threads > 0:
        console.print(
            Text(
                indented(
                    say(
                        f"It left {outcome.threads} thread(s) running; they were ended.",
                        f"有 {outcome.threads} 个线程没有结束，已被中止。",
                    )
                )
            )
        )
    if outcome.printed:
        lines = outcome.printed.rstrip().splitlines()
        title = say(
            f"It printed {outcome.printed_length:,} characters:", f"它打印了 {outcome.printed_length:,} 个字符："
        )
        shown = "\n".join([title, *[f"  {line[:100]}" for line in lines[:PRINTED_LINES]]])
        if len(lines) > PRINTED_LINES or outcome.printed_length > len(outcome.printed):
            shown += "\n  ..."
        console.print(Text(indented(shown), "dim"))


def where_it_ran(outcome: Outcome) -> str:
    """What stands behind the name of a function that is right, where it was to be tried on a GPU."""
    if outcome.device == "cpu":
        return ""
    if outcome.stays is not None:
        return f"  {say(*outcome.stays)}"
    if not outcome.arrays:
        return say("  takes no arrays: the same on every device", "  不接收数组：在哪个设备上都一样")
    return f"  {outcome.device}"


def show_notes(console: Console, outcomes: list[Outcome]) -> None:
    """What the checks tell besides about what is right: the same only once."""
    told = [pick(note) for outcome in outcomes if outcome.passed for note in outcome.notes]
    for text in dict.fromkeys(told):
        console.print(wrapped(Text("\n" + text), console.width))


def worst_line(worst: dict) -> str:
    """The element that is most wrong, in one line."""
    got = pick(worst["got"]) if isinstance(worst["got"], dict) else worst["got"]
    line = say(
        f"{worst['element']}: got {got}, expected {worst['expected']}",
        f"{worst['element']}：得到 {got}，应为 {worst['expected']}",
    )
    if worst["ratio"]:
        line += say(f", ratio {worst['ratio']}", f"，比值 {worst['ratio']}")
    if worst["at"]:
        given = [f"{say('g', '上游梯度 g') if name == 'g' else name} = {v}" for name, v in worst["at"].items()]
        line += say(f"; there {', '.join(given)}", f"；此处 {'，'.join(given)}")
    return line


def indented(text: str) -> str:
    return textwrap.indent(text, "  ")


def show_summary(console: Console, lesson: Lesson, outcomes: list[Outcome], workspace: Workspace) -> None:
    """How many functions are right, and what to do next."""
    right, total = sum(o.passed for o in outcomes), len(outcomes)
    if right < total:
        wrong = next(o for o in outcomes if not o.passed)
        console.print(
            say(
                f"\n{right} of {total} functions are right. A hint: minigrad hint {lesson.number} {wrong.blank}",
                f"\n{total} 个函数中 {right} 个正确。需要提示：minigrad hint {lesson.number} {wrong.blank}",
            ),
            soft_wrap=True,
        )
        return
    if total < len(lesson.blanks):
        return
    console.print(
        say(f"\n[bold green]Lesson {lesson.number} is done.[/]", f"\n[bold green]第 {lesson.number} 课完成。[/]")
    )
    if lesson.practice:
        console.print(
            say(
                f"See your functions at work: minigrad practice {lesson.number}",
                f"看看你的函数如何工作：minigrad practice {lesson.number}",
            )
        )
    if (lesson.folder / "dialogue.toml").exists():
        console.print(
            say(
                f"Say in your own words what you have understood: minigrad talk {lesson.number}",
                f"用自己的话说说你理解了什么：minigrad talk {lesson.number}",
            )
        )
    following = workspace.next_lesson(after=lesson)
    if following is not None:
        console.print(
            say(
                f"Next: minigrad lesson {following.number} ({following.title})",
                f"下一课：minigrad lesson {following.number}（{following.title}）",
            )
        )
    else:
        console.print(
            say(
                "All lessons are done. Train a network on your own code: minigrad train mnist --mine",
                "所有课都完成了。用你自己的代码训练网络：minigrad train mnist --mine",
            ),
            soft_wrap=True,
        )


def show_device_summary(console: Console, device: str, outcomes: list[Outcome]) -> None:
    """How many of the functions that are right on the CPU are right on `device` too."""
    there = [o for o in outcomes if o.device != "cpu"]
    right = sum(o.passed for o in there)
    console.print(
        say(
            f"\n{right} of {len(there)} functions that are right on the CPU run on {device} too.",
            f"\n在 CPU 上正确的 {len(there)} 个函数中，{right} 个也能在 {device} 上运行。",
        )
    )


def show_progress(console: Console, workspace: Workspace) -> None:
    """A table of all lessons: what is right, what was looked up."""
    state = workspace.state()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (say("lesson", "课"), "", say("right", "正确"), say("checks", "检查次数"), say("hints", "提示")):
        table.add_column(title)
    table.add_column(say("solutions seen", "看过的答案"))
    done = total = 0
    for lesson in all_lessons():
        solved = workspace.solved(lesson, state)
        entries = [entry_of(state, blank) for blank in lesson.blanks]
        done, total = done + len(solved), total + len(lesson.blanks)
        mark = "✔" if len(solved) == len(lesson.blanks) else ""
        table.add_row(
            lesson.number,
            lesson.title,
            f"{len(solved)}/{len(lesson.blanks)} {mark}" if lesson.blanks else "-",
            str(max([e.get("checks", 0) for e in entries], default=0)),
            str(sum(e.get("hints", 0) for e in entries)),
            ", ".join(str(b) for b, e in zip(lesson.blanks, entries) if e.get("solution")),
        )
    console.print(table)
    console.print(say(f"\n{done} of {total} functions are yours.", f"\n{total} 个函数中有 {done} 个是你写的。"))


def show_lessons(console: Console) -> None:
    """All lessons with their titles."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for lesson in all_lessons():
        functions = ", ".join(map(str, lesson.blanks))
        table.add_row(lesson.number, lesson.title, Text(functions, "dim"))
    console.print(table)
