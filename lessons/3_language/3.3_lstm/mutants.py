"""Mistakes that are made in lesson 3.3."""

from typing import Any, NamedTuple

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.ops.recurrent import logistic

FORWARD = "minigrad.ops.recurrent:LSTMCell.forward"
BACKWARD = "minigrad.ops.recurrent:LSTMCell.backward"
NORM = "minigrad.optim.clip:common_norm"
SHRINK = "minigrad.optim.clip:shrink_"


class Step(NamedTuple):
    """What a step computes: the old c, the gates, the candidate g, and c'."""

    c: Any
    i: Any
    f: Any
    g: Any
    o: Any
    new: Any


def step(self, x, h, c, *weights, order="ifgo", gate=logistic, candidate=np.tanh, parts=None) -> Step:
    """One step, with the parts of W and U in this order, and gates and candidate by these functions."""
    from_x, from_h = self.project(x, h, *weights)
    cut = np.split(from_x + from_h if parts is None else parts(from_x, from_h), 4, axis=1)
    i, f, g, o = [cut[order.index(name)] for name in "ifgo"]
    i, f, g, o = gate(i), gate(f), candidate(g), gate(o)
    new = f * c + i * g
    self.values = i, f, g, o, c, np.tanh(new)
    return Step(c, i, f, g, o, new)


def shown(s: Step, new=None):
    """h' and c' for this c'."""
    new = s.new if new is None else new
    return s.o * np.tanh(new), new


# --------------------------------------------------------------------------------------------------------- forward


@mistake(
    FORWARD,
    "i and f are exchanged. The first quarter is i and weighs the candidate g, the second is f and weighs the old "
    "c: order i, f, g, o, and c' = f c + i g.",
    "i 和 f 弄反了。第一段是 i，乘候选值 g；第二段是 f，乘旧的 c：顺序是 i、f、g、o，c' = f c + i g。",
)
def forget_first(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="figo"))


@mistake(
    FORWARD,
    "The gates are in another order: o was taken from the third place and g from the fourth, as in some books. The "
    "order is i, f, g, o.",
    "门的顺序不对：第三段当成了 o，第四段当成了 g，有些书是这样排的。这里的顺序是 i、f、g、o。",
)
def output_third(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="ifog"))


@mistake(
    FORWARD,
    "The gates are in the order f, i, o, g, as in some books. Here it is i, f, g, o.",
    "门按 f、i、o、g 排了，有些书是这样的。这里的顺序是 i、f、g、o。",
)
def order_of_books(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="fiog"))


@mistake(
    FORWARD,
    "The gates are in another order: g was taken from the second place and f from the third. The order is i, f, g, o.",
    "门的顺序不对：第二段当成了 g，第三段当成了 f。顺序是 i、f、g、o。",
)
def candidate_second(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="igfo"))


@mistake(
    FORWARD,
    "The gates are in another order: the candidate g was taken from the front. The order is i, f, g, o.",
    "门的顺序不对：第一段当成了候选值 g。顺序是 i、f、g、o。",
)
def candidate_first(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="gifo"))


@mistake(
    FORWARD,
    "The gates are in another order: o was taken from the second place. The order is i, f, g, o.",
    "门的顺序不对：第二段当成了 o。顺序是 i、f、g、o。",
)
def output_second(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="iofg"))


@mistake(
    FORWARD,
    "The gates are in another order: o was taken from the front. The order is i, f, g, o.",
    "门的顺序不对：第一段当成了 o。顺序是 i、f、g、o。",
)
def output_first(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, order="oifg"))


@mistake(
    FORWARD,
    "The old cell state is kept whole: f is not used. c' = f c + i g.",
    "旧的单元状态整个留下了：没有用到 f。c' = f c + i g。",
)
def nothing_forgotten(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, c + s.i * s.g)


@mistake(
    FORWARD,
    "The candidate is taken in whole: i is not used. c' = f c + i g.",
    "候选值整个放了进来：没有用到 i。c' = f c + i g。",
)
def everything_let_in(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, s.f * c + s.g)


@mistake(
    FORWARD,
    "The old cell state is missing: c' = f c + i g. Without f c nothing is remembered.",
    "少了旧的单元状态：c' = f c + i g。没有 f c，就什么也记不住。",
)
def old_state_missing(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, s.i * s.g)


@mistake(
    FORWARD,
    "1 - f stands where i belongs. An LSTM decides about keeping and taking in by two gates; one for both is the "
    "GRU's way (lesson 3.4).",
    "该用 i 的地方用了 1 - f。LSTM 用两个门分别决定留下多少、放进多少；合用一个门是 GRU 的做法（3.4 课）。",
)
def one_gate_for_both(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, s.f * c + (1 - s.f) * s.g)


@mistake(
    FORWARD,
    "The hidden state h stands where the cell state c belongs: c' = f c + i g. h goes into the gates only.",
    "该用单元状态 c 的地方用了 h：c' = f c + i g。h 只进各个门。",
)
def hidden_for_cell(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, s.f * h + s.i * s.g)


@mistake(
    FORWARD,
    "f c and i g were multiplied. They are added, and this sum is what lets gradients through: c' = f c + i g.",
    "f c 和 i g 乘在了一起。应该相加，梯度能通过靠的正是这个加法：c' = f c + i g。",
)
def multiplied(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, s.f * c * s.i * s.g)


@mistake(
    FORWARD,
    "The tanh around c' is missing: h' = o tanh c'. The c' itself may be large.",
    "c' 外面少了 tanh：h' = o tanh c'。c' 本身可能很大。",
)
def output_not_squashed(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return s.o * s.new, s.new


@mistake(
    FORWARD,
    "o is inside the tanh; it weighs what comes out of it: h' = o tanh c'.",
    "o 乘在了 tanh 里面；它应该乘 tanh 的结果：h' = o tanh c'。",
)
def output_gate_inside(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return np.tanh(s.o * s.new), s.new


@mistake(FORWARD, "o is not used: h' = o tanh c'.", "没有用到 o：h' = o tanh c'。")
def output_gate_forgotten(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return np.tanh(s.new), s.new


@mistake(
    FORWARD,
    "h' was made from the old cell state; it shows the new one: h' = o tanh c'.",
    "h' 是用旧的单元状态算的；应该用新的：h' = o tanh c'。",
)
def old_state_shown(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return s.o * np.tanh(c), s.new


@mistake(FORWARD, "h' goes through σ in place of tanh: h' = o tanh c'.", "h' 用了 σ，应该用 tanh：h' = o tanh c'。")
def output_by_sigmoid(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return s.o * logistic(s.new), s.new


@mistake(
    FORWARD,
    "c' was squashed. Only h' is; the cell state goes on as it is, and that is why its gradient does not shrink: c' "
    "= f c + i g.",
    "c' 被 tanh 压过了。只有 h' 要压；单元状态原样传下去，它的梯度因此才不会缩小：c' = f c + i g。",
)
def cell_squashed(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return s.o * np.tanh(s.new), np.tanh(s.new)


@mistake(
    FORWARD,
    "c' was squashed, and for h' once more. Only h' goes through tanh: c' = f c + i g, h' = o tanh c'.",
    "c' 被 tanh 压过，算 h' 时又压了一次。只有 h' 经过 tanh：c' = f c + i g，h' = o tanh c'。",
)
def squashed_twice(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, np.tanh(s.new))


@mutant(FORWARD, "swapped")
def cell_first(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights))[::-1]


@mistake(
    FORWARD,
    "g went through σ. The candidate is a value, not a share: it may be negative, so it goes through tanh.",
    "g 用了 σ。候选值是数值，不是比例，可以为负，所以要用 tanh。",
)
def candidate_by_sigmoid(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, candidate=logistic))


@mistake(FORWARD, "g did not go through tanh.", "g 没有经过 tanh。")
def candidate_not_squashed(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, candidate=lambda a: a))


@mistake(
    FORWARD,
    "The gates went through tanh. They are shares, between 0 and 1: i, f and o go through σ (`logistic`).",
    "门用了 tanh。门是比例，在 0 和 1 之间：i、f、o 要用 σ（`logistic`）。",
)
def gates_by_tanh(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, gate=np.tanh))


@mistake(FORWARD, "i, f and o did not go through σ (`logistic`).", "i、f、o 没有经过 σ（`logistic`）。")
def gates_not_squashed(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, gate=lambda a: a))


@mistake(
    FORWARD,
    "σ has the wrong sign in its exponent: σ(a) = 1 / (1 + e⁻ᵃ), so every gate came out as 1 minus itself. "
    "`logistic` is there for you.",
    "σ 的指数符号反了：σ(a) = 1 / (1 + e⁻ᵃ)，所以每个门都成了 1 减去自己。可以直接用现成的 `logistic`。",
)
def exponent_without_minus(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, gate=lambda a: logistic(-a)))


@mistake(
    FORWARD,
    "1 was added to the forget gate inside the step. The forget bias is a weight's first value, part of b; the step "
    "adds what is in b and nothing else.",
    "在这一步里给遗忘门加了 1。遗忘门的偏置是 b 里的初始值；这一步只加 b 里有的，别的都不加。",
)
def forget_bias_in_the_step(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    from_x, from_h = self.project(x, h, *weights)
    f = logistic(np.split(from_x + from_h, 4, axis=1)[1] + 1)
    return shown(s, f * c + s.i * s.g)


@mistake(
    FORWARD,
    "The gates look at the input alone. They are made of both: W x + b + U h + d.",
    "门只看了输入。应该两份都看：W x + b + U h + d。",
)
def state_ignored(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, parts=lambda from_x, from_h: from_x))


@mistake(
    FORWARD,
    "The gates look at the state alone. They are made of both: W x + b + U h + d.",
    "门只看了状态。应该两份都看：W x + b + U h + d。",
)
def input_ignored(self, x, h, c, *weights):
    return shown(step(self, x, h, c, *weights, parts=lambda from_x, from_h: from_h))


@mistake(
    FORWARD,
    "The cell state was put into self.project where h belongs. The gates are made of x and h; c is not squeezed "
    "through weights.",
    "传给 self.project 的是单元状态，应该是 h。门由 x 和 h 算出；c 不经过权重。",
)
def gates_from_the_cell(self, x, h, c, *weights):
    return shown(step(self, x, c, c, *weights))


@mistake(
    FORWARD,
    "The biases are left out: hand all the weights on, self.project(x, h, *weights).",
    "漏了偏置：要把权重全部传下去，self.project(x, h, *weights)。",
)
def biases_left_out(self, x, h, c, w, u, *biases):
    return shown(step(self, x, h, c, w, u))


@mistake(
    FORWARD,
    "The product i g was squashed once more. g went through tanh already: c' = f c + i g.",
    "乘积 i g 又压了一次。g 已经过了 tanh：c' = f c + i g。",
)
def product_squashed(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    return shown(s, s.f * c + np.tanh(s.i * s.g))


@mistake(
    FORWARD,
    "o looks at the new cell state. There are LSTMs with such peepholes, but not here: the gates are made of x and h.",
    "o 里用到了新的单元状态。有的 LSTM 带这种窥视孔（peephole），这里没有：门只由 x 和 h 算出。",
)
def peephole(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    from_x, from_h = self.project(x, h, *weights)
    return logistic(np.split(from_x + from_h, 4, axis=1)[3] + s.new) * np.tanh(s.new), s.new


@mistake(
    FORWARD,
    "The values are right, but forward keeps nothing for backward beyond what self.project keeps: the gates i, f, "
    "g, o, the old c and tanh c' are needed there.",
    "值是对的，但除了 self.project 存下的，forward 没有为 backward 留下任何东西：那里要用 i、f、g、o、旧的 c 和 "
    "tanh c'。",
)
def gates_not_kept(self, x, h, c, *weights):
    s = step(self, x, h, c, *weights)
    del self.values
    return shown(s)


# -------------------------------------------------------------------------------------------------------- backward


def again(self) -> Step:
    """The step whose gradients are asked for, from what the check noted as `seen`."""
    return step(self, *self.seen)


def through(s: Step, gh):
    """What c' gets from h'."""
    return gh * s.o * (1 - np.tanh(s.new) ** 2)


def finished(self, s: Step, gh, gc, total=None, order="ifgo", to_cell=None, **given):
    """The gradients: with `total` at c' and with `given` before the gates' functions; right where not given."""
    total = gc + through(s, gh) if total is None else total
    parts = {
        "i": total * s.g * s.i * (1 - s.i),
        "f": total * s.c * s.f * (1 - s.f),
        "g": total * s.i * (1 - s.g**2),
        "o": gh * np.tanh(s.new) * s.o * (1 - s.o),
    } | given
    ga = np.concatenate([parts[name] for name in order], axis=1)
    gx, before, *of_weights = self.project_backward(ga, ga)
    return gx, before, total * s.f if to_cell is None else to_cell, *of_weights


@mistake(
    BACKWARD,
    "The gradient of the cell state that comes from the later step, gc, is dropped. c' went into h' and on to the "
    "next step: both count, s = gc + gh o (1 - tanh² c').",
    "丢掉了后一步传回来的单元状态的梯度 gc。c' 进了 h'，又传给了下一步，两份都要算：s = gc + gh o (1 - tanh² c')。",
)
def cell_gradient_dropped(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=through(s, gh))


@mistake(
    BACKWARD,
    "The way from h' into c' is missing: h' = o tanh c', so c' also gets gh o (1 - tanh² c').",
    "少了从 h' 到 c' 的那条路：h' = o tanh c'，所以 c' 还要加上 gh o (1 - tanh² c')。",
)
def way_through_h_missing(self, gh, gc):
    return finished(self, again(self), gh, gc, total=gc)


@mistake(
    BACKWARD,
    "The gradient of the old cell state was not carried through f: c' = f c + i g, so gc is what arrives at c' "
    "times f.",
    "旧单元状态的梯度没有乘 f：c' = f c + i g，所以 gc 是到达 c' 的梯度乘 f。",
)
def not_through_f(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, to_cell=gc + through(s, gh))


@mistake(
    BACKWARD,
    "gc was returned as it came in. c' = f c + i g: what arrives at c', all of it, times f.",
    "gc 原样返回了。c' = f c + i g：应该是到达 c' 的全部梯度乘 f。",
)
def cell_gradient_as_it_came(self, gh, gc):
    return finished(self, again(self), gh, gc, to_cell=gc.copy())


@mistake(
    BACKWARD,
    "For the old cell state, only the gc that came in was multiplied by f. What came through h' counts as well: s f.",
    "算旧单元状态的梯度时，只用了传进来的 gc 乘 f。经过 h' 的那一份也要算上：s f。",
)
def only_incoming_through_f(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, to_cell=gc * s.f)


@mistake(
    BACKWARD,
    "For the old cell state, the gc that came in is missing: only what came through h' was multiplied by f.",
    "算旧单元状态的梯度时，漏了传进来的 gc：只用了经过 h' 的那一份乘 f。",
)
def only_own_through_f(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, to_cell=through(s, gh) * s.f)


@mistake(
    BACKWARD,
    "The old cell state got the factor i. It stands with f: c' = f c + i g.",
    "旧单元状态乘的是 i。它前面的系数是 f：c' = f c + i g。",
)
def cell_by_i(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, to_cell=(gc + through(s, gh)) * s.i)


@mistake(
    BACKWARD,
    "i, f and g were computed with the gc that came in alone. c' also got a gradient through h': use the sum of both.",
    "i、f、g 只用了传进来的 gc。c' 还从 h' 那里得到一份：要用两份之和。",
)
def gates_from_incoming(self, gh, gc):
    s = again(self)
    i, f, g = gc * s.g * s.i * (1 - s.i), gc * s.c * s.f * (1 - s.f), gc * s.i * (1 - s.g**2)
    return finished(self, s, gh, gc, i=i, f=f, g=g)


@mistake(
    BACKWARD,
    "o is missing on the way from h' into c': gh o (1 - tanh² c').",
    "从 h' 到 c' 的路上漏了 o：gh o (1 - tanh² c')。",
)
def output_gate_missing(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * (1 - np.tanh(s.new) ** 2))


@mistake(
    BACKWARD,
    "The slope of tanh is missing on the way from h' into c': gh o (1 - tanh² c').",
    "从 h' 到 c' 的路上漏了 tanh 的导数：gh o (1 - tanh² c')。",
)
def slope_missing(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * s.o)


@mistake(
    BACKWARD,
    "tanh' of the wrong thing: 1 - c'² was taken, as if c' were the tanh. It is 1 - tanh² c'.",
    "tanh 的导数用错了量：写成了 1 - c'²，好像 c' 就是 tanh 的结果。应该是 1 - tanh² c'。",
)
def slope_of_the_cell_itself(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * s.o * (1 - s.new**2))


@mistake(
    BACKWARD,
    "tanh' of the wrong thing: 1 - tanh² was taken of the old c. h' was made from c': 1 - tanh² c'.",
    "tanh 的导数用错了量：用的是旧的 c。h' 是由 c' 算出的：1 - tanh² c'。",
)
def slope_at_the_old_cell(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * s.o * (1 - np.tanh(s.c) ** 2))


@mistake(
    BACKWARD,
    "tanh' of the wrong thing: 1 - h'² was taken. In h' there is o as well; the slope is 1 - tanh² c'.",
    "tanh 的导数用错了量：写成了 1 - h'²。h' 里还乘了 o；导数是 1 - tanh² c'。",
)
def slope_of_the_result(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * s.o * (1 - (s.o * np.tanh(s.new)) ** 2))


@mistake(
    BACKWARD,
    "tanh was taken twice: what forward kept is tanh c' already, and its slope 1 - (tanh c')².",
    "tanh 多取了一次：forward 存下的已经是 tanh c'，导数就是 1 - (tanh c')²。",
)
def tanh_twice(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * s.o * (1 - np.tanh(np.tanh(s.new)) ** 2))


@mistake(
    BACKWARD,
    "The gradient through h' was multiplied by tanh c' itself in place of its slope: gh o (1 - tanh² c').",
    "经过 h' 的那一份乘的是 tanh c' 本身，应该乘它的导数：gh o (1 - tanh² c')。",
)
def value_for_slope(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=gc + gh * s.o * np.tanh(s.new))


@mistake(
    BACKWARD,
    "The gradient of h' was added to that of c' as it is. On its way it goes through o and tanh: gh o (1 - tanh² c').",
    "h' 的梯度原样加到了 c' 的梯度上。路上要经过 o 和 tanh：gh o (1 - tanh² c')。",
)
def added_as_it_is(self, gh, gc):
    return finished(self, again(self), gh, gc, total=gc + gh)


@mistake(
    BACKWARD,
    "i got s i. It was multiplied with the candidate, so it gets s g.",
    "i 得到的是 s i。前向时和它相乘的是候选值，所以应该是 s g。",
)
def input_gate_by_itself(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, i=(gc + through(s, gh)) * s.i * s.i * (1 - s.i))


@mistake(
    BACKWARD,
    "f got the new cell state. It was multiplied with the old one: s c.",
    "f 的梯度里用了新的单元状态。前向时和它相乘的是旧的：s c。",
)
def forget_gate_by_new_cell(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, f=(gc + through(s, gh)) * s.new * s.f * (1 - s.f))


@mistake(
    BACKWARD,
    "f got tanh c'. It was multiplied with the old cell state: s c.",
    "f 的梯度里用了 tanh c'。前向时和它相乘的是旧的单元状态：s c。",
)
def forget_gate_by_squashed(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, f=(gc + through(s, gh)) * np.tanh(s.new) * s.f * (1 - s.f))


@mistake(
    BACKWARD,
    "f got s f. It was multiplied with the old cell state: s c.",
    "f 得到的是 s f。前向时和它相乘的是旧的单元状态：s c。",
)
def forget_gate_by_itself(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, f=(gc + through(s, gh)) * s.f * s.f * (1 - s.f))


@mistake(
    BACKWARD,
    "f got the hidden state h. It was multiplied with the old cell state: s c.",
    "f 的梯度里用了 h。前向时和它相乘的是旧的单元状态：s c。",
)
def forget_gate_by_hidden(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, f=(gc + through(s, gh)) * self.seen[1] * s.f * (1 - s.f))


@mistake(
    BACKWARD,
    "g got s g. It was multiplied with i, so it gets s i.",
    "g 得到的是 s g。前向时和它相乘的是 i，所以应该是 s i。",
)
def candidate_by_itself(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, g=(gc + through(s, gh)) * s.g * (1 - s.g**2))


@mistake(
    BACKWARD,
    "o got c'. It was multiplied with tanh c': gh tanh c'.",
    "o 的梯度里用了 c'。前向时和它相乘的是 tanh c'：gh tanh c'。",
)
def output_gate_by_cell(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, o=gh * s.new * s.o * (1 - s.o))


@mistake(
    BACKWARD,
    "o got what arrives at c'. It stands in h' only: gh tanh c'.",
    "o 用了到达 c' 的梯度。它只在 h' 里：gh tanh c'。",
)
def output_gate_from_cell(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, o=(gc + through(s, gh)) * np.tanh(s.new) * s.o * (1 - s.o))


@mistake(
    BACKWARD,
    "o got a slope of tanh too many. In h' = o tanh c' it stands outside: gh tanh c'.",
    "o 多乘了一个 tanh 的导数。在 h' = o tanh c' 里，它在 tanh 外面：gh tanh c'。",
)
def output_gate_through_tanh(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, o=gh * (1 - np.tanh(s.new) ** 2) * s.o * (1 - s.o))


@mistake(
    BACKWARD,
    "The slope of σ is missing for i, f and o: times i (1 - i), f (1 - f) and o (1 - o).",
    "i、f、o 少了 σ 的导数：分别乘 i (1 - i)、f (1 - f)、o (1 - o)。",
)
def slopes_of_gates_forgotten(self, gh, gc):
    s = again(self)
    total = gc + through(s, gh)
    return finished(self, s, gh, gc, i=total * s.g, f=total * s.c, o=gh * np.tanh(s.new))


@mistake(BACKWARD, "The slope of tanh is missing for g: times 1 - g².", "g 少了 tanh 的导数：要乘 1 - g²。")
def slope_of_candidate_forgotten(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, g=(gc + through(s, gh)) * s.i)


@mistake(
    BACKWARD,
    "No slopes: the gradients of i, f, g and o are those behind σ and tanh. The ones before are wanted: times i (1 "
    "- i), f (1 - f), 1 - g² and o (1 - o).",
    "没有乘导数：i、f、g、o 的梯度还是 σ 和 tanh 之后的。要的是之前的：分别乘 i (1 - i)、f (1 - f)、1 - g² 和 o (1 "
    "- o)。",
)
def all_slopes_forgotten(self, gh, gc):
    s = again(self)
    total = gc + through(s, gh)
    return finished(self, s, gh, gc, i=total * s.g, f=total * s.c, g=total * s.i, o=gh * np.tanh(s.new))


@mistake(
    BACKWARD,
    "i, f and o went through σ, but their gradients got the slope of tanh, 1 - i² and so on. The slope of σ is i (1 "
    "- i).",
    "i、f、o 用的是 σ，梯度却乘了 tanh 的导数 1 - i² 等等。σ 的导数是 i (1 - i)。",
)
def slope_of_tanh_for_gates(self, gh, gc):
    s = again(self)
    total = gc + through(s, gh)
    i, f, o = total * s.g * (1 - s.i**2), total * s.c * (1 - s.f**2), gh * np.tanh(s.new) * (1 - s.o**2)
    return finished(self, s, gh, gc, i=i, f=f, o=o)


@mistake(
    BACKWARD,
    "σ' is wrong: half of the slope is missing. It is i (1 - i), not 1 - i or i alone.",
    "σ 的导数不对：少了一半。应该是 i (1 - i)，不只是 i。",
)
def half_of_the_slope(self, gh, gc):
    s = again(self)
    total = gc + through(s, gh)
    return finished(self, s, gh, gc, i=total * s.g * s.i, f=total * s.c * s.f, o=gh * np.tanh(s.new) * s.o)


@mistake(
    BACKWARD,
    "σ' is wrong: half of the slope is missing. It is i (1 - i), not 1 - i alone.",
    "σ 的导数不对：少了一半。应该是 i (1 - i)，不只是 1 - i。",
)
def other_half_of_the_slope(self, gh, gc):
    s = again(self)
    total = gc + through(s, gh)
    i, f, o = total * s.g * (1 - s.i), total * s.c * (1 - s.f), gh * np.tanh(s.new) * (1 - s.o)
    return finished(self, s, gh, gc, i=i, f=f, o=o)


@mistake(
    BACKWARD,
    "g went through tanh, but its gradient got the slope of σ, g (1 - g). The slope of tanh is 1 - g².",
    "g 用的是 tanh，梯度却乘了 σ 的导数 g (1 - g)。tanh 的导数是 1 - g²。",
)
def slope_of_sigmoid_for_candidate(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, g=(gc + through(s, gh)) * s.i * s.g * (1 - s.g))


@mistake(
    BACKWARD,
    "The slope of tanh for g was taken as 1 - g; it is 1 - g².",
    "g 的 tanh 导数写成了 1 - g，应该是 1 - g²。",
)
def candidate_not_squared(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, g=(gc + through(s, gh)) * s.i * (1 - s.g))


@mistake(
    BACKWARD,
    "The slope of tanh for g was taken as 1 - tanh² g. g is the tanh already: 1 - g².",
    "g 的 tanh 导数写成了 1 - tanh² g。g 本身已经是 tanh 的结果：1 - g²。",
)
def candidate_tanh_twice(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, g=(gc + through(s, gh)) * s.i * (1 - np.tanh(s.g) ** 2))


@mistake(
    BACKWARD,
    "The gates were put through σ again for the slope. i, f and o are σ's results already: i (1 - i).",
    "算导数时又对门取了一次 σ。i、f、o 已经是 σ 的结果：i (1 - i)。",
)
def sigmoid_twice(self, gh, gc):
    s = again(self)
    total, (i, f, o) = gc + through(s, gh), [logistic(v) * (1 - logistic(v)) for v in (s.i, s.f, s.o)]
    return finished(self, s, gh, gc, i=total * s.g * i, f=total * s.c * f, o=gh * np.tanh(s.new) * o)


@mistake(
    BACKWARD,
    "The gradients were joined in another order, f before i. The order is that of forward: i, f, g, o.",
    "几段梯度拼接的顺序不对，f 放到了 i 前面。顺序要和 forward 一样：i、f、g、o。",
)
def joined_forget_first(self, gh, gc):
    return finished(self, again(self), gh, gc, order="figo")


@mistake(
    BACKWARD,
    "The gradients were joined in another order, o before g. The order is that of forward: i, f, g, o.",
    "几段梯度拼接的顺序不对，o 放到了 g 前面。顺序要和 forward 一样：i、f、g、o。",
)
def joined_output_third(self, gh, gc):
    return finished(self, again(self), gh, gc, order="ifog")


@mistake(
    BACKWARD,
    "The gradients were joined in the order f, i, o, g. The order is that of forward: i, f, g, o.",
    "几段梯度按 f、i、o、g 的顺序拼了起来。顺序要和 forward 一样：i、f、g、o。",
)
def joined_as_in_books(self, gh, gc):
    return finished(self, again(self), gh, gc, order="fiog")


@mistake(
    BACKWARD,
    "The gradients were joined in the order in which the way back comes to them, o first. The order is that of "
    "forward: i, f, g, o.",
    "几段梯度是按往回走遇到的先后拼的，o 在最前面。顺序要和 forward 一样：i、f、g、o。",
)
def joined_output_first(self, gh, gc):
    return finished(self, again(self), gh, gc, order="oifg")


@mistake(
    BACKWARD,
    "The way through o is missing: o depends on x and h, too. go = gh tanh c'.",
    "少了经过 o 的那条路：o 也取决于 x 和 h。go = gh tanh c'。",
)
def way_through_o_missing(self, gh, gc):
    return finished(self, again(self), gh, gc, o=0 * gh)


@mistake(
    BACKWARD,
    "The way through f is missing: f depends on x and h, too. gf = s c.",
    "少了经过 f 的那条路：f 也取决于 x 和 h。gf = s c。",
)
def way_through_f_missing(self, gh, gc):
    return finished(self, again(self), gh, gc, f=0 * gh)


@mistake(
    BACKWARD,
    "gh' was added to gh. There is no direct path from h to h': h goes into the gates only. What goes on directly "
    "is c.",
    "gh 里又加了 gh'。从 h 没有直接到 h' 的路：h 只进各个门。直接传下去的是 c。",
)
def direct_path_of_h(self, gh, gc):
    gx, before, *rest = finished(self, again(self), gh, gc)
    return gx, before + gh, *rest


@mistake(
    BACKWARD,
    "gc, as it is returned, was computed from the gh that project_backward gave: the name was taken a second time. "
    "It is s f, with the s from before.",
    "返回的 gc 用的是 project_backward 给出的 gh：两个名字相同，后来的盖住了先前的。应该是 s f，s 要在那之前算好。",
)
def own_gradient_hidden(self, gh, gc):
    s = again(self)
    gx, before, _, *of_weights = finished(self, s, gh, gc)
    return gx, before, (gc + through(s, before)) * s.f, *of_weights


@mistake(
    BACKWARD,
    "Parentheses: gc was multiplied by o and the slope as well. It comes from the next step, past them: s = gc + gh "
    "o (1 - tanh² c').",
    "括号的位置不对：gc 也乘了 o 和导数。它来自后一步，不经过这两样：s = gc + gh o (1 - tanh² c')。",
)
def incoming_through_the_output(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, total=through(s, gh + gc))


@mistake(
    BACKWARD,
    "i and g each got itself. In a product each factor gets the other one: gi = s g, gg = s i.",
    "i 和 g 得到的都是自己。乘积里每个因子得到的是另一个：gi = s g，gg = s i。",
)
def factors_by_themselves(self, gh, gc):
    s = again(self)
    total = gc + through(s, gh)
    return finished(self, s, gh, gc, i=total * s.i * s.i * (1 - s.i), g=total * s.g * (1 - s.g**2))


@mistake(
    BACKWARD,
    "o got gh alone. It was multiplied with tanh c': gh tanh c'.",
    "o 只得到了 gh。前向时和它相乘的是 tanh c'：gh tanh c'。",
)
def output_gate_without_factor(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, o=gh * s.o * (1 - s.o))


@mistake(
    BACKWARD,
    "i got s alone. It was multiplied with the candidate: s g.",
    "i 只得到了 s。前向时和它相乘的是候选值：s g。",
)
def input_gate_without_factor(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, i=(gc + through(s, gh)) * s.i * (1 - s.i))


@mistake(
    BACKWARD,
    "f got s alone. It was multiplied with the old cell state: s c.",
    "f 只得到了 s。前向时和它相乘的是旧的单元状态：s c。",
)
def forget_gate_without_factor(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, f=(gc + through(s, gh)) * s.f * (1 - s.f))


@mistake(BACKWARD, "g got s alone. It was multiplied with i: s i.", "g 只得到了 s。前向时和它相乘的是 i：s i。")
def candidate_without_factor(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, g=(gc + through(s, gh)) * (1 - s.g**2))


@mistake(BACKWARD, "The slope of σ is missing for i: times i (1 - i).", "i 少了 σ 的导数：要乘 i (1 - i)。")
def slope_of_i_forgotten(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, i=(gc + through(s, gh)) * s.g)


@mistake(BACKWARD, "The slope of σ is missing for f: times f (1 - f).", "f 少了 σ 的导数：要乘 f (1 - f)。")
def slope_of_f_forgotten(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, f=(gc + through(s, gh)) * s.c)


@mistake(BACKWARD, "The slope of σ is missing for o: times o (1 - o).", "o 少了 σ 的导数：要乘 o (1 - o)。")
def slope_of_o_forgotten(self, gh, gc):
    s = again(self)
    return finished(self, s, gh, gc, o=gh * np.tanh(s.new))


@mistake(
    BACKWARD,
    "The gradients were joined from the last to the first, o, g, f, i. The order is that of forward: i, f, g, o.",
    "几段梯度倒着拼了起来：o、g、f、i。顺序要和 forward 一样：i、f、g、o。",
)
def joined_backwards(self, gh, gc):
    return finished(self, again(self), gh, gc, order="ogfi")


@mistake(
    BACKWARD,
    "gc stands at the end. The order is that of forward's inputs: gx, gh, gc, and then the weights.",
    "gc 放在了最后。顺序要和 forward 的输入一致：gx、gh、gc，然后才是权重。",
)
def cell_at_the_end(self, gh, gc):
    gx, before, to_cell, *of_weights = finished(self, again(self), gh, gc)
    return gx, before, *of_weights, to_cell


@mistake(
    BACKWARD,
    "The biases are counted twice: gb and gd are each the sum of ga, not the sum of both.",
    "偏置算了两遍：gb 和 gd 各是 ga 之和，不是两份相加。",
)
def biases_counted_twice(self, gh, gc):
    *rest, gb, gd = finished(self, again(self), gh, gc)
    return *rest, gb + gd, gb + gd


@mistake(
    BACKWARD,
    "The gradients are right, but backward works only once: it changed in place what forward kept (*= and the "
    "like). With retain_graph=True it is called again. Make new arrays.",
    "梯度是对的，但 backward 只能用一次：它原地改动了 forward 存下的数组（比如用了 *=）。设了 retain_graph=True 时还"
    "会再调用一次。应该新建数组。",
)
def kept_changed(self, gh, gc):
    s = again(self)
    used, self.used = getattr(self, "used", False), True
    return finished(self, s, gh, gc, i=0 * s.i if used else s.g * s.i * (1 - s.i) * (gc + through(s, gh)))


@mutant(BACKWARD, "swapped")
def states_exchanged(self, gh, gc):
    gx, before, to_cell, *of_weights = finished(self, again(self), gh, gc)
    return gx, to_cell, before, *of_weights


@mutant(BACKWARD, "count")
def cell_not_returned(self, gh, gc):
    gx, before, _, *of_weights = finished(self, again(self), gh, gc)
    return gx, before, *of_weights


# -------------------------------------------------------------------------------------------------------- clipping


def norms(gradients, order):
    return np.array([np.linalg.norm(g.ravel(), order) for g in gradients])


@mistake(
    NORM,
    "The norms of the arrays were added up. All gradients together are one long vector: its norm is the norm of "
    "their norms, for order 2 the root of the sum of their squares.",
    "把各个数组的范数加了起来。所有梯度合在一起是一个长向量，它的范数是各范数的范数：order = 2 时，是平方和再开方。",
)
def norms_added(gradients, order):
    return norms(gradients, order).sum()


@mistake(
    NORM,
    "The largest of the norms was taken. All arrays count: the norm of their norms.",
    "取了各范数中最大的一个。所有数组都要算进去：各范数的范数。",
)
def largest_norm(gradients, order):
    return norms(gradients, order).max()


@mistake(
    NORM,
    "The norms were averaged. They belong to parts of one vector: the norm of the norms.",
    "对各范数求了平均。它们是同一个向量的各部分：应该求各范数的范数。",
)
def norms_averaged(gradients, order):
    return norms(gradients, order).mean()


@mistake(NORM, "Only the first array was measured.", "只算了第一个数组。")
def first_only(gradients, order):
    return norms(gradients[:1], order)[0]


@mistake(
    NORM,
    "Only the last array was measured: the result is overwritten in every round of the loop.",
    "只算了最后一个数组：循环每转一圈，结果就被盖掉一次。",
)
def last_only(gradients, order):
    return norms(gradients[-1:], order)[0]


@mistake(NORM, "The root is missing: (Σ |g|^order)^(1/order).", "少了开方：(Σ |g|^order)^(1/order)。")
def without_root(gradients, order):
    return (norms(gradients, order) ** order).sum()


@mistake(
    NORM,
    "`order` is not used: the norm of order 2 came out. norm(x, order) knows what to do for each.",
    "没有用到 `order`：算的是 2 范数。每种 order 该怎么算，norm(x, order) 都知道。",
)
def always_two(gradients, order):
    return np.sqrt((norms(gradients, 2) ** 2).sum())


@mistake(
    NORM,
    "`order` is used inside only: the norms of the arrays were put together as for order 2.",
    "`order` 只用在了里面：把各数组的范数合起来时，还是按 2 范数算的。",
)
def two_outside(gradients, order):
    return np.sqrt((norms(gradients, order) ** 2).sum())


@mistake(
    NORM,
    "`order` is used outside only: the norms of the arrays themselves are of order 2.",
    "`order` 只用在了外面：各数组自己的范数算的是 2 范数。",
)
def two_inside(gradients, order):
    return np.linalg.norm(norms(gradients, 2), order)


@mistake(
    NORM,
    "For order = inf the powers overflow or vanish; the norm is then the largest |g|. norm(x, order) takes care of "
    "that.",
    "order = inf 时，乘方会溢出或变成 0；这时范数是最大的 |g|。norm(x, order) 会处理好。",
)
def infinity_by_the_formula(gradients, order):
    return sum((np.abs(g) ** order).sum() for g in gradients) ** (1 / order)


@mistake(
    NORM,
    "The absolute value is missing: (Σ |g|^order)^(1/order). With an odd order, negative elements were taken away.",
    "少了绝对值：(Σ |g|^order)^(1/order)。order 是奇数时，负的元素被减掉了。",
)
def without_absolute_value(gradients, order):
    return sum((g**order).sum() for g in gradients) ** (1 / order)


@mutant(NORM, "shape")
def one_for_each(gradients, order):
    return norms(gradients, order)


@mistake(
    SHRINK,
    "Short gradients were made longer. The factor is at most 1, the smaller of max_norm / total and 1: clipping "
    "only shortens.",
    "短的梯度被拉长了。因子最大是 1，取 max_norm / total 和 1 中较小的：裁剪只会缩短。",
)
def always_scaled(gradients, total, max_norm):
    for g in gradients:
        g *= max_norm / (total + 1e-6)


@mistake(
    SHRINK,
    "Each array was shortened by its own norm, and so the direction of all together changed. One factor for all, "
    "from `total`.",
    "每个数组按自己的范数缩短，合在一起方向就变了。应该用 `total` 算出一个因子，大家共用。",
)
def each_by_itself(gradients, total, max_norm):
    for g in gradients:
        g *= min(max_norm / (np.sqrt((g * g).sum()) + 1e-6), 1)


@mistake(
    SHRINK,
    "Each element was cut at ±max_norm. That is clipping by value, and it changes the direction; here all are "
    "multiplied by one factor.",
    "每个元素被限制在 ±max_norm 以内。那是按值裁剪，会改变方向；这里是全部乘同一个因子。",
)
def by_value(gradients, total, max_norm):
    for g in gradients:
        np.clip(g, -max_norm, max_norm, out=g)


@mistake(
    SHRINK,
    "Nothing changed: g = g * factor makes a new array and leaves the old one alone. In place is g *= factor.",
    "什么都没变：g = g * factor 是新建一个数组，原来的没有动。原地修改要写 g *= factor。",
)
def not_in_place(gradients, total, max_norm):
    for g in gradients:
        g = g * min(max_norm / (total + 1e-6), 1)


@mistake(SHRINK, "The factor is upside down: max_norm / total.", "因子颠倒了：应该是 max_norm / total。")
def upside_down(gradients, total, max_norm):
    for g in gradients:
        g *= min(total / (max_norm + 1e-6), 1)


@mistake(
    SHRINK,
    "Gradients that are too long were divided by their norm, but not brought to max_norm: the factor is max_norm / "
    "total.",
    "太长的梯度除以了范数，却没有变成 max_norm 那么长：因子是 max_norm / total。",
)
def to_length_one(gradients, total, max_norm):
    for g in gradients:
        g *= min(1 / (total + 1e-6), 1) if total > max_norm else 1


@mistake(
    SHRINK,
    "Only the first array was shortened. All get the same factor.",
    "只缩短了第一个数组。所有数组都要乘同一个因子。",
)
def first_shortened_only(gradients, total, max_norm):
    gradients[0][...] *= min(max_norm / (total + 1e-6), 1)


@mistake(
    SHRINK,
    "max_norm was used as the factor. Gradients are to be max_norm long afterwards: the factor is max_norm / total.",
    "把 max_norm 当成了因子。要的是缩短之后长度为 max_norm：因子是 max_norm / total。",
)
def max_norm_as_factor(gradients, total, max_norm):
    for g in gradients:
        g *= min(max_norm, 1) if total > max_norm else 1


@mistake(
    SHRINK,
    "The factor is upside down: gradients that are too long were made longer still. It is max_norm / total.",
    "因子颠倒了：太长的梯度反而更长了。应该是 max_norm / total。",
)
def longer_still(gradients, total, max_norm):
    for g in gradients:
        g *= total / max_norm if total > max_norm else 1


@mistake(
    SHRINK,
    "A number was subtracted from every element. That changes the direction; length is changed by a factor.",
    "每个元素减去了同一个数。这会改变方向；要改变长度，应该乘一个因子。",
)
def subtracted(gradients, total, max_norm):
    for g in gradients:
        g -= max(total - max_norm, 0)
