"""What the tutor says to an answer, without a language model: what is right or wrong, what to think about next."""

from dataclasses import dataclass

from ..language import pick, say
from .dialogue import NUMBER, shown
from .listener import MADE, MISSING, WRONG, Heard

STYLES = {"right": ("✔ ", "green"), "wrong": ("✘ ", "red"), "note": ("· ", "yellow"), "ask": ("? ", "bold")}


@dataclass(frozen=True)
class Line:
    """A sentence of a reply: 'right', 'wrong', 'note', or what is asked next ('ask')."""

    kind: str
    text: str


def verdict_lines(heard: Heard, level: int = 0) -> list[Line]:
    """What an answer got right and what it got wrong; not yet what it left out."""
    if heard.question.kind == NUMBER:
        return number_lines(heard, level)
    if heard.state != "answer":
        return [Line("note", nothing_said(heard))]
    lines = [Line("right", say(f"Right: {pick(p.text)}.", f"对：{pick(p.text)}。")) for p in heard.points(MADE)]
    contradicted = {name for misconception in heard.misconceptions for name in misconception.against}
    for point in heard.points(WRONG):
        text = pick(point.text)
        if point.id in heard.both:
            wrong = say(f"You say both this and its opposite: {text}.", f"这一点你前后说法相反：{text}。")
            lines.append(Line("wrong", wrong))
        elif point.id not in contradicted:
            lines.append(Line("wrong", say(f"It is the other way round: {text}.", f"这一点说反了：{text}。")))
    return lines + [Line("wrong", pick(misconception.text)) for misconception in heard.misconceptions]


def number_lines(heard: Heard, level: int) -> list[Line]:
    """What is to be said about the number of an answer."""
    if not heard.numbers:
        return [Line("note", nothing_said(heard))]
    given = ", ".join(map(shown, heard.numbers))
    if len(heard.numbers) > 1:
        return [
            Line(
                "note",
                say(
                    f"There are several numbers in it: {given}. Which one is your answer?",
                    f"里面有好几个数：{given}。哪一个是你的答案？",
                ),
            )
        ]
    if heard.right:
        return [Line("right", say(f"Right: {given}.", f"对，是 {given}。"))]
    wrong = say(f"{given} is not it.", f"不是 {given}。")
    if heard.slip is not None:
        wrong += say(" ", "") + heard.question.fill(heard.slip.text, level)
    return [Line("wrong", wrong)]


def nothing_said(heard: Heard) -> str:
    """What is said to an answer with nothing in it that belongs to the question."""
    if heard.state == "empty":
        return say(
            "There is nothing in it. A guess is welcome; /hint helps, /skip leaves the question.",
            "你还没有写。猜一猜也可以；/hint 给提示，/skip 跳过这个问题。",
        )
    if heard.state == "unsure":
        return say("Then let us get there in steps.", "没关系，我们一步一步来。")
    if heard.question.kind == NUMBER:
        return say("I find no number in it.", "里面没有数。")
    return say("I find nothing in it that answers the question.", "我没有看到和这个问题有关的内容。")


def follow_up(heard: Heard, level: int = 0) -> Line:
    """The question for the most important gap: a point that is missing, else one that is turned round, else a hint."""
    gaps = heard.points(MISSING) or heard.points(WRONG)
    if gaps:
        return Line("ask", pick(gaps[0].ask))
    if heard.question.kind == NUMBER:
        return Line("ask", say("Once more: ", "再想想：") + heard.question.say("hint", level))
    return Line("ask", say("Say it once more, without that.", "去掉这一点，再说一遍。"))


def closing(heard: Heard, level: int = 0) -> list[Line]:
    """The end of a question: that all is right, or what was left out; and the explanation."""
    lines = []
    if heard.right and len(heard.question.points) > 1:
        lines.append(Line("right", say("That is all that belongs here.", "该说的都说到了。")))
    if heard.question.kind != NUMBER:
        left_out = [pick(point.text) for point in heard.points(MISSING)]
        lines += [Line("note", say(f"Left out: {text}.", f"还漏了一点：{text}。")) for text in left_out]
    return [*lines, Line("note", heard.question.say("explain", level))]
