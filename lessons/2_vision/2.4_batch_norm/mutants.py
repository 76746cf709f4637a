"""Mistakes that are made in lesson 2.4."""

import numpy as np

from minigrad.changes import note_change
from minigrad.course.mutants import mistake, mutant
from minigrad.device import generator

FORWARD = "minigrad.ops.norm:BatchNorm.forward"
BACKWARD = "minigrad.ops.norm:BatchNorm.backward"
EVAL = "minigrad.ops.norm:BatchNormEval.forward"
RUNNING = "minigrad.ops.norm:running_update"
DROP = "minigrad.ops.dropout:Dropout.forward"
DROP_BACKWARD = "minigrad.ops.dropout:Dropout.backward"


def dims_of(x):
    return (0, *range(2, x.ndim))


def wide(v, x):
    return v.reshape(1, -1, *[1] * (x.ndim - 2))


def moments(x, ddof=0):
    return x.mean(axis=dims_of(x), keepdims=True), x.var(axis=dims_of(x), keepdims=True, ddof=ddof)


def normalise(self, x, weight, bias, mean, var, sigma):
    """BatchNorm.forward with statistics that may be wrong."""
    self.save(x, weight)
    self.mean, self.var = mean.reshape(-1), var.reshape(-1)
    return wide(weight, x) * ((x - mean) / sigma) + wide(bias, x)


@mistake(
    FORWARD,
    "ε is missing: a channel that is constant in the batch has variance 0, and 0 / 0 is NaN. Divide by √(σ² + ε).",
    "少了 ε：一个通道在这一批里如果是常数，方差就是 0，而 0 / 0 是 NaN。应该除以 √(σ² + ε)。",
)
def without_eps(self, x, weight, bias):
    mean, var = moments(x)
    return normalise(self, x, weight, bias, mean, var, np.sqrt(var))


@mistake(
    FORWARD,
    "ε was added to the standard deviation; it belongs under the root: √(σ² + ε).",
    "ε 加在了标准差上；它应该在根号里面：√(σ² + ε)。",
)
def eps_outside(self, x, weight, bias):
    mean, var = moments(x)
    return normalise(self, x, weight, bias, mean, var, np.sqrt(var) + self.eps)


@mistake(
    FORWARD,
    "x is divided by the variance; divide by its root, the standard deviation.",
    "除的是方差；应该除以它的平方根，也就是标准差。",
)
def divided_by_variance(self, x, weight, bias):
    mean, var = moments(x)
    return normalise(self, x, weight, bias, mean, var, var + self.eps)


@mistake(
    FORWARD,
    "The batch is normalised with Σ (x - μ)² / (n - 1). Here the variance of these very n numbers is meant, "
    "divided by n; "
    "n - 1 belongs to the running variance only.",
    "归一化用了 Σ (x - μ)² / (n - 1)。这里要的就是这 n 个数本身的方差，除以 n；n - 1 只用在滑动方差里。",
)
def unbiased(self, x, weight, bias):
    mean, var = moments(x, 1)
    return normalise(self, x, weight, bias, mean, var, np.sqrt(var + self.eps))


@mistake(
    FORWARD,
    "Mean and variance were taken over the batch only: each pixel has its own. All pixels of a channel share one mean; "
    "average over around_channels(x).",
    "均值和方差只沿批求了，每个像素各有一个。一个通道的所有像素应该共用一个：沿 around_channels(x) 求平均。",
)
def each_pixel_its_own(self, x, weight, bias):
    mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
    self.mean, self.var = mean.reshape(-1), var.reshape(-1)
    self.save(x, weight)
    return wide(weight, x) * ((x - mean) / np.sqrt(var + self.eps)) + wide(bias, x)


@mistake(
    FORWARD,
    "The mean was taken over the batch only, and each pixel has its own; average over around_channels(x).",
    "均值只沿批求了，每个像素各有一个；应该和方差一样，沿 around_channels(x) 求平均。",
)
def mean_of_each_pixel(self, x, weight, bias):
    centred = x - x.mean(axis=0, keepdims=True)
    var = (centred * centred).mean(axis=dims_of(x), keepdims=True)
    self.mean, self.var = x.mean(axis=dims_of(x)), var.reshape(-1)
    self.save(x, weight)
    return wide(weight, x) * centred / np.sqrt(var + self.eps) + wide(bias, x)


@mistake(
    FORWARD,
    "Each sample was normalised by itself, over its channels and pixels. That is layer norm; batch norm takes each "
    "channel "
    "over the whole batch.",
    "每个样本各自在它的通道和像素上归一化了。那是层归一化；批归一化是对每个通道，在整批上做。",
)
def layer_norm(self, x, weight, bias):
    dims = tuple(range(1, x.ndim))
    mean, var = x.mean(axis=dims, keepdims=True), x.var(axis=dims, keepdims=True)
    self.mean, self.var = mean.reshape(-1), var.reshape(-1)
    self.save(x, weight)
    return wide(weight, x) * ((x - mean) / np.sqrt(var + self.eps)) + wide(bias, x)


@mistake(
    FORWARD,
    "The variance was computed as mean(x²) - mean(x)². Far from 0 two large, nearly equal numbers are subtracted, "
    "and in "
    "float32 little is left. Take the mean away first, then square.",
    "方差是用 mean(x²) - mean(x)² 算的。x 离 0 很远时，这是两个几乎相等的大数相减，float32 里有效数字所剩无几。"
    "请先减均值，再平方。",
)
def difference_of_squares(self, x, weight, bias):
    mean, _ = moments(x)
    var = (x * x).mean(axis=dims_of(x), keepdims=True) - mean * mean
    return normalise(self, x, weight, bias, mean, var, np.sqrt(np.abs(var) + self.eps))


@mistake(
    FORWARD,
    "self.mean or self.var is missing after forward: the running statistics are made of them.",
    "forward 之后没有 self.mean 或 self.var：滑动统计量要靠它们来更新。",
)
def statistics_not_kept(self, x, weight, bias):
    y = normalise(self, x, weight, bias, *moments(x), np.sqrt(moments(x)[1] + self.eps))
    del self.mean, self.var
    return y


@mutant(FORWARD, "shape_only")
def statistics_with_all_dimensions(self, x, weight, bias):
    mean, var = moments(x)
    y = normalise(self, x, weight, bias, mean, var, np.sqrt(var + self.eps))
    self.mean, self.var = mean, var
    return y


def parts(self, gy):
    """(dims, x̂, σ, g, gw, gb), from what the check noted as `seen`."""
    x, weight, _ = self.seen
    mean, var = moments(x)
    sigma = np.sqrt(var + self.eps)
    normal, dims = (x - mean) / sigma, dims_of(x)
    return dims, normal, sigma, wide(weight, x) * gy, (gy * normal).sum(axis=dims), gy.sum(axis=dims)


def mean_of(v, dims):
    return v.mean(axis=dims, keepdims=True)


@mistake(
    BACKWARD,
    "Mean and variance were treated as constants. They are made of x: moving one x moves them, and so every result of "
    "the channel. Two terms are missing from gx, one for each.",
    "把均值和方差当成了常数。它们是由 x 算出来的：动一个 x，它们就跟着动，这个通道的所有结果也都跟着动。"
    "gx 里缺了两项，各对应一个。",
)
def constants(self, gy):
    _, _, sigma, g, gw, gb = parts(self, gy)
    return g / sigma, gw, gb


@mistake(
    BACKWARD,
    "The way through the mean is missing: take the mean of g away from g.",
    "缺了经过均值的那条路：要从 g 里减去 g 的均值。",
)
def mean_forgotten(self, gy):
    dims, normal, sigma, g, gw, gb = parts(self, gy)
    return (g - normal * mean_of(g * normal, dims)) / sigma, gw, gb


@mistake(
    BACKWARD,
    "The way through the variance is missing: take away x̂ times the mean of g x̂, too.",
    "缺了经过方差的那条路：还要减去 x̂ 乘以 g x̂ 的均值。",
)
def variance_forgotten(self, gy):
    dims, _, sigma, g, gw, gb = parts(self, gy)
    return (g - mean_of(g, dims)) / sigma, gw, gb


@mistake(
    BACKWARD,
    "Sums stand where gx needs means: each x moves μ by only 1/n.",
    "gx 里该求平均的地方求了和：每个 x 只让 μ 动 1/n。",
)
def sums_for_means(self, gy):
    dims, normal, sigma, g, gw, gb = parts(self, gy)
    gx = g - g.sum(axis=dims, keepdims=True) - normal * (g * normal).sum(axis=dims, keepdims=True)
    return gx / sigma, gw, gb


@mistake(
    BACKWARD,
    "The weight is missing from gx: what goes back into x̂ is g = w gy.",
    "gx 里少了 w：传回 x̂ 的是 g = w gy。",
)
def weight_forgotten(self, gy):
    dims, normal, sigma, _, gw, gb = parts(self, gy)
    return (gy - mean_of(gy, dims) - normal * mean_of(gy * normal, dims)) / sigma, gw, gb


@mistake(
    BACKWARD,
    "gw was made with x; w was multiplied by x̂, the normalised x.",
    "gw 用了 x；而 w 乘的是归一化之后的 x̂。",
)
def not_normalised(self, gy):
    dims, normal, sigma, g, _, gb = parts(self, gy)
    gx = (g - mean_of(g, dims) - normal * mean_of(g * normal, dims)) / sigma
    return gx, (gy * self.seen[0]).sum(axis=dims), gb


@mutant(BACKWARD, "factor")
def means_for_sums(self, gy):
    dims, normal, sigma, g, gw, gb = parts(self, gy)
    n = normal.size // normal.shape[1]
    return (g - mean_of(g, dims) - normal * mean_of(g * normal, dims)) / sigma, gw / n, gb / n


@mistake(
    EVAL,
    "In evaluation the batch was asked for its own mean and variance again. Use the ones that are given: the "
    "answer for a "
    "picture must not depend on which others lie beside it.",
    "评估时又去算了这一批自己的均值和方差。要用给定的：对一张图的回答，不该取决于旁边放了哪些别的图。",
)
def batch_statistics(self, x, mean, var, weight, bias):
    self.save(x, mean, var, weight)
    m, v = moments(x)
    return wide(weight, x) * (x - m) / np.sqrt(v + self.eps) + wide(bias, x)


@mistake(
    EVAL,
    "x is divided by √v without ε: a channel that was constant in training has v = 0.",
    "除的是 √v，没有加 ε：训练时是常数的通道，v = 0。",
)
def eval_without_eps(self, x, mean, var, weight, bias):
    self.save(x, mean, var, weight)
    return wide(weight / np.sqrt(var), x) * (x - wide(mean, x)) + wide(bias, x)


@mistake(
    EVAL,
    "x is divided by v + ε, the variance; divide by its root.",
    "除的是方差 v + ε；应该除以它的平方根。",
)
def eval_by_variance(self, x, mean, var, weight, bias):
    self.save(x, mean, var, weight)
    return wide(weight / (var + self.eps), x) * (x - wide(mean, x)) + wide(bias, x)


@mistake(
    EVAL,
    "The values are right, but self.saved does not hold x, mean, var, weight in this order, which the backward "
    "below takes "
    "out of it.",
    "值是对的，但 self.saved 里不是按顺序放着 x, mean, var, weight，而下面的 backward 就是这样取的。",
)
def saved_something_else(self, x, mean, var, weight, bias):
    self.save(x, weight)
    return wide(weight / np.sqrt(var + self.eps), x) * (x - wide(mean, x)) + wide(bias, x)


@mistake(
    RUNNING,
    "momentum is the wrong way round: here it is the share of the new batch, and 1 - momentum that of the old average.",
    "momentum 用反了：在这里它是新的一批所占的比例，旧的平均占 1 - momentum。",
)
def momentum_reversed(running_mean, running_var, mean, var, n, momentum):
    running_mean[...] = momentum * running_mean + (1 - momentum) * mean
    running_var[...] = momentum * running_var + (1 - momentum) * (var * n / (n - 1))


@mistake(
    RUNNING,
    "running_var took the biased variance, with n where n - 1 belongs: multiply var by n / (n - 1).",
    "running_var 用了有偏方差，该是 n - 1 的地方用了 n：要把 var 乘以 n / (n - 1)。",
)
def biased(running_mean, running_var, mean, var, n, momentum):
    running_mean[...] = (1 - momentum) * running_mean + momentum * mean
    running_var[...] = (1 - momentum) * running_var + momentum * var


@mistake(
    RUNNING,
    "The correction is upside down: var is already divided by n; multiply by n and divide by n - 1.",
    "修正颠倒了：var 已经除过 n；应该乘 n 再除以 n - 1。",
)
def correction_reversed(running_mean, running_var, mean, var, n, momentum):
    running_mean[...] = (1 - momentum) * running_mean + momentum * mean
    running_var[...] = (1 - momentum) * running_var + momentum * (var * (n - 1) / n)


@mistake(
    RUNNING,
    "Nothing changed: `running_mean = ...` only gives a name inside the function to a new array. Write into the array: "
    "`running_mean[...] = ...`.",
    "什么也没有变：`running_mean = ...` 只是让函数里的名字指向一个新数组。请写进原数组：`running_mean[...] = ...`。",
)
def not_in_place(running_mean, running_var, mean, var, n, momentum):
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * (var * n / (n - 1))


@mistake(
    RUNNING,
    "The new part is added, but the old one is not shrunk: multiply it by 1 - momentum, so that the shares sum to 1.",
    "加上了新的，旧的却没有缩小：要乘以 1 - momentum，两个比例之和才是 1。",
)
def only_added(running_mean, running_var, mean, var, n, momentum):
    running_mean += momentum * mean
    running_var += momentum * (var * n / (n - 1))


def kept(self, x, threshold=None):
    threshold = self.p if threshold is None else threshold
    return (generator("cpu").random(x.shape, dtype="float32") >= threshold).astype(x.dtype)


def scale(self):
    return 1 / (1 - self.p) if self.p < 1 else 0.0


@mistake(
    DROP,
    "What is kept is not divided by 1 - p: in training the next layer then gets less on average than in evaluation.",
    "留下的没有除以 1 - p：这样训练时下一层得到的平均值就比评估时小。",
)
def not_scaled(self, x):
    mask = kept(self, x)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "What is kept is divided by p, the share that is dropped; divide by 1 - p, the share that is kept.",
    "留下的除以了 p，那是丢掉的比例；应该除以留下的比例 1 - p。",
)
def divided_by_p(self, x):
    mask = kept(self, x) / self.p if self.p else kept(self, x)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "What is kept is multiplied by 1 - p; divide, so that it makes up for what is gone.",
    "留下的乘了 1 - p；应该是除，这样才能补上丢掉的。",
)
def multiplied(self, x):
    mask = kept(self, x) * (1 - self.p)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "The share p is kept and 1 - p dropped; p is the probability that an element is dropped.",
    "留下的占 p，丢掉的占 1 - p；而 p 是元素被丢掉的概率。",
)
def kept_with_p(self, x):
    mask = (1 - kept(self, x)) * scale(self)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "Nothing was dropped: y is x. A Dropout that is called is in training; evaluation does not call it.",
    "什么也没有丢：y 就是 x。Dropout 只要被调用，就是在训练；评估时不会调用它。",
)
def nothing_dropped(self, x):
    self.save(x * 0 + 1)
    return x.copy()


@mistake(
    DROP,
    "Whole rows or columns were dropped together. Draw a number of its own for every element: random(x.shape).",
    "整行或整列一起被丢掉了。要为每个元素单独抽一个数：random(x.shape)。",
)
def one_draw_for_many(self, x):
    mask = np.broadcast_to(kept(self, x[:1]), x.shape) * scale(self)
    self.save(mask.astype(x.dtype))
    return x * mask.astype(x.dtype)


@mistake(
    DROP,
    "After the same minigrad.manual_seed another mask comes: draw from generator(device_of(x)).",
    "minigrad.manual_seed 相同，抽出的掩码却不同：要从 generator(device_of(x)) 里抽。",
)
def not_reproducible(self, x):
    mask = (np.random.default_rng().random(x.shape) >= self.p).astype(x.dtype) * scale(self)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "The mask is the same in every call: the generator is made anew inside. Draw from generator(device_of(x)).",
    "每次调用的掩码都一样：随机数发生器是在函数里新建的。要从 generator(device_of(x)) 里抽。",
)
def always_the_same(self, x):
    mask = (np.random.default_rng(0).random(x.shape) >= self.p).astype(x.dtype) * scale(self)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "The share that is dropped is not p.",
    "丢掉的比例不是 p。",
)
def wrong_share(self, x):
    mask = kept(self, x, self.p**3) * scale(self)
    self.save(mask)
    return x * mask


@mistake(
    DROP,
    "With p = 1 everything is dropped and 1 - p is 0: 0 / 0 and 0 · ∞ are NaN. Divide only where p < 1.",
    "p = 1 时全部丢掉，1 - p 是 0，而 0 / 0 和 0 · ∞ 都是 NaN。只有 p < 1 时才能除。",
)
def everything_dropped(self, x):
    with np.errstate(all="ignore"):
        mask = kept(self, x) * np.asarray(1.0 / np.float64(1 - self.p)).astype(x.dtype)
    self.save(mask)
    return x * mask


@mistake(
    DROP_BACKWARD,
    "The gradient went through whole, as in evaluation. Elements that were dropped had no part in the loss.",
    "梯度原样传了回去，像评估时那样。被丢掉的元素没有参与计算损失。",
)
def passed_on(self, gy):
    return gy.copy()


@mistake(
    DROP_BACKWARD,
    "A new mask was drawn. Backward needs the one of its forward, which tells what took part.",
    "重新抽了一个掩码。backward 需要的是它那次 forward 的掩码，由它才知道谁参与了。",
)
def drawn_again(self, gy):
    return gy * kept(self, gy) * scale(self)


@mistake(
    DROP_BACKWARD,
    "The mask of zeros and ones is there, the division by 1 - p is not: y = x m / (1 - p), so gx = gy m / (1 - p).",
    "0 和 1 的掩码有了，却没有除以 1 - p：y = x m / (1 - p)，所以 gx = gy m / (1 - p)。",
)
def gradient_not_scaled(self, gy):
    return gy * (self.seen != 0)


# ------------------------------------------------------------------------------- found when typical mistakes were tried


@mistake(
    FORWARD,
    "w and b are exchanged: x̂ is multiplied by the weight, and the bias is added.",
    "w 和 b 弄反了：x̂ 要乘的是 weight，要加的是 bias。",
)
def weight_and_bias_exchanged(self, x, weight, bias):
    mean, var = moments(x)
    return normalise(self, x, bias, weight, mean, var, np.sqrt(var + self.eps))


@mistake(
    FORWARD,
    "This is x̂ alone: multiply by the weight of each channel and add its bias.",
    "这只是 x̂：还要乘上每个通道的 weight，再加上它的 bias。",
)
def normalised_only(self, x, weight, bias):
    mean, var = moments(x)
    return normalise(self, x, np.ones_like(weight), np.zeros_like(bias), mean, var, np.sqrt(var + self.eps))


@mistake(
    FORWARD,
    "It was multiplied by the standard deviation; divide by it.",
    "乘了标准差；应该除以它。",
)
def multiplied_by_sigma(self, x, weight, bias):
    mean, var = moments(x)
    return normalise(self, x, weight, bias, mean, var, 1 / np.sqrt(var + self.eps))


@mistake(
    BACKWARD,
    "The division by σ is missing in gx: x̂ = (x - μ) / σ.",
    "gx 里没有除以 σ：x̂ = (x - μ) / σ。",
)
def sigma_forgotten(self, gy):
    dims, normal, _, g, gw, gb = parts(self, gy)
    return g - mean_of(g, dims) - normal * mean_of(g * normal, dims), gw, gb


@mistake(
    BACKWARD,
    "The third term of gx is added; all three ways but the first are taken away: g - mean(g) - x̂ mean(g x̂).",
    "gx 的第三项被加上了；除了第一项，后两项都要减去：g - mean(g) - x̂ mean(g x̂)。",
)
def third_term_added(self, gy):
    dims, normal, sigma, g, gw, gb = parts(self, gy)
    return (g - mean_of(g, dims) + normal * mean_of(g * normal, dims)) / sigma, gw, gb


@mistake(
    EVAL,
    "The mean was taken away at the end, unscaled. It must go first: w (x - m) / √(v + ε) + b.",
    "均值是最后才减的，没有跟着缩放。应该先减：w (x - m) / √(v + ε) + b。",
)
def mean_not_scaled(self, x, mean, var, weight, bias):
    self.save(x, mean, var, weight)
    return wide(weight / np.sqrt(var + self.eps), x) * x - wide(mean, x) + wide(bias, x)


@mistake(
    RUNNING,
    "n / (n - 1) went into the mean, too. It corrects the variance alone.",
    "均值也乘了 n / (n - 1)。它只用来修正方差。",
)
def corrected_mean(running_mean, running_var, mean, var, n, momentum):
    running_mean[...] = (1 - momentum) * running_mean + momentum * mean * n / (n - 1)
    running_var[...] = (1 - momentum) * running_var + momentum * var * n / (n - 1)
    note_change(running_mean)
    note_change(running_var)


@mistake(
    RUNNING,
    "The statistics of the batch took the place of the old ones. Keep (1 - momentum) of those.",
    "这一批的统计量直接取代了旧的。旧的要保留 (1 - momentum)。",
)
def replaced(running_mean, running_var, mean, var, n, momentum):
    running_mean[...] = mean
    running_var[...] = var * n / (n - 1)
    note_change(running_mean)
    note_change(running_var)


@mistake(
    RUNNING,
    "The numbers are right, but the change in place was not noted: call note_change for both arrays. Without it, a "
    "backward that needs the old statistics would take the new ones and say nothing.",
    "数值是对的，但没有登记这次原地修改：对两个数组各调用一次 note_change。"
    "否则，需要旧统计量的 backward 会悄悄用上新的。",
)
def change_not_noted(running_mean, running_var, mean, var, n, momentum):
    running_mean[...] = (1 - momentum) * running_mean + momentum * mean
    running_var[...] = (1 - momentum) * running_var + momentum * var * n / (n - 1)
