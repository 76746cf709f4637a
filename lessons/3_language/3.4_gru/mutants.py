"""Mistakes that are made in lesson 3.4."""

from typing import Any, NamedTuple

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.ops.recurrent import logistic

FORWARD = "minigrad.ops.recurrent:GRUCell.forward"
BACKWARD = "minigrad.ops.recurrent:GRUCell.backward"


class Step(NamedTuple):
    """What a step computes: h before it, what W x + b and U h + d say about n, and r, z, n."""

    h: Any
    xn: Any
    hn: Any
    r: Any
    z: Any
    n: Any


def step(self, x, h, *weights, order="rzn", gate=logistic) -> Step:
    """One step, with the parts of W and U in this order, and the gates by this function."""
    from_x, from_h = self.project(x, h, *weights)
    parts_x, parts_h = np.split(from_x, 3, axis=1), np.split(from_h, 3, axis=1)
    (xr, xz, xn), (hr, hz, hn) = [[parts[order.index(name)] for name in "rzn"] for parts in (parts_x, parts_h)]
    r, z = gate(xr + hr), gate(xz + hz)
    self.values = r, z, np.tanh(xn + r * hn), hn, h
    return Step(h, xn, hn, *self.values[:3])


def mixed(s: Step, n):
    """h' with this n."""
    return (1 - s.z) * n + s.z * s.h


# --------------------------------------------------------------------------------------------------------- forward


@mistake(
    FORWARD,
    "z and 1 - z are exchanged: here z is the share of the old state that is kept, and 1 - z goes to the candidate n. "
    "(Some books have it the other way round; then trained weights of PyTorch do not fit.)",
    "z 和 1 - z 弄反了：这里 z 是旧状态保留的比例，1 - z 才归候选值 n。（有的书写法相反，但那样就不能用 PyTorch "
    "训练好的权重了。）",
)
def z_and_rest_exchanged(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return s.z * s.n + (1 - s.z) * s.h


@mistake(
    FORWARD,
    "The first third was taken for z and the second for r. The order is r, z, n.",
    "第一段当成了 z，第二段当成了 r。顺序应该是 r、z、n。",
)
def z_first(self, x, h, *weights):
    s = step(self, x, h, *weights, order="zrn")
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "The parts are in another order: n was taken from the middle. The order is r, z, n, in W as in U.",
    "各段的顺序不对：n 取了中间那一段。W 和 U 里的顺序都是 r、z、n。",
)
def candidate_second(self, x, h, *weights):
    s = step(self, x, h, *weights, order="rnz")
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "The parts are in another order: n was taken from the front. The order is r, z, n, in W as in U.",
    "各段的顺序不对：n 取了最前面那一段。W 和 U 里的顺序都是 r、z、n。",
)
def candidate_first(self, x, h, *weights):
    s = step(self, x, h, *weights, order="nrz")
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "r was multiplied into h before the product, Uₙ (r h). That is the other variant. Here the product comes first, "
    "and "
    "r weighs what it gives: r (Uₙ h + dₙ), the last third of from_h.",
    "r 在做乘法之前就乘到了 h 上：Uₙ (r h)。那是另一种写法。这里先做乘法，再用 r 去乘它的结果：r (Uₙ h + dₙ)，也就是 "
    "from_h 的最后一段。",
)
def reset_before_the_product(self, x, h, w, u, b=None, d=None):
    s = step(self, x, h, w, u, b, d)
    size = h.shape[1]
    hn = (s.r * h) @ u[2 * size :].T
    return mixed(s, np.tanh(s.xn + (hn if d is None else hn + d[2 * size :])))


@mistake(
    FORWARD,
    "r weighs the input as well. It decides about the state alone: n = tanh(xₙ + r hₙ). So the two products must "
    "not be added before they are cut into parts.",
    "r 把输入那一份也乘了。它只管旧状态：n = tanh(xₙ + r hₙ)。所以两个乘积在切成三段之前不能先加起来。",
)
def reset_of_everything(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, np.tanh(s.r * (s.xn + s.hn)))


@mistake(
    FORWARD,
    "r is multiplied with the tanh. It belongs inside, at what comes from the state: n = tanh(xₙ + r hₙ).",
    "r 乘在了 tanh 外面。它应该在里面，乘在来自旧状态的那一份上：n = tanh(xₙ + r hₙ)。",
)
def reset_outside(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, s.r * np.tanh(s.xn + s.hn))


@mistake(
    FORWARD,
    "r weighs the input in place of the state: n = tanh(xₙ + r hₙ), not tanh(r xₙ + hₙ).",
    "r 乘在了输入那一份上，应该乘旧状态那一份：n = tanh(xₙ + r hₙ)，不是 tanh(r xₙ + hₙ)。",
)
def reset_of_the_input(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, np.tanh(s.r * s.xn + s.hn))


@mistake(
    FORWARD,
    "r is not used: n = tanh(xₙ + hₙ). What comes from the state is weighed by it, r hₙ.",
    "没有用到 r：n = tanh(xₙ + hₙ)。来自旧状态的那一份要乘上它：r hₙ。",
)
def reset_forgotten(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, np.tanh(s.xn + s.hn))


@mistake(
    FORWARD,
    "r was multiplied with h itself, r h, which has the right shape: inside the tanh stands r (Uₙ h + dₙ), the last "
    "third of from_h.",
    "r 乘的是 h 本身，r h 的形状刚好也对：tanh 里面应该是 r (Uₙ h + dₙ)，即 from_h 的最后一段。",
)
def reset_of_the_state_itself(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, np.tanh(s.xn + s.r * h))


@mistake(
    FORWARD,
    "1 - r stands where r belongs: r = 1 lets the state through, r = 0 hides it.",
    "该用 r 的地方用了 1 - r：r = 1 时旧状态全部通过，r = 0 时全部挡住。",
)
def reset_reversed(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, np.tanh(s.xn + (1 - s.r) * s.hn))


@mistake(
    FORWARD,
    "The old state is missing in the result: h' = (1 - z) n + z h.",
    "结果里没有旧状态：h' = (1 - z) n + z h。",
)
def old_state_missing(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return (1 - s.z) * s.n


@mistake(
    FORWARD,
    "The old state is added whole; only its share z stays: h' = (1 - z) n + z h.",
    "旧状态整个加了进去；应该只留下 z 那么多：h' = (1 - z) n + z h。",
)
def old_state_whole(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return (1 - s.z) * s.n + s.h


@mistake(
    FORWARD,
    "The candidate is added whole; its share is 1 - z: h' = (1 - z) n + z h.",
    "候选值整个加了进去；它的比例是 1 - z：h' = (1 - z) n + z h。",
)
def candidate_whole(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return s.n + s.z * s.h


@mistake(
    FORWARD,
    "z h is taken away where it is added: h' = (1 - z) n + z h.",
    "z h 应该加上，却减掉了：h' = (1 - z) n + z h。",
)
def old_state_subtracted(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return (1 - s.z) * s.n - s.z * s.h


@mistake(
    FORWARD,
    "n went through σ. The candidate is a value, not a share: it may be negative, so it goes through tanh.",
    "n 用了 σ。候选值是数值，不是比例，可以为负，所以要用 tanh。",
)
def candidate_by_sigmoid(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, logistic(s.xn + s.r * s.hn))


@mistake(
    FORWARD,
    "n did not go through tanh.",
    "n 没有经过 tanh。",
)
def candidate_not_squashed(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, s.xn + s.r * s.hn)


@mistake(
    FORWARD,
    "The gates went through tanh. They are shares, between 0 and 1: r and z go through σ (`logistic`).",
    "门用了 tanh。门是比例，在 0 和 1 之间：r 和 z 要用 σ（`logistic`）。",
)
def gates_by_tanh(self, x, h, *weights):
    s = step(self, x, h, *weights, gate=np.tanh)
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "r and z did not go through σ (`logistic`).",
    "r 和 z 没有经过 σ（`logistic`）。",
)
def gates_not_squashed(self, x, h, *weights):
    s = step(self, x, h, *weights, gate=lambda a: a)
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "r and z look at the input alone. They are σ of both: of W x + b and U h + d, added.",
    "r 和 z 只看了输入。它们是两份之和的 σ：W x + b 加上 U h + d。",
)
def gates_of_the_input(self, x, h, *weights):
    s = step(self, x, h, *weights)
    from_x, _ = self.project(x, h, *weights)
    xr, xz, _ = np.split(from_x, 3, axis=1)
    r, z = logistic(xr), logistic(xz)
    n = np.tanh(s.xn + r * s.hn)
    return (1 - z) * n + z * h


@mistake(
    FORWARD,
    "The biases are left out: hand all the weights on, self.project(x, h, *weights).",
    "漏了偏置：要把权重全部传下去，self.project(x, h, *weights)。",
)
def biases_left_out(self, x, h, w, u, *biases):
    s = step(self, x, h, w, u)
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "r stands where 1 - z belongs: the shares of n and h sum to 1, h' = (1 - z) n + z h. r is at work inside n only.",
    "该用 1 - z 的地方用了 r：n 和 h 的比例之和是 1，h' = (1 - z) n + z h。r 只在 n 里面起作用。",
)
def reset_in_the_result(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return s.r * s.n + s.z * h


@mistake(
    FORWARD,
    "z weighs the state inside the tanh, and r is not used: n = tanh(xₙ + r hₙ).",
    "tanh 里面用了 z，而 r 没有用到：n = tanh(xₙ + r hₙ)。",
)
def z_inside(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return mixed(s, np.tanh(s.xn + s.z * s.hn))


@mistake(
    FORWARD,
    "There is one more tanh around the result. That is the LSTM's, whose c may be large; h' is a mixture of h and n as "
    "it is.",
    "结果外面多了一个 tanh。那是 LSTM 的做法，因为 c 可能很大；这里 h' 就是 h 和 n 的混合。",
)
def result_squashed(self, x, h, *weights):
    s = step(self, x, h, *weights)
    return np.tanh(mixed(s, s.n))


@mistake(
    FORWARD,
    "σ has the wrong sign in its exponent: σ(a) = 1 / (1 + e⁻ᵃ), so r and z came out as 1 - r and 1 - z. `logistic` is "
    "there for you.",
    "σ 的指数符号反了：σ(a) = 1 / (1 + e⁻ᵃ)，所以算出来的是 1 - r 和 1 - z。可以直接用现成的 `logistic`。",
)
def exponent_without_minus(self, x, h, *weights):
    s = step(self, x, h, *weights, gate=lambda a: logistic(-a))
    return mixed(s, s.n)


@mistake(
    FORWARD,
    "The values are right, but forward keeps nothing for backward beyond what self.project keeps: r, z, n, hₙ = Uₙ h + "
    "dₙ and h are needed there.",
    "值是对的，但除了 self.project 存下的，forward 没有为 backward 留下任何东西：那里要用 r、z、n、hₙ = Uₙ h + dₙ 和 "
    "h。",
)
def gates_not_kept(self, x, h, *weights):
    s = step(self, x, h, *weights)
    del self.values
    return mixed(s, s.n)


@mutant(FORWARD, "raised")
def split_over_the_batch(self, x, h, *weights):
    from_x, from_h = self.project(x, h, *weights)
    xr, _, _ = from_x[:1], from_x[1:2], from_x[2:3]
    return xr * h + from_h[:, : h.shape[1]] @ np.ones((9, 9))


# -------------------------------------------------------------------------------------------------------- backward


def again(self) -> Step:
    """The step whose gradients are asked for, from what the check noted as `seen`."""
    return step(self, *self.seen)


def finished(self, gh, s: Step, a_r=None, a_z=None, a_n=None, h_n=None, direct=None, order="rzn"):
    """The gradients, from those before the functions of r, z and n, of hₙ, and of h directly: right where not given."""
    a_n = gh * (1 - s.z) * (1 - s.n * s.n) if a_n is None else a_n
    a_r = a_n * s.hn * s.r * (1 - s.r) if a_r is None else a_r
    a_z = gh * (s.h - s.n) * s.z * (1 - s.z) if a_z is None else a_z
    parts = {"r": a_r, "z": a_z, "n": a_n}
    hidden = {**parts, "n": a_n * s.r if h_n is None else h_n}
    ga, gc = [np.concatenate([each[name] for name in order], axis=1) for each in (parts, hidden)]
    gx, gh_before, *of_weights = self.project_backward(ga, gc)
    return gx, gh_before + (gh * s.z if direct is None else direct), *of_weights


@mistake(
    BACKWARD,
    "The direct path is missing in gh: h' holds z h, so gh also gets gh' z.",
    "gh 里少了直接的那条路：h' 里有 z h，所以 gh 还要加上 gh' z。",
)
def direct_path_forgotten(self, gh):
    return finished(self, gh, again(self), direct=0)


@mistake(
    BACKWARD,
    "gh is the direct path alone, gh' z. The state also went into r, z and n: add what project_backward gives for it.",
    "gh 只有直接的那条路 gh' z。旧状态还进了 r、z 和 n：要加上 project_backward 给出的那一份。",
)
def direct_path_alone(self, gh):
    s = again(self)
    gx, _, *of_weights = finished(self, gh, s)
    return gx, gh * s.z, *of_weights


@mistake(
    BACKWARD,
    "The direct path got 1 - z; h is weighed by z, so it gets gh' z.",
    "直接的那条路乘了 1 - z；h 前面的系数是 z，所以是 gh' z。",
)
def direct_path_by_rest(self, gh):
    s = again(self)
    return finished(self, gh, s, direct=gh * (1 - s.z))


@mistake(
    BACKWARD,
    "The direct path is not weighed: gh gets gh' z, not gh'.",
    "直接的那条路没有乘 z：gh 里加的是 gh' z，不是 gh'。",
)
def direct_path_whole(self, gh):
    return finished(self, gh, again(self), direct=gh)


@mistake(
    BACKWARD,
    "What comes from the state was multiplied by r on the way forward, r hₙ; so its third of the gradient must be, "
    "too: "
    "gaₙ r goes back into Uₙ h + dₙ, and gaₙ alone into Wₙ x + bₙ. (The two gradients differ only there.)",
    "前向时来自旧状态的那一份乘过 r，即 r hₙ；它的那一段梯度也要乘：传回 Uₙ h + dₙ 的是 gaₙ r，传回 Wₙ x + bₙ 的才是 "
    "gaₙ。（两份梯度只有这一段不同。）",
)
def state_not_weighed(self, gh):
    s = again(self)
    return finished(self, gh, s, h_n=gh * (1 - s.z) * (1 - s.n * s.n))


@mistake(
    BACKWARD,
    "gaₙ r went back into the input as well. xₙ was not multiplied by r: into Wₙ x + bₙ goes gaₙ.",
    "gaₙ r 也传回了输入那一边。xₙ 没有乘过 r：传回 Wₙ x + bₙ 的是 gaₙ。",
)
def input_weighed_too(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    a_r = a_n * s.hn * s.r * (1 - s.r)
    return finished(self, gh, s, a_r=a_r, a_n=a_n * s.r, h_n=a_n * s.r)


@mistake(
    BACKWARD,
    "n got gh' z; in h' it stands with 1 - z.",
    "n 得到的是 gh' z；而它在 h' 里的系数是 1 - z。",
)
def candidate_by_z(self, gh):
    s = again(self)
    return finished(self, gh, s, a_n=gh * s.z * (1 - s.n * s.n))


@mistake(
    BACKWARD,
    "n got the whole of gh'; in h' it stands with 1 - z.",
    "n 得到了整个 gh'；而它在 h' 里的系数是 1 - z。",
)
def candidate_whole_backward(self, gh):
    s = again(self)
    return finished(self, gh, s, a_n=gh * (1 - s.n * s.n))


@mistake(
    BACKWARD,
    "The slope of tanh is missing for n: times 1 - n².",
    "n 少了 tanh 的导数：要乘 1 - n²。",
)
def slope_of_tanh_forgotten(self, gh):
    s = again(self)
    return finished(self, gh, s, a_n=gh * (1 - s.z))


@mistake(
    BACKWARD,
    "n went through tanh, but its gradient got the slope of σ, n (1 - n). The slope of tanh is 1 - n².",
    "n 用的是 tanh，梯度却乘了 σ 的导数 n (1 - n)。tanh 的导数是 1 - n²。",
)
def slope_of_sigmoid_for_tanh(self, gh):
    s = again(self)
    return finished(self, gh, s, a_n=gh * (1 - s.z) * s.n * (1 - s.n))


@mistake(
    BACKWARD,
    "r and z went through σ, but their gradients got the slope of tanh, 1 - r² and 1 - z². The slope of σ is r (1 - "
    "r).",
    "r 和 z 用的是 σ，梯度却乘了 tanh 的导数 1 - r² 和 1 - z²。σ 的导数是 r (1 - r)。",
)
def slope_of_tanh_for_gates(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * s.hn * (1 - s.r * s.r), a_z=gh * (s.h - s.n) * (1 - s.z * s.z))


@mistake(
    BACKWARD,
    "The slope of σ is missing for r and z: times r (1 - r) and z (1 - z).",
    "r 和 z 少了 σ 的导数：分别乘 r (1 - r) 和 z (1 - z)。",
)
def slope_of_gates_forgotten(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * s.hn, a_z=gh * (s.h - s.n))


@mistake(
    BACKWARD,
    "The slopes are those of the other gate: the gradient of z goes with z (1 - z), that of r with r (1 - r).",
    "导数用成了另一个门的：z 的梯度乘 z (1 - z)，r 的梯度乘 r (1 - r)。",
)
def slopes_exchanged(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    a_r, a_z = a_n * s.hn * s.z * (1 - s.z), gh * (s.h - s.n) * s.r * (1 - s.r)
    return finished(self, gh, s, a_r=a_r, a_z=a_z)


@mistake(
    BACKWARD,
    "The sign of z is wrong. If z grows, h' moves from n towards h: dh'/dz = h - n.",
    "z 的符号反了。z 变大，h' 就从 n 移向 h：dh'/dz = h - n。",
)
def sign_of_z(self, gh):
    s = again(self)
    return finished(self, gh, s, a_z=gh * (s.n - s.h) * s.z * (1 - s.z))


@mistake(
    BACKWARD,
    "z got gh' h only. It also stands in (1 - z) n, which gives -n: dh'/dz = h - n.",
    "z 只得到了 gh' h。(1 - z) n 里也有它，那里给出 -n：dh'/dz = h - n。",
)
def z_without_candidate(self, gh):
    s = again(self)
    return finished(self, gh, s, a_z=gh * s.h * s.z * (1 - s.z))


@mistake(
    BACKWARD,
    "For z the new state was used where the old one belongs: dh'/dz = h - n, with the h that came in.",
    "z 的梯度里，该用旧状态的地方用了新状态：dh'/dz = h - n，其中 h 是传进来的那个。",
)
def new_state_for_old(self, gh):
    s = again(self)
    return finished(self, gh, s, a_z=gh * (mixed(s, s.n) - s.n) * s.z * (1 - s.z))


@mistake(
    BACKWARD,
    "r was given h in place of hₙ = Uₙ h + dₙ: that is what it was multiplied with.",
    "r 的梯度里用了 h，应该用 hₙ = Uₙ h + dₙ：前向时和它相乘的是后者。",
)
def state_itself_for_product(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * s.h * s.r * (1 - s.r))


@mistake(
    BACKWARD,
    "hₙ is missing in the gradient of r: r was multiplied with Uₙ h + dₙ, so gr = gaₙ (Uₙ h + dₙ).",
    "r 的梯度里少了 hₙ：前向时 r 乘的是 Uₙ h + dₙ，所以 gr = gaₙ (Uₙ h + dₙ)。",
)
def product_forgotten(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * s.r * (1 - s.r))


@mistake(
    BACKWARD,
    "The way to r leads through tanh: gr = gn (1 - n²) hₙ, and the slope 1 - n² is missing there.",
    "到 r 的路要经过 tanh：gr = gn (1 - n²) hₙ，这里少了 1 - n²。",
)
def r_not_through_tanh(self, gh):
    s = again(self)
    return finished(self, gh, s, a_r=gh * (1 - s.z) * s.hn * s.r * (1 - s.r))


@mistake(
    BACKWARD,
    "hₙ, for the gradient of r, was taken with r in it. dn/dr is (1 - n²) hₙ; r itself is not part of it.",
    "r 的梯度里，hₙ 多乘了一个 r。dn/dr 是 (1 - n²) hₙ，其中没有 r。",
)
def r_twice(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * s.r * s.hn * s.r * (1 - s.r))


@mistake(
    BACKWARD,
    "The gradients were joined in the order z, r, n. The order is that of forward: r, z, n.",
    "几段梯度按 z、r、n 的顺序拼了起来。顺序要和 forward 一样：r、z、n。",
)
def joined_z_first(self, gh):
    return finished(self, gh, again(self), order="zrn")


@mistake(
    BACKWARD,
    "The gradients were joined with that of n in front or in the middle. The order is that of forward: r, z, n.",
    "拼接时 n 的梯度放到了最前面或中间。顺序要和 forward 一样：r、z、n。",
)
def joined_n_first(self, gh):
    return finished(self, gh, again(self), order="nrz")


@mistake(
    BACKWARD,
    "The gradients were joined in the order r, n, z. The order is that of forward: r, z, n.",
    "几段梯度按 r、n、z 的顺序拼了起来。顺序要和 forward 一样：r、z、n。",
)
def joined_n_second(self, gh):
    return finished(self, gh, again(self), order="rnz")


@mistake(
    BACKWARD,
    "The way through r is missing: r depends on x and h, too. gr = gn (1 - n²) hₙ.",
    "少了经过 r 的那条路：r 也取决于 x 和 h。gr = gn (1 - n²) hₙ。",
)
def way_through_r_missing(self, gh):
    return finished(self, gh, again(self), a_r=0 * gh)


@mistake(
    BACKWARD,
    "The way through z is missing: z depends on x and h, too. gz = gh' (h - n).",
    "少了经过 z 的那条路：z 也取决于 x 和 h。gz = gh' (h - n)。",
)
def way_through_z_missing(self, gh):
    return finished(self, gh, again(self), a_z=0 * gh)


@mistake(
    BACKWARD,
    "The two gradients were handed to project_backward in the other order: first that of W x + b, then that of U h + "
    "d.",
    "传给 project_backward 的两份梯度顺序反了：先是 W x + b 的，后是 U h + d 的。",
)
def handed_over_exchanged(self, gh):
    s = again(self)
    own = self.project_backward
    self.project_backward = lambda ga, gc: own(gc, ga)
    try:
        return finished(self, gh, s)
    finally:
        del self.project_backward


@mistake(
    BACKWARD,
    "The whole gradient of U h + d was multiplied by r. In r and z, U h was added as it is; only in n it was "
    "multiplied "
    "by r. So only the last third gets it.",
    "U h + d 的梯度整个乘了 r。在 r 和 z 里，U h 是原样加进去的，只有在 n 里才乘了 r，所以只有最后一段要乘。",
)
def all_weighed_by_r(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    a_r, a_z = a_n * s.hn * s.r * (1 - s.r), gh * (s.h - s.n) * s.z * (1 - s.z)
    gx, _, gw, _, gb, _ = finished(self, gh, s)
    _, before, _, gu, _, gd = self.project_backward(
        0 * np.hstack([a_r] * 3), np.hstack([a_r * s.r, a_z * s.r, a_n * s.r])
    )
    return gx, before + gh * s.z, gw, gu, gb, gd


@mistake(
    BACKWARD,
    "z got -gh' n only. It also stands in z h, which gives h: dh'/dz = h - n.",
    "z 只得到了 -gh' n。z h 里也有它，那里给出 h：dh'/dz = h - n。",
)
def z_without_state(self, gh):
    s = again(self)
    return finished(self, gh, s, a_z=-gh * s.n * s.z * (1 - s.z))


@mistake(
    BACKWARD,
    "z got gh' (h + n). It stands in (1 - z) n with a minus: dh'/dz = h - n.",
    "z 得到的是 gh' (h + n)。它在 (1 - z) n 里带着负号：dh'/dz = h - n。",
)
def z_from_the_sum(self, gh):
    s = again(self)
    return finished(self, gh, s, a_z=gh * (s.h + s.n) * s.z * (1 - s.z))


@mistake(
    BACKWARD,
    "The slope of tanh was taken as 1 - tanh² n. n is the tanh already: 1 - n².",
    "tanh 的导数写成了 1 - tanh² n。n 本身已经是 tanh 的结果：1 - n²。",
)
def tanh_twice(self, gh):
    s = again(self)
    return finished(self, gh, s, a_n=gh * (1 - s.z) * (1 - np.tanh(s.n) ** 2))


@mistake(
    BACKWARD,
    "The slope of tanh was taken as 1 - n; it is 1 - n².",
    "tanh 的导数写成了 1 - n，应该是 1 - n²。",
)
def not_squared(self, gh):
    s = again(self)
    return finished(self, gh, s, a_n=gh * (1 - s.z) * (1 - s.n))


@mistake(
    BACKWARD,
    "Half of the slope of σ is missing: r and z are multiplied by r (1 - r) and z (1 - z), not by r and z.",
    "σ 的导数少了一半：要乘 r (1 - r) 和 z (1 - z)，而不只是 r 和 z。",
)
def half_of_the_slope(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * s.hn * s.r, a_z=gh * (s.h - s.n) * s.z)


@mistake(
    BACKWARD,
    "The direct path was computed with what project_backward returned, because it is called gh, too. It is gh' z, "
    "with the "
    "gradient that came in.",
    "直接的那条路用了 project_backward 返回的 gh：两个名字相同，后来的盖住了先前的。应该是 gh' z，其中 gh' "
    "是传进来的梯度。",
)
def own_gradient_hidden(self, gh):
    s = again(self)
    gx, before, *of_weights = finished(self, gh, s, direct=0)
    return gx, before + before * s.z, *of_weights


@mistake(
    BACKWARD,
    "z was added to gh; on the direct path gh' is multiplied by it.",
    "gh 里加的是 z；直接的那条路上应该用 gh' 乘 z。",
)
def z_added(self, gh):
    s = again(self)
    return finished(self, gh, s, direct=s.z)


@mistake(
    BACKWARD,
    "r was given all that is inside the tanh, xₙ + r hₙ. It was multiplied with hₙ alone: gr = gaₙ hₙ.",
    "r 的梯度里用了 tanh 里面的全部，xₙ + r hₙ。和它相乘的只有 hₙ：gr = gaₙ hₙ。",
)
def r_from_everything_inside(self, gh):
    s = again(self)
    a_n = gh * (1 - s.z) * (1 - s.n * s.n)
    return finished(self, gh, s, a_r=a_n * (s.xn + s.r * s.hn) * s.r * (1 - s.r))


@mutant(BACKWARD, "count")
def weights_dropped(self, gh):
    return finished(self, gh, again(self))[:2]
