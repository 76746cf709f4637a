"""Mistakes that are made in lesson 1.8."""

import math

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.functional import cross_entropy
from minigrad.training import DivergedError

STEP = "minigrad.training:Trainer.step"
CONFUSION = "minigrad.training:confusion_matrix"


def finite_or_raise(self, loss, inputs):
    """The number of a loss; DivergedError if it is none."""
    value = loss.item()
    if not np.isfinite(value):
        raise DivergedError(self.why_diverged(value, inputs))
    return value


def finish(self):
    """What comes after backward."""
    self.optimizer.step()
    if self.schedule is not None:
        self.schedule.step()


@mistake(
    STEP,
    "The gradients accumulate: old ones were still there when backward added the new ones. Call "
    "self.optimizer.zero_grad() before backward, in every step.",
    "梯度累加了：backward 加上新梯度时，旧的还在。每一步都要在 backward 之前调用 self.optimizer.zero_grad()。",
)
def accumulates(self, inputs, labels):
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    finish(self)
    return value, scores


@mistake(
    STEP,
    "zero_grad was called between backward and the optimizer's step, so the new gradients were thrown away, too. It "
    "belongs before backward.",
    "zero_grad 放在了 backward 和优化器的 step 之间，把新算出的梯度也清掉了。它应该在 backward 之前。",
)
def zeroed_after_backward(self, inputs, labels):
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    self.optimizer.zero_grad()
    finish(self)
    return value, scores


@mistake(
    STEP,
    "When the optimizer stepped there were no gradients yet: loss.backward() computes them and comes before "
    "self.optimizer.step().",
    "优化器走步时还没有梯度：loss.backward() 才会算出梯度，要放在 self.optimizer.step() 之前。",
)
def step_without_gradients(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    finish(self)
    loss.backward()
    return value, scores


@mistake(
    STEP,
    "The gradients are not those of self.loss for this batch. What did you call backward on: the loss itself?",
    "得到的梯度不是 self.loss 在这个批次上的梯度。你是对什么调用的 backward？是损失本身吗？",
)
def wrong_gradients(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    scores.sum().backward()
    finish(self)
    return value, scores


@mistake(
    STEP,
    "cross_entropy was called where the Trainer's own loss stands in self.loss; someone may train with another one.",
    "直接调用了 cross_entropy，而 Trainer 自己的损失在 self.loss 里；别人可能用另一种损失来训练。",
)
def own_loss_ignored(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = cross_entropy(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    finish(self)
    return value, scores


@mistake(
    STEP,
    "The model must be called once in a step. A second call costs as much as the first, and with dropout it gives "
    "other scores.",
    "一步里只该调用一次模型。第二次调用和第一次一样费时，而且有 dropout 时会得到不同的分数。",
)
def forward_not_once(self, inputs, labels):
    self.optimizer.zero_grad()
    loss = self.loss(self.model(inputs), labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    finish(self)
    return value, self.model(inputs)


@mistake(
    STEP,
    "self.optimizer.step() was not called after backward, and the weights are changed by nothing else. (Without "
    "brackets nothing is called.)",
    "backward 之后没有调用 self.optimizer.step()，而权重只能由它来改。（不写括号就不会调用。）",
)
def no_optimizer_step(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    if self.schedule is not None:
        self.schedule.step()
    return value, scores


@mistake(
    STEP,
    "The optimizer stepped more than once with the same gradients.",
    "用同一份梯度，优化器走了不止一步。",
)
def optimizer_twice(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    self.optimizer.step()
    finish(self)
    return value, scores


@mistake(
    STEP,
    "There is a schedule, and it did not step: the learning rate would never change. If self.schedule is not None, "
    "call self.schedule.step().",
    "有学习率调度器，但没有让它走步，学习率就永远不变。self.schedule 不是 None 时，调用 self.schedule.step()。",
)
def schedule_forgotten(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    self.optimizer.step()
    return value, scores


@mistake(
    STEP,
    "The schedule must step once, after the optimizer: before it, the very first learning rate would be skipped.",
    "学习率调度器要在优化器之后走一步，只走一步：放在前面，就会跳过第一个学习率。",
)
def schedule_too_early(self, inputs, labels):
    self.optimizer.zero_grad()
    if self.schedule is not None:
        self.schedule.step()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    self.optimizer.step()
    return value, scores


@mistake(
    STEP,
    "The loss was returned as a tensor. It holds on to the whole graph of this step, and sums over an epoch would keep "
    "every graph alive: return loss.item(), a Python number.",
    "返回的损失是张量。它牵着这一步的整个计算图，"
    "在一轮里累加下去，所有的图都不会释放：请返回 loss.item()，一个 Python 的数。",
)
def loss_as_a_tensor(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    finite_or_raise(self, loss, inputs)
    loss.backward()
    finish(self)
    return loss, scores


@mistake(
    STEP,
    "Two things are to be returned, in this order: the loss as a Python float (loss.item()), and the scores, a tensor.",
    "要返回两样东西，顺序是：Python 浮点数形式的损失（loss.item()），以及张量 scores。",
)
def returns_no_pair(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    finish(self)
    return value


@mistake(
    STEP,
    "The loss or the scores that were returned are not those of this batch with the weights before the step.",
    "返回的损失或分数，不是这个批次用走步之前的权重算出来的。",
)
def another_result(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = finite_or_raise(self, loss, inputs)
    loss.backward()
    finish(self)
    return value * len(labels), scores


@mistake(
    STEP,
    "The loss was NaN and nothing happened. All weights are NaN after such a step, and the run can be thrown away: "
    "raise (not return) DivergedError before backward. `value == float('nan')` is never true; np.isfinite tells.",
    "损失是 NaN，却什么也没有发生。走完这一步，所有权重都成了 NaN，这次训练就报废了："
    "要在 backward 之前抛出（而不是返回）DivergedError。`value == float('nan')` 永远不成立，要用 np.isfinite 判断。",
)
def not_checked(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    loss.backward()
    finish(self)
    return loss.item(), scores


@mistake(
    STEP,
    "NaN was noticed, an infinite loss was not. np.isfinite tells both.",
    "发现了 NaN，却没有发现无穷大的损失。np.isfinite 两者都能判断。",
)
def infinity_not_checked(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    if math.isnan(loss.item()):
        raise DivergedError(self.why_diverged(loss.item(), inputs))
    loss.backward()
    finish(self)
    return loss.item(), scores


@mistake(
    STEP,
    "DivergedError was raised after the optimizer had stepped: the weights are ruined by then. Look at it before.",
    "抛出 DivergedError 时优化器已经走了一步，权重已经毁了。要在那之前检查损失。",
)
def checked_too_late(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    loss.backward()
    finish(self)
    return finite_or_raise(self, loss, inputs), scores


@mistake(
    STEP,
    "The DivergedError does not say what happened. self.why_diverged(value, inputs) returns the sentence for it.",
    "DivergedError 没有说明发生了什么。self.why_diverged(value, inputs) 会返回要写进去的那句话。",
)
def no_reason_given(self, inputs, labels):
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    if not np.isfinite(loss.item()):
        raise DivergedError("diverged")
    loss.backward()
    finish(self)
    return loss.item(), scores


# --------------------------------------------------------------------------------------------------- confusion matrix


@mistake(
    CONFUSION,
    "counts is transposed: the row is the true class, the column the predicted one, counts[true, predicted].",
    "counts 转置了：行是真实类别，列是预测类别，即 counts[真实, 预测]。",
)
def predictions_down(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (predictions, labels), 1)
    return counts


@mistake(
    CONFUSION,
    "Pairs that occur several times were counted once: counts[labels, predictions] += 1 computes all cells first and "
    "writes each of them once. Use a loop, np.add.at or np.bincount.",
    "重复出现的对只数了一次：counts[labels, predictions] += 1 先算好各格的值，"
    "每格只写一次。请用循环、np.add.at 或 np.bincount。",
)
def repeats_lost(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    counts[labels, predictions] += 1
    return counts


@mutant(CONFUSION, "dtype")
def counted_in_floats(labels, predictions, classes):
    counts = np.zeros((classes, classes))
    np.add.at(counts, (labels, predictions), 1)
    return counts


@mistake(
    CONFUSION,
    "These are shares of each row; counts are wanted.",
    "这是每一行中的比例；要的是个数。",
)
def shares(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predictions), 1)
    return counts // np.maximum(counts.sum(axis=1, keepdims=True), 1)


@mistake(
    CONFUSION,
    "Every label was paired with every prediction. Sample i has one label and one prediction: one loop over both, "
    "zip(labels, predictions).",
    "每个标签都和每个预测配了对。第 i 个样本只有一个标签和一个预测：用一个循环同时走两者，zip(labels, predictions)。",
)
def every_pair(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    for label in labels:
        np.add.at(counts, (label, predictions), 1)
    return counts


@mistake(
    CONFUSION,
    "All rows are the same list: [[0] * n] * n holds one row n times, so a 1 that is added to one is in all of "
    "them. Use np.zeros((classes, classes), np.int64).",
    "所有的行都是同一个列表：[[0] * n] * n 只是把一行放了 n 次，往其中一行加 1，每一行都会变。"
    "请用 np.zeros((classes, classes), np.int64)。",
)
def one_row_many_times(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (slice(None), predictions), 1)
    return counts


@mistake(
    CONFUSION,
    "The classes were taken to begin at 1. They begin at 0, as indices do: cell (label, prediction).",
    "把类别当成从 1 开始了。它们和下标一样从 0 开始：格子就是（标签，预测）。",
)
def counted_from_one(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels - 1, predictions - 1), 1)
    return counts


@mistake(
    CONFUSION,
    "Only what is right was counted; the mistakes, beside the diagonal, are what the matrix is for.",
    "只数了认对的；对角线以外认错的，正是这个矩阵要看的。",
)
def diagonal_only(labels, predictions, classes):
    return np.diag(np.bincount(labels[labels == predictions], minlength=classes))


@mistake(
    CONFUSION,
    "Only the mistakes were counted; the diagonal, what is right, belongs to the matrix, too.",
    "只数了认错的；对角线（认对的）也属于这个矩阵。",
)
def diagonal_missing(labels, predictions, classes):
    counts = np.zeros((classes, classes), np.int64)
    wrong = labels != predictions
    np.add.at(counts, (labels[wrong], predictions[wrong]), 1)
    return counts


@mutant(CONFUSION, "shape")
def classes_that_occur(labels, predictions, classes):
    size = max(labels.max(), predictions.max()) + 1
    counts = np.zeros((size, size), np.int64)
    np.add.at(counts, (labels, predictions), 1)
    return counts
