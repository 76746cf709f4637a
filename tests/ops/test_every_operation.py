"""Every operation on every kind of input, against PyTorch: values, gradients for random upstream gradients, and second
gradients where an operation offers them."""

import inspect

import numpy as np
import pytest
import torch

from minigrad import Tensor, functional, ops
from tests.ops.table import ELSEWHERE, KINDS, TABLE, Omitted, Refused
from tests.oracle import Torch, agree, case

pytestmark = [
    pytest.mark.filterwarnings("ignore:reduction:UserWarning"),  # PyTorch's, about kl_div and 'mean'
    pytest.mark.filterwarnings("ignore:.*degrees of freedom"),
    pytest.mark.filterwarnings("ignore:.*T on tensors"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.name)
def test_values_and_gradients_agree(line, kind):
    given = shapes_of(line, kind)
    if isinstance(given, Omitted):
        pytest.skip(given)
    if isinstance(given, Refused):
        return assert_both_refuse(line, KINDS[kind])
    agree_on(line, kind)


def shapes_of(line, kind):
    """The shapes that the inputs of a line have for a kind, or why there are none."""
    return line.shapes.get(kind, line.shapes[KINDS[kind].shapes])


def agree_on(line, kind):
    """Both libraries compute the same on this kind of input."""
    _, dtype, layout, second = KINDS[kind]
    given = shapes_of(line, kind)
    one = case(line.name, line.function, *[draw(*shape) for draw, shape in zip(line.draws, given, strict=True)])
    options = {} if layout is None else {"layout": layout}
    agree(one, dtype=dtype, second=second and kind not in line.first_only, **options)


def assert_both_refuse(line, kind):
    shape = (0,) if kind.shapes == "empty" else ()
    arrays = [np.asarray(draw(*shape)(np.random.default_rng(0))) for draw in line.draws]
    with pytest.raises((RuntimeError, IndexError, ValueError, TypeError)):
        line.function(Torch(), *map(torch.tensor, arrays))
    with pytest.raises((IndexError, ValueError, TypeError)):
        line.function(ops, *map(Tensor, arrays))


def test_every_function_has_a_line_or_a_reason():
    public = {name for name, value in vars(ops).items() if inspect.isfunction(value)} | set(functional.__all__)
    missing = public - {line.name.split()[0] for line in TABLE} - set(ELSEWHERE)
    assert not missing, f"add lines to tests/ops/table.py for {sorted(missing)}"
