"""Elementwise functions that NumPy lacks or computes slowly."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from ..device import Array, array_module
from .threads import ELEMENT, WORTHWHILE, shared

LARGE = WORTHWHILE // (2 * ELEMENT)
"""Elements from which on an array may be shared between threads."""


def in_parts(function: Callable[..., Array], *arrays: Array, passes: int = 1) -> Array:
    """function(*arrays), elementwise and with an argument `out`, shared between threads where arrays are large. It goes
    `passes` times through them."""
    first = arrays[0]
    alike = all(type(a) is np.ndarray and a.strides == first.strides and a.shape == first.shape for a in arrays)
    if not alike or first.size < LARGE or len({a.dtype for a in arrays}) > 1:
        return function(*arrays)
    out = np.empty_like(first)
    shared(lambda part: function(*[a[part] for a in arrays], out=out[part]), len(out), out.size * passes * ELEMENT)
    return out


def relu(x: Array) -> Array:
    """max(x, 0). NumPy's clip runs several times faster than its maximum on large arrays, slower on small ones."""
    if x.size < 4096 or x.dtype.kind != "f":
        return array_module(x).maximum(x, 0)
    return in_parts(lambda x, out=None: x.clip(0, math.inf, out=out), x)


def where_nonzero(gy: Array, y: Array) -> Array:
    """gy where y ≠ 0, else 0."""
    return in_parts(lambda gy, y, out=None: array_module(gy).multiply(gy, y != 0, out=out), gy, y, passes=2)


def integer_power(x: Array, n: float) -> Array:
    """xⁿ. Small whole exponents are products: NumPy's power is about 100 times slower than x · x · x."""
    if n == 2:
        return x * x
    if n == 3:
        return x * x * x
    if n == 4:
        square = x * x
        return square * square
    return x**n


def erf(x: Array) -> Array:
    """The error function 2/√π ∫₀ˣ exp(-t²) dt, to 2e-7 in float32 and 1e-14 in float64.

    erf(x) = sign(x) · (1 - exp(-x²) · g(t)) with t = 2 / (2 + |x|), where g is so smooth that a short Chebyshev series
    holds it; the series is interpolated from math.erfc.
    """
    xp = array_module(x)
    size = xp.minimum(xp.abs(x), 6)  # erf(6) is 1 in double precision
    u = (16 / (2 + size) - 5) / 3  # t from [1/4, 1] to [-1, 1]
    tail = xp.exp(-size * size) * _clenshaw(u, _scaled_erfc_series(18 if x.dtype == np.float64 else 9))
    return xp.copysign(1 - tail, x)


GELU_BLOCK = 1 << 17
"""Elements that GELU takes at a time: its arrays stay in the cache, and operations are long enough for threads not to
wait for each other."""


def gelu(x: Array, slope_too: bool) -> tuple[Array, Array | None]:
    """x Φ(x) and, if it is wanted, the slope Φ(x) + x φ(x), for a NumPy array that lies dense in memory; to 2e-7 of the
    largest in float32.

    erfc(|x|/√2) = exp(-x²/2) g(t), as in `erf`, so Φ(x) = ½ ± (½ - ½ exp(-x²/2) g(t)). φ has the same exponential.
    """
    y = np.empty_like(x)
    slope = np.empty_like(x) if slope_too else y
    flat = [a.ravel(order="K") for a in (x, y, slope)]
    degree = 18 if x.dtype == np.float64 else 9
    coefficients = np.polynomial.chebyshev.cheb2poly(_scaled_erfc_series(degree)).astype(x.dtype)[::-1]
    bits = np.dtype(f"u{x.dtype.itemsize}")
    sign = bits.type(1 << 8 * x.dtype.itemsize - 1)

    def work(part: slice) -> None:
        rooms = np.empty((4, min(GELU_BLOCK, part.stop - part.start)), x.dtype)
        for start in range(part.start, part.stop, GELU_BLOCK):
            block = slice(start, min(start + GELU_BLOCK, part.stop))
            value, out, more = [a[block] for a in flat]
            size, e, u, tail = rooms[:, : len(value)]
            np.abs(value, out=size)
            size *= math.sqrt(0.5)
            size.clip(0, 27, out=size)  # exp(-27²) is 0
            np.multiply(size, size, out=e)
            np.negative(e, out=e)
            np.exp(e, out=e)
            size.clip(0, 6, out=size)
            size += 2
            np.divide(16 / 3, size, out=u)
            u -= 5 / 3
            tail[...] = coefficients[0]
            for c in coefficients[1:]:
                tail *= u
                tail += c
            tail *= e
            tail *= -0.5
            tail += 0.5
            signs = np.bitwise_and(value.view(bits), sign, out=u.view(bits))  # copysign takes several times as long
            np.bitwise_or(tail.view(bits), signs, out=tail.view(bits))
            tail += 0.5
            np.multiply(value, tail, out=out)
            if slope_too:
                np.multiply(value, e, out=more)
                more *= 1 / math.sqrt(2 * math.pi)
                more += tail

    shared(work, x.size, 12 * ELEMENT * x.size)
    return y, slope if slope_too else None


def gelu_tanh(x: Array, slope_too: bool) -> tuple[Array, Array | None]:
    """x h and, if it is wanted, the slope h + x h', for a NumPy array that lies dense in memory.

    h = ½ (1 + tanh u) with u = √(2/π) (x + 0.044715 x³). As 1 - tanh² u is 4 h (1 - h), h' = 2 h (1 - h) u'.
    """
    y = np.empty_like(x)
    slope = np.empty_like(x) if slope_too else y
    flat = [a.ravel(order="K") for a in (x, y, slope)]
    scale, cubic = math.sqrt(2 / math.pi), 0.044715

    def work(part: slice) -> None:
        rooms = np.empty((3, min(GELU_BLOCK, part.stop - part.start)), x.dtype)
        for start in range(part.start, part.stop, GELU_BLOCK):
            block = slice(start, min(start + GELU_BLOCK, part.stop))
            value, out, more = [a[block] for a in flat]
            near, square, h = rooms[:, : len(value)]
            value.clip(-10, 10, out=near)  # where tanh is ±1 to the last digit
            np.multiply(near, near, out=square)
            np.multiply(square, scale * cubic, out=h)
            h += scale
            h *= near
            np.tanh(h, out=h)
            h *= 0.5
            h += 0.5
            np.multiply(value, h, out=out)
            if slope_too:
                np.subtract(1, h, out=more)
                more *= h
                more *= near
                square *= 6 * scale * cubic  # 2 u' = 2 √(2/π) (1 + 3 · 0.044715 x²)
                square += 2 * scale
                more *= square
                more += h

    shared(work, x.size, 10 * ELEMENT * x.size)
    return y, slope if slope_too else None


@cache
def _scaled_erfc_series(degree: int) -> list[float]:
    """Chebyshev coefficients of g(t) = exp(x²) erfc(x) with x = 2/t - 2, for t in [1/4, 1], that is x in [0, 6]."""

    def g(u: np.ndarray) -> np.ndarray:
        return np.array([math.exp(x * x) * math.erfc(x) for x in 16 / (3 * u + 5) - 2])

    return [float(c) for c in np.polynomial.chebyshev.chebinterpolate(g, degree)]  # type: ignore[type-var]


def _clenshaw(u: Array, coefficients: list[float]) -> Array:
    """Σ cₖ Tₖ(u) by Clenshaw's recurrence (1955)."""
    b1 = b2 = 0 * u
    twice = 2 * u
    for c in coefficients[:0:-1]:
        b1, b2 = c + twice * b1 - b2, b1
    return coefficients[0] + u * b1 - b2
