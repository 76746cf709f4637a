"""Mistakes that are made in lesson 3.2."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.ops.recurrent import logistic

PRODUCTS = "minigrad.ops.recurrent:Cell.project_backward"
FORWARD = "minigrad.ops.recurrent:RNNCell.forward"
BACKWARD = "minigrad.ops.recurrent:RNNCell.backward"
WALK = "minigrad.ops.recurrent:Recurrence.forward"
WALK_BACK = "minigrad.ops.recurrent:Recurrence.backward"


# ------------------------------------------------------------------------------------------ the products, backward


def six(self, ga, gc):
    """gx, gh, gW, gU, gb and gd, as they should be."""
    x, h, w, u = self.inputs
    return [ga @ w, gc @ u, ga.T @ x, gc.T @ h, ga.sum(axis=0), gc.sum(axis=0)]


@mistake(
    PRODUCTS,
    "Only `ga` is used. It belongs to W x + b; U h + d has a gradient of its own, `gc`, and gh, gU and gd come from "
    "it. (In the RNN they are equal, in the GRU of lesson 3.4 they are not.)",
    "只用到了 `ga`。它属于 W x + b；U h + d 有自己的梯度 `gc`，gh、gU、gd 要由它来算。（在 RNN 里两者相等，在 3.4 课"
    "的 GRU 里就不等了。）",
)
def first_for_both(self, ga, gc):
    return tuple(six(self, ga, ga))


@mistake(
    PRODUCTS,
    "Only `gc` is used. It belongs to U h + d; W x + b has a gradient of its own, `ga`, and gx, gW and gb come from "
    "it.",
    "只用到了 `gc`。它属于 U h + d；W x + b 有自己的梯度 `ga`，gx、gW、gb 要由它来算。",
)
def second_for_both(self, ga, gc):
    return tuple(six(self, gc, gc))


@mistake(
    PRODUCTS,
    "`ga` and `gc` are exchanged: `ga` is the gradient of W x + b and gives gx, gW and gb, `gc` that of U h + d.",
    "`ga` 和 `gc` 弄反了：`ga` 是 W x + b 的梯度，由它得到 gx、gW、gb；`gc` 是 U h + d 的梯度。",
)
def gradients_exchanged(self, ga, gc):
    return tuple(six(self, gc, ga))


@mistake(
    PRODUCTS,
    "`ga` and `gc` were added up for everything. They are the gradients of two different values, W x + b and U h + "
    "d; each goes back through its own product only.",
    "`ga` 和 `gc` 加在一起用了。它们是两个不同的值 W x + b 和 U h + d 的梯度，各自只穿过自己的那个乘积。",
)
def gradients_added(self, ga, gc):
    return tuple(six(self, ga + gc, ga + gc))


@mistake(
    PRODUCTS,
    "The biases are counted twice: both got the sum of `ga` and `gc`. b was added to W x only, so gb is the sum of "
    "`ga` over the batch; gd that of `gc`.",
    "偏置算了两次：两个都用了 `ga` 与 `gc` 之和。b 只加在 W x 上，所以 gb 是 `ga` 沿批求和；gd 才是 `gc` 的。",
)
def biases_twice(self, ga, gc):
    both = ga.sum(axis=0) + gc.sum(axis=0)
    return (*six(self, ga, gc)[:4], both, both)


@mistake(
    PRODUCTS,
    "gb and gd were taken from the same gradient. gb is the sum of `ga`, gd that of `gc`.",
    "gb 和 gd 用了同一个梯度。gb 是 `ga` 的和，gd 是 `gc` 的和。",
)
def one_bias(self, ga, gc):
    return (*six(self, ga, gc)[:5], ga.sum(axis=0))


@mistake(
    PRODUCTS,
    "gb and gd were averaged over the batch. The bias was added for every sample: sum. If the loss is a mean, its "
    "1/n is in `ga` already.",
    "gb 和 gd 沿批求了平均。偏置给每个样本都加过一次，所以要求和。如果损失是平均值，那个 1/n 已经在 `ga` 里了。",
)
def biases_averaged(self, ga, gc):
    return (*six(self, ga, gc)[:4], ga.mean(axis=0), gc.mean(axis=0))


@mistake(
    PRODUCTS,
    "gW and gU were divided by the size of the batch. They are sums over the samples; if the loss is a mean, its "
    "1/n is in `ga` already.",
    "gW 和 gU 除以了批大小。它们是对样本求和；如果损失是平均值，那个 1/n 已经在 `ga` 里了。",
)
def weights_averaged(self, ga, gc):
    gx, gh, gw, gu, gb, gd = six(self, ga, gc)
    return gx, gh, gw / len(ga), gu / len(ga), gb, gd


@mistake(
    PRODUCTS,
    "gU was made with x. U was multiplied with the state h that came in: gU = gcᵀ h.",
    "gU 用了 x。和 U 相乘的是传进来的状态 h：gU = gcᵀ h。",
)
def input_for_state(self, ga, gc):
    x = self.inputs[0]
    gx, gh, gw, _, gb, gd = six(self, ga, gc)
    return gx, gh, gw, gc.T @ x, gb, gd


@mutant(PRODUCTS, "not_summed")
def biases_of_each_sample(self, ga, gc):
    return (*six(self, ga, gc)[:4], ga, gc)


@mutant(PRODUCTS, "transposed")
def weights_transposed(self, ga, gc):
    x, h, _, _ = self.inputs
    gx, gh, _, _, gb, gd = six(self, ga, gc)
    return gx, gh, x.T @ ga, h.T @ gc, gb, gd


@mistake(
    PRODUCTS,
    "The results are right, but in another order: gx, gh, gW, gU, gb, gd, as the inputs of forward come.",
    "结果都对，但顺序不对：应该是 gx、gh、gW、gU、gb、gd，和 forward 的输入顺序一致。",
)
def product_by_product(self, ga, gc):
    gx, gh, gw, gu, gb, gd = six(self, ga, gc)
    return gx, gw, gb, gh, gu, gd


@mutant(PRODUCTS, "swapped")
def biases_beside_their_weights(self, ga, gc):
    gx, gh, gw, gu, gb, gd = six(self, ga, gc)
    return gx, gh, gw, gb, gu, gd


@mistake(
    PRODUCTS,
    "gU was made with U h, the result of the product. A weight's gradient takes what it was multiplied with: gU = "
    "gcᵀ h.",
    "gU 用的是乘积的结果 U h。权重的梯度要用和它相乘的那个量：gU = gcᵀ h。",
)
def result_for_state(self, ga, gc):
    _, h, _, u = self.inputs
    gx, gh, gw, _, gb, gd = six(self, ga, gc)
    return gx, gh, gw, gc.T @ (h @ u.T), gb, gd


@mistake(
    PRODUCTS,
    "The biases were summed over the units (axis=1), which gives a number for each sample. b has a number for each "
    "unit and was added to every sample: sum over the batch, axis=0.",
    "偏置沿单元求和了（axis=1），结果是每个样本一个数。b 是每个单元一个数，给每个样本都加过：要沿批求和，axis=0。",
)
def biases_over_units(self, ga, gc):
    return (*six(self, ga, gc)[:4], ga.sum(axis=1), gc.sum(axis=1))


@mistake(
    PRODUCTS,
    "The biases were summed over everything, to a single number. b has a number for each unit: sum over the batch "
    "only, axis=0.",
    "偏置对所有元素求和，成了一个数。b 是每个单元一个数：只沿批求和，axis=0。",
)
def biases_over_everything(self, ga, gc):
    return (*six(self, ga, gc)[:4], ga.sum(), gc.sum())


@mutant(PRODUCTS, "count")
def without_biases(self, ga, gc):
    return tuple(six(self, ga, gc)[:4])


# ------------------------------------------------------------------------------------------------- a step, forward


def sums(self, x, h, *weights):
    """W x + b and U h + d."""
    return self.project(x, h, *weights)


@mistake(FORWARD, "The tanh is missing: h' = tanh(W x + b + U h + d).", "少了 tanh：h' = tanh(W x + b + U h + d)。")
def not_squashed(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = from_x + from_h
    return self.h


@mistake(
    FORWARD,
    "The step uses σ. A plain RNN squashes its state by tanh, to -1 to 1; σ will come in lesson 3.3, for gates.",
    "这一步用了 σ。普通 RNN 用 tanh 把状态压到 -1 到 1；σ 到 3.3 课才用来做门。",
)
def sigmoid(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = logistic(from_x + from_h)
    return self.h


@mistake(
    FORWARD,
    "The step uses ReLU, max(a, 0). That is ReLUCell; here it is tanh.",
    "这一步用了 ReLU，即 max(a, 0)。那是 ReLUCell；这里要用 tanh。",
)
def relu(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.maximum(from_x + from_h, 0)
    return self.h


@mistake(
    FORWARD,
    "tanh was taken of each part, and the two added. The sum comes first: tanh(W x + b + U h + d).",
    "对两部分分别取了 tanh 再相加。应该先相加：tanh(W x + b + U h + d)。",
)
def squashed_apart(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.tanh(from_x) + np.tanh(from_h)
    return self.h


@mistake(
    FORWARD,
    "tanh was taken of the input's part only, and U h + d added outside. The sum comes first: tanh(W x + b + U h + d).",
    "只对输入的部分取了 tanh，U h + d 加在了外面。应该先相加：tanh(W x + b + U h + d)。",
)
def state_outside(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.tanh(from_x) + from_h
    return self.h


@mistake(
    FORWARD,
    "The two parts were multiplied with each other. They are added: tanh(W x + b + U h + d).",
    "两部分乘在了一起。应该相加：tanh(W x + b + U h + d)。",
)
def multiplied(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.tanh(from_x * from_h)
    return self.h


@mistake(
    FORWARD,
    "The state is not used: without U h + d the network remembers nothing.",
    "没有用到状态：少了 U h + d，网络什么也记不住。",
)
def state_ignored(self, x, h, *weights):
    from_x, _ = sums(self, x, h, *weights)
    self.h = np.tanh(from_x)
    return self.h


@mistake(
    FORWARD,
    "The input is not used: h' = tanh(W x + b + U h + d).",
    "没有用到输入：h' = tanh(W x + b + U h + d)。",
)
def input_ignored(self, x, h, *weights):
    _, from_h = sums(self, x, h, *weights)
    self.h = np.tanh(from_h)
    return self.h


@mistake(
    FORWARD,
    "The old state itself was added: h went in as it is, beside U h. It is multiplied by U: tanh(W x + b + U h + d).",
    "把旧状态本身加了进去。它要先乘 U：tanh(W x + b + U h + d)。",
)
def state_added_directly(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.tanh(from_x + from_h + h)
    return self.h


@mistake(
    FORWARD,
    "The old state was added to the tanh. A plain RNN replaces the state by tanh(W x + b + U h + d).",
    "在 tanh 之外又加了旧状态。普通 RNN 的新状态就是 tanh(W x + b + U h + d)，整个换掉。",
)
def state_kept_beside(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.tanh(from_x + from_h)
    return self.h + h


@mistake(
    FORWARD,
    "h stands in place of U h + d: the state has to go through its weights, too.",
    "该用 U h + d 的地方用了 h 本身：状态也要经过自己的权重。",
)
def state_not_weighed(self, x, h, *weights):
    from_x, _ = sums(self, x, h, *weights)
    self.h = np.tanh(from_x + h)
    return self.h


@mistake(
    FORWARD,
    "The biases are left out: hand all the weights on, self.project(x, h, *weights).",
    "漏了偏置：要把权重全部传下去，self.project(x, h, *weights)。",
)
def biases_left_out(self, x, h, w, u, *biases):
    from_x, from_h = sums(self, x, h, w, u)
    self.h = np.tanh(from_x + from_h)
    return self.h


@mistake(
    FORWARD,
    "The biases are in twice: self.project has added them already.",
    "偏置加了两次：self.project 已经把它们加上了。",
)
def biases_added_again(self, x, h, w, u, b=None, d=None):
    from_x, from_h = sums(self, x, h, w, u, b, d)
    self.h = np.tanh(from_x + from_h + (0 if b is None else b + d))
    return self.h


@mistake(
    FORWARD,
    "One of the two biases is missing: b belongs to W x, d to U h.",
    "两个偏置漏了一个：b 加在 W x 上，d 加在 U h 上。",
)
def second_bias_left_out(self, x, h, w, u, b=None, d=None):
    from_x, from_h = sums(self, x, h, w, u, b)
    self.h = np.tanh(from_x + from_h)
    return self.h


@mistake(
    FORWARD,
    "The two parts were put side by side. They are added, unit by unit, so that h' is as wide as h. ([x, h] side by "
    "side is another way to write the inputs; then W and U must be, too.)",
    "两部分并排拼在了一起。应该逐个单元相加，这样 h' 才和 h 一样宽。（也有把输入写成 [x, h] 并排的，但那样 W 和 U 也"
    "要并排。）",
)
def side_by_side(self, x, h, *weights):
    self.h = np.tanh(np.concatenate(sums(self, x, h, *weights), axis=1))
    return self.h


@mistake(
    FORWARD,
    "The mean of the two parts was taken. They are added: tanh(W x + b + U h + d).",
    "两部分取了平均。应该相加：tanh(W x + b + U h + d)。",
)
def averaged(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    self.h = np.tanh((from_x + from_h) / 2)
    return self.h


@mistake(
    FORWARD,
    "The value is right, but forward keeps nothing for backward beyond what self.project keeps. Backward needs h' "
    "for the slope of tanh: self.h = ...",
    "值是对的，但除了 self.project 存下的，forward 没有为 backward 留下任何东西。tanh 的导数要用 h'：self.h = ...",
)
def state_not_kept(self, x, h, *weights):
    from_x, from_h = sums(self, x, h, *weights)
    return np.tanh(from_x + from_h)


# ------------------------------------------------------------------------------------------------ a step, backward


def new_state(self):
    """h' of the step whose gradients are asked for, from what the check noted as `seen`."""
    return np.tanh(sum(sums(self, *self.seen)))


@mistake(BACKWARD, "The slope of tanh is missing: ga = gh' (1 - h'²).", "少了 tanh 的导数：ga = gh' (1 - h'²)。")
def slope_forgotten(self, gh):
    return self.project_backward(gh, gh)


@mistake(
    BACKWARD,
    "tanh' of the wrong state: 1 - h² was taken with the h that came in. It is 1 - h'², with the h' that came out.",
    "tanh 的导数用错了状态：1 - h² 里用的是传进来的 h，应该用出来的 h'：1 - h'²。",
)
def slope_of_the_old_state(self, gh):
    ga = gh * (1 - self.seen[1] ** 2)
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "The slope of tanh was taken as 1 - tanh²(h'). h' is the tanh already: 1 - h'².",
    "tanh 的导数写成了 1 - tanh²(h')。h' 本身已经是 tanh 的结果：1 - h'²。",
)
def tanh_twice(self, gh):
    ga = gh * (1 - np.tanh(new_state(self)) ** 2)
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "The slope of tanh was taken at a = W x + b + U h + d as if a were its tanh: 1 - a². It is 1 - tanh²(a) = 1 - h'².",
    "把 a = W x + b + U h + d 当成了 tanh 的结果，写成了 1 - a²。应该是 1 - tanh²(a)，即 1 - h'²。",
)
def slope_of_the_sum(self, gh):
    ga = gh * (1 - sum(sums(self, *self.seen)) ** 2)
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "The slope of tanh was taken as 1 - h'; it is 1 - h'².",
    "tanh 的导数写成了 1 - h'，应该是 1 - h'²。",
)
def not_squared(self, gh):
    ga = gh * (1 - new_state(self))
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "The slope is that of σ, h' (1 - h'). The step uses tanh: 1 - h'².",
    "这是 σ 的导数 h' (1 - h')。这一步用的是 tanh：1 - h'²。",
)
def slope_of_sigmoid(self, gh):
    ga = gh * new_state(self) * (1 - new_state(self))
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "The slope has the wrong sign inside: 1 + h'² in place of 1 - h'².",
    "导数里的符号错了：写成了 1 + h'²，应该是 1 - h'²。",
)
def plus_for_minus(self, gh):
    ga = gh * (1 + new_state(self) ** 2)
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "gh' was multiplied by tanh itself. The chain rule takes its slope: 1 - h'².",
    "gh' 乘的是 tanh 本身。链式法则要乘它的导数：1 - h'²。",
)
def value_for_slope(self, gh):
    ga = gh * new_state(self)
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "For U h + d the slope of tanh was left out. Both parts are inside the tanh, so both get ga.",
    "U h + d 那一边漏了 tanh 的导数。两部分都在 tanh 里面，所以得到的都是 ga。",
)
def state_past_the_tanh(self, gh):
    return self.project_backward(gh * (1 - new_state(self) ** 2), gh)


@mistake(
    BACKWARD,
    "For W x + b the slope of tanh was left out. Both parts are inside the tanh, so both get ga.",
    "W x + b 那一边漏了 tanh 的导数。两部分都在 tanh 里面，所以得到的都是 ga。",
)
def input_past_the_tanh(self, gh):
    return self.project_backward(gh, gh * (1 - new_state(self) ** 2))


@mistake(
    BACKWARD,
    "gh' was added to gh. In a plain RNN there is no direct path from h to h': gh comes through U alone.",
    "gh 里又加了 gh'。普通 RNN 里没有从 h 直接到 h' 的路：gh 只经过 U。",
)
def direct_path_added(self, gh):
    ga = gh * (1 - new_state(self) ** 2)
    gx, before, *of_weights = self.project_backward(ga, ga)
    return gx, before + gh, *of_weights


@mistake(
    BACKWARD,
    "ga was halved, as if each part of the sum got its share. In a sum each part gets the whole gradient.",
    "ga 被平分了。加法不平分梯度：两边得到的都是整个 ga。",
)
def shared_out(self, gh):
    ga = gh * (1 - new_state(self) ** 2)
    return tuple([g / 2 for g in self.project_backward(ga, ga)])


@mistake(
    BACKWARD,
    "The biases are counted twice: gb and gd are each the sum of ga, not the sum of both.",
    "偏置算了两遍：gb 和 gd 各是 ga 之和，不是两份相加。",
)
def biases_counted_twice(self, gh):
    ga = gh * (1 - new_state(self) ** 2)
    *rest, gb, gd = self.project_backward(ga, ga)
    return *rest, gb + gd, gb + gd


@mistake(
    BACKWARD,
    "The biases are counted by half, as if they shared one gradient. Each is added by itself, so gb and gd are each "
    "the whole sum of ga.",
    "偏置只算了一半，好像两个要平分一份梯度。两个偏置各自都加过，所以 gb 和 gd 各是整个 ga 之和。",
)
def biases_counted_half(self, gh):
    ga = gh * (1 - new_state(self) ** 2)
    *rest, gb, gd = self.project_backward(ga, ga)
    return *rest, gb / 2, gd / 2


@mistake(
    BACKWARD,
    "Parentheses are missing: gh * 1 - h'² subtracts h'² from gh. It is gh * (1 - h'²).",
    "少了括号：gh * 1 - h'² 是从 gh 里减去 h'²。应该是 gh * (1 - h'²)。",
)
def parentheses_missing(self, gh):
    ga = gh - new_state(self) ** 2
    return self.project_backward(ga, ga)


@mistake(
    BACKWARD,
    "The slope of tanh has a root too many: it is 1 - h'², not √(1 - h'²).",
    "tanh 的导数多开了一次方：应该是 1 - h'²，不是 √(1 - h'²)。",
)
def root_of_the_slope(self, gh):
    ga = gh * np.sqrt(1 - new_state(self) ** 2)
    return self.project_backward(ga, ga)


@mutant(BACKWARD, "count")
def weights_dropped(self, gh):
    ga = gh * (1 - new_state(self) ** 2)
    return self.project_backward(ga, ga)[:2]


# ----------------------------------------------------------------------------------------------- the walk, forward


def walked(
    self, x, rest, carry=lambda old, new: new, result=lambda old, new: new[0], cells=None, order=None, room=np.empty
):
    """The walk: `carry` is the state that goes into the next step, `result` what goes into y."""
    state, weights = list(rest[: self.states]), rest[self.states :]
    y = room((len(x), state[0].shape[1]), x.dtype)
    self.walked = []
    for rows, n in order or self.steps():
        cell = cells or self.cell()
        new = self.step(cell, x[rows], state, weights)
        y[rows] = result(state, new)[:n]
        state = carry(state, new)
        self.walked.append((cell, rows, n))
    self.save(x, *weights)
    return y, *state


@mistake(
    WALK,
    "Every step begins with the first state: the new one is not handed on. What comes out of a step goes into the "
    "next.",
    "每一步都从初始状态开始：新的状态没有传下去。前一步出来的，要进后一步。",
)
def not_carried(self, x, *rest):
    return walked(self, x, rest, carry=lambda old, new: old)


@mistake(
    WALK,
    "Every step begins with the first state, and only what is returned at the end is new. What comes out of a step "
    "goes into the next.",
    "每一步都从初始状态开始，只有最后返回的状态是新的。前一步出来的，要进后一步。",
)
def carried_to_the_end_only(self, x, *rest):
    state, weights = list(rest[: self.states]), rest[self.states :]
    y, self.walked, last = np.empty((len(x), state[0].shape[1]), x.dtype), [], state
    for rows, n in self.steps():
        cell = self.cell()
        new = self.step(cell, x[rows], state, weights)
        y[rows] = new[0][:n]
        last = [np.concatenate([a[:n], b[n:]]) for a, b in zip(new, last)]
        self.walked.append((cell, rows, n))
    self.save(x, *weights)
    return y, *last


@mistake(
    WALK,
    "y holds the state before each step. It is to hold h after it.",
    "y 里放的是每一步之前的状态，应该放这一步之后的 h。",
)
def state_before(self, x, *rest):
    return walked(self, x, rest, result=lambda old, new: old[0])


@mistake(
    WALK,
    "y holds the last of the states, c. For an LSTM the state is h and c, and y is made of h: state[0].",
    "y 里放的是最后一个状态 c。LSTM 的状态是 h 和 c，y 由 h 组成：state[0]。",
)
def c_for_h(self, x, *rest):
    return walked(self, x, rest, result=lambda old, new: new[-1])


@mistake(
    WALK,
    "The steps were taken from the first to the last although `reverse` is set: self.steps() gives them in the "
    "right order.",
    "设了 `reverse`，却还是从头走到尾：self.steps() 给出的顺序才是对的。",
)
def always_from_the_start(self, x, *rest):
    order = sorted(self.steps(), key=lambda step: step[0].start)
    return walked(self, x, rest, order=order)


@mistake(
    WALK,
    "y is in the order of walking. With `reverse` the walk begins at the end, so the results must go to their rows, "
    "y[rows] = ..., and not one behind the other.",
    "y 是按走过的顺序排的。设了 `reverse` 时是从末尾走起，所以每一步的结果要放回自己的行：y[rows] = ……，不能一个接一"
    "个地排。",
)
def in_the_order_of_walking(self, x, *rest):
    y, *state = walked(self, x, rest)
    return np.concatenate([y[rows] for rows, _ in self.steps()]), *state


@mistake(
    WALK,
    "The state is returned of those sequences only that were in the last step; the others have ended, and their "
    "last state is to be kept. self.step returns the state of all.",
    "最后的状态只剩下最后一步还在的那几个序列；其余的已经结束，但它们最后的状态要留着。self.step 返回的是所有序列的"
    "状态。",
)
def ended_ones_lost(self, x, *rest):
    y, *state = walked(self, x, rest)
    return y, *[h[: self.batch_sizes[-1]] for h in state]


@mistake(
    WALK,
    "The last rows of y were returned for the last state. Where sequences have ended before, the last rows belong "
    "to other steps; and an LSTM has c, too. Return what self.step gave.",
    "拿 y 的最后几行当成了最后的状态。有的序列先结束了，那几行就属于别的步；LSTM 还有 c。应该返回 self.step 给出的状"
    "态。",
)
def last_rows_of_y(self, x, *rest):
    y, *state = walked(self, x, rest)
    return y, y[-len(state[0]) :], *state[1:]


@mistake(
    WALK,
    "One cell was used for all steps. A cell keeps what its step has seen, for backward; the next step would "
    "overwrite it. So cell = self.cell() belongs inside the loop.",
    "所有的步共用了一个 cell。cell 要为 backward 存下自己这一步看到的东西，下一步一来就盖掉了。所以 cell = "
    "self.cell() 要写在循环里面。",
)
def one_cell_for_all(self, x, *rest):
    return walked(self, x, rest, cells=self.cell())


@mistake(
    WALK,
    "The state was written over in place, and with it what earlier cells keep for backward. Take the array that "
    "comes out of self.step as the new state.",
    "状态是原地改写的，前面的 cell 为 backward 存下的数组也就跟着变了。应该直接把 self.step 返回的数组当作新的状态。",
)
def state_overwritten(self, x, *rest):
    def carry(old, new):
        for a, b in zip(old, new):
            a[...] = b
        return old

    return walked(self, x, [h.copy() for h in rest[: self.states]] + list(rest[self.states :]), carry=carry)


@mistake(
    WALK,
    "All rows of y hold the last state. After each step its h goes to the rows of this step, y[rows].",
    "y 的每一行都是最后的状态。每走一步，就要把这一步的 h 放进这一步的行：y[rows]。",
)
def last_state_everywhere(self, x, *rest):
    y, *state = walked(self, x, rest)
    for rows, n in self.steps():
        y[rows] = state[0][:n]
    return y, *state


@mistake(
    WALK,
    "The first state that was given is not used: the walk began with zeros.",
    "没有用到给定的初始状态：是从 0 开始走的。",
)
def begun_with_zeros(self, x, *rest):
    return walked(self, x, [0 * h for h in rest[: self.states]] + list(rest[self.states :]))


@mistake(WALK, "The first state was returned in place of the last.", "返回的是初始状态，应该返回最后的状态。")
def first_state_returned(self, x, *rest):
    y, *_ = walked(self, x, rest)
    return y, *[h.copy() for h in rest[: self.states]]


@mistake(
    WALK,
    "y is the sum of all states so far. It is to hold h after each step: y[rows] = ..., without adding.",
    "y 里是到目前为止所有状态之和。应该只放这一步之后的 h：y[rows] = ……，不要累加。",
)
def summed_up(self, x, *rest):
    y, *state = walked(self, x, rest)
    total = np.zeros_like(state[0])
    for rows, n in self.steps():
        total[:n] += y[rows]
        y[rows] = total[:n]
    return y, *state


@mistake(
    WALK,
    "Only h was handed on from step to step; c stays as it was at the beginning. An LSTM has two states: take all "
    "that self.step returns as the new state.",
    "步与步之间只传了 h，c 一直是开始时的样子。LSTM 有两个状态：要把 self.step 返回的全部当作新的状态。",
)
def c_not_carried(self, x, *rest):
    return walked(self, x, rest, carry=lambda old, new: [new[0], *old[1:]])


@mistake(
    WALK,
    "Every step got the whole of x. A step gets the inputs of its own rows: x[rows].",
    "每一步都拿到了整个 x。一步只该拿到自己那几行输入：x[rows]。",
)
def whole_input(self, x, *rest):
    state, weights = list(rest[: self.states]), rest[self.states :]
    y, self.walked = np.empty((len(x), state[0].shape[1]), x.dtype), []
    for rows, n in self.steps():
        cell = self.cell()
        state = self.step(cell, x, state, weights)
        y[rows] = state[0][:n]
        self.walked.append((cell, rows, n))
    self.save(x, *weights)
    return y, *state


@mutant(WALK, "nothing_saved")
def cells_not_kept(self, x, *rest):
    result = walked(self, x, rest)
    del self.walked
    self.saved = ()
    return result


@mutant(WALK, "count")
def y_alone(self, x, *rest):
    return walked(self, x, rest)[0]


# ---------------------------------------------------------------------------------------------- the walk, backward


def cells_of(self):
    """The steps, each with a cell that has seen it, from what the check noted as `seen`."""
    x, *rest = self.seen
    state, weights = list(rest[: self.states]), rest[self.states :]
    found = []
    for rows, n in self.steps():
        cell = self.cell()
        cell.seen = (x[rows], *[h[:n] for h in state], *weights)  # for mistakes of a cell
        state = self.step(cell, x[rows], state, weights)
        found.append((cell, rows, n))
    return found


def back(
    self,
    gy,
    gstate,
    arriving=lambda g, gy: g + gy,
    total=lambda before, g: before + g,
    cells=None,
    handed=lambda state, n: state,
    x_grad=lambda gx, state: gx,
):
    """The way back: `arriving` is the gradient of h after a step, `total` that of a weight, `handed` what goes on."""
    gx, state, totals = np.empty_like(self.seen[0]), [g.copy() for g in gstate], [0.0] * 4
    for cell, rows, n in reversed(cells_of(self)) if cells is None else cells:
        state[0][:n] = arriving(state[0][:n], gy[rows])
        gx[rows], state, of_weights = self.step_backward(cell, state, n)
        state = handed(state, n)
        totals = [total(before, g) for before, g in zip(totals, of_weights)]
    return gx, *state, *totals


@mistake(
    WALK_BACK,
    "The gradients of the weights are those of the step that was visited last: they were assigned. The same weights "
    "were used at every step, so the gradients of all steps add up: total + g.",
    "权重的梯度只是最后走到的那一步的：写成了赋值。每一步用的都是同一组权重，所以所有步的梯度要加起来：total + g。",
)
def not_accumulated(self, gy, *gstate):
    return back(self, gy, gstate, total=lambda before, g: g)


@mistake(
    WALK_BACK,
    "The gradients of the weights are those of the last step of the sequence alone. The same weights were used at "
    "every step, so the gradients of all steps add up.",
    "权重的梯度只是序列最后一步的。每一步用的都是同一组权重，所以所有步的梯度要加起来。",
)
def last_step_only(self, gy, *gstate):
    return back(self, gy, gstate, total=lambda before, g: before if isinstance(before, np.ndarray) else g)


@mistake(
    WALK_BACK,
    "The gradients of the weights were averaged over the steps. They are sums, as for every value that is used more "
    "than once.",
    "权重的梯度对各步求了平均。应该求和：一个值用了几次，它的梯度就是几份之和。",
)
def averaged_over_steps(self, gy, *gstate):
    gx, *rest = back(self, gy, gstate)
    return gx, *rest[: self.states], *[g / len(self.batch_sizes) for g in rest[self.states :]]


@mistake(
    WALK_BACK,
    "What comes back from the later step is forgotten: gh was gy of this step alone. h went into y and into the "
    "next step, so it gets both: what step_backward returned for the later step, plus gy[rows].",
    "忘了后一步传回来的梯度：gh 只用了这一步的 gy。h 进了 y，也进了下一步，所以两份都要：后一步 step_backward 返回的，"
    "加上 gy[rows]。",
)
def later_step_forgotten(self, gy, *gstate):
    return back(self, gy, gstate, arriving=lambda g, gy: gy)


@mistake(
    WALK_BACK,
    "gy is not used: only the gradient of the last state is carried back. h of every step stands in y, so gy[rows] "
    "is added at every step.",
    "没有用到 gy：只把最后状态的梯度往回带。每一步的 h 都在 y 里，所以每一步都要加上 gy[rows]。",
)
def results_forgotten(self, gy, *gstate):
    return back(self, gy, gstate, arriving=lambda g, gy: g)


@mistake(
    WALK_BACK,
    "The gradient of the last state, `gstate`, is not used: the walk back began with zeros.",
    "没有用到最后状态的梯度 `gstate`：往回走时是从 0 开始的。",
)
def begun_with_zeros_backward(self, gy, *gstate):
    return back(self, gy, [0 * g for g in gstate])


@mistake(
    WALK_BACK,
    "The way back always begins at the end of the sequences. With `reverse`, forward began there; go the way of "
    "forward backwards, by the cells in the order in which they were made, reversed.",
    "总是从序列的末尾往回走。设了 `reverse` 时，前向就是从末尾走起的；应该把 cell 按前向的先后倒过来走。",
)
def always_from_the_end(self, gy, *gstate):
    return back(self, gy, gstate, cells=sorted(cells_of(self), key=lambda step: -step[1].start))


@mistake(
    WALK_BACK,
    "The steps were visited in the order of forward. The gradient of a state is known only when that of the later "
    "one is: begin with the last step, reversed(...).",
    "按前向的顺序走了。先有后一步的梯度，才有前一步的：要从最后一步开始，用 reversed(...)。",
)
def not_reversed(self, gy, *gstate):
    return back(self, gy, gstate, cells=cells_of(self))


@mistake(
    WALK_BACK,
    "gy was added after the step instead of before it: so it arrives one step too early in time. First state[0][:n] "
    "+= gy[rows], then step_backward.",
    "gy 加得太晚：加在了这一步的反向传播之后，等于加给了前一个状态。应该先 state[0][:n] += gy[rows]，再调用 "
    "step_backward。",
)
def added_too_late(self, gy, *gstate):
    gx, state, totals = np.empty_like(self.seen[0]), [g.copy() for g in gstate], [0.0] * 4
    for cell, rows, n in reversed(cells_of(self)):
        gx[rows], state, of_weights = self.step_backward(cell, state, n)
        state[0][:n] += gy[rows]
        totals = [before + g for before, g in zip(totals, of_weights)]
    return gx, *state, *totals


@mistake(
    WALK_BACK,
    "gy was added to all states. y is h alone: for an LSTM, c gets nothing from it directly.",
    "gy 加到了所有状态上。y 里只有 h：对 LSTM 来说，c 不会直接从 gy 得到什么。",
)
def added_to_all_states(self, gy, *gstate):
    gx, state, totals = np.empty_like(self.seen[0]), [g.copy() for g in gstate], [0.0] * 4
    for cell, rows, n in reversed(cells_of(self)):
        for g in state:
            g[:n] += gy[rows]
        gx[rows], state, of_weights = self.step_backward(cell, state, n)
        totals = [before + g for before, g in zip(totals, of_weights)]
    return gx, *state, *totals


@mistake(
    WALK_BACK,
    "The gradient of the cell state c is dropped between the steps: only that of h was handed on. Hand on all that "
    "step_backward returns as the state's gradient.",
    "步与步之间丢掉了单元状态 c 的梯度：只把 h 的传了下去。step_backward 返回的状态梯度要全部传下去。",
)
def cell_state_dropped(self, gy, *gstate):
    return back(self, gy, gstate, handed=lambda state, n: [state[0], *[0 * g for g in state[1:]]])


@mistake(WALK_BACK, "gy was added twice: h stands in y once.", "gy 加了两次：h 在 y 里只出现一次。")
def added_twice(self, gy, *gstate):
    return back(self, gy, gstate, arriving=lambda g, gy: g + 2 * gy)


@mistake(
    WALK_BACK,
    "gy was added at the first step of the way back only. h of every step stands in y, so gy[rows] belongs inside "
    "the loop.",
    "gy 只在往回走的第一步加了一次。每一步的 h 都在 y 里，所以 gy[rows] 要在循环里面加。",
)
def added_at_the_end_only(self, gy, *gstate):
    steps = list(reversed(cells_of(self)))
    last = np.zeros_like(gy)
    last[steps[0][1]] = gy[steps[0][1]]
    return back(self, last, gstate)


@mistake(
    WALK_BACK,
    "For the first state, the gradient of the last state was returned as it came in. Return what is left after the "
    "walk.",
    "初始状态的梯度返回的是传进来的 gstate。应该返回走到头之后的那个。",
)
def upstream_returned(self, gy, *gstate):
    gx, *rest = back(self, gy, gstate)
    return gx, *[g.copy() for g in gstate], *rest[self.states :]


@mistake(
    WALK_BACK,
    "The gradient of the first state lacks the sequences that ended early, or holds zeros for them: they were cut "
    "off at a later step. Carry the gradient of all sequences; step_backward leaves those alone that the step does "
    "not have.",
    "初始状态的梯度里，早结束的序列丢了或变成了 0：它们在后面的步里被切掉了。应该带着所有序列的梯度往回走；这一步没"
    "有的序列，step_backward 不会动它们。",
)
def ended_ones_cut_off(self, gy, *gstate):
    def handed(state, n):
        for g in state:
            g[n:] = 0
        return state

    return back(self, gy, gstate, handed=handed)


@mistake(
    WALK_BACK,
    "gx was collected in the order of the way back, so the steps lie in it from the last to the first. Each goes to "
    "its rows: gx[rows] = ...",
    "gx 是按往回走的顺序收集的，各步正好倒了过来。每一步的要放回自己的行：gx[rows] = ……",
)
def inputs_backwards(self, gy, *gstate):
    steps = list(reversed(cells_of(self)))
    gx, *rest = back(self, gy, gstate)
    return np.concatenate([gx[rows] for _, rows, _ in steps]), *rest


@mistake(
    WALK_BACK,
    "The sum over the steps was begun with the gradient itself, or one step counted twice: the last step of the "
    "sequence is in it two times.",
    "求和时有一步算了两次：序列最后一步的权重梯度加了两遍。",
)
def last_step_twice(self, gy, *gstate):
    return back(self, gy, gstate, total=lambda before, g: before + g if isinstance(before, np.ndarray) else 2 * g)


@mistake(
    WALK_BACK,
    "Every step begins with the gradient of the last state. That belongs to the last step only; each earlier one "
    "gets what step_backward returned for the step after it.",
    "每一步都从最后状态的梯度开始。那只属于最后一步；前面的每一步，要用后一步的 step_backward 返回的梯度。",
)
def upstream_at_every_step(self, gy, *gstate):
    gx, totals = np.empty_like(self.seen[0]), [0.0] * 4
    for cell, rows, n in reversed(cells_of(self)):
        state = [g.copy() for g in gstate]
        state[0][:n] += gy[rows]
        gx[rows], state, of_weights = self.step_backward(cell, state, n)
        totals = [before + g for before, g in zip(totals, of_weights)]
    return gx, *state, *totals


@mistake(
    WALK_BACK,
    "Rows and cells do not belong together: the rows were taken from the last step to the first, the cells from the "
    "first to the last. Each step goes back by its own cell.",
    "行和 cell 没有对上：行是从最后一步往前取的，cell 却是从第一步往后取的。每一步都要用它自己的 cell 往回走。",
)
def cells_not_reversed(self, gy, *gstate):
    steps = cells_of(self)
    mixed = [(cell, rows, n) for (cell, _, _), (_, rows, n) in zip(steps, reversed(steps))]
    return back(self, gy, gstate, cells=mixed)


@mistake(
    WALK_BACK,
    "Only the gradient of h is handed on; that of the cell state c stays as it came in. Take all that step_backward "
    "returns as the gradient of the state.",
    "只传了 h 的梯度，单元状态 c 的梯度一直是传进来时的样子。step_backward 返回的状态梯度要全部接住。",
)
def cell_state_not_carried(self, gy, *gstate):
    return back(self, gy, gstate, handed=lambda state, n: [state[0], *[g.copy() for g in gstate[1:]]])


@mistake(
    WALK_BACK,
    "The gradients are right, but backward works only once: it empties the list of cells, or changes what forward "
    "kept. With retain_graph=True it is called again. Go through reversed(self.walked) and leave the list as it is.",
    "梯度是对的，但 backward 只能用一次：它把 cell 的列表清空了，或者改动了 forward 存下的东西。设了 "
    "retain_graph=True 时还会再调用一次。应该遍历 reversed(self.walked)，列表本身不要动。",
)
def used_up(self, gy, *gstate):
    steps, self.walked = cells_of(self) if self.walked else [], []
    return back(self, gy, gstate, cells=steps[::-1])


@mutant(WALK_BACK, "count")
def biases_forgotten(self, gy, *gstate):
    return back(self, gy, gstate)[:-2]
