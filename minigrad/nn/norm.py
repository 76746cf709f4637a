"""Normalisation layers; the formulas and the gradients stand in ops/norm.py.

Settings of the wrong kind raise TypeError, those out of range ValueError; calling a layer raises ValueError for inputs
of other dimensions or with another number of channels, and nothing changes then.
"""

from typing import Any, ClassVar

import numpy as np

from ..checks import check_bool, check_count, check_fraction, check_number
from ..ops.arguments import as_tuple
from ..ops.norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from ..ops.shape import reshape
from ..tensor import Tensor
from .module import Module, Parameter


class Scaled(Module):
    """Base of normalisation layers, all of which may end with a learned weight and bias: ones and zeros at first."""

    weight: Any
    bias: Any

    def make_parameters(self, shape: tuple[int, ...], affine: bool, bias: bool) -> None:
        """Register weight and bias of `shape`, or None where they are not wanted."""
        name = type(self).__name__
        check_bool(f"{name}: {'elementwise_' * isinstance(self, LayerNorm)}affine", affine)
        check_bool(f"{name}: bias", bias)
        self.register_parameter("weight", Parameter(np.empty(shape, np.float32)) if affine else None)
        self.register_parameter("bias", Parameter(np.empty(shape, np.float32)) if affine and bias else None)

    def reset_parameters(self) -> None:
        """Set the weight to ones and the bias to zeros."""
        for parameter, value in ((self.weight, 1), (self.bias, 0)):
            if parameter is not None:
                parameter.data = np.full_like(parameter.data, value)


class ChannelNorm(Scaled):
    """What batch and instance norm share: weight, bias, and running statistics of each channel.

    `num_features` is the number of channels; `eps` (1e-5) keeps the deviation from 0. With `affine`, there is a weight
    and, unless `bias` is False, a bias [num_features]. With `track_running_stats`, the buffers running_mean and
    running_var move by `momentum` (0.1) towards the statistics of each batch in training, and are used in evaluation;
    without, evaluation uses the statistics of its batch too.
    """

    expected: ClassVar[dict[int, str]]
    """The numbers of dimensions that an input may have, and how they are called."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
    ):
        super().__init__()
        name = type(self).__name__
        check_count(f"{name}: num_features", num_features, 1)
        check_number(f"{name}: eps", eps)
        if momentum is not None:
            check_fraction(f"{name}: momentum", momentum)
        check_bool(f"{name}: track_running_stats", track_running_stats)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.make_parameters((num_features,), affine, bias)
        for buffer in ("running_mean", "running_var", "num_batches_tracked"):
            self.register_buffer(buffer, None)
        self.reset_running_stats()
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running mean to 0, the running variance to 1, and the number of batches to 0."""
        if self.track_running_stats:
            self.running_mean = Tensor(np.zeros(self.num_features, np.float32))
            self.running_var = Tensor(np.ones(self.num_features, np.float32))
            self.num_batches_tracked = Tensor(np.array(0))

    def check_input(self, input: Tensor, channels: int) -> None:
        """Raise ValueError unless `input` has dimensions as expected, and as many channels in that of `channels`."""
        if input.ndim not in self.expected or input.shape[channels] != self.num_features:
            shapes = " or ".join(self.expected.values()).replace("c", str(self.num_features))
            raise ValueError(f"{type(self).__name__} got input {input.shape}; expected {shapes}")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm(ChannelNorm):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε), for each channel over the batch in training (Ioffe & Szegedy, 2015).

    In evaluation, μ and σ² are the running statistics. A `momentum` of None makes these the averages over all batches
    so far. running_var is made of unbiased variances. Raises ValueError for one value per channel in training.
    """

    def forward(self, input: Tensor) -> Tensor:
        self.check_input(input, 1)
        training = self.training or self.running_mean is None
        momentum = self.momentum
        if momentum is None:
            momentum = 1 / (self.num_batches_tracked.item() + 1) if self.track_running_stats else 0.0
        running = self.running_mean, self.running_var
        y = batch_norm(input, *running, self.weight, self.bias, training, momentum, self.eps)
        if self.training and self.num_batches_tracked is not None:
            count = self.num_batches_tracked.data
            count += 1
        return y


class BatchNorm1d(BatchNorm):
    __doc__ = f"Batch norm of features [n, c] or sequences [n, c, length].\n\n    {BatchNorm.__doc__}"

    expected: ClassVar = {2: "[n, c]", 3: "[n, c, length]"}


class BatchNorm2d(BatchNorm):
    __doc__ = f"Batch norm of images [n, c, h, w].\n\n    {BatchNorm.__doc__}"

    expected: ClassVar = {4: "[n, c, h, w]"}


class InstanceNorm(ChannelNorm):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε), for each channel of each sample (Ulyanov et al., 2016).

    Raises ValueError for one value per channel of a sample, unless running statistics are used.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        bias: bool = True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        single = input.ndim == min(self.expected)
        self.check_input(input, 0 if single else 1)
        x = reshape(input, 1, *input.shape) if single else input
        own = self.training or self.running_mean is None
        running = self.running_mean, self.running_var
        y = instance_norm(x, *running, self.weight, self.bias, own, self.momentum or 0.0, self.eps)
        return reshape(y, input.shape) if single else y


class InstanceNorm1d(InstanceNorm):
    __doc__ = f"Instance norm of sequences [n, c, length] or [c, length].\n\n    {InstanceNorm.__doc__}"

    expected: ClassVar = {3: "[n, c, length]", 2: "[c, length]"}


class InstanceNorm2d(InstanceNorm):
    __doc__ = f"Instance norm of images [n, c, h, w] or [c, h, w].\n\n    {InstanceNorm.__doc__}"

    expected: ClassVar = {4: "[n, c, h, w]", 3: "[c, h, w]"}


class LayerNorm(Scaled):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε), over the last dimensions: `normalized_shape`, a number or several.

    weight and bias have that shape; without `elementwise_affine` (default True) there are none, without `bias` (True)
    there is no bias. Training and evaluation do not differ (Ba, Kiros & Hinton, "Layer normalization", 2016).
    """

    def __init__(self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True):
        super().__init__()
        self.normalized_shape = as_tuple((normalized_shape,), "LayerNorm got size")
        if not self.normalized_shape or min(self.normalized_shape) < 1:
            raise ValueError(f"LayerNorm got normalized_shape {normalized_shape}; expected sizes of at least 1")
        check_number("LayerNorm: eps", eps)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.make_parameters(self.normalized_shape, elementwise_affine, bias)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Scaled):
    """y = w x / √(mean(x²) + ε), over the last dimensions: `normalized_shape`, a number or several.

    weight has that shape; without `elementwise_affine` (default True) there is none. ε is `eps`, or the dtype's where
    that is None. Training and evaluation do not differ.

    Zhang & Sennrich, "Root mean square layer normalization", 2019.
    """

    def __init__(self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True):
        super().__init__()
        self.normalized_shape = as_tuple((normalized_shape,), "RMSNorm got size")
        if not self.normalized_shape or min(self.normalized_shape) < 1:
            raise ValueError(f"RMSNorm got normalized_shape {normalized_shape}; expected sizes of at least 1")
        if eps is not None:
            check_number("RMSNorm: eps", eps)
        check_bool("RMSNorm: elementwise_affine", elementwise_affine)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter(
            "weight", Parameter(np.empty(self.normalized_shape, np.float32)) if elementwise_affine else None
        )
        self.bias = None
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Scaled):
    """y = w x̂ + b with x̂ = (x - μ) / √(σ² + ε), for each of `num_groups` groups of channels of each sample.

    weight and bias are [num_channels]; without `affine` (default True) there are none, without `bias` (True) there is
    no bias. x [n, num_channels, ...]. Training and evaluation do not differ (Wu & He, "Group normalization", 2018).
    """

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, *, bias: bool = True
    ):
        super().__init__()
        check_count("GroupNorm: num_groups", num_groups, 1)
        check_count("GroupNorm: num_channels", num_channels, 1)
        if num_channels % num_groups:
            raise ValueError(f"GroupNorm got {num_channels} channels; expected a multiple of num_groups={num_groups}")
        check_number("GroupNorm: eps", eps)
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.make_parameters((num_channels,), affine, bias)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise ValueError(f"GroupNorm got input {input.shape}; expected [n, {self.num_channels}, ...]")
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )
