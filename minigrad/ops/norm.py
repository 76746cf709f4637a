"""Normalisation: numbers measured from their mean μ, in units of their standard deviation σ, then scaled and moved.

x̂ = (x - μ) / σ with σ² = mean (x - μ)² + ε, and y = w x̂ + b. Batch norm takes mean and variance over the batch, for
each channel; layer norm over the features of each sample, and group norm over a group of its channels. In the formulas,
gx stands for dL/dx. As μ and σ depend on every x,

    gx = (g - mean(g) - x̂ mean(g x̂)) / σ   with g = w gy:

what is left of g when its mean, and what it has in common with x̂, are taken away.
"""

from math import prod
from typing import Any

import numpy as np

from ..changes import note_change
from ..checks import check_count
from ..device import Array, array_module
from ..dtypes import is_half
from ..function import Function
from ..kernels import normalization as kernels
from ..kernels.cuda import normalization as cuda
from ..kernels.cuda.launch import dense, taken
from ..tensor import Tensor
from ..twins import are_learners, fastest, twin_of
from .apply import apply
from .arguments import as_tuple
from .convert import as_floating, autocasting, to
from .reduction import Mean, Sum

RUNNING_UPDATE = "minigrad.ops.norm:running_update"


class Normalization(Function):
    """What all normalisations share: ε, which keeps σ from 0, and means over some dimensions."""

    promotes = True
    differentiable = True

    def __init__(self, eps: float = 1e-5):
        self.eps = eps


def average(x: Any, dims: tuple[int, ...]) -> Any:
    """The mean over `dims`, which stay with size 1."""
    return apply(Mean(dims, True), x)


def total(x: Any, dims: tuple[int, ...]) -> Any:
    """The sum over `dims`."""
    return apply(Sum(dims), x)


def standardized(x: Any, dims: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """x̂ = (x - μ) / σ, and σ = √(variance + ε), with mean and biased variance over `dims`."""
    centred = x - average(x, dims)
    sigma = array_module(x).sqrt(average(centred * centred, dims) + eps)
    return centred / sigma, sigma


def per_channel(v: Any, x: Any) -> Any:
    """v [c] as [1, c, 1, ...], to be used beside x [n, c, ...]."""
    return v.reshape(1, -1, *[1] * (x.ndim - 2))


def around_channels(x: Any) -> tuple[int, ...]:
    """All dimensions of x [n, c, ...] but that of the channels."""
    return (0, *range(2, x.ndim))


# --------------------------------------------------------------------------------------------------------- batch norm


class BatchNorm(Normalization):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε): μ and σ² of each channel over the batch;  gx = (g - mean(g) -
    x̂ mean(g x̂)) / √(σ² + ε) with g = w gy,  gw = Σ gy x̂,  gb = Σ gy.

    x [n, c, ...], w and b [c]. σ² is the biased variance, mean (x - μ)². `forward` leaves `mean` and `var` [c] behind
    for the running statistics (Ioffe & Szegedy, 2015).
    """

    mean: Array
    var: Array

    def forward(self, x: Array, weight: Array, bias: Array) -> Array:
        self.save(x, weight)
        dims = around_channels(x)
        mean = average(x, dims)
        centred = x - mean
        var = average(centred * centred, dims)
        self.mean, self.var = mean.reshape(-1), var.reshape(-1)
        normal = centred / array_module(x).sqrt(var + self.eps)
        return per_channel(weight, x) * normal + per_channel(bias, x)

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, total(gy * normal, dims), total(gy, dims)


class BatchNormEval(Normalization):
    """y = w x̂ + b with x̂ = (x - m) / √(v + ε) for given mean m and variance v of each channel.

    x [n, c, ...], m, v, w and b [c]. m and v do not depend on x: gx = w gy / √(v + ε);  gw = Σ gy x̂,  gb = Σ gy.
    """

    def forward(self, x: Array, mean: Array, var: Array, weight: Array, bias: Array) -> Array:
        self.save(x, mean, var, weight)
        factor = weight / array_module(x).sqrt(var + self.eps)
        return per_channel(factor, x) * (x - per_channel(mean, x)) + per_channel(bias, x)

    def backward(self, gy: Array) -> Any:
        x, mean, var, weight = self.saved
        sigma = array_module(gy).sqrt(var + self.eps)
        normal = (x - per_channel(mean, x)) / per_channel(sigma, x)
        dims = around_channels(x)
        return gy * per_channel(weight / sigma, x), None, None, total(gy * normal, dims), total(gy, dims)


@twin_of(BatchNorm, around_channels, average, total, standardized, per_channel)
class FastBatchNorm(BatchNorm):
    """BatchNorm, where channels lie densest in memory: y = (x - μ) A + b and gx = A gy + B (x - μ) + C, in blocks; on a
    GPU in a few kernels."""

    def forward(self, x: Array, weight: Array, bias: Array) -> Array:
        if taken(x, weight, bias):
            self.save(x, weight)
            self.mean, self.var = self.statistics = cuda.moments(x)
            return cuda.scale(x, *self.statistics, weight, bias, self.eps)
        rows = kernels.rows_of_channels(x)
        if rows is None:
            return super().forward(x, weight, bias)
        self.save(x, weight)
        mean, var = kernels.moments(rows)
        shift = kernels.shift_for(mean, var, x.dtype)
        self.mean, self.var = mean.astype(x.dtype), var.astype(x.dtype)
        self.exact = mean, np.sqrt(var + self.eps), shift
        y = np.empty_like(x)
        kernels.scale(kernels.rows_of_channels(y), rows, mean, weight / self.exact[1], bias, shift)
        return y

    def backward(self, gy: Any) -> Any:
        x, weight = self.saved
        if taken(x, weight) and not isinstance(gy, Tensor):
            gw, gb = cuda.gradients(gy, x, *self.statistics, self.eps)
            return cuda.scale_backward(gy, x, *self.statistics, weight, gw, gb, self.eps), gw, gb
        if isinstance(gy, Tensor) or (rows := kernels.rows_of_channels(x)) is None:
            return super().backward(gy)
        mean, sigma, shift = self.exact
        upstream, n = kernels.as_rows(gy), len(rows)
        gb, product = kernels.products_with_centred(upstream, rows, mean, shift)
        gw, factor = product / sigma, weight / sigma
        gx = np.empty_like(x)
        out = kernels.rows_of_channels(gx)
        kernels.combine(out, upstream, rows, mean, factor, -factor * gw / sigma / n, -factor * gb / n, shift)
        return gx, gw.astype(x.dtype), gb.astype(x.dtype)


@twin_of(BatchNormEval, around_channels, total, per_channel)
class FastBatchNormEval(BatchNormEval):
    """BatchNormEval, where channels lie densest in memory, in blocks; on a GPU in one kernel."""

    def forward(self, x: Array, mean: Array, var: Array, weight: Array, bias: Array) -> Array:
        if taken(x, mean, var, weight, bias):
            self.save(x, mean, var, weight)
            return cuda.scale(x, mean, var, weight, bias, self.eps)
        rows = kernels.rows_of_channels(x)
        if rows is None:
            return super().forward(x, mean, var, weight, bias)
        self.save(x, mean, var, weight)
        factor, self.shift = weight / np.sqrt(var + self.eps), kernels.shift_for(mean, var, x.dtype)
        y = np.empty_like(x)
        kernels.scale(kernels.rows_of_channels(y), rows, mean, factor, bias, self.shift)
        return y

    def backward(self, gy: Any) -> Any:
        x, mean, var, weight = self.saved
        if isinstance(gy, Tensor) or (rows := kernels.rows_of_channels(x)) is None:
            return super().backward(gy)
        upstream, sigma, zeros = kernels.as_rows(gy), np.sqrt(var + self.eps), np.zeros_like(mean)
        gb, product = kernels.products_with_centred(upstream, rows, mean, self.shift)
        gx = np.empty_like(x)
        kernels.scale(kernels.rows_of_channels(gx), upstream, zeros, weight / sigma, zeros, None)
        return gx, None, None, (product / sigma).astype(x.dtype), gb.astype(x.dtype)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of `input` [n, c, ...] with mean 0 and variance 1 over the batch, times weight [c], plus bias [c].

    With `training`, mean and variance are those of the batch, and `running_mean` and `running_var` [c], if given, move
    towards them; otherwise they are the running ones. Raises ValueError for shapes that do not fit together, for a
    batch that has only one value per channel, and without running statistics unless `training`.
    """
    x = as_floating(input, "batch_norm")
    check_channels("batch_norm", x, running_mean, running_var, weight, bias)
    running = running_statistics("batch_norm", running_mean, running_var, needed=not training)
    if training and x.numel() == x.shape[1]:
        raise ValueError(f"batch_norm got input {x.shape} in training; expected more than 1 value per channel")
    weight, bias = scale_and_shift(x, (x.shape[1],), weight, bias)
    if training and x.numel():
        function = fastest(BatchNorm)(eps)
        y = in_float32(function, x, weight, bias)
        if running is not None:
            update_running(*running, function.mean, function.var, x.numel() // x.shape[1], momentum)
        return y
    return with_statistics(x, weight, bias, eps, *(running or (0.0, 1.0)))


def with_statistics(x: Tensor, weight: Tensor, bias: Tensor, eps: float, mean: Any, var: Any) -> Tensor:
    """`x` normalised with a mean and a variance of each channel that are given; numbers stand for all channels."""
    xp = array_module(x.data)
    dtype = np.float32 if is_half(x.dtype) else x.dtype
    mean, var = [xp.broadcast_to(xp.asarray(v, dtype), weight.shape) for v in (mean, var)]
    return in_float32(fastest(BatchNormEval)(eps), x, mean, var, weight, bias)


def update_running(running_mean: Array, running_var: Array, mean: Array, var: Array, n: int, momentum: float) -> None:
    """`running_update`, on a GPU in one kernel."""
    lie_close = running_mean.flags.c_contiguous and running_var.flags.c_contiguous
    if not (lie_close and taken(mean, var, running_mean, running_var)) or are_learners([RUNNING_UPDATE]):
        running_update(running_mean, running_var, mean, var, n, momentum)
        return
    cuda.running_update(running_mean, running_var, mean, var, n, momentum)
    note_change(running_mean)
    note_change(running_var)


def running_update(running_mean: Array, running_var: Array, mean: Array, var: Array, n: int, momentum: float) -> None:
    """running ← (1 - momentum) · running + momentum · batch, in place, for mean and variance [c].

    `var` is the biased variance of n values, Σ (x - μ)² / n; running_var takes the unbiased one, Σ (x - μ)² / (n - 1).
    """
    running_mean[...] = (1 - momentum) * running_mean + momentum * mean
    running_var[...] = (1 - momentum) * running_var + momentum * (var * n / (n - 1))
    note_change(running_mean)
    note_change(running_var)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each sample with mean 0 and variance 1 over its places: input [n, c, ...], weight and bias [c].

    It is group norm with a group for each channel (Ulyanov, Vedaldi & Lempitsky, 2016). Running statistics, if given,
    move towards the averages over the batch; without `use_input_stats` they are used. Raises ValueError as batch_norm.
    """
    x = as_floating(input, "instance_norm")
    check_channels("instance_norm", x, running_mean, running_var, weight, bias)
    running = running_statistics("instance_norm", running_mean, running_var, needed=not use_input_stats)
    if not use_input_stats and running is not None:
        weight, bias = scale_and_shift(x, (x.shape[1],), weight, bias)
        return with_statistics(x, weight, bias, eps, *running)
    places = prod(x.shape[2:])
    if places == 1:
        raise ValueError(f"instance_norm got input {x.shape}; expected more than 1 value per channel of a sample")
    if running is not None and x.numel():
        samples = x.data.reshape(*x.shape[:2], -1)
        samples = samples.astype("float32") if is_half(x.dtype) else samples
        mean, var = samples.mean(axis=2), samples.var(axis=2)
        update_running(*running, mean.mean(axis=0), var.mean(axis=0), places, momentum)
    return to(group_norm(x, x.shape[1], weight, bias, eps), x.dtype)


# --------------------------------------------------------------------------------------------- layer norm, group norm


class LayerNorm(Normalization):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε), over the last dimensions, those of w and b (Ba, Kiros & Hinton, 2016).

    gx = (g - mean(g) - x̂ mean(g x̂)) / √(σ² + ε) with g = w gy;  gw = Σ gy x̂ and gb = Σ gy over all other dimensions.
    """

    autocast = "float32"

    def forward(self, x: Array, weight: Array, bias: Array) -> Array:
        self.save(x, weight)
        normal, _ = standardized(x, last_dims(x, weight), self.eps)
        return weight * normal + bias

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        dims = last_dims(x, weight)
        normal, sigma = standardized(x, dims, self.eps)
        g = weight * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, gy * normal, gy


def last_dims(x: Any, weight: Any) -> tuple[int, ...]:
    """As many of the last dimensions of x as weight has."""
    return tuple(range(x.ndim - weight.ndim, x.ndim))


@twin_of(LayerNorm, last_dims, average, standardized)
class FastLayerNorm(LayerNorm):
    """LayerNorm of rows that lie one after another in memory, in blocks; on a GPU a kernel for each way."""

    def forward(self, x: Array, weight: Array, bias: Array) -> Array:
        self.on_gpu = taken(x, weight, bias)
        self.fits = self.on_gpu or (type(x) is np.ndarray and x.flags.c_contiguous and x.dtype.itemsize >= 4)
        if not self.fits:
            return super().forward(x, weight, bias)
        self.save(x, weight)
        rows = x.reshape(-1, weight.size)
        way = cuda if self.on_gpu else kernels
        y, *self.statistics = way.standardize(rows, weight.reshape(-1), bias.reshape(-1), self.eps)
        return y.reshape(x.shape)

    def backward(self, gy: Any) -> Any:
        x, weight = self.saved
        if isinstance(gy, Tensor) or not self.fits:
            return super().backward(gy)
        rows, upstream = [dense(a).reshape(-1, weight.size) for a in (x, gy)]
        way = cuda if self.on_gpu else kernels
        gx, gw, gb = way.standardize_backward(upstream, rows, weight.reshape(-1), *self.statistics)
        of_weights = (gw, gb) if weight.ndim == 1 else (gw.reshape(weight.shape), gb.reshape(weight.shape))
        return gx.reshape(x.shape), *of_weights  # what is no view need not be copied


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """`input` with mean 0 and variance 1 over its last dimensions, which are `normalized_shape`, times weight, plus
    bias, both of that shape. Raises ValueError for shapes that do not fit together."""
    x = as_floating(input, "layer_norm")
    shape = last_shape(x, normalized_shape, "layer_norm", weight=weight, bias=bias)
    weight, bias = scale_and_shift(x, shape, weight, bias)
    return in_float32(fastest(LayerNorm)(eps), x, weight, bias) if x.numel() else x * weight + bias


class RMSNorm(Normalization):
    """y = w x / r with r = √(mean(x²) + ε), over the last dimensions, those of w: layer norm without the mean.

    gx = (g - x mean(g x) / r²) / r with g = w gy;  gw = Σ gy x / r over all other dimensions (Zhang & Sennrich, 2019).
    """

    autocast = "float32"

    def forward(self, x: Array, weight: Array) -> Array:
        self.save(x, weight)
        return weight * (x / self.size(x, last_dims(x, weight)))

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        dims = last_dims(x, weight)
        r, g = self.size(x, dims), weight * gy
        return (g - x * average(g * x, dims) / (r * r)) / r, gy * x / r

    def size(self, x: Any, dims: tuple[int, ...]) -> Any:
        """r = √(mean(x²) + ε)."""
        return array_module(x).sqrt(average(x * x, dims) + self.eps)


def rms_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """`input` divided by the root of its mean square over its last dimensions, which are `normalized_shape`, times
    weight, of that shape. `eps` is the dtype's unless it is given. Raises ValueError for shapes that do not fit."""
    x = as_floating(input, "rms_norm")
    shape = last_shape(x, normalized_shape, "rms_norm", weight=weight)
    weight, _ = scale_and_shift(x, shape, weight, None)
    if eps is None:
        eps = float(np.finfo(np.promote_types(x.dtype, np.float32)).eps)  # of the dtype that it is computed in
    return in_float32(RMSNorm(eps), x, weight) if x.numel() else x * weight


class GroupNorm(Normalization):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε), over each group of channels of each sample (Wu & He, 2018).

    x [n, c, ...], w and b [c]. gx = (g - mean(g) - x̂ mean(g x̂)) / √(σ² + ε) with g = w gy;  gw = Σ gy x̂,  gb = Σ gy.
    """

    autocast = "float32"

    def __init__(self, num_groups: int, eps: float = 1e-5):
        super().__init__(eps)
        self.num_groups = num_groups

    def forward(self, x: Array, weight: Array, bias: Array) -> Array:
        self.save(x, weight)
        groups = self.grouped(x)
        normal, _ = standardized(groups, within_groups(groups), self.eps)
        return per_channel(weight, x) * normal.reshape(x.shape) + per_channel(bias, x)

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        groups, g = self.grouped(x), self.grouped(per_channel(weight, x) * gy)
        dims = within_groups(groups)
        normal, sigma = standardized(groups, dims, self.eps)
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        dims = around_channels(x)
        return gx.reshape(x.shape), total(gy * normal.reshape(x.shape), dims), total(gy, dims)

    def grouped(self, x: Any) -> Any:
        """x [n, c, ...] as [n, groups, c / groups, ...]."""
        n, c, *places = x.shape
        return x.reshape(n, self.num_groups, c // self.num_groups, *places)


def within_groups(groups: Any) -> tuple[int, ...]:
    """The dimensions over which each group [c / groups, ...] of [n, groups, c / groups, ...] reaches."""
    return tuple(range(2, groups.ndim))


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Each of `num_groups` groups of channels of each sample with mean 0 and variance 1: input [n, c, ...], weight and
    bias [c]. Raises ValueError for channels that do not divide, and for shapes that do not fit together."""
    x = as_floating(input, "group_norm")
    check_count("group_norm: num_groups", num_groups, 1)
    check_channels("group_norm", x, None, None, weight, bias)
    if x.shape[1] % num_groups:
        raise ValueError(f"group_norm got {x.shape[1]} channels; expected a multiple of num_groups={num_groups}")
    if x.numel() == num_groups:
        raise ValueError(f"group_norm got input {x.shape}; expected more than 1 value per channel")
    weight, bias = scale_and_shift(x, (x.shape[1],), weight, bias)
    if not x.numel():
        return x * per_channel(weight, x) + per_channel(bias, x)
    return in_float32(GroupNorm(num_groups, eps), x, weight, bias)


# ----------------------------------------------------------------------------------------------------- what they share


def in_float32(function: Function, *inputs: Any) -> Tensor:
    """`function` of x and others, which may be float32 beside float16 or bfloat16: such x are computed in float32, as
    sums and squares need its range and its digits. The result has the dtype of x; within autocast, what the operation
    says."""
    x = inputs[0]
    if not is_half(x.dtype) or (autocasting(x) and function.autocast == "float32"):
        return function(*inputs)
    return to(function(*[to(x, np.float32) for x in inputs]), x.dtype)


def scale_and_shift(
    x: Tensor, shape: tuple[int, ...], weight: Tensor | None, bias: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Weight and bias; ones and zeros of `shape` in place of None."""
    full = array_module(x.data).full
    weight = Tensor(full(shape, 1, x.dtype)) if weight is None else weight
    return weight, Tensor(full(shape, 0, x.dtype)) if bias is None else bias


def last_shape(x: Tensor, normalized_shape: Any, op: str, **given: Tensor | None) -> tuple[int, ...]:
    """`normalized_shape` as a tuple; ValueError unless x ends with it and what is `given` has it."""
    shape = as_tuple((normalized_shape,), f"{op} got size")
    if not shape or x.shape[-len(shape) :] != shape:
        wanted = ", ".join(map(str, shape))
        raise ValueError(f"{op} got input {x.shape} for normalized_shape {shape}; expected [..., {wanted}]")
    for name, v in given.items():
        if v is not None and v.shape != shape:
            raise ValueError(f"{op} got {name} {v.shape} for normalized_shape {shape}; expected the same")
    return shape


def running_statistics(op: str, mean: Tensor | None, var: Tensor | None, needed: bool) -> tuple[Array, Array] | None:
    """The arrays of running mean and variance; None if there are none. ValueError for one alone, or if `needed`."""
    if mean is None or var is None:
        if needed or mean is not var:
            raise ValueError(f"{op} got {'no' if mean is var else 'one'} running statistic; expected mean and variance")
        return None
    return mean.data, var.data


def check_channels(op: str, x: Tensor, mean: Any, var: Any, weight: Any, bias: Any) -> None:
    """Raise ValueError unless x is [n, c, ...] and all others are [c] or None."""
    if x.ndim < 2:
        raise ValueError(f"{op} got input {x.shape}; expected [n, channels, ...]")
    named = {"running_mean": mean, "running_var": var, "weight": weight, "bias": bias}
    for name, v in named.items():
        if v is not None and v.shape != x.shape[1:2]:
            raise ValueError(f"{op} got input {x.shape} and {name} {v.shape}; expected [{x.shape[1]}], one per channel")
