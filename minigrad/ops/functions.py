"""Functions of one number beyond those of elementwise.py: logarithms to other bases, reciprocals, tan, sinh, cosh."""

from math import log as ln
from typing import Any

from ..device import Array, array_module
from ..tensor import Tensor
from .convert import as_floating
from .elementwise import Steep, pow


class Log2(Steep):
    """y = log₂ x;  gx = gy / (x ln 2)."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).log2(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy / (x * ln(2))


def log2(input: Any) -> Tensor:
    """The logarithm to base 2 of each element."""
    return Log2()(as_floating(input, "log2"))


class Log10(Steep):
    """y = log₁₀ x;  gx = gy / (x ln 10)."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).log10(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy / (x * ln(10))


def log10(input: Any) -> Tensor:
    """The logarithm to base 10 of each element."""
    return Log10()(as_floating(input, "log10"))


class Log1p(Steep):
    """y = ln(1 + x), exact for small x;  gx = gy / (1 + x)."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).log1p(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy / (1 + x)


def log1p(input: Any) -> Tensor:
    """The natural logarithm of 1 + each element, exact for small ones."""
    return Log1p()(as_floating(input, "log1p"))


class Expm1(Steep):
    """y = eˣ - 1, exact for small x;  gx = gy · (y + 1)."""

    def forward(self, x: Array) -> Array:
        y = array_module(x).expm1(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy * (y + 1)


def expm1(input: Any) -> Tensor:
    """e to the power of each element, minus 1, exact for small ones."""
    return Expm1()(as_floating(input, "expm1"))


class Reciprocal(Steep):
    """y = 1 / x;  gx = -gy · y²."""

    def forward(self, x: Array) -> Array:
        y = 1 / x
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return -gy * y * y


def reciprocal(input: Any) -> Tensor:
    """1 / each element."""
    return Reciprocal()(as_floating(input, "reciprocal"))


class RSqrt(Steep):
    """y = 1 / √x;  gx = -gy · y³ / 2."""

    def forward(self, x: Array) -> Array:
        y = 1 / array_module(x).sqrt(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return -0.5 * gy * y * y * y


def rsqrt(input: Any) -> Tensor:
    """1 / the square root of each element."""
    return RSqrt()(as_floating(input, "rsqrt"))


def square(input: Any) -> Tensor:
    """Each element times itself."""
    return pow(input, 2)


class Tan(Steep):
    """y = tan x;  gx = gy · (1 + y²)."""

    def forward(self, x: Array) -> Array:
        y = array_module(x).tan(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy * (1 + y * y)


def tan(input: Any) -> Tensor:
    """The tangent of each element (radians)."""
    return Tan()(as_floating(input, "tan"))


class Sinh(Steep):
    """y = sinh x = (eˣ - e⁻ˣ) / 2;  gx = gy · cosh x."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).sinh(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy * array_module(gy).cosh(x)


def sinh(input: Any) -> Tensor:
    """The hyperbolic sine of each element."""
    return Sinh()(as_floating(input, "sinh"))


class Cosh(Steep):
    """y = cosh x = (eˣ + e⁻ˣ) / 2;  gx = gy · sinh x."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).cosh(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy * array_module(gy).sinh(x)


def cosh(input: Any) -> Tensor:
    """The hyperbolic cosine of each element."""
    return Cosh()(as_floating(input, "cosh"))
