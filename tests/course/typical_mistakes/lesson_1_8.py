"""Typical mistakes in lesson 1.8."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.8",
        "Trainer.step",
        "backward_not_called",
        "loss.backward, without brackets",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "step_without_gradients",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "optimizer_step_not_called",
        "self.optimizer.step, without brackets",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "no_optimizer_step",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "arguments_exchanged",
        "self.loss(labels, scores)",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(labels, scores)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "schedule_may_be_none",
        "Calls self.schedule.step() without asking whether there is one",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        return value, scores
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "wrong_order",
        "Returns (scores, loss)",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return scores, value
        """,
        "returns_no_pair",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "compared_with_nan",
        "value == float('nan') is never true",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if value == float('nan') or value == float('inf'):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "not_checked",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "assertion",
        "assert for raise DivergedError",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        assert np.isfinite(value)
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "zeroed_at_the_end",
        "zero_grad at the end of the step",
        """
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        self.optimizer.zero_grad()
        return value, scores
        """,
        "accumulates",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "backward_twice",
        "backward is called twice",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "divided_by_the_batch",
        "The loss, a mean already, is divided by the batch size",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels) / len(labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "wrong_gradients",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "argmax_first",
        "The loss of the predicted classes, not of the scores",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores.argmax(dim=1), labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "by_hand",
        "Steps by hand with p.grad, and the optimizer is not asked",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        for p in self.model.parameters():
            p.data[...] -= 0.1 * p.grad.data
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "no_optimizer_step",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.8",
        "Trainer.step",
        "error_returned",
        "Returns the DivergedError, does not raise it",
        """
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            return DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores
        """,
        "not_checked",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "first_left_out",
        "The loop begins at 1",
        """
        counts = np.zeros((classes, classes), np.int64)
        for i in range(1, len(labels)):
            counts[labels[i], predictions[i]] += 1
        return counts
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "nested_loops",
        "Every label with every prediction",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label in labels:
            for prediction in predictions:
                counts[label, prediction] += 1
        return counts
        """,
        "every_pair",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "assigned",
        "= 1 where += 1 is meant",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            counts[label, prediction] = 1
        return counts
        """,
        "repeats_lost",
        NAMED,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "size_of_zeros",
        "np.zeros(classes, classes)",
        """
        counts = np.zeros(classes, classes)
        np.add.at(counts, (labels, predictions), 1)
        return counts
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "one_row_many_times",
        "[[0] * n] * n is one row, n times",
        """
        counts = [[0] * classes] * classes
        for label, prediction in zip(labels, predictions):
            counts[label][prediction] += 1
        return np.array(counts)
        """,
        "one_row_many_times",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "counted_from_one",
        "Takes the classes to begin at 1",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            counts[label - 1, prediction - 1] += 1
        return counts
        """,
        "counted_from_one",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "right_ones_only",
        "Counts what is right and nothing else",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            if label == prediction:
                counts[label, prediction] += 1
        return counts
        """,
        "diagonal_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "a_dictionary",
        "Returns a dictionary of pairs",
        """
        counts = {}
        for pair in zip(labels.tolist(), predictions.tolist()):
            counts[pair] = counts.get(pair, 0) + 1
        return counts
        """,
        "no_array",
        NAMED,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "return_in_the_loop",
        "return stands inside the loop",
        """
        counts = np.zeros((classes, classes), np.int64)
        for label, prediction in zip(labels, predictions):
            counts[label, prediction] += 1
            return counts
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.8",
        "confusion_matrix",
        "histogram",
        "np.histogram2d, whose bins are chosen by the numbers that occur",
        """
        return np.histogram2d(labels, predictions, bins=classes)[0].astype(np.int64)
        """,
        "wrong",
        HELPFUL,
    ),
]
