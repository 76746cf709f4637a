"""Loss functions against PyTorch: every option, values, gradients, second gradients, edge cases and refusals."""

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad import Tensor, functional, gradcheck, gradgradcheck, ops
from tests.oracle import compare, our_tensor, their_tensor

pytestmark = [
    pytest.mark.filterwarnings("ignore:reduction:UserWarning"),  # PyTorch's, about kl_div and 'mean'
    pytest.mark.filterwarnings("ignore:Mean of empty slice"),  # NumPy's, where there are no losses
    pytest.mark.filterwarnings("ignore:invalid value encountered in divide"),
    pytest.mark.filterwarnings("ignore:divide by zero encountered"),
]

REDUCTIONS = ["mean", "sum", "none"]
EVERY = [(reduction, dtype) for reduction in REDUCTIONS for dtype in ("float64", "float32")]
CLASSES = 4


def agree(name, *arrays, weights=None, dtype="float64", second=True, seed=0, **options):
    """Assert that the loss `name` of `arrays` is PyTorch's. `weights` are arguments that require no gradient."""

    def loss(m, input, *others):
        library, tensor = (functional, our_tensor) if m is ops else (F, their_tensor)
        fixed = {key: None if w is None else tensor(np.asarray(w, dtype)) for key, w in (weights or {}).items()}
        return getattr(library, name)(input, *others, **fixed, **options)

    empty = any(0 in np.shape(a) for a in arrays)  # PyTorch and NumPy disagree on 0 / 0 in second derivatives
    compare(loss, *arrays, dtype=dtype, second=second and not empty, seed=seed)


def softmax(x, axis):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


# ------------------------------------------------------------------------------------------------- labels and classes

SCORES = [(5, CLASSES), (CLASSES,), (3, CLASSES, 2), (2, CLASSES, 3, 2), (1, CLASSES), (0, CLASSES), (6, 1)]
IGNORED = ["none", "some", "all", "a class"]


def labelled(shape, ignored, seed=0):
    """Scores, labels and the keyword `ignore_index` that goes with them."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape)
    dim = 1 if len(shape) > 1 else 0
    t = np.asarray(rng.integers(0, shape[dim], shape[:1] * dim + shape[2:]))
    if ignored == "a class":
        return x, t, {"ignore_index": shape[dim] - 1}
    if ignored == "all":
        t = np.full_like(t, -7)
    elif ignored == "some":
        t = np.where(rng.random(t.shape) < 0.4, -7, t)
    return x, t, {} if ignored == "none" else {"ignore_index": -7}


def class_weights(shape, used):
    return np.linspace(0.3, 2, shape[1 if len(shape) > 1 else 0]) if used else None


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("ignored", IGNORED)
@pytest.mark.parametrize("shape", SCORES, ids=str)
def test_cross_entropy_is_pytorchs(shape, ignored, weighted, label_smoothing):
    x, t, options = labelled(shape, ignored)
    options.update(label_smoothing=label_smoothing, weights={"weight": class_weights(shape, weighted)})
    for reduction, dtype in EVERY if shape in SCORES[:3] else EVERY[::2]:
        agree("cross_entropy", x, t, reduction=reduction, dtype=dtype, second=shape == (3, CLASSES, 2), **options)


@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("ignored", IGNORED)
@pytest.mark.parametrize("shape", SCORES, ids=str)
def test_nll_loss_is_pytorchs(shape, ignored, weighted):
    x, t, options = labelled(shape, ignored)
    for reduction, dtype in EVERY:
        weights = {"weight": class_weights(shape, weighted)}
        agree("nll_loss", x, t, reduction=reduction, dtype=dtype, weights=weights, **options)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(
    "shape", [(5, CLASSES), (CLASSES,), (3, CLASSES, 2), (2, CLASSES, 1, 3), (0, CLASSES)], ids=str
)
def test_cross_entropy_with_probabilities_is_pytorchs(shape, weighted, label_smoothing):
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape)
    t = softmax(rng.standard_normal(shape), 1 if len(shape) > 1 else 0)
    arrays = [x, t, class_weights(shape, True)] if weighted else [x, t]
    for reduction, dtype in EVERY:  # PyTorch gives the gradients of targets and of weights too
        agree("cross_entropy", *arrays, reduction=reduction, dtype=dtype, label_smoothing=label_smoothing)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "int64"])
def test_labels_of_every_integer_dtype_count_the_same(dtype):
    x, t, _ = labelled((5, CLASSES), "none")
    x = Tensor(x)
    for loss in (functional.cross_entropy, functional.nll_loss):
        assert loss(x, Tensor(t.astype(dtype))).item() == loss(x, Tensor(t)).item()


@pytest.mark.parametrize("loss", [functional.cross_entropy, functional.nll_loss], ids=lambda f: f.__name__)
def test_labels_may_be_arrays_and_lists(loss):
    x, t, _ = labelled((5, CLASSES), "none")
    x = Tensor(x)
    assert loss(x, t).item() == loss(x, t.tolist()).item() == loss(x, Tensor(t)).item()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_cross_entropy_of_large_scores_neither_overflows_nor_warns(size, dtype):
    x = size * np.array([[1.0, -1, 0.5], [-1, 1, 1], [0, 0, 0]])
    agree("cross_entropy", x, np.array([1, 0, 2]), reduction="none", dtype=dtype)


def test_a_class_excluded_by_minus_infinity_has_probability_and_gradient_zero():
    x = Tensor(np.array([[0.5, -np.inf, 1.0]]), requires_grad=True)
    loss = functional.cross_entropy(x, [0])
    loss.backward()
    assert loss.item() == pytest.approx(np.log1p(np.exp(0.5)))
    assert x.grad.data[0, 1] == 0
    assert np.isfinite(x.grad.data).all()


def test_a_row_that_is_ignored_may_have_an_infinite_loss():
    x = np.array([[0.5, -np.inf], [0.25, 0.5]])
    agree("nll_loss", x, np.array([1, 0]), ignore_index=1)


def test_all_labels_ignored_gives_nan_and_zero_gradients_without_a_warning():
    for loss in (functional.cross_entropy, functional.nll_loss):
        x = Tensor(np.ones((3, 2)), requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            value = loss(x, [-100] * 3)
            value.backward()
        assert np.isnan(value.item())
        assert not x.grad.data.any()


# --------------------------------------------------------------------------------------------------- element by element


def numbers(rng, shape):
    return rng.standard_normal(shape)


def probabilities(rng, shape):
    return rng.uniform(0.05, 0.95, shape)


def log_probabilities(rng, shape):
    return np.log(probabilities(rng, shape))


# name of the loss, settings, what draws the input, what draws the target
ELEMENTWISE = {
    "mse": ("mse_loss", {}, numbers, numbers),
    "l1": ("l1_loss", {}, numbers, numbers),
    "smooth_l1": ("smooth_l1_loss", {}, numbers, numbers),
    "smooth_l1 beta 0": ("smooth_l1_loss", {"beta": 0.0}, numbers, numbers),
    "smooth_l1 beta 0.3": ("smooth_l1_loss", {"beta": 0.3}, numbers, numbers),
    "smooth_l1 beta 5": ("smooth_l1_loss", {"beta": 5}, numbers, numbers),
    "bce": ("binary_cross_entropy", {}, probabilities, probabilities),
    "bce with logits": ("binary_cross_entropy_with_logits", {}, numbers, probabilities),
    "kl_div": ("kl_div", {}, log_probabilities, probabilities),
    "kl_div log_target": ("kl_div", {"log_target": True}, log_probabilities, log_probabilities),
}
NAMES = sorted({loss for loss, *_ in ELEMENTWISE.values()})
SHAPES = [(), (5,), (3, 4), (2, 3, 4), (0, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_losses_are_pytorchs(name, shape):
    loss, options, input, target = ELEMENTWISE[name]
    rng = np.random.default_rng(2)
    x, t = input(rng, shape), target(rng, shape)
    batchmean = [("batchmean", "float64")] if loss == "kl_div" and 0 not in shape else []
    for reduction, dtype in EVERY + batchmean:
        agree(loss, x, t, reduction=reduction, dtype=dtype, **options)


@pytest.mark.parametrize("weight", [None, (), (4,), (3, 1), (3, 4)], ids=str)
@pytest.mark.parametrize("pos_weight", [None, (), (4,), (3, 4)], ids=str)
def test_weights_of_binary_cross_entropies_are_pytorchs(weight, pos_weight):
    rng = np.random.default_rng(3)
    x, t = rng.standard_normal((3, 4)), rng.random((3, 4))
    w, p = (None if shape is None else rng.uniform(0.2, 3, shape) for shape in (weight, pos_weight))
    for reduction, dtype in EVERY:
        weights = {"weight": w, "pos_weight": p}
        agree("binary_cross_entropy_with_logits", x, t, reduction=reduction, dtype=dtype, weights=weights)
        if p is None:
            agree("binary_cross_entropy", t, t[::-1], reduction=reduction, dtype=dtype, weights={"weight": w})


def test_gradients_of_weights_that_pytorch_refuses_are_right():
    rng = np.random.default_rng(4)
    x, t, w, p = (Tensor(rng.uniform(0.1, 0.9, shape), requires_grad=True) for shape in [(3, 4), (3, 4), (3, 1), (4,)])

    def with_logits(x, t, w, p):
        return functional.binary_cross_entropy_with_logits(x, t, w, "none", p)

    def with_probabilities(x, t, w):
        return functional.binary_cross_entropy(x, t, w, "none")

    assert gradcheck(with_logits, [x, t, w, p])
    assert gradgradcheck(with_logits, [x, t, w, p])
    assert gradcheck(with_probabilities, [x, t, w])
    assert gradgradcheck(with_probabilities, [x, t, w])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_probabilities_of_exactly_0_and_1_cost_100_and_keep_gradients_finite(dtype):
    x, t = (a.ravel() for a in np.meshgrid([0.0, 1.0, 1e-30, 0.5], [0.0, 0.3, 1.0]))
    theirs = [torch.tensor(a, dtype=getattr(torch, dtype), requires_grad=True) for a in (x, t)]
    ours = [Tensor(a.astype(dtype), requires_grad=True) for a in (x, t)]
    expected = F.binary_cross_entropy(*theirs, reduction="none")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = functional.binary_cross_entropy(*ours, reduction="none")
        found.sum().backward()
    expected.sum().backward()
    np.testing.assert_allclose(found.data, expected.detach().numpy(), rtol=1e-6)
    np.testing.assert_allclose(ours[0].grad.data, theirs[0].grad.numpy(), rtol=1e-6)
    np.testing.assert_allclose(ours[1].grad.data, theirs[1].grad.clip(-100, 100).numpy(), rtol=1e-6)
    assert found.data.max() == 100


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("weight", [1.0, 0.25, 7.0])
def test_extreme_logits_neither_overflow_nor_warn(weight, dtype):
    scores = np.array([0, 1e-8, 1, 30, 100, 1e4, 1e30])
    x, t = (a.ravel() for a in np.meshgrid([*scores, *-scores], [0.0, 0.5, 1.0]))
    theirs = [torch.tensor(a, dtype=getattr(torch, dtype), requires_grad=True) for a in (x, t)]
    ours = [Tensor(a.astype(dtype), requires_grad=True) for a in (x, t)]
    options = {"reduction": "none"}
    expected = F.binary_cross_entropy_with_logits(
        *theirs, pos_weight=torch.tensor(weight, dtype=theirs[0].dtype), **options
    )
    expected.sum().backward()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = functional.binary_cross_entropy_with_logits(
            *ours, pos_weight=Tensor(np.asarray(weight, dtype)), **options
        )
        found.sum().backward()
    rounding = 1e-6 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(found.data, expected.detach().numpy(), rtol=rounding, atol=10 * rounding)
    np.testing.assert_allclose(ours[0].grad.data, theirs[0].grad.numpy(), rtol=rounding, atol=rounding)


def test_kl_div_counts_classes_of_probability_zero_as_nothing():
    x = Tensor(np.log([0.2, 0.8]), requires_grad=True)
    t = Tensor(np.array([0.0, 1.0]), requires_grad=True)
    loss = functional.kl_div(x, t, reduction="sum")
    loss.backward()
    assert loss.item() == pytest.approx(-np.log(0.8))
    np.testing.assert_allclose(x.grad.data, [0, -1])
    assert np.isfinite(t.grad.data).all()


@pytest.mark.parametrize("x", [0.0, np.nan, -np.inf])
@pytest.mark.parametrize("t", [-1.0, 0.0, 0.5, np.nan])
def test_kl_div_hides_neither_nan_nor_targets_below_zero(x, t):
    with np.errstate(invalid="ignore"):
        found = functional.kl_div(Tensor([x]), Tensor([t]), reduction="none")
    expected = F.kl_div(torch.tensor([x]), torch.tensor([t]), reduction="none")
    np.testing.assert_allclose(found.data, expected.numpy())


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
@pytest.mark.parametrize("name", NAMES)
def test_losses_of_whole_numbers_are_those_of_float32(name, dtype):
    x, t = np.array([1, 0, 1], dtype), np.array([0, 1, 1], dtype)
    loss = getattr(functional, name)
    result, expected = loss(Tensor(x), Tensor(t)), loss(Tensor(x.astype("float32")), Tensor(t.astype("float32")))
    assert result.dtype == np.float32
    assert result.item() == expected.item()


def test_whole_numbers_do_not_wrap_in_a_difference():
    x, t = Tensor(np.array([100], np.uint8)), Tensor(np.array([200], np.uint8))
    assert functional.mse_loss(x, t).item() == 10000
    assert functional.l1_loss(x, t).item() == 100
    assert functional.smooth_l1_loss(x, t).item() == 99.5


@pytest.mark.parametrize("wrong", [None, [0.0] * 4, "x"], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_tensor_is_refused_by_name(name, wrong):
    kind = "None" if wrong is None else type(wrong).__name__
    for arguments in ((FOUR, wrong), (wrong, FOUR)):
        with pytest.raises(TypeError, match=f"{name} expected a tensor, an array or a number, got {kind}"):
            getattr(functional, name)(*arguments)


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f.binary_cross_entropy(FOUR, FOUR, [1.0] * 4),
        lambda f: f.binary_cross_entropy_with_logits(FOUR, FOUR, pos_weight=[1.0] * 4),
        lambda f: f.cross_entropy(zeros(2, 3), labels(0, 1), [1.0, 1.0, 1.0]),
        lambda f: f.nll_loss([[0.5, 0.5]], labels(0)),
    ],
)
def test_weights_and_scores_in_lists_are_refused_by_name(call):
    with pytest.raises(TypeError, match="expected a tensor, an array or a number, got list"):
        call(functional)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if "log_target" not in name])
def test_targets_that_are_whole_numbers_take_the_dtype_of_the_input(name, dtype):
    loss, options, input, _ = ELEMENTWISE[name]
    rng = np.random.default_rng(5)
    x, t = input(rng, (3, 4)).astype(np.float32), rng.integers(0, 2, (3, 4))
    results = []
    for target in (t.astype(dtype), t.astype(np.float32)):
        prediction = Tensor(x, requires_grad=True)
        value = getattr(functional, loss)(prediction, Tensor(target), **options)
        value.backward()
        assert value.dtype == prediction.grad.dtype == np.float32
        results += [value.data, prediction.grad.data]
    np.testing.assert_array_equal(results[0], results[2])
    np.testing.assert_array_equal(results[1], results[3])


# ------------------------------------------------------------------------------------------------------------ refusals


def zeros(*shape, dtype=np.float32):
    return Tensor(np.zeros(shape, dtype))


def labels(*values):
    return Tensor(np.array(values, np.int64))


FOUR = zeros(4)
REFUSED = {
    "label too large": (lambda f: f.cross_entropy(zeros(2, 3), labels(0, 3)), r"label 3 in row 1; expected 0 to 2"),
    "label negative": (lambda f: f.nll_loss(zeros(2, 3), labels(-1, 0)), r"nll_loss got label -1 in row 0"),
    "label wrong, others ignored": (
        lambda f: f.cross_entropy(zeros(3, 3), labels(-100, 9, 0)),
        r"label 9 in row 1; expected 0 to 2",
    ),
    "too few labels": (lambda f: f.cross_entropy(zeros(2, 3), labels(0)), r"input \(2, 3\) and target \(1,\)"),
    "labels as a column": (
        lambda f: f.cross_entropy(zeros(2, 3), zeros(2, 1, dtype=np.int64)),
        r"target \(2, 1\) of dtype int64",
    ),
    "labels that are floats": (lambda f: f.cross_entropy(zeros(2, 3), zeros(2)), r"dtype float32; .* integer dtype"),
    "labels that are booleans": (lambda f: f.nll_loss(zeros(2, 3), zeros(2, dtype=bool)), r"dtype bool"),
    "probabilities for nll_loss": (lambda f: f.nll_loss(zeros(2, 3), zeros(2, 3)), r"nll_loss got input \(2, 3\)"),
    "scores without a class": (lambda f: f.cross_entropy(zeros(2, 0), labels(0, 0)), r"\(2, 0\), which has no classes"),
    "one score": (lambda f: f.cross_entropy(zeros(), labels(0)), r"input \(\)"),
    "smoothing above 1": (
        lambda f: f.cross_entropy(zeros(2, 3), labels(0, 1), label_smoothing=1.5),
        r"label_smoothing=1.5; expected a number from 0 to 1",
    ),
    "ignore_index beside probabilities": (
        lambda f: f.cross_entropy(zeros(2, 3), zeros(2, 3), ignore_index=1),
        r"ignore_index=1, but its targets are probabilities",
    ),
    "class weights of the wrong length": (
        lambda f: f.cross_entropy(zeros(2, 3), labels(0, 1), FOUR),
        r"class weights have shape \(4,\) .* expected \(3,\) and float32",
    ),
    "class weights of the wrong length beside probabilities": (
        lambda f: f.cross_entropy(zeros(2, 3), zeros(2, 3), FOUR),
        r"class weights have shape \(4,\) .* expected \(3,\)",
    ),
    "class weights of another dtype": (
        lambda f: f.nll_loss(zeros(2, 4), labels(0, 1), zeros(4, dtype=np.float64)),
        r"dtype float64; expected \(4,\) and float32",
    ),
    "element weights that do not fit": (
        lambda f: f.binary_cross_entropy(zeros(2, 3), zeros(2, 3), zeros(2)),
        r"weights \(2,\), which do not broadcast to the input \(2, 3\)",
    ),
    "element weights larger than the input": (
        lambda f: f.binary_cross_entropy_with_logits(zeros(2, 3), zeros(2, 3), zeros(5, 2, 3)),
        r"weights \(5, 2, 3\)",
    ),
    "pos_weight that does not fit": (
        lambda f: f.binary_cross_entropy_with_logits(zeros(2, 3), zeros(2, 3), pos_weight=zeros(2, 1, 1)),
        r"weights \(2, 1, 1\)",
    ),
    "probability above 1": (lambda f: f.binary_cross_entropy(FOUR + 1.5, FOUR), r"from 1.5 to 1.5; .*with_logits"),
    "probability below 0": (lambda f: f.binary_cross_entropy(FOUR - 0.5, FOUR), r"from -0.5 to -0.5"),
    "probability nan": (lambda f: f.binary_cross_entropy(FOUR * np.nan, FOUR), r"from nan to nan"),
    "beta nan": (lambda f: f.smooth_l1_loss(FOUR, FOUR, beta=np.nan), r"beta=nan; expected 0 or more"),
    "negative beta": (lambda f: f.smooth_l1_loss(FOUR, FOUR, beta=-1.0), r"beta=-1.0; expected 0 or more"),
    **{
        f"{name} of other shapes": (
            lambda f, name=name: getattr(f, name)(zeros(3), zeros(3, 1)),
            rf"{name} got input \(3,\) and target \(3, 1\)",
        )
        for name in NAMES
    },
    **{
        f"{name} with an unknown reduction": (
            lambda f, name=name: getattr(f, name)(FOUR, FOUR, reduction="average"),
            r"'average' is not one of 'mean', 'sum', 'none'",
        )
        for name in [*NAMES, "cross_entropy"]
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_misuse_is_refused_in_one_sentence(case):
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=message) as caught:
        call(functional)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("name", NAMES)
def test_targets_of_another_floating_dtype_are_refused(name):
    with pytest.raises(TypeError, match=r"float32 and float64; convert one with \.to\(dtype\)"):
        getattr(functional, name)(zeros(3), zeros(3, dtype=np.float64))


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_class_weights_that_require_a_gradient_are_refused_beside_labels(label_smoothing):
    weight = Tensor(np.ones(3, np.float32), requires_grad=True)
    with pytest.raises(RuntimeError, match="class weights get no gradient"):
        functional.cross_entropy(zeros(2, 3), labels(0, 1), weight, label_smoothing=label_smoothing)


# --------------------------------------------------------------------------------------------------- drawn at random


@settings(max_examples=60, deadline=None)
@given(
    batch=st.integers(0, 5),
    classes=st.integers(1, 6),
    rest=st.lists(st.integers(1, 3), max_size=2),
    ignored=st.sampled_from(IGNORED),
    weighted=st.booleans(),
    label_smoothing=st.floats(0, 1),
    reduction=st.sampled_from(REDUCTIONS),
    seed=st.integers(0, 99),
)
def test_cross_entropy_of_any_sizes_and_options_is_pytorchs(
    batch, classes, rest, ignored, weighted, label_smoothing, reduction, seed
):
    shape = (batch, classes, *rest)
    x, t, options = labelled(shape, ignored, seed)
    options.update(label_smoothing=label_smoothing, reduction=reduction)
    agree("cross_entropy", 3 * x, t, weights={"weight": class_weights(shape, weighted)}, second=False, **options)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(list(ELEMENTWISE)),
    shape=st.lists(st.integers(0, 4), max_size=4).map(tuple),
    reduction=st.sampled_from(REDUCTIONS),
    seed=st.integers(0, 99),
)
def test_elementwise_losses_of_any_shape_are_pytorchs(name, shape, reduction, seed):
    loss, options, input, target = ELEMENTWISE[name]
    rng = np.random.default_rng(seed)
    agree(loss, input(rng, shape), target(rng, shape), reduction=reduction, seed=seed, **options)
