"""Exercise files in which some functions are a learner's, and what a check says about them on a device."""

import ast
import textwrap

from minigrad.course.cut import has_docstring
from minigrad.course.learner import LearnerFile, functions
from minigrad.course.runner import Seen, examine
from minigrad.course.verify import solved_file


def written(lesson, bodies, helpers=""):
    """The text of a solved exercise file, with other bodies for the functions in `bodies`, and `helpers` before all."""
    lines = solved_file(lesson).splitlines()
    for name, node in reversed(functions(ast.parse("\n".join(lines)))):
        if name in bodies:
            first = node.body[has_docstring(node)].lineno
            body = textwrap.indent(textwrap.dedent(bodies[name]).strip(), " " * (node.col_offset + 4))
            lines[first - 1 : node.end_lineno] = body.splitlines()
    text = "\n".join(lines)
    known = "" if "import numpy as np" in text else "import numpy as np\n"
    return f"{known}{textwrap.dedent(helpers)}\n{text}\n"


def checked(lesson, text, folder, *names, device):
    """(finding, what was seen besides) for each of the blanks `names` of an exercise file on `device`."""
    path = folder / lesson.file_name
    path.write_text(text, encoding="utf-8")
    file, own = LearnerFile(path, lesson.number), {blank: blank.function for blank in lesson.blanks}
    passed, found = set(), []
    for name in names:
        blank, seen = lesson.exercise(name).blank, Seen()
        mistakes = lesson.mutants.get(blank.name, [])
        finding = examine(lesson, blank, file, own, passed, mistakes, device, seen)
        if finding is None:
            passed.add(blank.name)
        found.append((finding, seen))
    return found
