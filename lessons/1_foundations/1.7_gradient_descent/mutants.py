"""Mistakes that are made in lesson 1.7."""

import math

import numpy as np

from minigrad.course.mutants import mistake, mutant

SGD = "minigrad.optim.sgd:SGD.update"
ADAM = "minigrad.optim.adam:Adam.update"


def both(en, zh):
    """A mistake that is made with either optimizer."""
    return lambda function: mistake(ADAM, en, zh)(mistake(SGD, en, zh)(function))


# ------------------------------------------------------------------------------------------------- changes in place


@both(
    "p is as it was before the step. `p = p - ...` makes a new array and gives it the local name p; the network's own "
    "array stays as it is, and a returned array is not used. Write into it: `p -= ...` or `p[...] = ...`.",
    "走完一步，p 还是原来的值。`p = p - ...` 会新建一个数组，把局部名字 p 给了它；"
    "网络自己的数组没有变，返回的数组也没有人用。要写进原数组：`p -= ...` 或 `p[...] = ...`。",
)
def p_bound_anew(self, p, g, state, group):
    return p - group["lr"] * g


@both(
    "An array of the state is still 0 after the first step. `b = mu * b + g` makes a new array with the local name b; "
    "the one in `state`, from which the next step starts, must be changed itself: `b *= mu`, then `b += ...`.",
    "第一步之后，state 里有个数组还是 0。`b = mu * b + g` 会新建一个局部名字为 b 的数组；"
    "下一步要从 `state` 里的数组出发，所以要改的是它本身：`b *= mu`，然后 `b += ...`。",
)
def state_bound_anew(self, p, g, state, group):
    if "exp_avg" in state:
        p -= group["lr"] * np.sign(g)
        return
    b = group["momentum"] * state["momentum_buffer"] + g if group["momentum"] else g
    p -= group["lr"] * b


@both(
    "A new array was put into `state`. For large parameters the arrays in it are pieces of longer ones, and a new "
    "array would be lost: write into the array that is there, `b[...] = ...` or `b *= ...`.",
    "往 `state` 里放了一个新数组。参数很大时，里面的数组只是更长的数组中的一段，放进去的新数组会丢失："
    "请写进原有的数组，用 `b[...] = ...` 或 `b *= ...`。",
)
def state_replaced(self, p, g, state, group):
    for name in state:
        if name != "step":
            state[name] = g.copy()
    p -= group["lr"] * g


@both(
    'The step was counted once more: state["step"] is already the number of this step, from 1 on. Read it only.',
    '步数又加了一次：state["step"] 已经是这一步的编号，从 1 开始。只读它就行。',
)
def step_counted_again(self, p, g, state, group):
    state["step"] = state.get("step", 0) + 1
    for name in state:
        if name != "step":
            state[name] += g
    p -= group["lr"] * g


@both(
    "The settings in `group` were changed. They hold for every parameter and every step; only read them.",
    "`group` 里的设置被改了。它们对每个参数、每一步都有效，只能读。",
)
def settings_changed(self, p, g, state, group):
    for name in state:
        if name != "step":
            state[name] += g
    p -= group["lr"] * g
    group["lr"] *= 0.9


@mutant(SGD, "modified_input")
@mutant(ADAM, "modified_input")
def gradient_changed(self, p, g, state, group):
    g *= group["lr"]
    p -= g


# --------------------------------------------------------------------------------------------------------------- SGD


def sgd(self, p, g, state, group, *, sign=-1, first=0, anew=False, ahead=False, decay=False, sum_=False, always=False):
    """SGD.update with one mistake built in."""
    mu = group["momentum"]
    if decay:
        g = g + group["weight_decay"] * p
    if mu:
        b = state["momentum_buffer"]
        damping = group["dampening"] if state["step"] > first else 0
        if sum_:
            damping = mu
        b *= mu
        b += (1 - damping) * g
        if (group["nesterov"] or always) and not anew:
            g = (b if ahead else g) + mu * b
        else:
            g = b
    p += sign * group["lr"] * g


@mistake(
    SGD,
    "The step goes up the slope: the loss falls against the gradient, so p - η g.",
    "这一步在上坡：损失沿梯度的反方向下降，应该是 p - η g。",
)
def uphill(self, p, g, state, group):
    sgd(self, p, g, state, group, first=1, sign=1)


@mistake(
    SGD,
    "Without momentum, SGD keeps nothing from step to step, and `state` is empty. Ask for group['momentum'] before you "
    "look into it.",
    "没有动量时，SGD 在各步之间什么也不保留，`state` 是空的。先看 group['momentum']，再去里面取。",
)
def state_is_empty(self, p, g, state, group):
    b = state["momentum_buffer"]
    b *= group["momentum"]
    b += 2 * g  # not to be taken for momentum alone
    p -= group["lr"] * b


@mistake(
    SGD,
    'The momentum is ignored: with group["momentum"] the step goes along the velocity b, not along g.',
    '没有用动量：group["momentum"] 不为 0 时，要沿速度 b 走，而不是沿 g。',
)
def momentum_ignored(self, p, g, state, group):
    if group["momentum"]:
        b = state["momentum_buffer"]
        b *= group["momentum"]
        b += g
    p -= group["lr"] * g


@mistake(
    SGD,
    "The velocity is a mean here, b ← μ b + (1 - μ) g. That is Adam's m; momentum has b ← μ b + (1 - τ) g, with the "
    "dampening τ, which is 0 unless it is set.",
    "这里的速度成了平均值 b ← μ b + (1 - μ) g。那是 Adam 的 m；动量是 b ← μ b + (1 - τ) g，τ 是阻尼，不设置就是 0。",
)
def velocity_as_mean(self, p, g, state, group):
    sgd(self, p, g, state, group, sum_=True)


@mistake(
    SGD,
    "The dampening was applied in the first step, too. There b is still 0, and the whole of g goes into it: τ counts "
    'only while state["step"] > 1.',
    '第一步也用了阻尼。这时 b 还是 0，g 要全部放进去：state["step"] > 1 时 τ 才起作用。',
)
def damped_from_the_first(self, p, g, state, group):
    sgd(self, p, g, state, group)


@mistake(
    SGD,
    "The dampening is ignored: (1 - τ) g goes into the velocity, from the second step on.",
    "没有用阻尼：从第二步起，加进速度的应该是 (1 - τ) g。",
)
def dampening_ignored(self, p, g, state, group):
    sgd(self, p, g, state, group, first=10**9)


@mistake(
    SGD,
    "`nesterov` has no effect: the step went along b. It must go along g + μ b, with the b that is already up to date "
    "(with the old b, g + μ b is just the new b).",
    "`nesterov` 没有起作用：这一步沿着 b 走了。应该沿 g + μ b 走，其中的 b 已经更新过"
    "（若用旧的 b，g + μ b 恰好就是新的 b）。",
)
def nesterov_ignored(self, p, g, state, group):
    sgd(self, p, g, state, group, first=1, anew=True)


@mistake(
    SGD,
    'This is Nesterov\'s step, g + μ b, without being asked: only group["nesterov"] chooses it; else the step is b.',
    '没有要求也走了 Nesterov 的一步 g + μ b：只有 group["nesterov"] 为真时才这样，否则沿 b 走。',
)
def nesterov_always(self, p, g, state, group):
    sgd(self, p, g, state, group, first=1, always=True)


@mistake(
    SGD,
    "The velocity is multiplied by μ after the gradient was added: b ← μ b + g damps the old velocity only.",
    "先加了梯度，再乘的 μ：b ← μ b + g 只衰减旧的速度。",
)
def added_before_multiplied(self, p, g, state, group):
    if group["momentum"]:
        b = state["momentum_buffer"]
        b += g
        b *= group["momentum"]
        g = b
    p -= group["lr"] * g


@mistake(
    SGD,
    "With momentum the step takes both g and b. The new gradient is in b already: p - η b.",
    "有动量时，这一步既走了 g 又走了 b。新的梯度已经在 b 里了：p - η b。",
)
def gradient_twice(self, p, g, state, group):
    p -= group["lr"] * g
    if group["momentum"]:
        sgd(self, p, g, state, group, first=1)


@mistake(SGD, 'The learning rate is missing: p - group["lr"] * g.', '少了学习率：p - group["lr"] * g。')
def rate_forgotten(self, p, g, state, group):
    sgd(self, p, g, state, {**group, "lr": 1.0}, first=1)


@mistake(
    SGD,
    "With nesterov the step is g + μ b, the gradient and what the velocity will do next; here it is b + μ b.",
    "nesterov 的一步是 g + μ b，即梯度加上速度接下来要走的；这里成了 b + μ b。",
)
def nesterov_without_gradient(self, p, g, state, group):
    sgd(self, p, g, state, group, first=1, ahead=True)


@mistake(
    SGD,
    "Weight decay was added here. The base class has added λ p to g before it calls update; now it counts twice.",
    "这里又加了一次权重衰减。基类在调用 update 之前已经把 λ p 加进了 g，现在算了两次。",
)
def decay_twice(self, p, g, state, group):
    sgd(self, p, g, state, group, first=1, decay=True)


# -------------------------------------------------------------------------------------------------------------- Adam


def adam(self, p, g, state, group, *, sign=-1, **wrong):
    """Adam.update with one mistake built in."""
    (beta1, beta2), t, eps = group["betas"], state["step"], group["eps"]
    if "exchanged" in wrong:
        beta1, beta2 = beta2, beta1
    if "decay" in wrong:
        g = g + group["weight_decay"] * p
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m *= beta1
    m += g if "sum" in wrong else (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * (g if "not_squared" in wrong else g * g)
    if group["amsgrad"] and "no_maximum" not in wrong:
        largest = state["max_exp_avg_sq"]
        largest[...] = np.maximum(largest, v)
        if "maximum_into_v" in wrong:
            v[...] = largest
        v = largest
    t += wrong.get("shift", 0)
    m_hat = m if "uncorrected" in wrong or "m_uncorrected" in wrong else m / (1 - beta1**t)
    if "uncorrected" in wrong or "v_uncorrected" in wrong:
        v_hat = v
    else:
        v_hat = v / (1 - beta2**t)
    if "no_root" in wrong:
        step = m_hat / (v_hat + eps)
    elif "eps_inside" in wrong:
        step = m_hat / np.sqrt(v_hat + eps)
    elif "eps_not_corrected" in wrong:
        step = m_hat / (np.sqrt(v) + eps) * math.sqrt(1 - beta2**t)
    else:
        step = m_hat / (np.sqrt(v_hat) + eps)
    p += sign * group["lr"] * step


@mistake(ADAM, "The step goes up the slope: p - η m̂ / (√v̂ + ε).", "这一步在上坡：应该是 p - η m̂ / (√v̂ + ε)。")
def climbs(self, p, g, state, group):
    adam(self, p, g, state, group, sign=1)


@mistake(
    ADAM,
    "The bias correction is missing. m and v start at 0, so after t steps they are too small by 1 - β₁ᵗ and 1 - β₂ᵗ.",
    "没有做偏差修正。m 和 v 从 0 开始，走了 t 步之后分别偏小 1 - β₁ᵗ 倍和 1 - β₂ᵗ 倍。",
)
def bias_not_corrected(self, p, g, state, group):
    adam(self, p, g, state, group, uncorrected=True)


@mistake(
    ADAM,
    "m is not corrected for its start at 0: m̂ = m / (1 - β₁ᵗ). v is.",
    "m 没有做偏差修正：m̂ = m / (1 - β₁ᵗ)。v 的修正是对的。",
)
def m_not_corrected(self, p, g, state, group):
    adam(self, p, g, state, group, m_uncorrected=True)


@mistake(
    ADAM,
    "v is not corrected for its start at 0: v̂ = v / (1 - β₂ᵗ). m is.",
    "v 没有做偏差修正：v̂ = v / (1 - β₂ᵗ)。m 的修正是对的。",
)
def v_not_corrected(self, p, g, state, group):
    adam(self, p, g, state, group, v_uncorrected=True)


@mistake(
    ADAM,
    "β₁ and β₂ are exchanged: the first belongs to the mean of g, the second to the mean of g².",
    "β₁ 和 β₂ 弄反了：前者用于 g 的平均，后者用于 g² 的平均。",
)
def betas_exchanged(self, p, g, state, group):
    adam(self, p, g, state, group, exchanged=True)


@mistake(
    ADAM,
    "ε stands inside the root: √(v̂ + ε) is not √v̂ + ε. For v̂ = 0 it is √ε, ten thousand times ε when ε = 1e-8.",
    "ε 放进了根号里：√(v̂ + ε) 不等于 √v̂ + ε。v̂ = 0 时它是 √ε，ε = 1e-8 时就是 ε 的一万倍。",
)
def eps_inside_the_root(self, p, g, state, group):
    adam(self, p, g, state, group, eps_inside=True)


@mistake(
    ADAM,
    "ε was added to √v before the correction. With c = √(1 - β₂ᵗ) taken out of the root, ε must be multiplied by c.",
    "ε 加在了修正之前的 √v 上。把 c = √(1 - β₂ᵗ) 从根号里提出来时，ε 也要乘 c。",
)
def eps_not_corrected(self, p, g, state, group):
    adam(self, p, g, state, group, eps_not_corrected=True)


@mistake(
    ADAM,
    "The square root is missing: m is divided by √v̂, which has the unit of a gradient, not by v̂.",
    "漏了平方根：m 除以的是 √v̂（它和梯度同单位），不是 v̂。",
)
def root_forgotten(self, p, g, state, group):
    adam(self, p, g, state, group, no_root=True)


@mistake(ADAM, "v is the mean of g², here of g.", "v 应该是 g² 的平均，这里成了 g 的平均。")
def not_squared(self, p, g, state, group):
    adam(self, p, g, state, group, not_squared=True)


@mistake(
    ADAM,
    "m gets the whole of g, as momentum does. Here it is a mean: m ← β₁ m + (1 - β₁) g.",
    "m 加上了整个 g，那是动量的做法。这里是平均：m ← β₁ m + (1 - β₁) g。",
)
def m_as_velocity(self, p, g, state, group):
    adam(self, p, g, state, group, sum=True)


@mistake(
    ADAM,
    "The denominators are 1 - β · t; they must be 1 - βᵗ, a power: beta**t.",
    "分母成了 1 - β · t；应该是 1 - βᵗ，是乘方：beta**t。",
)
def times_instead_of_power(self, p, g, state, group):
    (beta1, beta2), t = group["betas"], state["step"]
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    with np.errstate(all="ignore"):
        p -= group["lr"] * (m / (1 - beta1 * t)) / (np.sqrt(v / (1 - beta2 * t)) + group["eps"])


@mistake(
    ADAM,
    "The denominators are (1 - β)ᵗ; they must be 1 - βᵗ: the power binds first, 1 - beta**t.",
    "分母成了 (1 - β)ᵗ；应该是 1 - βᵗ：先乘方再减，1 - beta**t。",
)
def power_of_the_difference(self, p, g, state, group):
    (beta1, beta2), t = group["betas"], state["step"]
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    p -= group["lr"] * (m / (1 - beta1) ** t) / (np.sqrt(v / (1 - beta2) ** t) + group["eps"])


@mistake(
    ADAM,
    'The correction is always that of the first step, 1 - β. It is 1 - βᵗ, with t = state["step"].',
    '修正用的总是第一步的 1 - β。应该是 1 - βᵗ，t = state["step"]。',
)
def first_step_always(self, p, g, state, group):
    (beta1, beta2) = group["betas"]
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    p -= group["lr"] * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + group["eps"])


@mistake(
    ADAM,
    "`/ np.sqrt(v_hat) + eps` adds ε to the step: the denominator √v̂ + ε needs brackets.",
    "`/ np.sqrt(v_hat) + eps` 把 ε 加到了步子上：分母 √v̂ + ε 要加括号。",
)
def brackets_of_the_denominator(self, p, g, state, group):
    adam(self, p, g, state, {**group, "eps": 0.0})
    p -= group["eps"]


@mistake(
    ADAM,
    "The corrected values were written back into m and v. The running means go on uncorrected: m_hat and v_hat are "
    "for this step only.",
    "把修正后的值写回了 m 和 v。滑动平均本身不修正：m_hat 和 v_hat 只在这一步里用。",
)
def corrected_in_place(self, p, g, state, group):
    (beta1, beta2), t = group["betas"], state["step"]
    adam(self, p, g, state, group)
    state["exp_avg"] /= 1 - beta1**t
    state["exp_avg_sq"] /= 1 - beta2**t


@mistake(
    ADAM,
    "With amsgrad the maximum was taken of the corrected v̂. It is the maximum of v, and the correction comes after it.",
    "用 amsgrad 时，取的是修正后 v̂ 的最大值。应该先取 v 的最大值，再做修正。",
)
def maximum_of_the_corrected(self, p, g, state, group):
    (beta1, beta2), t = group["betas"], state["step"]
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    v_hat = v / (1 - beta2**t)
    if group["amsgrad"]:
        v_hat = np.maximum(state["max_exp_avg_sq"], v_hat, out=state["max_exp_avg_sq"])
    p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v_hat) + group["eps"])


@mistake(
    ADAM,
    "β₁ serves both means; the mean of g² has its own, β₂.",
    "两个平均用的都是 β₁；g² 的平均要用 β₂。",
)
def one_beta(self, p, g, state, group):
    adam(self, p, g, state, {**group, "betas": (group["betas"][0],) * 2})


@mistake(
    ADAM,
    'The correction is one step off, with t + 1. state["step"] is already 1 in the first step.',
    '修正差了一步，用的是 t + 1。第一步时 state["step"] 已经是 1。',
)
def one_step_late(self, p, g, state, group):
    adam(self, p, g, state, group, shift=1)


@mistake(
    ADAM,
    "The correction is one step off, with t - 1, so the first step divides by 1 - β⁰ = 0. state['step'] is 1 there.",
    "修正差了一步，用的是 t - 1，于是第一步除以 1 - β⁰ = 0。第一步时 state['step'] 就是 1。",
)
def one_step_early(self, p, g, state, group):
    (beta1, beta2), t = group["betas"], state["step"] - 1
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    p -= group["lr"] * np.divide(m, 1 - beta1**t) / (np.sqrt(np.divide(v, 1 - beta2**t)) + group["eps"])


@mistake(
    ADAM,
    "`amsgrad` has no effect: state['max_exp_avg_sq'] is still 0. It must become the maximum of itself and v, in place "
    "(np.maximum(..., out=...) or [...] =), and stand in the step for v.",
    "`amsgrad` 没有起作用：state['max_exp_avg_sq'] 还是 0。要把它原地更新为它自己与 v 的较大值"
    "（用 np.maximum(..., out=...) 或 [...] =），并在走步时代替 v。",
)
def amsgrad_ignored(self, p, g, state, group):
    adam(self, p, g, state, group, no_maximum=True)


@mistake(
    ADAM,
    "With amsgrad the maximum was written into v as well. The mean of g² goes on as it was; only the step uses the "
    "maximum.",
    "用 amsgrad 时，最大值也写进了 v。g² 的平均要照常更新，只有走步时才用最大值。",
)
def maximum_in_the_mean(self, p, g, state, group):
    adam(self, p, g, state, group, maximum_into_v=True)


@mistake(
    ADAM,
    "Weight decay was added here. The base class has added λ p to g before it calls update; now it counts twice.",
    "这里又加了一次权重衰减。基类在调用 update 之前已经把 λ p 加进了 g，现在算了两次。",
)
def decay_counted_twice(self, p, g, state, group):
    adam(self, p, g, state, group, decay=True)
