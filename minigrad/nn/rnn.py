"""Recurrent layers: RNN, LSTM and GRU along sequences, and the cells that are one step of each.

Parameters have PyTorch's names, shapes and order of gates; all start uniform in ±1/√hidden_size. Settings of the wrong
kind raise TypeError, those out of range ValueError; calling a layer raises ValueError for what does not fit.
"""

import math
from typing import Any, ClassVar

import numpy as np

from ..checks import check_bool, check_choice, check_count, check_fraction
from ..creation import zeros
from ..ops import cat, index_select, reshape, stack, transpose
from ..ops import recurrent as steps
from ..ops.arguments import as_tensor
from ..ops.dropout import dropout
from ..tensor import Tensor
from ..twins import fastest
from . import init
from .module import Module, Parameter
from .utils.rnn import PackedSequence

NONLINEARITIES = ("tanh", "relu")


class Weighted(Module):
    """What cells and layers share: weights [gates · hidden, width] and biases for input and state, and their start."""

    step: ClassVar[type[steps.Cell]]

    def __init__(self, input_size: int, hidden_size: int, bias: bool):
        super().__init__()
        name = type(self).__name__
        check_count(f"{name}: input_size", input_size, 1)
        check_count(f"{name}: hidden_size", hidden_size, 1)
        check_bool(f"{name}: bias", bias)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias

    def make_weights(self, width: int, suffix: str = "") -> None:
        """Register weight_ih, weight_hh and, with biases, bias_ih and bias_hh, all with this suffix."""
        rows = self.step.gates * self.hidden_size
        for name, shape in (("weight_ih", (rows, width)), ("weight_hh", (rows, self.hidden_size))):
            self.register_parameter(name + suffix, Parameter(np.empty(shape, np.float32)))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name + suffix, Parameter(np.empty(rows, np.float32)) if self.bias else None)

    def weights(self, suffix: str = "") -> list[Any]:
        """The four of this suffix; None in place of biases that are not there."""
        return [getattr(self, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def reset_parameters(self) -> None:
        """Draw all weights and biases anew."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def check_width(self, input: Tensor, ndims: tuple[int, ...], shapes: str) -> None:
        """Raise ValueError unless `input` has one of these numbers of dimensions and input_size numbers a step."""
        if input.ndim not in ndims or input.shape[-1] != self.input_size:
            found = f"{type(self).__name__} got input {input.shape}"
            raise ValueError(f"{found}; expected {shapes} with input_size {self.input_size}")


# -------------------------------------------------------------------------------------------------------------- cells


class OneStep(Weighted):
    """Base of the cells: input [n, input_size] or [input_size], state [n, hidden_size] or [hidden_size]."""

    states = 1

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True):
        super().__init__(input_size, hidden_size, bias)
        self.make_weights(input_size)
        self.reset_parameters()

    def make_step(self) -> steps.Cell:
        return fastest(self.step)()

    def run(self, input: Tensor, states: tuple[Any, ...] | None) -> list[Tensor]:
        """The states after the step; before it they are zeros where none are given."""
        input = as_tensor(input, type(self).__name__)
        self.check_width(input, (1, 2), "[n, input_size] or [input_size]")
        shape = (*input.shape[:-1], self.hidden_size)
        if states is None:
            states = (zeros(*shape, dtype=input.dtype, device=input.device),) * self.states
        given = [as_tensor(h, type(self).__name__) for h in states]
        if len(given) != self.states or any(h.shape != shape for h in given):
            found = " and ".join([str(h.shape) for h in given])
            raise ValueError(f"{type(self).__name__} got state {found}; expected {self.states} of shape {shape}")
        rows = [reshape(x, -1, x.shape[-1]) for x in (input, *given)] if input.ndim == 1 else [input, *given]
        after = self.make_step()(*rows, *self.weights())
        return [reshape(h, *shape) for h in (after if isinstance(after, tuple) else (after,))]

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(OneStep):
    """h' = tanh(W x + b + U h + d), or with `nonlinearity` 'relu' max(..., 0): one step of an RNN.

    input [n, input_size] and h [n, hidden_size] (zeros if it is not given) -> h' [n, hidden_size]; all without n too.
    """

    step = steps.RNNCell

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh"):
        check_choice("RNNCell: nonlinearity", nonlinearity, NONLINEARITIES)
        super().__init__(input_size, hidden_size, bias)
        self.nonlinearity = nonlinearity

    def make_step(self) -> steps.Cell:
        return fastest(steps.RNNCell if self.nonlinearity == "tanh" else steps.ReLUCell)()

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self.run(input, None if hx is None else (hx,))[0]


class GRUCell(OneStep):
    """One step of a GRU (formulas: ops/recurrent.py): input [n, input_size], h [n, hidden_size] -> h' [n, hidden_size].

    Without h it begins with zeros; all without n too.
    """

    step = steps.GRUCell

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self.run(input, None if hx is None else (hx,))[0]


class LSTMCell(OneStep):
    """One step of an LSTM (formulas: ops/recurrent.py): input [n, input_size], (h, c) -> (h', c'), [n, hidden_size].

    Without (h, c) it begins with zeros; all without n too.
    """

    step, states = steps.LSTMCell, 2

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        h, c = self.run(input, hx)
        return h, c


# ------------------------------------------------------------------------------------------------------------- layers


class Recurrent(Weighted):
    """Base of RNN, LSTM and GRU: `num_layers` of them (1), each along the results of the one below.

    Input: [t, n, input_size], with `batch_first` [n, t, input_size], or [t, input_size] of a single sequence, or a
    PackedSequence of sequences of any length. State: [num_layers · directions, n, hidden_size], zeros if none is given.
    Results: the h of the last layer at every step, in the form of the input, [..., directions · hidden_size], and the
    last state of each layer and direction.

    With `bidirectional`, a second network goes from the end to the start, and there are two directions. `dropout` (0)
    drops results between layers in training.
    """

    walk: ClassVar[type[steps.Recurrence]]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ):
        super().__init__(input_size, hidden_size, bias)
        name = type(self).__name__
        check_count(f"{name}: num_layers", num_layers, 1)
        check_bool(f"{name}: batch_first", batch_first)
        check_fraction(f"{name}: dropout", dropout)
        check_bool(f"{name}: bidirectional", bidirectional)
        self.num_layers, self.batch_first, self.dropout = num_layers, batch_first, dropout
        self.bidirectional = bidirectional
        self.directions = ("", "_reverse")[: 1 + bidirectional]
        for layer in range(num_layers):
            for direction in self.directions:
                width = input_size if layer == 0 else hidden_size * len(self.directions)
                self.make_weights(width, f"_l{layer}{direction}")
        self.reset_parameters()

    def kind(self) -> type[steps.Recurrence]:
        """The operation that goes along a sequence."""
        return self.walk

    def forward(self, input: Any, hx: Any = None) -> Any:
        if isinstance(input, PackedSequence):
            data, batch_sizes, order, back, live = input
            self.check_width(data, (2,), "packed rows [rows, input_size]")
            states = self.first_states(hx, int(batch_sizes[0]), data)
            if order is not None:
                states = [index_select(h, 1, order) for h in states]
            y, states = self.run(data, batch_sizes, states, live)
            if back is not None:
                states = [index_select(h, 1, back) for h in states]
            return PackedSequence(y, batch_sizes, order, back, live), self.told(states)
        input = as_tensor(input, type(self).__name__)
        order_of = "[n, t, input_size]" if self.batch_first else "[t, n, input_size]"
        self.check_width(input, (2, 3), f"{order_of} or [t, input_size]")
        alone, swapped = input.ndim == 2, self.batch_first and input.ndim == 3
        x = transpose(input, 0, 1) if swapped else reshape(input, len(input), 1, -1) if alone else input
        t, n = x.shape[:2]
        if t == 0:
            raise ValueError(f"{type(self).__name__} got input {input.shape}: a sequence of no steps")
        states = self.first_states(hx, n, x, alone)
        y, states = self.run(reshape(x, t * n, self.input_size), np.full(t, n), states)
        y = reshape(y, t, n, y.shape[1])
        if alone:
            return reshape(y, t, -1), self.told([reshape(h, len(h), -1) for h in states])
        return transpose(y, 0, 1) if swapped else y, self.told(states)

    def first_states(self, hx: Any, n: int, x: Tensor, alone: bool = False) -> list[Tensor]:
        """The states [num_layers · directions, n, hidden_size] before the first step; ValueError if `hx` is none."""
        count, name = self.walk.states, type(self).__name__
        shape = (self.num_layers * len(self.directions), n, self.hidden_size)
        if hx is None:
            return [zeros(*shape, dtype=x.dtype, device=x.device)] * count
        given = [as_tensor(h, name) for h in (hx if count > 1 else (hx,))]
        wanted = (shape[0], shape[2]) if alone else shape
        if len(given) != count or any(h.shape != wanted for h in given):
            found = " and ".join([str(h.shape) for h in given])
            raise ValueError(f"{name} got state {found}; expected {count} of shape {wanted}")
        return [reshape(h, *shape) for h in given]

    def told(self, states: list[Tensor]) -> Any:
        """The states as the caller gets them."""
        return states[0] if self.walk.states == 1 else tuple(states)

    def run(
        self, rows: Tensor, batch_sizes: np.ndarray, first: list[Tensor], live: Tensor | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """The h of the last layer at all steps, for packed rows [rows, input_size], and the last states."""
        last: list[list[Tensor]] = []
        kind, there = fastest(self.kind()), None if live is None else live.data
        for layer in range(self.num_layers):
            if layer:
                rows = dropout(rows, self.dropout, self.training)
            results = []
            for direction in self.directions:
                states = [h[len(last)] for h in first]
                weights = self.weights(f"_l{layer}{direction}")
                y, *after = kind(batch_sizes.tolist(), direction != "", there)(rows, *states, *weights)
                results.append(y)
                last.append(after)
            rows = results[0] if len(results) == 1 else cat(results, 1)
        return rows, [stack(list(each), 0) for each in zip(*last, strict=True)]

    def extra_repr(self) -> str:
        defaults = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        others = [f"{name}={getattr(self, name)}" for name, usual in defaults.items() if getattr(self, name) != usual]
        return ", ".join([str(self.input_size), str(self.hidden_size), *others])


class RNN(Recurrent):
    """h' = tanh(W x + b + U h + d) along a sequence, or with `nonlinearity` 'relu' max(..., 0): Elman's network, 1990.

    Everything else as in Recurrent: `output, h_n = rnn(input, h_0)`.
    """

    step, walk = steps.RNNCell, steps.RNNSequence

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ):
        check_choice("RNN: nonlinearity", nonlinearity, NONLINEARITIES)
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        self.nonlinearity = nonlinearity

    def kind(self) -> type[steps.Recurrence]:
        return steps.RNNSequence if self.nonlinearity == "tanh" else steps.ReLUSequence


class LSTM(Recurrent):
    """Long short-term memory along a sequence (Hochreiter & Schmidhuber, 1997; formulas: ops/recurrent.py).

    As in Recurrent, with two states: `output, (h_n, c_n) = lstm(input, (h_0, c_0))`.
    """

    step, walk = steps.LSTMCell, steps.LSTMSequence


class GRU(Recurrent):
    """Gated recurrent units along a sequence (Cho et al., 2014; formulas: ops/recurrent.py).

    As in Recurrent: `output, h_n = gru(input, h_0)`.
    """

    step, walk = steps.GRUCell, steps.GRUSequence
