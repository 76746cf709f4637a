"""Activation functions as modules; the formulas of most, and the gradients, stand in ops/activation.py.

Inputs and outputs have the same shape, any one; every activation but Softmax and LogSoftmax is elementwise. Settings of
the wrong kind raise TypeError, those out of range ValueError. `inplace` (default False) is there for models written for
PyTorch, where it saves memory. Here it changes nothing: no module overwrites its input.
"""

import numpy as np

from ..checks import check_bool, check_choice, check_count, check_finite, check_integer, check_positive
from ..ops import activation as ops
from ..ops.elementwise import where
from ..tensor import Tensor
from .module import Module, Parameter


class Sigmoid(Module):
    """y = 1 / (1 + e⁻ˣ): any number to one between 0 and 1."""

    def forward(self, input: Tensor) -> Tensor:
        return ops.sigmoid(input)


class LogSigmoid(Module):
    """y = ln(1 / (1 + e⁻ˣ)) = -ln(1 + e⁻ˣ), without overflow or log 0."""

    def forward(self, input: Tensor) -> Tensor:
        return -ops.softplus(-input)


class Tanh(Module):
    """y = tanh x = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ): any number to one between -1 and 1."""

    def forward(self, input: Tensor) -> Tensor:
        return ops.tanh(input)


class Softsign(Module):
    """y = x / (1 + |x|): like tanh, but slower to saturate.

    Bergstra, Desjardins, Lamblin & Bengio, "Quadratic polynomials learn better image features", 2009.
    """

    def forward(self, input: Tensor) -> Tensor:
        return input / (1 + input.abs())


class ReLU(Module):
    """y = max(x, 0); the gradient at 0 is 0.

    Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    """

    def __init__(self, inplace: bool = False):
        super().__init__()
        check_bool("ReLU: inplace", inplace)
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return ops.relu(input)


class Hardtanh(Module):
    """y = min(max(x, min_val), max_val), by default between -1 and 1; the gradient at both limits is 0.

    Raises ValueError unless `min_val` is below `max_val`.

    Collobert, "Large scale machine learning", 2004.
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False):
        super().__init__()
        name = type(self).__name__
        check_finite(f"{name}: min_val", min_val)
        check_finite(f"{name}: max_val", max_val)
        check_bool(f"{name}: inplace", inplace)
        if min_val >= max_val:
            raise ValueError(f"{name} got min_val={min_val} and max_val={max_val}; expected the lower one first")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace

    def forward(self, input: Tensor) -> Tensor:
        inside = (input > self.min_val) & (input < self.max_val)
        return where(inside, input, input.detach().clip(self.min_val, self.max_val))

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}"


class ReLU6(Hardtanh):
    """y = min(max(x, 0), 6); the gradient at 0 and at 6 is 0.

    Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.
    """

    def __init__(self, inplace: bool = False):
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return ""


class LeakyReLU(Module):
    """y = x where it is positive, negative_slope · x elsewhere; the slope is 0.01 by default.

    Maas, Hannun & Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False):
        super().__init__()
        check_finite("LeakyReLU: negative_slope", negative_slope)
        check_bool("LeakyReLU: inplace", inplace)
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input: Tensor) -> Tensor:
        return ops.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """y = x where it is positive, w · x elsewhere, with a slope w that is learned: `weight` [num_parameters].

    With one parameter (the default), all elements share it; otherwise x is [n, num_parameters, ...] and each channel
    has its own. `init` (0.25) is its first value. Raises ValueError for an input with another number of channels.

    He, Zhang, Ren & Sun, "Delving deep into rectifiers", 2015.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25):
        super().__init__()
        check_count("PReLU: num_parameters", num_parameters, 1)
        check_finite("PReLU: init", init)
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(np.full(num_parameters, init, np.float32))

    def forward(self, input: Tensor) -> Tensor:
        if self.num_parameters > 1 and (input.ndim < 2 or input.shape[1] != self.num_parameters):
            raise ValueError(f"PReLU got input {input.shape}; expected [n, {self.num_parameters}, ...]")
        slope = self.weight.reshape(-1, *[1] * (input.ndim - 2)) if input.ndim > 1 else self.weight.reshape(())
        return where(input > 0, input, slope * input)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class ELU(Module):
    """y = x where it is positive, alpha (eˣ - 1) elsewhere; alpha is 1 by default.

    Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2016.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False):
        super().__init__()
        check_finite("ELU: alpha", alpha)
        check_bool("ELU: inplace", inplace)
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Tensor) -> Tensor:
        return ops.elu(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class SELU(Module):
    """y = λ x where x is positive, λ α (eˣ - 1) elsewhere: keeps mean 0 and variance 1 from layer to layer.

    α = 1.67326... and λ = 1.05070... are the solution of that condition.

    Klambauer, Unterthiner, Mayr & Hochreiter, "Self-normalizing neural networks", 2017.
    """

    ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805

    def __init__(self, inplace: bool = False):
        super().__init__()
        check_bool("SELU: inplace", inplace)
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return self.SCALE * ops.elu(input, self.ALPHA)


class GELU(Module):
    """y = x · Φ(x) with the normal distribution function Φ(x) = (1 + erf(x/√2)) / 2.

    With approximate='tanh', y = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))). Raises ValueError for anything but that
    and 'none', the default.

    Hendrycks & Gimpel, "Gaussian error linear units", 2016.
    """

    def __init__(self, approximate: str = "none"):
        super().__init__()
        check_choice("GELU: approximate", approximate, ("none", "tanh"))
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return ops.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate='{self.approximate}'"


class SiLU(Module):
    """y = x / (1 + e⁻ˣ) = x · sigmoid(x), also called swish.

    Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units for neural network function approximation", 2018.
    """

    def __init__(self, inplace: bool = False):
        super().__init__()
        check_bool("SiLU: inplace", inplace)
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return ops.silu(input)


class Mish(Module):
    """y = x · tanh(ln(1 + eˣ)).

    Misra, "Mish: a self regularized non-monotonic activation function", 2020.
    """

    def __init__(self, inplace: bool = False):
        super().__init__()
        check_bool("Mish: inplace", inplace)
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return input * ops.tanh(ops.softplus(input))


class Softplus(Module):
    """y = ln(1 + e^(beta x)) / beta: a smooth ReLU, closer to it for larger `beta` (1 by default).

    Raises ValueError unless `beta` is above 0.

    Dugas, Bengio, Bélisle, Nadeau & Garcia, "Incorporating second-order functional knowledge for better option
    pricing", 2001.
    """

    def __init__(self, beta: float = 1.0):
        super().__init__()
        check_positive("Softplus: beta", beta)
        self.beta = beta

    def forward(self, input: Tensor) -> Tensor:
        return ops.softplus(input, self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.beta}"


class Softmax(Module):
    """y = e^x / Σ e^x along `dim`: positive numbers that sum to 1."""

    def __init__(self, dim: int):
        super().__init__()
        check_integer("Softmax: dim", dim)
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return ops.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """y = x - ln Σ e^x along `dim`: the logarithm of softmax, without overflow or log 0."""

    def __init__(self, dim: int):
        super().__init__()
        check_integer("LogSoftmax: dim", dim)
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return ops.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
