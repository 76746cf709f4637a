"""Typical mistakes in lesson 3.8."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

PAIRS = """
        t, d = x.shape[-2:]
        angle = self.sign * angles(np, t, d, self.offset, self.base)
        cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
        a, b = x[..., 0::2], x[..., 1::2]
"""
STANDARD = """
        x, weight = self.saved
        dims = last_dims(x, weight)
        normal, sigma = standardized(x, dims, self.eps)
        g = weight * gy
"""


def table(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.8", "sinusoidal_positions", name, what, code, finding, judgement, first=first)


def turn(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.8", "Rotary.forward", name, what, code, finding, judgement, first=first)


def back(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.8", "Rotary.backward", name, what, code, finding, judgement, first=first)


def norm(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.8", "LayerNorm.forward", name, what, code, finding, judgement, first=first)


def norm_back(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with x̂, σ and g."""
    return Mistake("3.8", "LayerNorm.backward", name, what, STANDARD + code, finding, judgement, first=first)


MISTAKES = [
    table(
        "every_column",
        "a frequency for every column, 10000^(-j / width), and sin and cos in turn",
        """
        place = np.arange(steps)[:, None]
        angle = place / 10000 ** (np.arange(width) / width)
        table = np.empty((steps, width), "float32")
        table[:, 0::2] = np.sin(angle[:, 0::2])
        table[:, 1::2] = np.cos(angle[:, 1::2])
        return table
        """,
        "frequency_of_each_column",
        NAMED,
        first=HELPFUL,
    ),
    table(
        "number_of_the_column",
        "the column's number 2i is taken for i: 10000^(-2 · 2i / width)",
        """
        place = np.arange(steps)[:, None]
        angle = place * 10000.0 ** (-2 * np.arange(0, width, 2) / width)
        table = np.empty((steps, width), "float32")
        table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
        return table
        """,
        "column_for_pair",
        NAMED,
        first=HELPFUL,
    ),
    table(
        "growing",
        "the exponent's minus is missing: frequencies grow",
        """
        place = np.arange(steps)[:, None]
        angle = place * 10000.0 ** (2 * np.arange(width // 2) / width)
        table = np.empty((steps, width), "float32")
        table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
        return table
        """,
        "frequencies_grow",
        NAMED,
        first=HELPFUL,
    ),
    table(
        "half_the_width",
        "angles(xp, steps, width // 2): it halves the width itself",
        """
        angle = angles(xp, steps, width // 2)
        table = xp.empty((steps, width), "float32")
        table[:, 0::2], table[:, 1::2] = xp.sin(angle), xp.cos(angle)
        return table
        """,
        "wrong",
        HELPFUL,
    ),
    table(
        "stacked_wrong",
        "stack on a new axis and reshape, with the axes in the wrong order",
        """
        angle = angles(xp, steps, width)
        return xp.stack([xp.sin(angle), xp.cos(angle)], 1).reshape(steps, width).astype("float32")
        """,
        "one_behind_the_other",
        NAMED,
    ),
    table(
        "cos_missing",
        "only even columns are written, into zeros",
        """
        table = xp.zeros((steps, width), "float32")
        table[:, 0::2] = xp.sin(angles(xp, steps, width))
        return table
        """,
        "wrong",
        HELPFUL,
    ),
    turn(
        "steps_and_width_exchanged",
        "t and d are exchanged: d, t = x.shape[-2:]",
        """
        d, t = x.shape[-2:]
        angle = self.sign * angles(np, t, d, self.offset, self.base)
        cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
        y = np.empty_like(x)
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return y
        """,
        "raised",
        HELPFUL,
    ),
    turn(
        "first_dimensions",
        "t and d from the first two dimensions of x",
        """
        t, d = x.shape[0], x.shape[1]
        angle = self.sign * angles(np, t, d, self.offset, self.base)
        cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
        y = np.empty_like(x)
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return y
        """,
        "raised",
        HELPFUL,
    ),
    turn(
        "base_ignored",
        "self.base is not given to angles",
        """
        t, d = x.shape[-2:]
        angle = self.sign * angles(np, t, d, self.offset)
        cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
        y = np.empty_like(x)
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return y
        """,
        "base_ignored",
        NAMED,
        first=HELPFUL,
    ),
    turn(
        "in_place",
        "written into x itself, both from copies",
        PAIRS
        + """
        a, b = a.copy(), b.copy()
        x[..., 0::2] = a * cos - b * sin
        x[..., 1::2] = a * sin + b * cos
        return x
        """,
        "modified_input",
        NAMED,
    ),
    turn(
        "views_overwritten",
        "y = x, without a copy, and a and b are views of it",
        PAIRS
        + """
        y = x
        y[..., 0::2] = a * cos - b * sin
        y[..., 1::2] = a * sin + b * cos
        return y
        """,
        "modified_input",
        NAMED,
    ),
    turn(
        "cos_and_sin_exchanged",
        "cosine and sine are exchanged",
        PAIRS
        + """
        y = np.empty_like(x)
        y[..., 0::2] = a * sin - b * cos
        y[..., 1::2] = a * cos + b * sin
        return y
        """,
        "quarter_turn_more",
        NAMED,
        first=HELPFUL,
    ),
    turn(
        "both_minus",
        "a minus in both lines",
        PAIRS
        + """
        y = np.empty_like(x)
        y[..., 0::2] = a * cos - b * sin
        y[..., 1::2] = a * sin - b * cos
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    turn(
        "put_side_by_side",
        "the first numbers of all pairs, then the second ones",
        PAIRS
        + """
        return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)
        """,
        "put_one_behind_the_other",
        NAMED,
        first=HELPFUL,
    ),
    turn(
        "left_in_float64",
        "cosine and sine stay in float64, and so does the result",
        """
        t, d = x.shape[-2:]
        angle = self.sign * angles(np, t, d, self.offset, self.base)
        cos, sin = np.cos(angle), np.sin(angle)
        y = np.empty(x.shape)
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return y
        """,
        "dtype",
        NAMED,
    ),
    turn(
        "rounded_angles",
        "the angles get the dtype of x before sine and cosine",
        """
        t, d = x.shape[-2:]
        angle = (self.sign * angles(np, t, d, self.offset, self.base)).astype(x.dtype)
        y = np.empty_like(x)
        y[..., 0::2] = x[..., 0::2] * np.cos(angle) - x[..., 1::2] * np.sin(angle)
        y[..., 1::2] = x[..., 0::2] * np.sin(angle) + x[..., 1::2] * np.cos(angle)
        return y
        """,
        "angles_rounded",
        NAMED,
        first=MISSED,
    ),
    turn(
        "sign_of_the_result",
        "self.sign times the result, not times the angle",
        """
        t, d = x.shape[-2:]
        angle = angles(np, t, d, self.offset, self.base)
        cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
        y = np.empty_like(x)
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return self.sign * y
        """,
        "sign_of_the_result",
        NAMED,
        first=HELPFUL,
    ),
    turn(
        "added",
        "the table of sines and cosines is added to x",
        """
        t, d = x.shape[-2:]
        angle = self.sign * angles(np, t, d, self.offset, self.base)
        y = x.copy()
        y[..., 0::2] += np.sin(angle).astype(x.dtype)
        y[..., 1::2] += np.cos(angle).astype(x.dtype)
        return y
        """,
        "added",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "sign_always_minus",
        "the sign is always -1",
        """
        return apply(Rotary(self.offset, self.base, -1), gy)
        """,
        "same_way",
        HELPFUL,
    ),
    back(
        "base_forgotten",
        "the base is not handed on",
        """
        return apply(Rotary(self.offset, sign=-self.sign), gy)
        """,
        "back_without_base",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "sign_in_the_place_of_base",
        "-self.sign as the second argument, which is the base",
        """
        return apply(Rotary(self.offset, -self.sign), gy)
        """,
        "sign_for_base",
        NAMED,
        first=MISLEADING,
    ),
    back(
        "offset_negated",
        "-self.offset, where the sign should change",
        """
        return apply(Rotary(-self.offset, self.base, self.sign), gy)
        """,
        "offset_negated",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "forward_of_itself",
        "the sign of this operation is changed and its own forward called; it stays changed",
        """
        self.sign = -self.sign
        return self.forward(gy)
        """,
        "sign_left_changed",
        NAMED,
        first=MISSED,
    ),
    back(
        "negated",
        "minus the gradient turned the same way",
        """
        return -apply(Rotary(self.offset, self.base, self.sign), gy)
        """,
        "negated",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "derivative_by_the_angle",
        "the derivative by θ: (-a sin θ - b cos θ, a cos θ - b sin θ)",
        """
        t, d = gy.shape[-2:]
        angle = self.sign * angles(np, t, d, self.offset, self.base)
        cos, sin = np.cos(angle).astype(gy.dtype), np.sin(angle).astype(gy.dtype)
        a, b = gy[..., 0::2], gy[..., 1::2]
        gx = np.empty_like(gy)
        gx[..., 0::2] = -a * sin - b * cos
        gx[..., 1::2] = a * cos - b * sin
        return gx
        """,
        "derivative_by_the_angle",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "class_for_operation",
        "the class is given, not an operation made from it",
        """
        return apply(Rotary, gy)
        """,
        "raised",
        HELPFUL,
    ),
    norm(
        "number_for_dims",
        "average(x, -1): a number where dimensions are wanted",
        """
        self.save(x, weight)
        centred = x - average(x, -1)
        return weight * centred / np.sqrt(average(centred * centred, -1) + self.eps) + bias
        """,
        "last_dimension_alone",
        NAMED,
    ),
    norm(
        "dimensions_lost",
        "mean and variance by NumPy, without keepdims",
        """
        self.save(x, weight)
        dims = last_dims(x, weight)
        return weight * (x - x.mean(dims)) / np.sqrt(x.var(dims) + self.eps) + bias
        """,
        "raised",
        HELPFUL,
    ),
    norm(
        "all_dimensions",
        "mean and variance of the whole array",
        """
        self.save(x, weight)
        return weight * (x - x.mean()) / np.sqrt(x.var() + self.eps) + bias
        """,
        "over_everything",
        NAMED,
        first=HELPFUL,
    ),
    norm(
        "variance_for_deviation",
        "divided by the variance, without a root",
        """
        self.save(x, weight)
        dims = last_dims(x, weight)
        centred = x - average(x, dims)
        return weight * centred / (average(centred * centred, dims) + self.eps) + bias
        """,
        "root_forgotten",
        NAMED,
        first=HELPFUL,
    ),
    norm(
        "epsilon_forgotten",
        "no ε",
        """
        self.save(x, weight)
        dims = last_dims(x, weight)
        return weight * (x - x.mean(dims, keepdims=True)) / x.std(dims, keepdims=True) + bias
        """,
        "epsilon_missing",
        NAMED,
        first=HELPFUL,
    ),
    norm(
        "one_plus_weight",
        "(1 + w) x̂ + b, as some networks store it",
        """
        self.save(x, weight)
        normal, _ = standardized(x, last_dims(x, weight), self.eps)
        return (1 + weight) * normal + bias
        """,
        "wrong",
        HELPFUL,
    ),
    norm(
        "bias_before_weight",
        "w (x̂ + b)",
        """
        self.save(x, weight)
        normal, _ = standardized(x, last_dims(x, weight), self.eps)
        return weight * (normal + bias)
        """,
        "bias_first",
        NAMED,
        first=HELPFUL,
    ),
    norm(
        "mean_not_squared",
        "the variance as mean(x²) - mean(x): the mean is not squared",
        """
        self.save(x, weight)
        dims = last_dims(x, weight)
        mean = average(x, dims)
        sigma = np.sqrt(average(x * x, dims) - mean + self.eps)
        return weight * (x - mean) / sigma + bias
        """,
        "wrong",
        HELPFUL,
    ),
    norm(
        "nothing_saved",
        "nothing is saved",
        """
        normal, _ = standardized(x, last_dims(x, weight), self.eps)
        return weight * normal + bias
        """,
        "nothing_saved",
        NAMED,
    ),
    norm_back(
        "sums_for_means",
        "sums where the formula has means",
        """
        gx = (g - g.sum(dims, keepdims=True) - normal * (g * normal).sum(dims, keepdims=True)) / sigma
        return gx, gy * normal, gy
        """,
        "sums_for_means",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "mean_of_gy",
        "the first mean is that of gy, not of g",
        """
        gx = (g - average(gy, dims) - normal * average(g * normal, dims)) / sigma
        return gx, gy * normal, gy
        """,
        "mean_of_gy",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "mean_of_gx_hat_by_gy",
        "the second mean is that of gy x̂",
        """
        gx = (g - average(g, dims) - normal * average(gy * normal, dims)) / sigma
        return gx, gy * normal, gy
        """,
        "mean_of_gy_x_hat",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "x_hat_once",
        "x̂ only inside the mean, not before it",
        """
        gx = (g - average(g, dims) - average(g * normal, dims)) / sigma
        return gx, gy * normal, gy
        """,
        "x_hat_not_before_the_mean",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "x_hat_not_in_the_mean",
        "x̂ before the mean, not in it",
        """
        gx = (g - average(g, dims) - normal * average(g, dims)) / sigma
        return gx, gy * normal, gy
        """,
        "x_hat_not_in_the_mean",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "plus",
        "the part of σ is added",
        """
        gx = (g - average(g, dims) + normal * average(g * normal, dims)) / sigma
        return gx, gy * normal, gy
        """,
        "added_variance_term",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "parenthesis",
        "only the last part is divided by σ",
        """
        gx = g - average(g, dims) - normal * average(g * normal, dims) / sigma
        return gx, gy * normal, gy
        """,
        "parentheses_missing",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "times_sigma",
        "multiplied by σ",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) * sigma
        return gx, gy * normal, gy
        """,
        "times_sigma",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "divided_twice",
        "divided by σ²",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma**2
        return gx, gy * normal, gy
        """,
        "wrong",
        HELPFUL,
    ),
    norm_back(
        "x_in_the_place_of_x_hat",
        "x where x̂ belongs, in both places of gx",
        """
        gx = (g - average(g, dims) - x * average(g * x, dims)) / sigma
        return gx, gy * normal, gy
        """,
        "x_for_x_hat",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "over_the_batch",
        "means down the batch, as in 2.4",
        """
        gx = (g - average(g, (0,)) - normal * average(g * normal, (0,))) / sigma
        return gx, gy * normal, gy
        """,
        "backward_over_the_batch",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "weight_in_gw",
        "gw of w gy: the weight once more",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, g * normal, gy
        """,
        "weight_in_its_own_gradient",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "weight_in_gb",
        "gb of w gy",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, gy * normal, g
        """,
        "weight_in_the_bias",
        NAMED,
        first=HELPFUL,
    ),
    norm_back(
        "exchanged",
        "gb before gw",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, gy, gy * normal
        """,
        "swapped",
        NAMED,
    ),
    norm_back(
        "summed_over_the_features",
        "gw and gb are summed over the features, not over the rest",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, (gy * normal).sum(dims), gy.sum(dims)
        """,
        "shape",
        HELPFUL,
    ),
    norm_back(
        "averaged",
        "gw and gb are averaged over the batch",
        """
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, (gy * normal).mean(0), gy.mean(0)
        """,
        "factor",
        NAMED,
    ),
    norm_back(
        "gx_alone",
        "gx alone is returned",
        """
        return (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        """,
        "count",
        NAMED,
    ),
]
