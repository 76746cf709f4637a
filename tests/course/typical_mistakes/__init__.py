"""Mistakes that students typically make and that no lesson's mutants.py lists, with what a check says about each.

`test_typical_mistakes.py` makes sure that it goes on saying that; docs/results/diagnoses.py makes a table of them.
"""

from . import (
    lesson_1_1,
    lesson_1_2,
    lesson_1_3,
    lesson_1_4,
    lesson_1_5,
    lesson_1_6,
    lesson_1_7,
    lesson_1_8,
    lesson_2_1,
    lesson_2_2,
    lesson_2_3,
    lesson_2_4,
    lesson_2_5,
    lesson_2_6,
    lesson_2_7,
    lesson_3_1,
    lesson_3_2,
    lesson_3_3,
    lesson_3_4,
    lesson_3_5,
    lesson_3_6,
    lesson_3_7,
    lesson_3_8,
    lesson_3_9,
    lesson_3_10,
    lesson_4_1,
    lesson_4_2,
)
from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

MISTAKES: list[Mistake] = [
    *lesson_1_1.MISTAKES,
    *lesson_1_2.MISTAKES,
    *lesson_1_3.MISTAKES,
    *lesson_1_4.MISTAKES,
    *lesson_1_5.MISTAKES,
    *lesson_1_6.MISTAKES,
    *lesson_1_7.MISTAKES,
    *lesson_1_8.MISTAKES,
    *lesson_2_1.MISTAKES,
    *lesson_2_2.MISTAKES,
    *lesson_2_3.MISTAKES,
    *lesson_2_4.MISTAKES,
    *lesson_2_5.MISTAKES,
    *lesson_2_6.MISTAKES,
    *lesson_2_7.MISTAKES,
    *lesson_3_1.MISTAKES,
    *lesson_3_2.MISTAKES,
    *lesson_3_3.MISTAKES,
    *lesson_3_4.MISTAKES,
    *lesson_3_5.MISTAKES,
    *lesson_3_6.MISTAKES,
    *lesson_3_7.MISTAKES,
    *lesson_3_8.MISTAKES,
    *lesson_3_9.MISTAKES,
    *lesson_3_10.MISTAKES,
    *lesson_4_1.MISTAKES,
    *lesson_4_2.MISTAKES,
]

__all__ = ["HELPFUL", "MISLEADING", "MISSED", "MISTAKES", "NAMED", "Mistake"]
