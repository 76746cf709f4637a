"""Every operation on the GPU against PyTorch: the cases, gradients and tolerances of tests/ops."""

import pytest

from tests.ops import test_activation, test_reduction
from tests.ops.table import KINDS, TABLE
from tests.ops.test_conv import (
    test_conv1d_over_settings,
    test_conv2d_in_groups_down_to_one_channel_each,
    test_conv2d_in_other_dtypes,
    test_conv2d_of_nothing_and_of_one_image,
    test_conv2d_over_settings,
    test_conv_transpose2d_over_settings,
)
from tests.ops.test_elementwise import test_shapes_that_broadcast_agree, test_where_agrees
from tests.ops.test_embedding import test_embedding_agrees_with_pytorch
from tests.ops.test_every_operation import agree_on, shapes_of
from tests.ops.test_linalg import test_values_and_gradients_agree_in_float32_however_the_arrays_lie
from tests.ops.test_loss import (
    test_cross_entropy_is_pytorchs,
    test_cross_entropy_with_probabilities_is_pytorchs,
    test_elementwise_losses_are_pytorchs,
    test_nll_loss_is_pytorchs,
)
from tests.ops.test_norm import (
    test_batch_norm_over_shapes,
    test_group_and_instance_norm_over_shapes,
    test_layer_norm_over_shapes,
)
from tests.ops.test_pool import (
    test_adaptive_pooling,
    test_avg_pool_over_settings,
    test_max_pool_over_settings,
    test_pooling_of_sequences,
)
from tests.ops.test_resize import test_interpolate, test_padding_with_own_elements, test_unfold_and_fold

pytestmark = [
    pytest.mark.filterwarnings("ignore:reduction:UserWarning"),  # PyTorch's, about kl_div and 'mean'
    pytest.mark.filterwarnings("ignore:.*degrees of freedom"),
    pytest.mark.filterwarnings("ignore:.*T on tensors"),
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:Mean of empty slice"),
    pytest.mark.filterwarnings("ignore:invalid value encountered in divide"),
    pytest.mark.filterwarnings("ignore:divide by zero encountered"),
]

test_softmax = test_activation.test_values_and_both_gradients_agree_in_float64
test_reductions = test_reduction.test_values_and_both_gradients_agree_in_float64
test_reductions_of_nothing = test_reduction.test_reductions_of_no_elements_agree
test_numbers_that_overflow_in_float16 = test_activation.test_large_float16_values_agree

COMPARED = [(line, kind) for kind in KINDS for line in TABLE if isinstance(shapes_of(line, kind), list)]


@pytest.mark.parametrize(("line", "kind"), COMPARED, ids=[f"{line.name}-{kind}" for line, kind in COMPARED])
def test_values_and_gradients_agree(line, kind):
    agree_on(line, kind)
