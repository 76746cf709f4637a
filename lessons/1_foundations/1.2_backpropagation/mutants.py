"""Mistakes that are made in lesson 1.2."""

import numpy as np

from minigrad.autograd import topological_order
from minigrad.course.mutants import mistake, mutant

ORDER = "minigrad.autograd:topological_order"
ACCUMULATE = "minigrad.autograd:accumulate"

PREORDER = (
    "A vertex is put into the list when it is reached, before what it depends on has been looked at (preorder; "
    "turned around or not, that fails as soon as two paths join). Append it when all below it is done.",
    "顶点一走到就放进了列表，而它依赖的还没看（先序；不管倒不倒过来，只要有两条路会合就会出错）。"
    "要等它下面的都处理完再放进去。",
)
BREADTH_FIRST = (
    "This is breadth-first order: by distance from the root. A vertex that is near on one path may be far on another "
    "(L = b + d, d = b · c), and then its turn comes too early.",
    "这是广度优先的顺序，即按到根的距离排。一个顶点可能沿一条路很近、沿另一条路很远（L = b + d，d = b · c），"
    "这样就轮到得太早。",
)


def parents(vertex):
    return [edge[0] for edge in vertex.edges or () if edge is not None]


def reached(roots, take, children=list):
    """Every vertex when it is first reached: depth first with take = -1, breadth first with take = 0."""
    order, seen, waiting = [], set(), list(roots)
    while waiting:
        vertex = waiting.pop(take)
        if vertex not in seen:
            seen.add(vertex)
            order.append(vertex)
            waiting += children(parents(vertex))
    return order


@mistake(ORDER, *PREORDER)
def preorder(roots):
    return reached(roots, -1)


@mistake(ORDER, *PREORDER)
def preorder_turned_around(roots):
    return reached(roots, -1)[::-1]


@mistake(ORDER, *PREORDER)
def preorder_left_first(roots):
    return reached(roots[::-1], -1, lambda vertices: vertices[::-1])


@mistake(ORDER, *PREORDER)
def preorder_left_first_turned_around(roots):
    return reached(roots[::-1], -1, lambda vertices: vertices[::-1])[::-1]


@mistake(ORDER, *BREADTH_FIRST)
def breadth_first_turned_around(roots):
    return reached(roots, 0)[::-1]


@mutant(ORDER, "reversed")
def root_first(roots):
    return topological_order(roots)[::-1]


@mutant(ORDER, "duplicates")
def nothing_remembered(roots):
    order = []

    def visit(vertex):
        for parent in parents(vertex):
            visit(parent)
        order.append(vertex)

    for root in roots:
        visit(root)
    return order


@mutant(ORDER, "duplicates")
def remembered_per_root(roots):
    return [vertex for root in roots for vertex in topological_order([root])]


@mutant(ORDER, "every_path")
def walked_again_and_again(roots):
    order, seen = [], set()

    def visit(vertex):
        for parent in parents(vertex):
            visit(parent)
        if vertex not in seen:
            seen.add(vertex)
            order.append(vertex)

    for root in roots:
        visit(root)
    return order


@mutant(ORDER, "recursion")
def recursive(roots):
    order, seen = [], set()

    def visit(vertex):
        if vertex not in seen:
            seen.add(vertex)
            for parent in parents(vertex):
                visit(parent)
            order.append(vertex)

    for root in roots:
        visit(root)
    return order


@mutant(ORDER, "leaves_missing")
def functions_only(roots):
    return [vertex for vertex in topological_order(roots) if vertex.edges]


@mutant(ORDER, "first_root_only")
def one_root(roots):
    return topological_order(roots[:1])


@mutant(ORDER, "no_edge")
def constants_forgotten(roots):
    order, seen, stack = [], set(), [(root, False) for root in roots]
    while stack:
        vertex, done = stack.pop()
        if done:
            order.append(vertex)
        elif vertex not in seen:
            seen.add(vertex)
            stack.append((vertex, True))
            stack += [(edge[0], False) for edge in vertex.edges or ()]
    return order


@mutant(ORDER, "freed")
def freed_forgotten(roots):
    order, seen, stack = [], set(), [(root, False) for root in roots]
    while stack:
        vertex, done = stack.pop()
        if done:
            order.append(vertex)
        elif vertex not in seen:
            seen.add(vertex)
            stack.append((vertex, True))
            stack += [(edge[0], False) for edge in vertex.edges if edge is not None]
    return order


@mutant(ORDER, "by_value")
def seen_is_a_list(roots):
    order, stack, seen = [], [(root, False) for root in roots], []
    while stack:
        vertex, done = stack.pop()
        if done:
            order.append(vertex)
        elif vertex not in seen:
            seen.append(vertex)
            stack.append((vertex, True))
            stack += [(parent, False) for parent in parents(vertex)]
    return order


@mutant(ORDER, "modified_input")
def roots_used_up(roots):
    order = topological_order(roots)
    roots.clear()
    return order


@mutant(ORDER, "no_list")
def turned_around_lazily(roots):
    return iter(topological_order(roots))


@mutant(ACCUMULATE, "overwrote")
def last_one_counts(total, grad):
    return grad


@mutant(ACCUMULATE, "in_place")
def added_in_place(total, grad):
    if total is None:
        return grad
    total += grad
    return total


@mutant(ACCUMULATE, "modified_input")
def added_into_the_new_one(total, grad):
    if total is not None:
        grad += total
    return grad


@mutant(ACCUMULATE, "first_time")
def first_one_forgotten(total, grad):
    return total + grad


@mutant(ACCUMULATE, "truth")
def truth_of_an_array(total, grad):
    return total + grad if total else grad


@mistake(
    ACCUMULATE,
    "Only what was collected before is returned; the new contribution `grad` is lost.",
    "返回的只是以前收集到的；新来的 `grad` 丢了。",
)
def first_one_counts(total, grad):
    return grad if total is None else total


@mistake(
    ACCUMULATE,
    "This is the mean. Each path changes the loss by its own amount, and the amounts add up: no division.",
    "这是平均值。每条路各自改变损失，改变量是相加的，不用除。",
)
def mean(total, grad):
    return grad if total is None else (total + grad) / 2


@mistake(
    ACCUMULATE,
    "The gradients are multiplied. Along one path factors are multiplied; different paths are added.",
    "把梯度相乘了。沿同一条路是相乘，不同的路之间是相加。",
)
def product(total, grad):
    return grad if total is None else total * grad


@mutant(ACCUMULATE, "tensors")
def arrays_only(total, grad):
    return grad if total is None else np.asarray(total) + np.asarray(grad)
