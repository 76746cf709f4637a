"""Mistakes that students typically make and that no lesson's mutants.py lists, with what a check says about each.

`test_typical_mistakes.py` makes sure that it goes on saying that; docs/results/diagnoses.py makes a table of them.
"""

import ast
import textwrap
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from minigrad.course.checking import check_lesson
from minigrad.course.diagnosis import Finding
from minigrad.course.learner import LearnerFile, functions
from minigrad.course.lessons import find_lesson
from minigrad.course.runner import examine
from minigrad.course.verify import solved_file

NAMED = "named"  # the message names this mistake, or points right at it
HELPFUL = "helpful"  # not named, but the element, the ratio or the region that is shown leads there
MISLEADING = "misleading"  # the message points elsewhere
MISSED = "missed"  # it passes although it is wrong


@dataclass(frozen=True)
class Mistake:
    """A mistake in one blank: what it is, its code, what is found (a kind, or the id of a mistake), our judgement.

    `first` is what we judged before diagnoses were mended for this list, where that was another. `beside` holds the
    code of other functions of the file, by their names; `after` is code at its end. With `process` it is checked in a
    process of its own, as it never ends.
    """

    lesson: str
    blank: str
    name: str
    what: str
    code: str
    finding: str | None
    judgement: str
    first: str = ""
    beside: dict[str, str] = field(default_factory=dict)
    after: str = ""
    process: bool = False

    def file(self) -> str:
        """The lesson's file, solved but for this mistake."""
        text = solved_file(find_lesson(self.lesson))
        for name, code in {**self.beside, self.blank: self.code}.items():
            node, lines = dict(functions(ast.parse(text)))[name], text.splitlines()
            first = node.body[0]
            body = textwrap.indent(textwrap.dedent(code).strip(), " " * first.col_offset)
            text = "\n".join([*lines[: first.lineno - 1], body, *lines[node.end_lineno :]])
        return f"{text}\n\n\n{textwrap.dedent(self.after)}"

    @property
    def before(self) -> str:
        """What we judged at first."""
        return self.first or self.judgement

    def found(self, folder: Path) -> Finding | None:
        """What the check finds."""
        lesson = find_lesson(self.lesson)
        path = folder / lesson.file_name
        path.write_text(self.file(), encoding="utf-8")
        blank = lesson.exercise(self.blank).blank
        if self.process:
            return check_lesson(lesson, path, [blank], seconds=1.5)[0].finding
        passed = {other.name for other in lesson.blanks if other != blank}
        own = {other: other.function for other in lesson.blanks}
        with np.errstate(all="ignore"):
            return examine(lesson, blank, LearnerFile(path), own, passed, mutants(self.lesson).get(blank.name, []))


@cache
def mutants(lesson: str) -> dict:
    """Reading a lesson's mutants runs its script, so it is done once."""
    return find_lesson(lesson).mutants


MISTAKES = [
    Mistake(
        "1.1",
        "Add.backward",
        "one_gradient",
        "Returns one gradient, not two",
        """
        return gz
        """,
        "count",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "copied_from_mul",
        "Copied from Mul: takes x and y out of an empty self.saved",
        """
        x, y = self.saved
        return gz * y, gz * x
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "ones",
        "Returns the derivatives, the numbers 1, and not the gradients",
        """
        return 1, 1
        """,
        "upstream_ignored",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "summed_already",
        "Sums over everything, which is unbroadcast's task",
        """
        return gz.sum(), gz.sum()
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "in_a_list",
        "Returns a list where a tuple is wanted",
        """
        return [gz, gz]
        """,
        "no_tuple",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "matrix_product",
        "@ where the product is elementwise",
        """
        x, y = self.saved
        return gz @ y, gz @ x
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "np_dot",
        "np.dot where the product is elementwise",
        """
        x, y = self.saved
        return np.dot(gz, y.T), np.dot(gz, x.T)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "attributes",
        "Reads self.x and self.y, which nobody has set",
        """
        return gz * self.y, gz * self.x
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "overwritten",
        "x is overwritten before it is used for gy",
        """
        x, y = self.saved
        x = gz * y
        y = gz * x
        return x, y
        """,
        "overwritten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "unpacked_in_the_wrong_order",
        "Unpacks self.saved as y, x",
        """
        y, x = self.saved
        return gz * y, gz * x
        """,
        "swapped",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "no_chain_rule",
        "Returns the other factors, without gz",
        """
        x, y = self.saved
        return y, x
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "return_in_the_loop",
        "return stands inside the loop over rows",
        """
        x, y = self.saved
        gx, gy = np.zeros_like(x), np.zeros_like(y)
        for i in range(len(gz)):
            gx[i] = gz[i] * y[i]
            gy[i] = gz[i] * x[i]
            return gx, gy
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "last_row_left_out",
        "The loop over rows ends one row too early",
        """
        x, y = self.saved
        gx, gy = np.zeros_like(x), np.zeros_like(y)
        for i in range(len(gz) - 1):
            gx[i] = gz[i] * y[i]
            gy[i] = gz[i] * x[i]
        return gx, gy
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "computed_and_not_returned",
        "Computes both gradients and returns nothing",
        """
        x, y = self.saved
        gx = gz * y
        gy = gz * x
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "missing_self",
        "Writes saved where self.saved is meant",
        """
        x, y = saved
        return gz * y, gz * x
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "brackets_of_the_square",
        "/ y * y is not / (y * y)",
        """
        x, y = self.saved
        return gz / y, -gz * x / y * y
        """,
        "brackets_missing",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "caret",
        "^ where ** is meant",
        """
        x, y = self.saved
        return gz / y, -gz * x / y ^ 2
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "upstream_in_one_only",
        "gy lacks the upstream gradient",
        """
        x, y = self.saved
        return gz / y, -x / y**2
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "whole_numbers",
        "// where / is meant",
        """
        x, y = self.saved
        return gz // y, -gz * x // y**2
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "logarithm",
        "Integrates by y where it should differentiate",
        """
        x, y = self.saved
        return gz / y, gz * x * np.log(np.abs(y))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "brackets_of_the_exponent",
        "x**n - 1 is not x**(n - 1)",
        """
        (x,) = self.saved
        return gy * self.n * x**self.n - 1
        """,
        "brackets_of_the_exponent",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "tuple_not_unpacked",
        "x = self.saved is a tuple, not an array",
        """
        x = self.saved
        return gy * self.n * x ** (self.n - 1)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "zero_as_a_number",
        "Returns the number 0 for n = 0",
        """
        (x,) = self.saved
        if self.n == 0:
            return 0
        return gy * self.n * x ** (self.n - 1)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "zeros_of_another_dtype",
        "np.zeros(x.shape) for n = 0 is float64 always",
        """
        (x,) = self.saved
        if self.n == 0:
            return np.zeros(x.shape)
        return gy * self.n * x ** (self.n - 1)
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "repeated_multiplication",
        "Multiplies n - 1 times in a loop: wrong for n below 1",
        """
        (x,) = self.saved
        gx = gy * self.n
        for _ in range(int(self.n) - 1):
            gx = gx * x
        return gx
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "absolute_exponent",
        "abs(n) in the exponent",
        """
        (x,) = self.saved
        if self.n == 0:
            return gy * 0
        return gy * self.n * x ** (abs(self.n) - 1)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "tuple_not_unpacked",
        "y = self.saved is a tuple; NumPy takes it for an array with one more dimension",
        """
        y = self.saved
        return gy * y
        """,
        "shape_only",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "added",
        "Adds y to gy where it should multiply",
        """
        (y,) = self.saved
        return gy + y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "quotient",
        "Divides by y",
        """
        (y,) = self.saved
        return gy / y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "logarithm_once_more",
        "Divides by ln x",
        """
        (x,) = self.saved
        return gy / np.log(x)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "tuple_not_unpacked",
        "Divides by self.saved itself, the tuple",
        """
        return gy / self.saved
        """,
        "shape_only",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "base_ten",
        "The derivative of the logarithm to base 10",
        """
        (x,) = self.saved
        return gy / (x * np.log(10.0))
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "total_upstream",
        "Sums the upstream gradient first",
        """
        (x,) = self.saved
        return gy.sum() / x
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "upstream_scaled_in_place",
        "Divides gy in place",
        """
        (x,) = self.saved
        gy /= x
        return gy
        """,
        "modified_upstream",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "reshaped",
        "Reshapes, without a sum",
        """
        return grad.reshape(shape)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "resized",
        "np.resize takes the first elements",
        """
        return np.resize(grad, shape)
        """,
        "first_copy_only",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "everything_summed",
        "Sums everything and copies the total",
        """
        return np.full(shape, grad.sum(), grad.dtype)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "compared_from_the_left",
        "Lines the shapes up from the left",
        """
        for i in range(len(shape)):
            if grad.shape[i] != shape[i]:
                grad = grad.sum(axis=i, keepdims=True)
        return grad
        """,
        "shape_only",
        HELPFUL,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "keepdims_forgotten",
        "keepdims is missing, so the axes move while the loop runs",
        """
        while grad.ndim > len(shape):
            grad = grad.sum(axis=0)
        for i, n in enumerate(shape):
            if n == 1:
                grad = grad.sum(axis=i)
        return grad
        """,
        "shape_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "first_axis_always",
        "Sums over axis 0, whatever the shapes are",
        """
        return grad.sum(axis=0)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "axes_in_a_list",
        "The axes are a list; NumPy wants a tuple",
        """
        new = grad.ndim - len(shape)
        axes = list(range(new)) + [i + new for i, n in enumerate(shape) if n == 1]
        return grad.sum(axis=axes, keepdims=True).reshape(shape)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "offset_forgotten",
        "The axes of shape are not shifted by the new ones in front",
        """
        new = grad.ndim - len(shape)
        axes = tuple(range(new)) + tuple(i for i, n in enumerate(shape) if n == 1)
        return grad.sum(axis=tuple(set(axes)), keepdims=True).reshape(shape)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "endless_loop",
        "The loop ends when the shapes agree, which they never do",
        """
        while grad.shape != shape:
            grad = grad.sum(axis=0, keepdims=True)
        return grad
        """,
        "too_long",
        NAMED,
        process=True,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "endless_recursion",
        "Calls itself with what it was given",
        """
        if grad.shape == shape:
            return grad
        return unbroadcast(grad, shape)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "largest",
        "Takes the largest where it should sum",
        """
        new = grad.ndim - len(shape)
        axes = tuple(range(new)) + tuple(i + new for i, n in enumerate(shape) if n == 1)
        return grad.max(axis=axes, keepdims=True).reshape(shape)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "written_into_the_result",
        "y *= gy writes into the result of forward",
        """
        (y,) = self.saved
        y *= gy
        return y
        """,
        "saved_changed",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "absolute",
        "Divides gz by |y|",
        """
        x, y = self.saved
        return gz / np.abs(y), -gz * x / y**2
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "by_logarithm",
        "Computes the power as e^((n - 1) ln x), for positive x only",
        """
        (x,) = self.saved
        if self.n == 0:
            return gy * 0
        return gy * self.n * np.exp((self.n - 1) * np.log(x))
        """,
        "not_finite",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "whole_exponent",
        "int(self.n)",
        """
        (x,) = self.saved
        if self.n == 0:
            return gy * 0
        return gy * self.n * x ** (int(self.n) - 1)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "return_in_the_loop",
        "return stands inside the loop",
        """
        order, seen, stack = [], set(), [(root, False) for root in roots]
        while stack:
            vertex, done = stack.pop()
            if done:
                order.append(vertex)
            elif vertex not in seen:
                seen.add(vertex)
                stack.append((vertex, True))
                stack += [(edge[0], False) for edge in vertex.edges or () if edge is not None]
            return order
        """,
        "missing_vertex",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "global_list",
        "The list is made once for all calls",
        """
        for root in roots:
            visit(root)
        return ORDER
        """,
        "remembered",
        NAMED,
        first=HELPFUL,
        after="""
            ORDER = []


            def visit(vertex):
                if vertex not in ORDER:
                    for edge in vertex.edges or ():
                        if edge is not None:
                            visit(edge[0])
                    ORDER.append(vertex)
        """,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "default_list",
        "A mutable default argument keeps what was seen",
        """
        def visit(vertex, order, seen=SEEN):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0], order)
                order.append(vertex)


        order = []
        for root in roots:
            visit(root, order)
        return order
        """,
        "remembered_missing",
        NAMED,
        first=MISLEADING,
        after="""
            SEEN = set()
        """,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "inserted_in_front",
        "Inserts each finished vertex in front",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0])
                order.insert(0, vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "reversed",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "edge_as_vertex",
        "Visits the edge, not its first item",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge)
                order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "breadth_first",
        "Breadth first from the root, not turned around",
        """
        order, seen, waiting = [], set(), list(roots)
        while waiting:
            vertex = waiting.pop(0)
            if vertex not in seen:
                seen.add(vertex)
                order.append(vertex)
                waiting += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "reversed",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "roots_as_stack",
        "The stack is `roots` itself, not a copy",
        """
        order, seen, stack = [], set(), roots
        while stack:
            vertex = stack.pop()
            if vertex is None:
                order.append(stack.pop())
            elif vertex not in seen:
                seen.add(vertex)
                stack += (vertex, None)
                stack += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "queue_for_a_stack",
        "Takes from the front of the list what belongs on a stack",
        """
        order, seen, stack = [], set(), [(root, False) for root in roots]
        while stack:
            vertex, done = stack.pop(0)
            if done:
                order.append(vertex)
            elif vertex not in seen:
                seen.add(vertex)
                stack.append((vertex, True))
                stack += [(edge[0], False) for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "reversed",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "in_the_order",
        "Asks whether the vertex is in the list `order`",
        """
        order = []


        def visit(vertex):
            if vertex in order:
                return
            for edge in vertex.edges or ():
                if edge is not None:
                    visit(edge[0])
            order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "by_value",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "list_searched",
        "Compares with every vertex seen so far: right, but quadratic",
        """
        order, seen, stack = [], [], list(roots)
        while stack:
            vertex = stack.pop()
            if vertex is None:
                order.append(stack.pop())
            elif not any(other is vertex for other in seen):
                seen.append(vertex)
                stack += (vertex, None)
                stack += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "too_long",
        NAMED,
        first=MISLEADING,
        process=True,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "first_input_only",
        "Follows the first edge of each vertex only",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                seen.add(vertex)
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0])
                    break
                order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "missing_vertex",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "seen_never_filled",
        "Asks whether a vertex was seen, and never notes it",
        """
        order, seen = [], set()


        def visit(vertex):
            if vertex not in seen:
                for edge in vertex.edges or ():
                    if edge is not None:
                        visit(edge[0])
                order.append(vertex)


        for root in roots:
            visit(root)
        return order
        """,
        "duplicates",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "list_append",
        "Appends, as to a list",
        """
        if total is None:
            return grad
        return total.append(grad)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "added_into_out",
        "Adds into `total` with out=",
        """
        if total is None:
            return grad
        return np.add(total, grad, out=total)
        """,
        "in_place",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "concatenated",
        "Concatenates",
        """
        if total is None:
            return grad
        return np.concatenate([total, grad])
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "no_return_the_first_time",
        "Assigns the first time and returns nothing",
        """
        if total is None:
            total = grad
        else:
            return total + grad
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "larger_of_both",
        "Takes the larger of both",
        """
        return grad if total is None else np.maximum(total, grad)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "wrong_variable",
        "grad + grad where total + grad is meant",
        """
        return grad if total is None else grad + grad
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "zero_the_first_time",
        "Returns 0 the first time",
        """
        if total is None:
            return 0
        return total + grad
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "difference",
        "Subtracts",
        """
        return grad if total is None else total - grad
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.2",
        "accumulate",
        "added_into_grad",
        "Adds into `grad` with out=",
        """
        if total is None:
            return grad
        return np.add(total, grad, out=grad)
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.2",
        "topological_order",
        "seen_by_text",
        "Remembers repr(vertex), not the vertex",
        """
        order, seen, stack = [], set(), list(roots)
        while stack:
            vertex = stack.pop()
            if vertex is None:
                order.append(stack.pop())
            elif repr(vertex) not in seen:
                seen.add(repr(vertex))
                stack += (vertex, None)
                stack += [edge[0] for edge in vertex.edges or () if edge is not None]
        return order
        """,
        "by_value",
        NAMED,
    ),
    Mistake(
        "1.3",
        "slope",
        "loss_of_an_argument",
        "Calls loss(x), which takes no argument",
        """
        return (loss(x + eps * direction) - loss(x - eps * direction)) / (2 * eps)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.3",
        "slope",
        "loss_not_called",
        "Writes loss where loss() is meant",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss
        x[...] = start - eps * direction
        below = loss
        x[...] = start
        return (above - below) / (2 * eps)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "start_is_x_itself",
        "start = x, without .copy()",
        """
        start = x
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return (above - below) / (2 * eps)
        """,
        "back_to_the_start",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "absolute",
        "abs around the difference",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return abs(above - below) / (2 * eps)
        """,
        "below_minus_above",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "whole_numbers",
        "// where / is meant",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return (above - below) // (2 * eps)
        """,
        "wrong_slope",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "step_added_to_the_direction",
        "eps + direction where eps * direction is meant",
        """
        start = x.copy()
        x[...] = start + (eps + direction)
        above = loss()
        x[...] = start - (eps + direction)
        below = loss()
        x[...] = start
        return (above - below) / (2 * eps)
        """,
        "wrong_slope",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "restored_too_early",
        "x is put back before the second measurement",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start
        below = loss()
        return (above - below) / (2 * eps)
        """,
        "back_to_the_start",
        NAMED,
    ),
    Mistake(
        "1.3",
        "slope",
        "divided_by_the_direction",
        "Divides by 2 eps · direction, too",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return (above - below) / (2 * eps * direction)
        """,
        "no_number",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "brackets_of_the_difference",
        "above - below / (2 * eps) lacks brackets",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return above - below / (2 * eps)
        """,
        "brackets_of_the_difference",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "two_dimensions",
        "Two loops, for rows and columns: x may have any number of dimensions",
        """
        gradient = np.zeros(x.shape)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                direction = np.zeros_like(x)
                direction[i, j] = 1
                gradient[i, j] = slope(loss, x, direction, eps)
        return gradient
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "last_element_left_out",
        "range(x.size - 1)",
        """
        gradient = np.zeros(x.shape)
        for k in range(x.size - 1):
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
        return gradient
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "made_anew_in_the_loop",
        "The array is made anew in every round",
        """
        for k in range(x.size):
            gradient = np.zeros(x.shape)
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
        return gradient
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "return_in_the_loop",
        "return stands inside the loop",
        """
        gradient = np.zeros(x.shape)
        for k in range(x.size):
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
            return gradient
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "always_the_first",
        "one_hot(x, 0) in every round",
        """
        slopes = [slope(loss, x, one_hot(x, 0), eps) for k in range(x.size)]
        return np.array(slopes).reshape(x.shape)
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "direction_scaled",
        "The direction is multiplied by eps, and slope does so again",
        """
        slopes = [slope(loss, x, eps * one_hot(x, k), eps) for k in range(x.size)]
        return np.array(slopes).reshape(x.shape)
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "a_list",
        "Returns the list of slopes",
        """
        return [slope(loss, x, one_hot(x, k), eps) for k in range(x.size)]
        """,
        "no_array",
        NAMED,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "not_restored_in_between",
        "Each element stays where its measurement left it",
        """
        gradient = np.zeros(x.shape)
        for k in range(x.size):
            x.flat[k] += eps
            above = loss()
            x.flat[k] -= 2 * eps
            below = loss()
            gradient.flat[k] = (above - below) / (2 * eps)
        return gradient
        """,
        "not_restored",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "summed_up",
        "Adds all slopes into one number",
        """
        total = 0.0
        for k in range(x.size):
            total += slope(loss, x, one_hot(x, k), eps)
        return np.array(total)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "whole_number_array",
        "The result is an array of whole numbers",
        """
        gradient = np.zeros(x.shape, dtype=int)
        for k in range(x.size):
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
        return gradient
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "divided_by_two_steps",
        "Each one-sided difference is divided by 2 eps",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / (2 * eps)
        x.flat[k] = start - eps
        left = (middle - loss()) / (2 * eps)
        x.flat[k] = start
        return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "divided_by_two_steps",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "abs_of_the_slopes_forgotten",
        "max(1, left, right), without abs",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * max(1.0, left, right)
        """,
        "abs_of_the_slopes_forgotten",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "abs_of_the_difference_forgotten",
        "right - left, without abs",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return right - left > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "upward_kinks_only",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "answer_turned_round",
        "Tells whether the slopes are equal",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) < 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "isclose",
        "np.isclose with its own tolerances",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return not np.isclose(left, right)
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "left_measured_at_the_start",
        "Goes back by eps only, so the left point is the start",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] += eps
        right = (loss() - middle) / eps
        x.flat[k] -= eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "middle_measured_too_late",
        "middle is measured after x has moved",
        """
        start = x.flat[k]
        x.flat[k] = start + eps
        above, middle = loss(), loss()
        x.flat[k] = start - eps
        below = loss()
        x.flat[k] = start
        left, right = (middle - below) / eps, (above - middle) / eps
        return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "left_slope_turned_round",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "smaller_tolerance",
        "min where max is meant",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * min(1.0, abs(left), abs(right))
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "sum_for_maximum",
        "1 + |left| + |right| where the largest of them is meant",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * (1.0 + abs(left) + abs(right))
        """,
        "divided_by_two_steps",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "saved_assigned",
        "self.saved = y where self.save(y) is meant",
        """
        y = 1 / (1 + np.exp(-x))
        self.saved = y
        return y
        """,
        "saved_assigned",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "returns_what_save_returns",
        "return self.save(y), which is None",
        """
        y = 1 / (1 + np.exp(-x))
        return self.save(y)
        """,
        "nothing",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "math_exp",
        "math.exp, which takes single numbers",
        """
        y = 1 / (1 + math.exp(-x))
        self.save(y)
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "if_for_an_array",
        "if x >= 0, for a whole array",
        """
        z = np.exp(-np.abs(x))
        if x >= 0:
            y = 1 / (1 + z)
        else:
            y = z / (1 + z)
        self.save(y)
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "positive_case_always",
        "The case for x ≥ 0 is used for all x",
        """
        y = 1 / (1 + np.exp(-np.abs(x)))
        self.save(y)
        return y
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "clipped",
        "Clips x to ±10 so that nothing overflows",
        """
        x = np.clip(x, -10, 10)
        y = 1 / (1 + np.exp(-x))
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "negated_in_place",
        "x *= -1 changes the caller's array",
        """
        x *= -1
        y = 1 / (1 + np.exp(x))
        self.save(y)
        return y
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "filled_into_zeros",
        "The result is written into np.zeros(x.shape), float64 always",
        """
        y = np.zeros(x.shape)
        y[...] = 1 / (1 + np.exp(-x))
        self.save(y)
        return y
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "global_state",
        "Keeps y in a global variable, not in self.saved",
        """
        global LAST
        LAST = 1 / (1 + np.exp(-x))
        return LAST
        """,
        "nothing_saved",
        NAMED,
        after="""
            LAST = None
        """,
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "brackets",
        "y * 1 - y lacks brackets",
        """
        (y,) = self.saved
        return gy * y * 1 - y
        """,
        "brackets_of_the_factor",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "forward_saved_x",
        "forward has saved x, backward takes it for y",
        """
        (y,) = self.saved
        return gy * y * (1 - y)
        """,
        "input_for_output",
        NAMED,
        beside={
            "Sigmoid.forward": """
                self.save(x)
                return 1 / (1 + np.exp(-x))
            """
        },
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "tuple_not_unpacked",
        "Computes with self.saved, the tuple",
        """
        y = self.saved
        return gy * y * (1 - y)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "not_saved_under_this_name",
        "Reads self.y, which forward has not set",
        """
        return gy * self.y * (1 - self.y)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.forward",
        "function_not_there",
        "Calls sigmoid, which this file does not know",
        """
        y = 2 * sigmoid(2 * x) - 1
        self.save(y)
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.forward",
        "single_precision_exponent",
        "Writes the formula with float32 numbers",
        """
        x = np.asarray(x, dtype=np.float32)
        y = np.tanh(x)
        self.save(y)
        return y
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "brackets",
        "gy * 1 - y**2 lacks brackets",
        """
        (y,) = self.saved
        return gy * 1 - y**2
        """,
        "brackets_of_the_slope",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "caret",
        "^ where ** is meant",
        """
        (y,) = self.saved
        return gy * (1 - y ^ 2)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "plus",
        "1 + y², as for tan",
        """
        (y,) = self.saved
        return gy * (1 + y * y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "square_root",
        "√(1 - y²)",
        """
        (y,) = self.saved
        return gy * np.sqrt(1 - y * y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "np_max_the_wrong_way_round",
        "np.max(0, x)",
        """
        y = np.max(0, x)
        self.save(y)
        return y
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "python_max",
        "max(0, x), Python's own",
        """
        y = max(0, x)
        self.save(y)
        return y
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "another_name_for_x",
        "y = x is another name for the same array",
        """
        y = x
        y[y < 0] = 0
        self.save(y)
        return y
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "only_positive_ones_kept",
        "x[x > 0] leaves the others out",
        """
        y = x[x > 0]
        self.save(y)
        return y
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "below_one",
        "Compares with 1 where 0 is meant",
        """
        y = np.where(x > 1, x, 0 * x)
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "written_into_the_upstream",
        "Writes zeros into gy itself",
        """
        (y,) = self.saved
        gx = gy
        gx[y <= 0] = 0
        return gx
        """,
        "modified_upstream",
        NAMED,
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "selected",
        "gy[y > 0] leaves the others out",
        """
        (y,) = self.saved
        return gy[y > 0]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "sign",
        "np.sign(x): -1 where x is negative",
        """
        (x,) = self.saved
        return gy * np.sign(x)
        """,
        "region",
        HELPFUL,
        beside={
            "ReLU.forward": """
                self.save(x)
                return np.maximum(x, 0)
            """
        },
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "at_zero",
        "x >= 0: a gradient of 1 at the kink",
        """
        (x,) = self.saved
        return gy * (x >= 0)
        """,
        "region",
        HELPFUL,
        beside={
            "ReLU.forward": """
                self.save(x)
                return np.maximum(x, 0)
            """
        },
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "if_for_an_array",
        "if y > 0, for a whole array",
        """
        (y,) = self.saved
        if y > 0:
            return gy
        return gy * 0
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.forward",
        "self_forgotten",
        "slope where self.slope is meant",
        """
        self.save(x)
        return np.where(x > 0, x, slope * x)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.forward",
        "both_added",
        "max(x, 0) + slope · x: the leak counts for positive x, too",
        """
        self.save(x)
        return np.maximum(x, 0) + self.slope * x
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.forward",
        "minus_slope",
        "-slope · x",
        """
        self.save(x)
        return np.where(x > 0, x, -self.slope * x)
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "upstream_compared",
        "The sign of gy decides, not that of x",
        """
        return np.where(gy > 0, gy, self.slope * gy)
        """,
        "upstream_compared",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "upstream_in_one_case",
        "gy is missing on the negative side",
        """
        (x,) = self.saved
        return np.where(x > 0, gy, self.slope)
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "numbers_chosen_by_where",
        "np.where(x > 0, 1, slope) is float64 always",
        """
        (x,) = self.saved
        return gy * np.where(x > 0, 1, self.slope)
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "wrong_side",
        "The comparison is the wrong way round",
        """
        (x,) = self.saved
        return np.where(x < 0, gy, self.slope * gy)
        """,
        "sides_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "brackets",
        "x * 0.5 * 1 + erf(...) lacks brackets",
        """
        self.save(x)
        return x * 0.5 * 1 + kernels.erf(x / math.sqrt(2))
        """,
        "brackets_of_the_sum",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "root_outside",
        "erf(x) / √2 where erf(x / √2) is meant",
        """
        self.save(x)
        return 0.5 * x * (1 + kernels.erf(x) / math.sqrt(2))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "np_erf",
        "np.erf, which there is not",
        """
        self.save(x)
        return 0.5 * x * (1 + np.erf(x / math.sqrt(2)))
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "numpy_root",
        "np.sqrt(2) makes float64 of float32",
        """
        self.save(x)
        return 0.5 * x * (1 + kernels.erf(x / np.sqrt(2)))
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "brackets",
        "gy * cdf + x * pdf lacks brackets",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return gy * cdf + x * pdf
        """,
        "second_term_without_upstream",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "pi_outside_the_root",
        "√2 · π where √(2π) is meant",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(-x * x / 2) / (math.sqrt(2) * math.pi)
        return gy * (cdf + x * pdf)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "sign_of_the_exponent",
        "e^(x²/2): the minus is missing",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(x * x / 2) / math.sqrt(2 * math.pi)
        return gy * (cdf + x * pdf)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "halved_before_squaring",
        "(x/2)² where x²/2 is meant",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(-((x / 2) ** 2)) / math.sqrt(2 * math.pi)
        return gy * (cdf + x * pdf)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "attributes",
        "Reads self.x and self.y, which nobody has set",
        """
        return gz @ self.y.T, self.x.T @ gz
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "reshaped",
        "Reshapes to the transposed shape, which is no transpose",
        """
        x, y = self.saved
        yt = y.reshape(y.shape[:-2] + (y.shape[-1], y.shape[-2]))
        xt = x.reshape(x.shape[:-2] + (x.shape[-1], x.shape[-2]))
        return gz @ yt, xt @ gz
        """,
        "reshaped",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "first_two_dimensions",
        "swapaxes(0, 1), which are the last two of a matrix only",
        """
        x, y = self.saved
        return gz @ y.swapaxes(0, 1), x.swapaxes(0, 1) @ gz
        """,
        "first_two_dimensions",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "einsum_for_matrices",
        "einsum with two letters each: no batches",
        """
        x, y = self.saved
        return np.einsum('ij,kj->ik', gz, y), np.einsum('ki,kj->ij', x, gz)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "one_gradient",
        "Returns gx only",
        """
        x, y = self.saved
        return gz @ y.swapaxes(-1, -2)
        """,
        "count",
        NAMED,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "weight_first",
        "weight @ x.T: features come first",
        """
        self.save(x, weight)
        y = weight @ x.T
        return y if bias is None else y + bias
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "truth_of_the_bias",
        "if bias: asks an array for its truth",
        """
        self.save(x, weight)
        y = x @ weight.T
        if bias:
            y = y + bias
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "bias_as_a_column",
        "The bias is reshaped to a column",
        """
        self.save(x, weight)
        y = x @ weight.T
        return y if bias is None else y + bias.reshape(-1, 1)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "saved_assigned",
        "self.saved = x, weight: a tuple, but not through save",
        """
        self.saved = x
        y = x @ weight.T
        return y if bias is None else y + bias
        """,
        "saved_assigned",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "bias_summed",
        "Adds the sum of the bias to every unit",
        """
        self.save(x, weight)
        y = x @ weight.T
        return y if bias is None else y + bias.sum()
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "elementwise",
        "* where @ is meant",
        """
        self.save(x, weight)
        y = x * weight
        return y if bias is None else y + bias
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "average",
        "Divides by the number of inputs",
        """
        self.save(x, weight)
        y = x @ weight.T / x.shape[1]
        return y if bias is None else y + bias
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "three_saved",
        "forward has saved three things, backward expects two",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.sum(axis=0)
        """,
        "saved_otherwise",
        NAMED,
        first=HELPFUL,
        beside={
            "Linear.forward": """
                self.save(x, weight, bias)
                y = x @ weight.T
                return y if bias is None else y + bias
            """
        },
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "transposed_weight_saved",
        "forward has saved the transposed weight",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.sum(axis=0)
        """,
        "saved_otherwise",
        NAMED,
        first=HELPFUL,
        beside={
            "Linear.forward": """
                self.save(x, weight.T)
                y = x @ weight.T
                return y if bias is None else y + bias
            """
        },
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "bias_summed_over_everything",
        "gb is the sum of all of gy",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.sum()
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "ones_for_the_bias",
        "gb is ones: the derivative, not the gradient",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, np.ones_like(weight[:, 0])
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "first_row_for_the_bias",
        "gb is the first row of gy",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy[0]
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "bias_before_weight",
        "Returns (gx, gb, gW)",
        """
        x, weight = self.saved
        return gy @ weight, gy.sum(axis=0), gy.T @ x
        """,
        "swapped",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "weight_before_input",
        "Returns (gW, gx, gb)",
        """
        x, weight = self.saved
        return gy.T @ x, gy @ weight, gy.sum(axis=0)
        """,
        "swapped",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "in_a_list",
        "Returns a list where a tuple is wanted",
        """
        x, weight = self.saved
        return [gy @ weight, gy.T @ x, gy.sum(axis=0)]
        """,
        "no_tuple",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "largest_for_the_bias",
        "gb is the largest of each column",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.max(axis=0)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "numpy_array_returned",
        "Returns new NumPy numbers and leaves the tensor as it was",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        return np.random.uniform(-bound, bound, tensor.shape)
        """,
        "not_filled",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "numpy_numbers",
        "Fills the tensor with NumPy's own random numbers",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        tensor.data[...] = np.random.uniform(-bound, bound, tensor.shape)
        return tensor
        """,
        "not_seeded",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "seeded_inside",
        "Sets a seed inside",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        rng = np.random.default_rng(0)
        tensor.data[...] = rng.uniform(-bound, bound, tensor.shape)
        return tensor
        """,
        "repeated",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "root_of_the_numerator_only",
        "√6 / (fan_in + fan_out): only the 6 is rooted",
        """
        bound = gain * math.sqrt(6) / sum(fans(tensor))
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "limits_exchanged",
        "uniform_(tensor, bound, -bound)",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        return uniform_(tensor, bound, -bound)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "one_limit",
        "uniform_(tensor, bound): the upper limit stays 1",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        return uniform_(tensor, bound)
        """,
        "not_centred",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "normal_numbers",
        "normal_ where uniform_ is asked for",
        """
        return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))))
        """,
        "distribution",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.5",
        "xavier_normal_",
        "gain_squared",
        "The gain is squared",
        """
        return normal_(tensor, 0.0, gain**2 * math.sqrt(2 / sum(fans(tensor))))
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_normal_",
        "product_of_fans",
        "fan_in · fan_out where the sum is meant",
        """
        fan_in, fan_out = fans(tensor)
        return normal_(tensor, 0.0, gain * math.sqrt(2 / (fan_in * fan_out)))
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_normal_",
        "number_of_elements",
        "tensor.size where fan_in + fan_out is meant",
        """
        return normal_(tensor, 0.0, gain * math.sqrt(2 / math.prod(tensor.shape)))
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "upside_down",
        "√(fan / 3): the fraction is upside down",
        """
        bound = calculate_gain(nonlinearity, a) * math.sqrt(chosen_fan(tensor, mode) / 3)
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "arguments_exchanged",
        "calculate_gain(a, nonlinearity)",
        """
        bound = calculate_gain(a, nonlinearity) * math.sqrt(3 / chosen_fan(tensor, mode))
        return uniform_(tensor, -bound, bound)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "gain_squared",
        "The square of the gain, which is the factor of the variance",
        """
        bound = calculate_gain(nonlinearity, a) ** 2 * math.sqrt(3 / chosen_fan(tensor, mode))
        return uniform_(tensor, -bound, bound)
        """,
        "gain_twice",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "three_not_rooted",
        "3 / √fan",
        """
        bound = calculate_gain(nonlinearity, a) * 3 / math.sqrt(chosen_fan(tensor, mode))
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_normal_",
        "mode_ignored",
        "fan_in, whatever `mode` says",
        """
        return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[0]))
        """,
        "std_of_fan_in_always",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_normal_",
        "slope_ignored",
        "calculate_gain without the slope a",
        """
        return normal_(tensor, 0.0, calculate_gain(nonlinearity) / math.sqrt(chosen_fan(tensor, mode)))
        """,
        "std_without_slope",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_normal_",
        "misspelt",
        "An unknown mode ends in an UnboundLocalError",
        """
        if mode == 'fan_in':
            fan = fans(tensor)[0]
        elif mode == 'fan_out':
            fan = fans(tensor)[1]
        return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fan))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "larger_fan",
        "The larger fan where their mean is meant",
        """
        bound = gain * math.sqrt(3 / max(fans(tensor)))
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "keepdims_forgotten_in_max",
        "The maximum lacks keepdims",
        """
        e = np.exp(x - x.max(axis=self.dim))
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "subtracted_after_exp",
        "The maximum is subtracted from eˣ, not from x",
        """
        e = np.exp(x) - x.max(axis=self.dim, keepdims=True)
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "subtracted_after_exp",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "shifted_in_place",
        "x -= maximum changes the caller's array",
        """
        x -= x.max(axis=self.dim, keepdims=True)
        e = np.exp(x)
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "axis_one",
        "axis=1 is written for self.dim",
        """
        e = np.exp(x - x.max(axis=1, keepdims=True))
        y = e / e.sum(axis=1, keepdims=True)
        self.save(y)
        return y
        """,
        "always_the_last_dimension",
        NAMED,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "denominator_not_shifted",
        "The maximum is subtracted above and not below",
        """
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        y = e / np.exp(x).sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "denominator_not_shifted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "smallest_subtracted",
        "min where max is meant",
        """
        e = np.exp(x - x.min(axis=self.dim, keepdims=True))
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "not_finite",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "saved_after_return",
        "return stands before save",
        """
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        return e / e.sum(axis=self.dim, keepdims=True)
        self.save(e)
        """,
        "nothing_saved",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "saved_assigned",
        "self.saved = y where self.save(y) is meant",
        """
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        self.saved = e / e.sum(axis=self.dim, keepdims=True)
        return self.saved
        """,
        "saved_assigned",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "jacobian_of_rows",
        "The Jacobian matrix of each row, whatever dim is",
        """
        (y,) = self.saved
        gx = np.zeros_like(y)
        for i in range(len(y)):
            gx[i] = (np.diag(y[i]) - np.outer(y[i], y[i])) @ gy[i]
        return gx
        """,
        "sum_along_the_last",
        NAMED,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "brackets",
        "y * gy - Σ lacks brackets",
        """
        (y,) = self.saved
        return y * gy - (gy * y).sum(axis=self.dim, keepdims=True)
        """,
        "brackets_missing",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "mean_for_sum",
        "mean where sum is meant",
        """
        (y,) = self.saved
        return y * (gy - (gy * y).mean(axis=self.dim, keepdims=True))
        """,
        "mean_for_sum",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "sum_of_everything",
        "Σ gy · y over the whole array",
        """
        (y,) = self.saved
        return y * (gy - (gy * y).sum())
        """,
        "one_sum_for_all",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "np_dot",
        "np.dot for Σ gy · y",
        """
        (y,) = self.saved
        return y * (gy - np.dot(gy, y))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "forward_saved_x",
        "forward has saved x, backward takes it for y",
        """
        (y,) = self.saved
        return y * (gy - (gy * y).sum(axis=self.dim, keepdims=True))
        """,
        "saved_otherwise",
        NAMED,
        first=MISLEADING,
        beside={
            "Softmax.forward": """
                e = np.exp(x - x.max(axis=self.dim, keepdims=True))
                self.save(x)
                return e / e.sum(axis=self.dim, keepdims=True)
            """
        },
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "log_and_sum_exchanged",
        "Σ ln eˣ where ln Σ eˣ is meant",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log(np.exp(shifted)).sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "sum_not_shifted",
        "The maximum is subtracted from x and not in the sum",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log(np.exp(x).sum(axis=self.dim, keepdims=True))
        self.save(y)
        return y
        """,
        "sum_not_shifted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "negative",
        "The negative logarithm",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True)) - shifted
        self.save(y)
        return y
        """,
        "sign",
        NAMED,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "base_two",
        "np.log2 where np.log is meant",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log2(np.exp(shifted).sum(axis=self.dim, keepdims=True))
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "sum_of_probabilities",
        "Sums e^y, which is 1, where gy is to be summed",
        """
        (y,) = self.saved
        return gy - gy * np.exp(y).sum(axis=self.dim, keepdims=True)
        """,
        "zero",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "keepdims_forgotten",
        "The sum lacks keepdims",
        """
        (y,) = self.saved
        return gy - np.exp(y) * gy.sum(axis=self.dim)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "plus",
        "gy + p · Σ gy",
        """
        (y,) = self.saved
        return gy + np.exp(y) * gy.sum(axis=self.dim, keepdims=True)
        """,
        "share_added",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "sum_of_everything",
        "Σ gy over the whole array",
        """
        (y,) = self.saved
        return gy - np.exp(y) * gy.sum()
        """,
        "sum_over_everything",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "column_against_row",
        "[n, 1] - [n] broadcasts to [n, n]",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return np.log(sums) - shifted[rows, t]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "sign",
        "The sign is the wrong way round",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return shifted[rows, t] - np.log(sums[:, 0])
        """,
        "sign",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "wrong_axis",
        "Sums over the rows, not over the classes",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=0)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return np.log(sums) - shifted[rows, t]
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "largest_score",
        "Takes the largest score for that of the true class",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        self.save(e, sums, t, np.arange(len(t)))
        return np.log(sums[:, 0]) - shifted.max(axis=1)
        """,
        "labels_ignored",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "last_row_left_out",
        "The loop over rows ends one row too early",
        """
        e = np.exp(x - x.max(axis=1, keepdims=True))
        sums = e.sum(axis=1, keepdims=True)
        self.save(e, sums, t, np.arange(len(t)))
        loss = np.zeros_like(x[:, 0])
        for i in range(len(t) - 1):
            loss[i] = np.log(sums[i, 0]) - np.log(e[i, t[i]])
        return loss
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "total",
        "Returns the sum of all losses",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return (np.log(sums[:, 0]) - shifted[rows, t]).sum()
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "all_classes",
        "Sums the losses of all classes",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        self.save(e, sums, t, np.arange(len(t)))
        return (np.log(sums) - shifted).sum(axis=1)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "label_number_subtracted",
        "Subtracts the number of the class, not 1 in its column",
        """
        e, sums, t, rows = self.saved
        return (e / sums - t[:, None].astype(e.dtype)) * gloss[:, None], None
        """,
        "label_subtracted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "one_hot_minus_p",
        "[j = t] - p: the sign is the wrong way round",
        """
        e, sums, t, rows = self.saved
        gx = -e / sums
        gx[rows, t] += 1
        return gx * gloss[:, None], None
        """,
        "sign",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "assigned",
        "= -1 where -= 1 is meant",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] = -1
        return gx * gloss[:, None], None
        """,
        "set_to_minus_one",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "classes_as_rows",
        "gx[t] -= 1 subtracts in whole rows",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[t] -= 1
        return gx * gloss[:, None], None
        """,
        "classes_as_rows",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "upstream_forgotten",
        "gloss is not used",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        return gx, None
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "mean_upstream",
        "The mean of gloss for every row",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        return gx * gloss.mean(), None
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "exponentials_not_divided",
        "e is taken for the probability",
        """
        e, sums, t, rows = self.saved
        gx = e.copy()
        gx[rows, t] -= 1
        return gx * gloss[:, None], None
        """,
        "not_divided",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "saved_in_another_order",
        "Takes out of self.saved in another order than forward put in",
        """
        e, t, sums, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        return gx * gloss[:, None], None
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "rate_forgotten",
        "The learning rate is missing",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += g
            g = b
        p -= g
        """,
        "rate_forgotten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "attribute",
        'self.lr where group["lr"] is meant',
        """
        p -= self.lr * g
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "rate_in_the_velocity",
        "The learning rate goes into the velocity",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += group["lr"] * g
            p -= b
        else:
            p -= group["lr"] * g
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "added_before_multiplied",
        "b += g, and only then b *= mu",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b += g
            b *= group["momentum"]
            g = b
        p -= group["lr"] * g
        """,
        "added_before_multiplied",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "nesterov_always",
        "Nesterov's step without being asked",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += g
            g = g + group["momentum"] * b
        p -= group["lr"] * g
        """,
        "nesterov_always",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "first_velocity_assigned",
        "b = g in the first step: a local name",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            if state["step"] == 1:
                b = g
            else:
                b *= group["momentum"]
                b += g
            g = b
        p -= group["lr"] * g
        """,
        "state_bound_anew",
        NAMED,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "gradient_on_top",
        "The step takes g and b",
        """
        p -= group["lr"] * g
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += g
            p -= group["lr"] * b
        """,
        "gradient_twice",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "misspelt_key",
        'group["mu"], which there is not',
        """
        if group["mu"]:
            b = state["momentum_buffer"]
            b *= group["mu"]
            b += g
            g = b
        p -= group["lr"] * g
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "gradient_as_velocity",
        "b is taken for g itself and written into",
        """
        if group["momentum"]:
            g += group["momentum"] * state["momentum_buffer"]
            state["momentum_buffer"][...] = g
        p -= group["lr"] * g
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "brackets_of_the_denominator",
        "/ √v̂ + ε lacks brackets",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t)) + group["eps"]
        """,
        "brackets_of_the_denominator",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "brackets_of_the_power",
        "(1 - β)ᵗ where 1 - βᵗ is meant",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1) ** t) / (np.sqrt(v / (1 - beta2) ** t) + group["eps"])
        """,
        "power_of_the_difference",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "first_step_always",
        "The correction is always that of the first step",
        """
        beta1, beta2 = group["betas"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + group["eps"])
        """,
        "first_step_always",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "mean_squared",
        "The square of m goes into v",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * m * m
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "math_sqrt",
        "math.sqrt, which takes single numbers",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "second_mean_local",
        "v = beta2 * v + ... is a local name",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "state_bound_anew",
        NAMED,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "corrected_in_place",
        "m and v themselves are corrected, and stay so",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        m /= 1 - beta1**t
        v /= 1 - beta2**t
        p -= group["lr"] * m / (np.sqrt(v) + group["eps"])
        """,
        "corrected_in_place",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "maximum_always",
        "Asks for the maximum without amsgrad",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        largest = state["max_exp_avg_sq"]
        largest[...] = np.maximum(largest, v)
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(largest / (1 - beta2**t)) + group["eps"])
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "maximum_of_corrected",
        "amsgrad takes the maximum of v̂, not of v",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        v_hat = v / (1 - beta2**t)
        if group["amsgrad"]:
            largest = state["max_exp_avg_sq"]
            v_hat = np.maximum(largest, v_hat, out=largest)
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v_hat) + group["eps"])
        """,
        "maximum_of_the_corrected",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "gradient_in_the_step",
        "The step goes along g, not along m̂",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * g / (np.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "one_beta",
        "β₁ for both means",
        """
        beta1, t = group["betas"][0], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta1
        v += (1 - beta1) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta1**t)) + group["eps"])
        """,
        "one_beta",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "backward_not_called",
        "loss.backward, without brackets",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "step_without_gradients",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "optimizer_step_not_called",
        "self.optimizer.step, without brackets",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "no_optimizer_step",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "arguments_exchanged",
        "self.loss(labels, scores)",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(labels, scores)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "schedule_may_be_none",
        "Calls self.schedule.step() without asking whether there is one",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        return value, scores
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "wrong_order",
        "Returns (scores, loss)",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return scores, value
        """,
        "returns_no_pair",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "compared_with_nan",
        "value == float('nan') is never true",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if value == float('nan') or value == float('inf'):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "not_checked",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "assertion",
        "assert for raise DivergedError",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        assert np.isfinite(value)
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "zeroed_at_the_end",
        "zero_grad at the end of the step",
        """
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        self.optimizer.zero_grad()
        return value, scores
        """,
        "accumulates",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "backward_twice",
        "backward is called twice",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "divided_by_the_batch",
        "The loss, a mean already, is divided by the batch size",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels) / len(labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "wrong_gradients",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "argmax_first",
        "The loss of the predicted classes, not of the scores",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores.argmax(dim=1), labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "by_hand",
        "Steps by hand with p.grad, and the optimizer is not asked",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        for p in self.model.parameters():
            p.data[...] -= 0.1 * p.grad.data
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "no_optimizer_step",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "error_returned",
        "Returns the DivergedError, does not raise it",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            return DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "not_checked",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "first_left_out",
        "The loop begins at 1",
        """
        counts = np.zeros((classes, classes), np.int64)
        for i in range(1, len(labels)):
            counts[labels[i], predictions[i]] += 1
        return counts
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "nested_loops",
        "Every label with every prediction",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label in labels:
            for prediction in predictions:
                counts[label, prediction] += 1
        return counts
        """,
        "every_pair",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "assigned",
        "= 1 where += 1 is meant",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            counts[label, prediction] = 1
        return counts
        """,
        "repeats_lost",
        NAMED,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "size_of_zeros",
        "np.zeros(classes, classes)",
        """
        counts = np.zeros(classes, classes)
        np.add.at(counts, (labels, predictions), 1)
        return counts
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "one_row_many_times",
        "[[0] * n] * n is one row, n times",
        """
        counts = [[0] * classes] * classes
        for label, prediction in zip(labels, predictions):
            counts[label][prediction] += 1
        return np.array(counts)
        """,
        "one_row_many_times",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "counted_from_one",
        "Takes the classes to begin at 1",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            counts[label - 1, prediction - 1] += 1
        return counts
        """,
        "counted_from_one",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "right_ones_only",
        "Counts what is right and nothing else",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            if label == prediction:
                counts[label, prediction] += 1
        return counts
        """,
        "diagonal_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "a_dictionary",
        "Returns a dictionary of pairs",
        """
        counts = {}
        for pair in zip(labels.tolist(), predictions.tolist()):
            counts[pair] = counts.get(pair, 0) + 1
        return counts
        """,
        "no_array",
        NAMED,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "return_in_the_loop",
        "return stands inside the loop",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            counts[label, prediction] += 1
            return counts
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "histogram",
        "np.histogram2d, whose bins are chosen by the numbers that occur",
        """
        return np.histogram2d(labels, predictions, bins=classes)[0].astype(np.int64)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "places",
        "kernel_half",
        "the kernel's half is taken off at both ends, as if it always stood on its middle",
        """
        return (size + sum(padding) - 2 * (dilation * kernel // 2)) // stride
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "im2col",
        "padded_columns_only",
        "np.pad with the padding of the rows for both dimensions",
        """
        (top, bottom), _ = padding
        x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (top, bottom)))
        view = windows(x, kernel, stride, dilation)
        n, c, down, across, kh, kw = view.shape
        return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, down * across)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "im2col",
        "edge_repeated",
        "the edge is repeated where zeros belong",
        """
        x = np.pad(x, ((0, 0), (0, 0), *padding), mode="edge")
        view = windows(x, kernel, stride, dilation)
        n, c, down, across, kh, kw = view.shape
        return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, down * across)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "im2col",
        "batch_in_places",
        "the batch stands behind the channels, as one long row of places",
        """
        view = windows(padded(x, padding), kernel, stride, dilation)
        n, c, down, across, kh, kw = view.shape
        return view.transpose(1, 4, 5, 0, 2, 3).reshape(c * kh * kw, n * down * across)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "Convolution.convolve",
        "product_elementwise",
        "* in place of @",
        """
        columns = im2col(x, weight.shape[2:], self.stride, self.padding, self.dilation)
        return weight.reshape(len(weight), -1) * columns
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "Convolution.convolve",
        "input_size",
        "the result is given the size of the input",
        """
        columns = im2col(x, weight.shape[2:], self.stride, self.padding, self.dilation)
        y = weight.reshape(len(weight), -1) @ columns
        return y.reshape(len(x), len(weight), *x.shape[2:])
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.2",
        "col2im",
        "nothing_added_for_padding",
        "the columns are added into an image without room for the padding",
        """
        n, c, h, w = shape
        (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
        down, across = places(h, kh, sh, padding[0], dh), places(w, kw, sw, padding[1], dw)
        columns = columns.reshape(n, c, kh, kw, down, across)
        image = np.zeros(shape, columns.dtype)
        for u in range(kh):
            for v in range(kw):
                image[:, :, u * dh : u * dh + sh * down : sh, v * dw : v * dw + sw * across : sw] += columns[:, :, u, v]
        return image
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.2",
        "Convolution.weight_grad",
        "divided_by_batch",
        "the sum is divided by the number of images and places",
        """
        n, g = len(x), self.groups
        columns = im2col(x, shape[2:], self.stride, self.padding, self.dilation)
        columns = columns.reshape(n, g, columns.shape[1] // g, -1)
        gy = gy.reshape(n, g, shape[0] // g, -1)
        return (gy @ columns.swapaxes(2, 3)).sum(axis=0).reshape(shape) / (n * gy.shape[-1])
        """,
        "factor",
        NAMED,
    ),
    Mistake(
        "2.2",
        "Convolution.bias_grad",
        "times_batch",
        "multiplied by the number of images besides",
        """
        return len(gy) * gy.sum(axis=(0, 2, 3))
        """,
        "factor",
        NAMED,
    ),
    Mistake(
        "2.2",
        "Convolution.bias_grad",
        "largest",
        "max in place of the sum",
        """
        return gy.max(axis=(0, 2, 3))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "max_of_flattened_batch",
        "one maximum for all windows of a row of windows",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        self.shape = x.shape
        self.save(view.reshape(*view.shape[:4], -1).argmax(axis=4))
        return view.max(axis=(3, 5))
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "axes_exchanged",
        "max over the places, not over the elements of the window",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        self.shape = x.shape
        self.save(view.reshape(*view.shape[:4], -1).argmax(axis=4))
        return view.max(axis=(2, 3))
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "minimum",
        "min in place of max",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        elements = view.reshape(*view.shape[:4], -1)
        self.shape = x.shape
        self.save(elements.argmin(axis=4))
        return elements.min(axis=4)
        """,
        "lowest",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "largest_by_amount",
        "the element of the largest absolute value",
        """
        view = windows(padded(x, self.padding, 0), self.kernel, self.stride, self.dilation)
        elements = view.reshape(*view.shape[:4], -1)
        self.shape = x.shape
        place = np.abs(elements).argmax(axis=4)
        self.save(place)
        return np.take_along_axis(elements, place[..., None], 4)[..., 0]
        """,
        "largest_size",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "nothing_kept",
        "the places are not saved",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        self.shape = x.shape
        return view.max(axis=(4, 5))
        """,
        "nothing_saved",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "padding_and_kernel_exchanged",
        "windows gets stride and kernel in the other order",
        """
        view = windows(padded(x, self.padding, -inf), self.stride, self.kernel, self.dilation)
        elements = view.reshape(*view.shape[:4], -1)
        self.shape = x.shape
        self.save(elements.argmax(axis=4))
        return elements.max(axis=4)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "saved_not_taken_apart",
        "place = self.saved, the tuple",
        """
        place = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = np.where(every == place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "everything_to_the_window",
        "no mask: every element of a window gets gy",
        """
        (place,) = self.saved
        k = self.kernel[0] * self.kernel[1]
        columns = np.repeat(gy[:, :, None], k, axis=2)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "given_to_all",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "mask_alone",
        "the mask, without gy",
        """
        (place,) = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = (every == place[:, :, None]).astype(gy.dtype)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "counted_from_one",
        "places counted from 1",
        """
        (place,) = self.saved
        every = np.arange(1, self.kernel[0] * self.kernel[1] + 1)[:, None, None]
        columns = np.where(every == place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "mask_inverted",
        "gy goes everywhere but to the highest",
        """
        (place,) = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = np.where(every != place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "mean_of_view",
        "view.mean, whatever counts",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return view.mean(axis=(4, 5))
        """,
        "kernel_everywhere",
        NAMED,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "divided_by_height",
        "divided by the kernel's height alone",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) / self.kernel[0]).astype(x.dtype)
        """,
        "height_alone",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "whole_numbers",
        "// in place of /",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) // self.number(x)).astype(x.dtype)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "multiplied",
        "multiplied by k",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) * self.number(x)).astype(x.dtype)
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.backward",
        "times_x",
        "gy times the elements of the window",
        """
        (x,) = self.saved
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        n, c, down, across = gy.shape
        columns = view.reshape(n, c, down, across, -1).transpose(0, 1, 4, 2, 3) * (gy / self.number(x))[:, :, None]
        return col2im(columns, x.shape, self.kernel, self.stride, self.padding, (1, 1))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.backward",
        "repeated",
        "np.repeat of gy to the size of x, without a window",
        """
        (x,) = self.saved
        gx = gy.repeat(self.stride[0], axis=2).repeat(self.stride[1], axis=3) / (self.kernel[0] * self.kernel[1])
        return gx[:, :, : x.shape[2], : x.shape[3]]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.backward",
        "divided_twice",
        "divided by k twice",
        """
        (x,) = self.saved
        n, c, down, across = gy.shape
        k = self.kernel[0] * self.kernel[1]
        share = (gy / self.number(x) / k)[:, :, None]
        columns = np.broadcast_to(share, (n, c, k, down, across))
        return col2im(columns, x.shape, self.kernel, self.stride, self.padding, (1, 1))
        """,
        "factor",
        HELPFUL,
        first=MISLEADING,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "weight_and_bias_exchanged",
        "w and b exchanged",
        """
        self.save(x, weight)
        normal, _ = standardized(x, around_channels(x), self.eps)
        dims = around_channels(x)
        self.mean, self.var = average(x, dims).reshape(-1), x.var(axis=dims).reshape(-1)
        return per_channel(bias, x) * normal + per_channel(weight, x)
        """,
        "weight_and_bias_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "without_weight",
        "w and b are forgotten",
        """
        self.save(x, weight)
        dims = around_channels(x)
        normal, _ = standardized(x, dims, self.eps)
        self.mean, self.var = average(x, dims).reshape(-1), x.var(axis=dims).reshape(-1)
        return normal
        """,
        "normalised_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "weight_along_last",
        "w and b broadcast along the last dimension",
        """
        self.save(x, weight)
        dims = around_channels(x)
        normal, _ = standardized(x, dims, self.eps)
        self.mean, self.var = average(x, dims).reshape(-1), x.var(axis=dims).reshape(-1)
        return weight * normal + bias
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "deviation_kept",
        "self.var holds the standard deviation",
        """
        self.save(x, weight)
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        self.mean, self.var = average(x, dims).reshape(-1), sigma.reshape(-1)
        return per_channel(weight, x) * normal + per_channel(bias, x)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "multiplied_by_sigma",
        "multiplied by σ",
        """
        self.save(x, weight)
        dims = around_channels(x)
        mean = average(x, dims)
        var = average((x - mean) ** 2, dims)
        self.mean, self.var = mean.reshape(-1), var.reshape(-1)
        return per_channel(weight, x) * (x - mean) * np.sqrt(var + self.eps) + per_channel(bias, x)
        """,
        "multiplied_by_sigma",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "weight_grad_of_x",
        "gw with x in place of x̂",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, total(gy * x, dims), total(gy, dims)
        """,
        "not_normalised",
        NAMED,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "sigma_forgotten",
        "the division by σ is forgotten",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = g - average(g, dims) - normal * average(g * normal, dims)
        return gx, total(gy * normal, dims), total(gy, dims)
        """,
        "sigma_forgotten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "weight_and_bias_grads_exchanged",
        "gw and gb exchanged",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, total(gy, dims), total(gy * normal, dims)
        """,
        "swapped",
        NAMED,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "plus_third_term",
        "+ where the third term is taken away",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) + normal * average(g * normal, dims)) / sigma
        return gx, total(gy * normal, dims), total(gy, dims)
        """,
        "third_term_added",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "by_sigma_squared",
        "divided by σ² in place of σ",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma**2
        return gx, total(gy * normal, dims), total(gy, dims)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "sums_keep_dimensions",
        "gw and gb keep all dimensions",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, (gy * normal).sum(axis=dims, keepdims=True), gy.sum(axis=dims, keepdims=True)
        """,
        "shape_only",
        NAMED,
    ),
    Mistake(
        "2.4",
        "BatchNormEval.forward",
        "mean_added",
        "the mean is added",
        """
        self.save(x, mean, var, weight)
        factor = weight / np.sqrt(var + self.eps)
        return per_channel(factor, x) * (x + per_channel(mean, x)) + per_channel(bias, x)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNormEval.forward",
        "mean_not_scaled",
        "w x / σ - m + b: the mean is taken away at the end",
        """
        self.save(x, mean, var, weight)
        factor = weight / np.sqrt(var + self.eps)
        return per_channel(factor, x) * x - per_channel(mean, x) + per_channel(bias, x)
        """,
        "mean_not_scaled",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "running_update",
        "mean_alone",
        "only the mean is updated",
        """
        running_mean[...] = (1 - momentum) * running_mean + momentum * mean
        note_change(running_mean)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "running_update",
        "n_minus_one_for_the_mean",
        "n / (n - 1) for the mean, too",
        """
        running_mean[...] = (1 - momentum) * running_mean + momentum * mean * n / (n - 1)
        running_var[...] = (1 - momentum) * running_var + momentum * var * n / (n - 1)
        note_change(running_mean)
        note_change(running_var)
        """,
        "corrected_mean",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "running_update",
        "nothing_noted",
        "note_change is not called",
        """
        running_mean[...] = (1 - momentum) * running_mean + momentum * mean
        running_var[...] = (1 - momentum) * running_var + momentum * (var * n / (n - 1))
        """,
        "change_not_noted",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.4",
        "running_update",
        "replaced",
        "the batch's statistics replace the old ones",
        """
        running_mean[...] = mean
        running_var[...] = var * n / (n - 1)
        note_change(running_mean)
        note_change(running_var)
        """,
        "replaced",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.forward",
        "numpy_generator",
        "np.random.rand, not minigrad's generator",
        """
        mask = (np.random.rand(*x.shape) >= self.p).astype(x.dtype) / (1 - self.p if self.p < 1 else np.inf)
        self.save(mask.astype(x.dtype))
        return (x * mask).astype(x.dtype)
        """,
        "not_reproducible",
        NAMED,
    ),
    Mistake(
        "2.4",
        "Dropout.forward",
        "noise",
        "random numbers multiply x, without a threshold",
        """
        mask = generator(device_of(x)).random(x.shape, dtype="float32").astype(x.dtype)
        self.save(mask)
        return x * mask
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.forward",
        "normal_numbers",
        "normal random numbers in place of uniform ones",
        """
        kept = generator(device_of(x)).standard_normal(x.shape) >= self.p
        mask = kept.astype(x.dtype) * (1 / (1 - self.p) if self.p < 1 else 0.0)
        self.save(mask)
        return x * mask
        """,
        "wrong_share",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.backward",
        "mask_and_x",
        "gy times mask times the mask again",
        """
        (mask,) = self.saved
        return gy * mask * mask
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.backward",
        "mask_alone",
        "the mask without gy",
        """
        (mask,) = self.saved
        return mask
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "2.5",
        "read_part",
        "wrong_suffix",
        "suffix compared without its dot",
        """
        binary = path.suffix == "bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.5",
        "read_part",
        "images_alone",
        "returns the images without their labels",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32)
        """,
        "no_pair",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "read_part",
        "smallest_of_nothing",
        "numbers.min() before looking whether there are any",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if numbers.min() < 0 or numbers.max() >= labels.classes or not len(images):
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.5",
        "read_part",
        "always_ten",
        "ten classes, whatever the labels are",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= 10:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "by_256",
        "bytes divided by 256",
        """
        y = x.astype(np.float32) / 256 if x.dtype == np.uint8 else x
        mean, std = (np.array(v, y.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        if max(len(mean), len(std)) > 1 and x.shape[1] != max(len(mean), len(std)):
            raise ValueError("channels")
        return (y - mean) / std
        """,
        "divided_by_256",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "into_empty_like",
        "the results are written into np.empty_like of bytes",
        """
        y = np.empty_like(x)
        for c in range(x.shape[1]):
            y[:, c] = (x[:, c] / 255 - self.mean[c]) / self.std[c]
        return y
        """,
        "still_bytes",
        NAMED,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "by_the_sum",
        "the lists are taken for arrays: self.mean / self.std",
        """
        return x / 255 - self.mean / self.std
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "always_float32",
        "images of float64 become float32",
        """
        y = x.astype(np.float32) / (255 if x.dtype == np.uint8 else 1)
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "padded_behind",
        "all padding at the end of rows and columns",
        """
        (h, w), p = self.size, self.padding
        x = np.pad(x, ((0, 0), (0, 0), (0, 2 * p), (0, 2 * p)))
        top, left = (rng.integers(0, x.shape[d] - s + 1, len(x)) for d, s in ((2, h), (3, w)))
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(x, top, left)])
        """,
        "no_window",
        HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "float64_zeros",
        "np.zeros without dtype",
        """
        (h, w), p, (n, c, height, width) = self.size, self.padding, x.shape
        padded = np.zeros((n, c, height + 2 * p, width + 2 * p))
        padded[:, :, p : p + height, p : p + width] = x
        top = rng.integers(0, height + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, width + 2 * p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "corners_only",
        "windows at the four corners alone",
        """
        (h, w), p = self.size, self.padding
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top, left = ((x.shape[d] - s) * rng.integers(0, 2, len(x)) for d, s in ((2, h), (3, w)))
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(x, top, left)])
        """,
        "places_missing",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "seed_of_its_own",
        "a generator with a seed of its own: the same places in each batch",
        """
        (h, w), p, rng = self.size, self.padding, np.random.default_rng(0)
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top, left = (rng.integers(0, x.shape[d] - s + 1, len(x)) for d, s in ((2, h), (3, w)))
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(x, top, left)])
        """,
        "rng_unused",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "coin",
        "a fair coin, whatever p is",
        """
        y, turned = x.copy(), rng.integers(0, 2, len(x)) == 1
        y[turned] = x[turned][..., ::-1]
        return y
        """,
        "wrong_share",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "others_left_out",
        "returns the mirrored images alone",
        """
        return x[rng.random(len(x)) < self.p][..., ::-1]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "images_reversed",
        "[::-1] of the chosen images turns their order",
        """
        y, turned = x.copy(), rng.random(len(x)) < self.p
        y[turned] = x[turned][::-1]
        return y
        """,
        "order",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "list_returned",
        "a list of layers, without Sequential",
        """
        return [Conv2d(3, 32, 3, padding=1), ReLU(), Flatten(), Linear(32768, num_classes)]
        """,
        "no_sequential",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "one_relu_a_pair",
        "one ReLU for two convolutions",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), Conv2d(32, 32, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Conv2d(32, 64, 3, padding=1), Conv2d(64, 64, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "channels_do_not_fit",
        "each convolution begins with 3 channels again",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), ReLU(), Conv2d(3, 32, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Conv2d(32, 64, 3, padding=1), ReLU(), Conv2d(64, 64, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "does_not_fit",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "dropout_after_the_pools",
        "dropout after the pools, too",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), ReLU(), Conv2d(32, 32, 3, padding=1), ReLU()),
            *(MaxPool2d(2), Dropout(dropout)),
            *(Conv2d(32, 64, 3, padding=1), ReLU(), Conv2d(64, 64, 3, padding=1), ReLU()),
            *(MaxPool2d(2), Dropout(dropout)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "second_convolution_before_pool",
        "both convolutions, then both pools",
        """
        x = self.relu(self.conv2(self.relu(self.conv1(x))))
        x = self.pool(self.pool(x))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "nothing_returned",
        "the last line lacks return",
        """
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        x = self.relu(self.fc1(self.flatten(x)))
        self.fc3(self.relu(self.fc2(x)))
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "fc2_forgotten",
        "the second linear layer is left out",
        """
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        return self.fc3(self.relu(self.fc1(self.flatten(x))))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "new_layers",
        "makes new layers in forward",
        """
        x = self.pool(self.relu(Conv2d(1, 6, 5, padding=2)(x)))
        x = self.pool(self.relu(self.conv2(x)))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))
        """,
        "unused",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "data_taken",
        "x.data between the layers",
        """
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(Tensor(x.data))))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))
        """,
        "cut_off",
        NAMED,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "one_stage_short",
        "range(depth - 1): one convolution too few in each stage",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth - 1):
                layers.append(Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(BatchNorm2d(width))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
        return layers
        """,
        "another_layer",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "norm_of_inputs",
        "BatchNorm2d with the number of inputs",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth):
                layers.append(Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(BatchNorm2d(channels))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
        return layers
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "returned_in_loop",
        "return stands inside of the outer loop",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth):
                layers.append(Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(BatchNorm2d(width))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
            return layers
        """,
        "another_layer",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "five_by_five",
        "kernels of 5",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth):
                layers.append(Conv2d(channels, width, 5, padding=2))
                if batch_norm:
                    layers.append(BatchNorm2d(width))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
        return layers
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.6",
        "Shortcut.forward",
        "channels_doubled",
        "zeros to twice the channels, whatever self.channels is",
        """
        extra = input.shape[1] // 2
        places = input.permute(0, 2, 3, 1)[:, :: self.stride, :: self.stride]
        return pad(places, (extra, extra)).permute(0, 3, 1, 2)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "Shortcut.forward",
        "ones",
        "ones in place of zeros",
        """
        before, odd = divmod(self.channels - input.shape[1], 2)
        places = input.permute(0, 2, 3, 1)[:, :: self.stride, :: self.stride]
        return pad(places, (before, before + odd), value=1.0).permute(0, 3, 1, 2)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "Shortcut.forward",
        "columns_padded",
        "the zeros go beside the columns, not to the channels",
        """
        before, odd = divmod(self.channels - input.shape[1], 2)
        return pad(input[:, :, :: self.stride, :: self.stride], (before, before + odd))
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "product",
        "F(x) · x in place of the sum",
        """
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y * (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "x_overwritten",
        "x is overwritten, and added to itself",
        """
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        if self.residual:
            x = x + (x if self.shortcut is None else self.shortcut(x))
        return self.relu(x)
        """,
        "x_overwritten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "difference",
        "F(x) - x in place of the sum",
        """
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y - (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)
        """,
        "difference",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "convolutions_exchanged",
        "the second convolution first",
        """
        y = self.relu(self.bn1(self.conv2(x)))
        y = self.bn2(self.conv1(y))
        if self.residual:
            y = y + (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "freeze",
        "gradients_removed",
        "sets p.grad to None, which freezes nothing",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or within(path, names)) and not within(path, kept):
                parameter.grad = None
        return model
        """,
        "nothing_frozen",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "freeze",
        "exact_names",
        "path in names: finds parameters alone, not what lies below a part",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if (not names or path in names) and path not in kept:
                parameter.requires_grad = False
        return model
        """,
        "nothing_frozen",
        NAMED,
    ),
    Mistake(
        "2.7",
        "freeze",
        "any_part",
        "or in place of and: what is excepted is frozen if it is named",
        """
        kept = (except_,) if isinstance(except_, str) else tuple(except_)
        for name in (*names, *kept):
            check_part(model, name)
        for path, parameter in model.named_parameters():
            if not names or within(path, names) and not within(path, kept):
                parameter.requires_grad = False
        return model
        """,
        "exception_forgotten",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "attribute_set",
        "setattr(model, name, ...) with a dotted name",
        """
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
        fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
        setattr(model, name, fresh)
        return model
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.7",
        "replace_head",
        "same_object",
        "changes out_features of the old layer",
        """
        name, head = head_of(model)
        if not name:
            raise ValueError("no head")
        head.out_features = num_classes
        return model
        """,
        "otherwise",
        HELPFUL,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "shortest_wins",
        "min in place of max: the shortest name wins",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad and parts:
                groups[min(parts, key=len)].append(parameter)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return [{"params": ps, "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "first_wins",
        NAMED,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "names_in_groups",
        "the paths, not the parameters, are in the groups",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad and parts:
                groups[max(parts, key=len)].append(path)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return [{"params": ps, "name": n or "all", **settings_of(rates[n])} for n, ps in groups.items() if ps]
        """,
        "names_in_groups",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.7",
        "param_groups",
        "dict_returned",
        "a dict of groups in place of a list",
        """
        for name in rates:
            check_part(model, name)
        groups = {name: [] for name in rates}
        for path, parameter in model.named_parameters():
            parts = [name for name in rates if within(path, (name,))]
            if parameter.requires_grad and parts:
                groups[max(parts, key=len)].append(parameter)
        if not any(groups.values()):
            raise ValueError("nothing learns")
        return groups
        """,
        "broke",
        HELPFUL,
    ),
]
