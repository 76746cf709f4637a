"""Typical mistakes in lesson 1.6."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.6",
        "Softmax.forward",
        "keepdims_forgotten_in_max",
        "The maximum lacks keepdims",
        """
        e = np.exp(x - x.max(axis=self.dim))
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "subtracted_after_exp",
        "The maximum is subtracted from eˣ, not from x",
        """
        e = np.exp(x) - x.max(axis=self.dim, keepdims=True)
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "subtracted_after_exp",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "shifted_in_place",
        "x -= maximum changes the caller's array",
        """
        x -= x.max(axis=self.dim, keepdims=True)
        e = np.exp(x)
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "axis_one",
        "axis=1 is written for self.dim",
        """
        e = np.exp(x - x.max(axis=1, keepdims=True))
        y = e / e.sum(axis=1, keepdims=True)
        self.save(y)
        return y
        """,
        "always_the_last_dimension",
        NAMED,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "denominator_not_shifted",
        "The maximum is subtracted above and not below",
        """
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        y = e / np.exp(x).sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "denominator_not_shifted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "smallest_subtracted",
        "min where max is meant",
        """
        e = np.exp(x - x.min(axis=self.dim, keepdims=True))
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "not_finite",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "saved_after_return",
        "return stands before save",
        """
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        return e / e.sum(axis=self.dim, keepdims=True)
        self.save(e)
        """,
        "nothing_saved",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.6",
        "Softmax.forward",
        "saved_assigned",
        "self.saved = y where self.save(y) is meant",
        """
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        self.saved = e / e.sum(axis=self.dim, keepdims=True)
        return self.saved
        """,
        "saved_assigned",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "jacobian_of_rows",
        "The Jacobian matrix of each row, whatever dim is",
        """
        (y,) = self.saved
        gx = np.zeros_like(y)
        for i in range(len(y)):
            gx[i] = (np.diag(y[i]) - np.outer(y[i], y[i])) @ gy[i]
        return gx
        """,
        "sum_along_the_last",
        NAMED,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "brackets",
        "y * gy - Σ lacks brackets",
        """
        (y,) = self.saved
        return y * gy - (gy * y).sum(axis=self.dim, keepdims=True)
        """,
        "brackets_missing",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "mean_for_sum",
        "mean where sum is meant",
        """
        (y,) = self.saved
        return y * (gy - (gy * y).mean(axis=self.dim, keepdims=True))
        """,
        "mean_for_sum",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "sum_of_everything",
        "Σ gy · y over the whole array",
        """
        (y,) = self.saved
        return y * (gy - (gy * y).sum())
        """,
        "one_sum_for_all",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "np_dot",
        "np.dot for Σ gy · y",
        """
        (y,) = self.saved
        return y * (gy - np.dot(gy, y))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "Softmax.backward",
        "forward_saved_x",
        "forward has saved x, backward takes it for y",
        """
        (y,) = self.saved
        return y * (gy - (gy * y).sum(axis=self.dim, keepdims=True))
        """,
        "saved_otherwise",
        NAMED,
        first=MISLEADING,
        beside={
            "Softmax.forward": """
                e = np.exp(x - x.max(axis=self.dim, keepdims=True))
                self.save(x)
                return e / e.sum(axis=self.dim, keepdims=True)
            """
        },
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "log_and_sum_exchanged",
        "Σ ln eˣ where ln Σ eˣ is meant",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log(np.exp(shifted)).sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "sum_not_shifted",
        "The maximum is subtracted from x and not in the sum",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log(np.exp(x).sum(axis=self.dim, keepdims=True))
        self.save(y)
        return y
        """,
        "sum_not_shifted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "negative",
        "The negative logarithm",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True)) - shifted
        self.save(y)
        return y
        """,
        "sign",
        NAMED,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.forward",
        "base_two",
        "np.log2 where np.log is meant",
        """
        shifted = x - x.max(axis=self.dim, keepdims=True)
        y = shifted - np.log2(np.exp(shifted).sum(axis=self.dim, keepdims=True))
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "sum_of_probabilities",
        "Sums e^y, which is 1, where gy is to be summed",
        """
        (y,) = self.saved
        return gy - gy * np.exp(y).sum(axis=self.dim, keepdims=True)
        """,
        "zero",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "keepdims_forgotten",
        "The sum lacks keepdims",
        """
        (y,) = self.saved
        return gy - np.exp(y) * gy.sum(axis=self.dim)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "plus",
        "gy + p · Σ gy",
        """
        (y,) = self.saved
        return gy + np.exp(y) * gy.sum(axis=self.dim, keepdims=True)
        """,
        "share_added",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "LogSoftmax.backward",
        "sum_of_everything",
        "Σ gy over the whole array",
        """
        (y,) = self.saved
        return gy - np.exp(y) * gy.sum()
        """,
        "sum_over_everything",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "column_against_row",
        "[n, 1] - [n] broadcasts to [n, n]",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return np.log(sums) - shifted[rows, t]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "sign",
        "The sign is the wrong way round",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return shifted[rows, t] - np.log(sums[:, 0])
        """,
        "sign",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "wrong_axis",
        "Sums over the rows, not over the classes",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=0)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return np.log(sums) - shifted[rows, t]
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "largest_score",
        "Takes the largest score for that of the true class",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        self.save(e, sums, t, np.arange(len(t)))
        return np.log(sums[:, 0]) - shifted.max(axis=1)
        """,
        "labels_ignored",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "last_row_left_out",
        "The loop over rows ends one row too early",
        """
        e = np.exp(x - x.max(axis=1, keepdims=True))
        sums = e.sum(axis=1, keepdims=True)
        self.save(e, sums, t, np.arange(len(t)))
        loss = np.zeros_like(x[:, 0])
        for i in range(len(t) - 1):
            loss[i] = np.log(sums[i, 0]) - np.log(e[i, t[i]])
        return loss
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "total",
        "Returns the sum of all losses",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        self.save(e, sums, t, rows)
        return (np.log(sums[:, 0]) - shifted[rows, t]).sum()
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.forward",
        "all_classes",
        "Sums the losses of all classes",
        """
        shifted = x - x.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        self.save(e, sums, t, np.arange(len(t)))
        return (np.log(sums) - shifted).sum(axis=1)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "label_number_subtracted",
        "Subtracts the number of the class, not 1 in its column",
        """
        e, sums, t, rows = self.saved
        return (e / sums - t[:, None].astype(e.dtype)) * gloss[:, None], None
        """,
        "label_subtracted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "one_hot_minus_p",
        "[j = t] - p: the sign is the wrong way round",
        """
        e, sums, t, rows = self.saved
        gx = -e / sums
        gx[rows, t] += 1
        return gx * gloss[:, None], None
        """,
        "sign",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "assigned",
        "= -1 where -= 1 is meant",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] = -1
        return gx * gloss[:, None], None
        """,
        "set_to_minus_one",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "classes_as_rows",
        "gx[t] -= 1 subtracts in whole rows",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[t] -= 1
        return gx * gloss[:, None], None
        """,
        "classes_as_rows",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "upstream_forgotten",
        "gloss is not used",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        return gx, None
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "mean_upstream",
        "The mean of gloss for every row",
        """
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        return gx * gloss.mean(), None
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "exponentials_not_divided",
        "e is taken for the probability",
        """
        e, sums, t, rows = self.saved
        gx = e.copy()
        gx[rows, t] -= 1
        return gx * gloss[:, None], None
        """,
        "not_divided",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.6",
        "SoftmaxCrossEntropy.backward",
        "saved_in_another_order",
        "Takes out of self.saved in another order than forward put in",
        """
        e, t, sums, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        return gx * gloss[:, None], None
        """,
        "raised",
        HELPFUL,
    ),
]
