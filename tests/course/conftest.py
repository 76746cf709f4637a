"""Exercise files as learners leave them."""

import pytest

from minigrad.course.checking import check_lesson
from minigrad.course.lessons import find_lesson

HEAD = "import numpy as np\n\n\n"


def class_of(name, *lines):
    """A class with a backward made of these lines."""
    body = "\n".join(f"        {line}" for line in lines)
    return f"class {name}:\n    def backward(self, {'gz' if name in ('Add', 'Mul', 'Div') else 'gy'}):\n{body}\n\n\n"


@pytest.fixture
def checked(tmp_path):
    """Writes lesson 1.1's exercise file and checks some of its blanks."""

    def check(text, *names, seconds=5.0):
        lesson = find_lesson("1.1")
        file = tmp_path / lesson.file_name
        if isinstance(text, bytes):
            file.write_bytes(text)
        elif text is not None:
            file.write_text(text, encoding="utf-8")
        blanks = [lesson.exercise(name).blank for name in names or ("Mul.backward",)]
        return check_lesson(lesson, file, blanks, seconds)

    return check


@pytest.fixture
def finding(checked):
    """What is found about a Mul.backward made of these lines."""

    def find(*lines, before="", seconds=5.0):
        (outcome,) = checked(HEAD + before + class_of("Mul", *lines), seconds=seconds)
        return outcome.finding

    return find
