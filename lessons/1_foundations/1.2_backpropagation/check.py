"""Checks of lesson 1.2: the order in which the graph is walked, and the sum of what arrives over several paths."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

import minigrad
from minigrad import autograd
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import Finding, WrongError, list_text
from minigrad.course.learner import as_finding

DEEP = 100_000
LAYERS = 14  # of the ladder: 2^14 paths lead down it


class Vertex:
    """Stands in for a Function or a leaf tensor: a name, and edges to the vertices that it depends on."""

    n_outputs, hooks, time = 1, None, 0
    listed = False  # in the list that an earlier call returned

    def __init__(self, name: str, *parents: "Vertex | None"):
        self.name, self.parents, self.reads = name, parents, 0
        self.links: Any = [None if p is None else (p, 0, (), np.dtype("float32"), 0) for p in parents] or ()

    @property
    def edges(self) -> Any:
        self.reads += 1
        return self.links

    @property
    def is_leaf(self) -> bool:
        return not self.parents

    @property
    def grad_fn(self) -> "Vertex | None":
        return None if self.is_leaf else self

    def __repr__(self) -> str:
        return self.name


@checks("minigrad.autograd:topological_order")
def order(check: Check) -> None:
    a = Vertex("a")
    b, c = Vertex("b", a), Vertex("c", a)
    examine(check, [Vertex("L", b, c)], "a → b, a → c, (b, c) → L")
    examine(check, [Vertex("L", b)], "a → b → L")
    examine(check, [Vertex("L", b, Vertex("d", b, c))], "a → b, a → c, (b, c) → d, (b, d) → L")
    examine(check, [Vertex("L", Vertex("d", b, c), b)], "a → b, a → c, (b, c) → d, (d, b) → L")
    examine(check, [Vertex("b", a, a)], "b = a + a")
    examine(check, [a], "a")
    with_nothing(check)
    e = Vertex("e", b)
    examine(check, [e, Vertex("f", c, Vertex("d"))], "a → b → e, (c, d) → f; roots e, f")
    examine(check, [b, e], "a → b → e; roots b, e")
    examine(check, [e, b], "a → b → e; roots e, b")
    examine(check, [e, e], "a → b → e; roots e, e")
    real_graphs(check)
    for _ in range(20):
        examine(check, random_graph(check), "random")
    every_path(check)
    deep(check)


@checks("minigrad.autograd:accumulate")
def accumulate(check: Check) -> None:
    def call(total: Any, grad: Any) -> Any:
        return autograd.accumulate(total, grad)

    total, grad = check.array(3, 4), check.array(3, 4)
    helped(
        check,
        lambda: check.function(call, None, grad),
        "first_time",
        "The first time there is nothing to add to: `total` is None, and the result is `grad`. Line {line}: `{code}` "
        "({error})",
        "第一次还没有可以相加的东西：`total` 是 None，结果就是 `grad`。第 {line} 行：`{code}`（{error}）",
    )
    got = helped(
        check,
        lambda: check.run(lambda: autograd.accumulate(total.copy(), grad.copy())),
        "truth",
        "An array has no truth value: `if total`, `not total` and `total == None` look at its elements. "
        "Ask `total is None`. Line {line}: `{code}` ({error})",
        "数组没有真假可言：`if total`、`not total`、`total == None` 看的都是它的元素。要写 `total is None`。"
        "第 {line} 行：`{code}`（{error}）",
        ValueError,
    )
    check.require(not np.array_equal(got, grad), "overwrote")
    nothing_written(check)
    check.function(call, total, grad)
    check.function(call, total.astype(np.float32), grad.astype(np.float32))
    check.function(call, np.array([2.0]), np.array([-2.0]))
    check.function(call, np.array(1.5), np.array(-0.5))
    same = check.array(2, 3)
    check.function(call, same, same)
    tensors(check)
    for make, en in GRAPHS:
        gradients(check, make, en)


# ------------------------------------------------------------------------------------------------ topological_order


def examine(check: Check, roots: list[Any], en: str, names: dict[Any, str] | None = None) -> None:
    """Call the learner's function on this graph and look whether the list is as it must be."""
    wanted, given = reachable(roots), list(roots)
    edges = {v: list(v.edges) if v.edges else v.edges for v in wanted}
    got = check.run(lambda: autograd.topological_order(roots))
    check.require(got is not None, "nothing", name="order")
    check.require(
        hasattr(got, "__len__") and hasattr(got, "__reversed__"),
        "no_list",
        f"It returned a {type(got).__name__}; backpropagate walks it backwards and several times: return a list.",
        f"返回的是 {type(got).__name__}；backpropagate 要从后往前走它，而且不止走一次：请返回列表。",
    )
    changed = any((list(v.edges) if v.edges else v.edges) != edges[v] for v in wanted)
    check.require(same_items(roots, given), "modified_input", name="roots")
    check.require(not changed, "modified_input", name="vertex.edges")
    found = list(got)
    if right(found, wanted):
        for vertex in found:
            if isinstance(vertex, Vertex):
                vertex.listed = True
        return
    for mutant in check.mistakes:
        try:
            theirs = list(mutant.function(list(roots)))
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            continue
        if same_items(theirs, found):
            check.fail_with(Finding("mistake", {"id": mutant.name}, text=mutant.text))
    explain(check, found, wanted, roots, f"[{en}]", names or {})


def remembered(vertices: Sequence[Any]) -> bool:
    """Were all of these in the lists of earlier calls? Then something lives on from call to call."""
    return bool(vertices) and all(getattr(v, "listed", False) for v in vertices)


def explain(
    check: Check, found: list[Any], wanted: dict[Any, None], roots: list[Any], en: str, names: dict[Any, str]
) -> None:
    """Fail with the first thing that is wrong with an order that no known mistake gives."""

    def title(vertex: Any) -> str:
        return names.get(vertex) or getattr(vertex, "name", None) or "leaf"

    listing = ", ".join(title(v) for v in found[:12]) + (", ..." if len(found) > 12 else "")
    facts = {"graph": en, "listing": f"[{listing}]"}
    stranger = next((v for v in found if not isinstance(v, Vertex | minigrad.Tensor | minigrad.Function)), found)
    check.require(
        stranger is found,
        "no_vertices",
        f"The list holds a {type(stranger).__name__}, which is no vertex. The vertex of an edge is edge[0].",
        f"列表里有一个 {type(stranger).__name__}，它不是顶点。一条边的顶点是 edge[0]。",
    )
    missing = [v for v in wanted if not is_in(v, found)]
    first = title(missing[0]) if missing else ""
    beyond_first = [v for v in wanted if not is_in(v, list(reachable(roots[:1])))]
    check.require(
        not missing or not same_items(missing, [v for v in wanted if not v.edges]),
        "leaves_missing",
        "The leaves are missing: {listing} for {graph}. They are vertices too; it is there that gradients are kept.",
        "少了叶子：{graph} 得到 {listing}。叶子也是顶点，梯度最后正是存在那里。",
        **facts,
    )
    check.require(
        not missing or not same_items(missing, beyond_first),
        "first_root_only",
        "Only what the first root depends on is there: {listing} for {graph}. Start from all of `roots`.",
        "只有第一个根所依赖的顶点：{graph} 得到 {listing}。要从 `roots` 里所有的根出发。",
        **facts,
    )
    check.require(
        not remembered(missing),
        "remembered_missing",
        "The vertex {first} is missing: {listing} for {graph}. It was in the list of an earlier call. Is what was seen "
        "kept from call to call (a global variable, a default argument)? Make list and set anew inside the function.",
        "少了顶点 {first}：{graph} 得到 {listing}。它在之前某次调用的列表里出现过。见过的顶点是不是从上一次调用留了下来"
        "（全局变量、默认参数）？列表和集合要在函数里重新建立。",
        first=first,
        **facts,
    )
    check.require(
        not missing,
        "missing_vertex",
        "The vertex {first} is missing: {listing} for {graph}.",
        "少了顶点 {first}：{graph} 得到 {listing}。",
        first=first,
        **facts,
    )
    twice = next((v for v in found if sum(v is w for w in found) > 1), None)
    check.require(
        twice is None,
        "duplicates",
        "{twice} stands in the list more than once: {listing} for {graph}. Several paths lead to it, and each found it "
        "anew; its backward would run once for each. Remember which vertices you have seen.",
        "{twice} 在列表里出现了不止一次：{graph} 得到 {listing}。有好几条路通到它，每条路都把它当成新的；它的 "
        "backward 就会"
        "每条路运行一次。要记住哪些顶点已经见过。",
        twice=title(twice),
        **facts,
    )
    place = {id(v): i for i, v in enumerate(found)}
    extra = next((v for v in found if v not in wanted), None)
    check.require(
        not remembered([extra]),
        "remembered",
        "{extra} is in the list: {listing} for {graph}. It comes from an earlier call. Make the list anew inside the "
        "function, in every call.",
        "列表里有 {extra}：{graph} 得到 {listing}。它是之前某次调用留下来的。列表要在函数里、每次调用时重新建立。",
        extra=title(extra) if extra is not None else "",
        **facts,
    )
    check.require(
        extra is None,
        "stranger",
        "{extra} is in the list, but `roots` do not depend on it.",
        "列表里有 {extra}，但 `roots` 并不依赖它。",
        extra=title(extra),
    )
    check.require(
        not right(found[::-1], wanted),
        "reversed",
        "The order is the reverse of what it should be: {listing} for {graph}. Here what is depended on comes first; "
        "backpropagate turns the list around itself.",
        "顺序反了：{graph} 得到 {listing}。这里被依赖的要排在前面；倒过来走是 backpropagate 的事。",
        **facts,
    )
    pairs = ((v, p) for v in found for p in parents_of(v) if place[id(p)] > place[id(v)])
    vertex, parent = next(pairs)
    check.require(
        False,
        "order",
        "{vertex} stands before {parent}, on which it depends: {listing} for {graph}. Append a vertex only when all "
        "that it depends on has been appended.",
        "{vertex} 排在了 {parent} 前面，可是它依赖 {parent}：{graph} 得到 {listing}。"
        "要等它依赖的顶点全部放进列表，才能放它自己。",
        vertex=title(vertex),
        parent=title(parent),
        **facts,
    )


def with_nothing(check: Check) -> None:
    """Edges that are None, and vertices whose edges are None."""
    a = Vertex("a")
    b = Vertex("b", None, a)
    freed = Vertex("freed", a)
    freed.links = None
    helped(
        check,
        lambda: examine(check, [Vertex("L", b, None)], "a → b → L; two inputs are constants"),
        "no_edge",
        "An edge may be None: that input needs no gradient (a number, or a tensor without requires_grad). "
        "Skip it. Line {line}: `{code}` ({error})",
        "一条边可能是 None：那个输入不需要梯度（比如一个数，或者没有 requires_grad 的张量）。跳过它。第 {line} "
        "行：`{code}`（{error}）",
    )
    helped(
        check,
        lambda: examine(check, [Vertex("L", freed, b)], "freed → L, a → b → L; freed.edges is None"),
        "freed",
        "The edges of a vertex may be None: an earlier backward has freed it. Take it as a vertex without edges. "
        "Line {line}: `{code}` ({error})",
        "顶点的 edges 可能是 None：之前的 backward 已经把它释放了。把它当成没有边的顶点。第 {line} 行："
        "`{code}`（{error}）",
    )


def helped(check: Check, call: Callable[[], Any], kind: str, en: str, zh: str, *kinds: type[Exception]) -> Any:
    """Run a check in which an exception of the learner's code has a reason that can be told.

    These are TypeError and AttributeError (None was taken for something), unless other `kinds` are given.
    """
    try:
        return call()
    except WrongError as error:
        cause = error.__cause__
        if not isinstance(cause, kinds or (TypeError, AttributeError)):
            raise
        check.require(False, kind, en, zh, **as_finding(cause, check.file).facts)


def real_graphs(check: Check) -> None:
    """Graphs that minigrad itself has made. The leaves have equal values: they are told apart by identity."""
    a, b = (minigrad.tensor(2.0, requires_grad=True) for _ in range(2))
    u = a + a
    v = a + b
    loss = u * v * 3
    names = {a: "a", b: "b", u.grad_fn: "u", v.grad_fn: "v"}
    helped_by_identity(check, [loss.grad_fn], "u = a + a, v = a + b, L = u · v · 3; a and b hold equal values", names)
    xs = [minigrad.tensor([1.0, 2.0], requires_grad=True) for _ in range(3)]
    total = xs[0] * xs[1] + xs[2]
    helped_by_identity(check, [total.grad_fn, xs[1]], "x · y + z; roots: the result and y", {})


def helped_by_identity(check: Check, roots: list[Any], en: str, names: dict[Any, str]) -> None:
    """`in` on a list of tensors compares their elements: one of equal leaves is lost, or its truth is ambiguous."""
    try:
        examine(check, roots, en, names)
    except WrongError as error:
        compared = any(text in str(error.__cause__) for text in ("equal expected", "equal got", "ambiguous"))
        if not compared and error.finding.kind not in ("missing_vertex", "leaves_missing"):
            raise
        check.require(
            False,
            "by_value",
            "A tensor was taken for another one that holds the same numbers. `in` and `==` compare the values of "
            "tensors; a set or a dict finds the vertex itself. Make `seen` a set.",
            "把一个张量当成了另一个数值相同的张量。`in`（用在列表上）和 `==` 比较的是张量的数值；"
            "集合或字典按身份查找。把 `seen` 写成集合。",
        )


def random_graph(check: Check) -> list[Vertex]:
    """Twelve vertices, each depending on up to three earlier ones; the last two are the roots."""
    vertices = [Vertex("v0")]
    for i in range(1, 12):
        parents = [vertices[int(k)] for k in check.rng.integers(0, i, check.rng.integers(0, 4))]
        vertices.append(Vertex(f"v{i}", *parents))
    return vertices[-2:]


def every_path(check: Check) -> None:
    """A ladder: few vertices, very many paths. Counted is how often edges are looked at."""
    rung = [Vertex("a"), Vertex("b")]
    everything = list(rung)
    for i in range(LAYERS):
        rung = [Vertex(f"l{i}", *rung), Vertex(f"r{i}", *rung)]
        everything += rung
    examine(check, [Vertex("L", *rung)], "a ladder of 31 vertices")
    reads = sum(v.reads for v in everything)
    check.require(
        reads < 60 * len(everything),
        "every_path",
        "The order is right, but on a graph of {vertices} vertices the edges were looked at {reads} times: every path "
        "was walked to its end, and their number doubles with each layer. Stop at a vertex that was seen before.",
        "顺序是对的，但在只有 {vertices} 个顶点的图上，边被查看了 {reads} 次：每条路都走到了底，"
        "而路的条数每一层翻一倍。"
        "遇到见过的顶点就停。",
        vertices=len(everything),
        reads=reads,
    )


def deep(check: Check) -> None:
    """A chain that is much deeper than Python may recurse."""
    chain = [Vertex("a")]
    for i in range(DEEP):
        chain.append(Vertex(f"v{i}", chain[-1]))

    def call() -> Any:
        try:
            return autograd.topological_order([chain[-1]])
        except RecursionError:
            return None

    got = check.run(call)
    check.require(
        got is not None,
        "recursion",
        f"RecursionError on a chain of {DEEP:,} operations: Python lets functions call each other only about "
        "1000 deep. "
        "Replace the recursion by a loop with a list as the stack.",
        f"在一条 {DEEP:,} 个运算的链上触发了 RecursionError：Python 的函数嵌套调用大约只允许 1000 层。"
        "把递归改成循环，用列表当栈。",
    )
    check.require(
        right(list(got), dict.fromkeys(chain)),
        "deep",
        f"On a chain of {DEEP:,} operations the order is wrong.",
        f"在一条 {DEEP:,} 个运算的链上，顺序不对。",
    )


def parents_of(vertex: Any) -> list[Any]:
    return [edge[0] for edge in vertex.edges or () if edge is not None]


def reachable(roots: Iterable[Any]) -> dict[Any, None]:
    """All vertices on which the roots depend, in the order in which they were met."""
    found: dict[Any, None] = {}
    stack = list(roots)
    while stack:
        vertex = stack.pop()
        if vertex not in found:
            found[vertex] = None
            stack += parents_of(vertex)
    return found


def right(found: Sequence[Any], wanted: dict[Any, None]) -> bool:
    """Does the list hold each wanted vertex once, after all that it depends on?"""
    if len(found) != len(wanted):
        return False
    before: set[int] = set()
    for vertex in found:
        if not isinstance(vertex, Vertex | minigrad.Tensor | minigrad.Function) or id(vertex) in before:
            return False
        if vertex not in wanted or any(id(parent) not in before for parent in parents_of(vertex)):
            return False
        before.add(id(vertex))
    return True


def is_in(vertex: Any, found: Sequence[Any]) -> bool:
    return any(vertex is other for other in found)


def same_items(xs: Sequence[Any], ys: Sequence[Any]) -> bool:
    return len(xs) == len(ys) and all(x is y for x, y in zip(xs, ys))


# ------------------------------------------------------------------------------------------------------- accumulate


def nothing_written(check: Check) -> None:
    """Two vertices hold the same array, as they do behind an addition; one of them gets another gradient."""
    shared, more = np.array([1.0, 1.0]), np.array([5.0, 7.0])
    check.run(lambda: autograd.accumulate(shared, more))
    check.require(
        np.array_equal(shared, [1.0, 1.0]),
        "in_place",
        "`total` was changed in place. Another vertex may hold the same array: an addition hands one array to both of "
        "its inputs. Two vertices held [1, 1]; [5, 7] was added for one of them, and now the other has "
        f"{list_text(shared)} too. Write total + grad, not total += grad.",
        f"原地修改了 `total`。另一个顶点可能拿着同一个数组：加法把同一个数组交给它的两个输入。两个顶点都拿着 [1, "
        "1]；给其中一个加上 "
        f"[5, 7]，另一个也变成了 {list_text(shared)}。请写 total + grad，不要写 total += grad。",
    )
    check.require(np.array_equal(more, [5.0, 7.0]), "modified_input", name="grad")


def tensors(check: Check) -> None:
    """With create_graph gradients are tensors, and their sum is part of the graph."""
    x, y = (minigrad.tensor(check.array(2, 3), requires_grad=True) for _ in range(2))
    en = (
        "Gradients are tensors where second derivatives are wanted, and their sum must be a tensor of the graph. Here "
        "it is {what}. The operator + serves arrays and tensors alike."
    )
    zh = "求二阶导数时梯度就是张量，它们的和也必须是计算图里的张量，而这里是 {what}。运算符 + 对数组和张量都适用。"
    raised = [text.replace("{what}", "{error}: {message}") for text in (en, zh)]
    for total in (None, x):
        call = partial(check.run, partial(autograd.accumulate, total, y))
        got = helped(check, call, "tensors", *raised, TypeError, AttributeError, RuntimeError)
        right = isinstance(got, minigrad.Tensor) and (total is None or got.grad_fn is not None)
        check.require(right, "tensors", en, zh, what=type(got).__name__)


def twice(a: Any, b: Any) -> Any:
    return (a + a).sum() + b.sum()


def diamond(a: Any, b: Any) -> Any:
    u = a * b
    return (u * 2 + u * u).sum()


def shared_array(a: Any, b: Any) -> Any:
    u, w = a * 2, b * 3
    return (u + (u * w + w)).sum()


GRAPHS = [(twice, "b = a + a"), (diamond, "u = a · b, L = 2u + u²"), (shared_array, "L = u + (u · w + w)")]


def gradients(check: Check, make: Callable[[Any, Any], Any], en: str) -> None:
    """What `backward` leaves in the leaves, with the learner's function in place and with the framework's own."""

    def call() -> list[Any]:
        a, b = (minigrad.tensor(x, requires_grad=True) for x in ([2.0, -1.0], [3.0, 0.5]))
        make(a, b).backward()
        make(a, b).backward()  # a second backward adds to the first
        return [None if x.grad is None else x.grad.data for x in (a, b)]

    with check.minigrad():
        expected = call()
    got = check.run(call)
    check.require(
        all(g is not None and np.allclose(g, e) for g, e in zip(got, expected)),
        "gradients",
        f"backward gives wrong gradients for {en}: {got[0]} and {got[1]}, expected {expected[0]} and {expected[1]}.",
        f"{en} 的 backward 给出的梯度不对：{got[0]} 和 {got[1]}，应该是 {expected[0]} 和 {expected[1]}。",
    )
