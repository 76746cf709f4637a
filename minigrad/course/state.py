"""The shape of the state file: what the commands rely on in it. Names that are not listed here may hold anything."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

Shape = Callable[[Any], bool]


def is_state(content: Any) -> bool:
    """Is this what a state file holds, down to its numbers and dates? Its format is not looked at."""
    return fits({"blanks": each(BLANK)}, STATE)(content)


def fits(needed: Mapping[str, Shape], optional: Mapping[str, Shape]) -> Shape:
    """A dict with the names of `needed`, maybe those of `optional`, and values of the shapes that these give."""

    def check(value: Any) -> bool:
        if not isinstance(value, dict) or not needed.keys() <= value.keys():
            return False
        return all(shape(value[name]) for name, shape in {**needed, **optional}.items() if name in value)

    return check


def each(shape: Shape) -> Shape:
    """A dict whose values all have this shape."""
    return lambda value: isinstance(value, dict) and all(map(shape, value.values()))


def number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 1e15 and not math.isnan(value)


def count(value: Any) -> bool:
    return number(value) and isinstance(value, int) and value >= 0


def text(value: Any) -> bool:
    return isinstance(value, str)


def maybe(shape: Shape) -> Shape:
    return lambda value: value is None or shape(value)


def day(value: Any) -> bool:
    try:
        return date.fromisoformat(value) is not None
    except (TypeError, ValueError):
        return False


def moment(value: Any) -> bool:
    """A time with its zone: without one it cannot be compared with now."""
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def lesson_number(value: Any) -> bool:
    return text(value) and re.fullmatch(r"\d+(\.\d+)*", value) is not None


BLANK = fits({}, {"checks": count, "hints": count, "again": count, "last": text})
CARD = fits(  # as FSRS writes it
    {
        "card_id": count,
        "state": lambda value: value in (1, 2, 3),
        "step": maybe(count),
        "stability": maybe(number),
        "difficulty": maybe(number),
        "due": moment,
        "last_review": maybe(moment),
    },
    {},
)
PLAN = fits({"begin": day, "weeks": count, "hours": number}, {"ends": each(day)})
STATE = {
    "begin": lesson_number,
    "concepts": each(fits({}, {"card": CARD, "answers": count, "right": count, "hints": count})),
    "questions": each(fits({}, {"asked": count, "level": count, "best": count, "grade": text, "last": text})),
    "activity": fits({}, {"last": number, "minutes": each(number)}),
    "plan": lambda value: value == {} or PLAN(value),
}
