"""Checks of lesson 1.8: the training step, by what it does, and the confusion matrix."""

import numpy as np

import minigrad
from minigrad import training
from minigrad.course.checks import Check, checks
from minigrad.functional import cross_entropy
from minigrad.nn import Linear
from minigrad.optim import SGD
from minigrad.tensor import Tensor
from minigrad.training import DivergedError, Trainer


class Model(Linear):
    """A linear layer that notes when it is called."""

    def __init__(self, log: list[str]):
        minigrad.manual_seed(3)
        super().__init__(4, 3)
        self.log = log

    def forward(self, x: Tensor) -> Tensor:
        self.log.append("forward")
        return super().forward(x)


class Optimizer(SGD):
    """SGD that notes when it steps, and with which gradients."""

    def __init__(self, model: Model, log: list[str], lr: float):
        super().__init__(model.parameters(), lr=lr)
        self.log, self.gradients = log, []

    def zero_grad(self, set_to_none: bool = True) -> None:
        if "optimizer" not in self.log and any(p.grad is not None for p in self.param_groups[0]["params"]):
            self.log.append("gradients forgotten")
        super().zero_grad(set_to_none)

    def step(self, closure=None):
        self.log.append("optimizer")
        params = self.param_groups[0]["params"]
        self.gradients.append([None if p.grad is None else p.grad.cpu().numpy().copy() for p in params])
        return super().step(closure)


class Schedule:
    """A schedule that only notes when it steps."""

    def __init__(self, log: list[str]):
        self.log = log

    def step(self) -> None:
        self.log.append("schedule")


def trainer_of(loss, lr: float = 0.5, schedule: bool = True) -> tuple[Trainer, list[str]]:
    log: list[str] = []
    model = Model(log)
    return Trainer(model, Optimizer(model, log, lr), [], loss=loss, schedule=Schedule(log) if schedule else None), log


def doubled(scores: Tensor, labels: Tensor) -> Tensor:
    """A loss of the trainer's own, which is not plain cross-entropy."""
    return cross_entropy(scores, labels) * 2


def weights(trainer: Trainer) -> list[np.ndarray]:
    return [p.detach().numpy().copy() for p in trainer.model.parameters()]


def alike(a, b) -> bool:
    return all(x is not None and np.allclose(x, y, 1e-4, 1e-6) for x, y in zip(a, b))


@checks("minigrad.training:Trainer.step")
def step(check: Check) -> None:
    inputs = minigrad.tensor(check.array(5, 4).astype(np.float32))
    labels = minigrad.tensor([0, 2, 1, 1, 2])
    value, scores, gradients = expected_of(check, inputs, labels)
    trainer, log = trainer_of(doubled)
    start = weights(trainer)
    got = check.run(lambda: trainer.step(inputs, labels))
    check.require(log.count("forward") == 1, "forward_not_once")
    check.require("optimizer" in log, "no_optimizer_step")
    seen = trainer.optimizer.gradients[0]
    check.require("gradients forgotten" not in log, "zeroed_after_backward")
    check.require(all(g is not None for g in seen), "step_without_gradients")
    check.require(not alike(seen, [g / 2 for g in gradients]), "own_loss_ignored")
    check.require(alike(seen, gradients), "wrong_gradients")
    check.require(log.count("optimizer") == 1, "optimizer_twice")
    check.require("schedule" in log, "schedule_forgotten")
    check.require(log.count("schedule") == 1 and log.index("schedule") > log.index("optimizer"), "schedule_too_early")
    check.require(not alike(weights(trainer), start), "no_optimizer_step")
    if check.device != "cpu" and isinstance(got[0], Tensor):  # where it lies until it is shown
        got = got[0].item(), got[1]
    returned(check, got, value, scores)
    repeated(check, inputs, labels, gradients)
    without_schedule, _ = trainer_of(doubled, schedule=False)
    check.run(lambda: without_schedule.step(inputs, labels))
    if check.device != "cpu":  # whether the loss is a number is looked at when it is shown
        return
    for wrong in (float("nan"), float("inf")):
        diverging(check, inputs, labels, wrong)


def expected_of(check: Check, inputs: Tensor, labels: Tensor) -> tuple[float, np.ndarray, list[np.ndarray]]:
    """Loss, scores and gradients of the first step, computed without the learner's function."""
    with check.minigrad():
        model = Model([])
        scores = model(inputs)
        loss = doubled(scores, labels)
        loss.backward()
        return loss.item(), scores.detach().numpy(), [p.grad.numpy() for p in model.parameters()]


def returned(check: Check, got, value: float, scores: np.ndarray) -> None:
    """step returns the loss as a number of Python's, and the scores as a tensor."""
    check.require(isinstance(got, tuple) and len(got) == 2, "returns_no_pair")
    check.require(not isinstance(got[0], Tensor) or not isinstance(got[1], Tensor), "loss_as_a_tensor")
    check.require(isinstance(got[0], float) and isinstance(got[1], Tensor), "returns_no_pair")
    check.require(np.isclose(got[0], value, 1e-4), "another_result")
    check.require(got[1].shape == scores.shape and np.allclose(got[1].data, scores, 1e-4, 1e-5), "another_result")


def repeated(check: Check, inputs: Tensor, labels: Tensor, gradients: list[np.ndarray]) -> None:
    """With a learning rate of 0, the same batch gives the same gradients again, also where old ones lie about."""
    trainer, _ = trainer_of(doubled, lr=0.0)
    doubled(trainer.model(inputs), labels).backward()
    for _ in range(2):
        check.run(lambda: trainer.step(inputs, labels))
    for seen in trainer.optimizer.gradients:
        check.require(alike(seen, gradients), "accumulates")


def diverging(check: Check, inputs: Tensor, labels: Tensor, wrong: float) -> None:
    """A loss that is no finite number ends the run, and the weights are as they were."""
    trainer, log = trainer_of(lambda scores, labels: cross_entropy(scores, labels) * wrong)
    before = weights(trainer)

    def error_of() -> DivergedError | None:
        try:
            trainer.step(inputs, labels)
        except DivergedError as error:
            return error
        return None

    error = check.run(error_of)
    check.require(error is not None, "not_checked" if np.isnan(wrong) else "infinity_not_checked")
    check.require("optimizer" not in log and alike(weights(trainer), before), "checked_too_late")
    check.require(str(error) == trainer.why_diverged(wrong, inputs), "no_reason_given")


@checks("minigrad.training:confusion_matrix")
def confusion(check: Check) -> None:
    for labels, predictions, classes in [
        ([0, 1, 2, 2], [0, 2, 1, 2], 3),
        ([0, 1, 1, 1, 2, 3, 1], [0, 2, 2, 1, 2, 1, 2], 4),
        (check.rng.integers(0, 5, 60).tolist(), check.rng.integers(0, 5, 60).tolist(), 5),
        ([1, 1], [0, 0], 3),
    ]:
        arrays = np.array(labels), np.array(predictions)
        with check.minigrad():
            right = training.confusion_matrix(*arrays, classes)
        got = check.run(lambda arrays=arrays, classes=classes: training.confusion_matrix(*arrays, classes))
        check.require(np.array_equal(right, right.T) or not np.array_equal(got, right.T), "predictions_down")
        check.function(lambda *a: training.confusion_matrix(*a), *arrays, classes, names=["counts"])
