"""Typical mistakes in lesson 3.4."""

from .mistake import HELPFUL, NAMED, Mistake

CUT = """
        from_x, from_h = self.project(x, h, *weights)
        (xr, xz, xn), (hr, hz, hn) = np.split(from_x, 3, axis=1), np.split(from_h, 3, axis=1)
"""
TAKEN = """
        r, z, n, hn, h = self.values
"""


def forward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with the parts, cut."""
    return Mistake("3.4", "GRUCell.forward", name, what, CUT + code, finding, judgement, first=first)


def backward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with what minigrad's forward keeps, taken out."""
    return Mistake("3.4", "GRUCell.backward", name, what, TAKEN + code, finding, judgement, first=first)


MISTAKES = [
    forward(
        "added_first",
        "the products are added before they are cut, as for the LSTM",
        """
        r, z, n = np.split(from_x + from_h, 3, axis=1)
        r, z = logistic(r), logistic(z)
        n = np.tanh(r * n)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h
        """,
        "reset_of_everything",
        NAMED,
    ),
    forward(
        "sum_without_reset",
        "the sum is cut, and r is not used",
        """
        r, z, n = np.split(from_x + from_h, 3, axis=1)
        r, z, n = logistic(r), logistic(z), np.tanh(n)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h
        """,
        "reset_forgotten",
        NAMED,
    ),
    forward(
        "chung",
        "h' = h + z (n - h), as in other books",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r * hn)
        self.values = r, z, n, hn, h
        return h + z * (n - h)
        """,
        "z_and_rest_exchanged",
        NAMED,
    ),
    forward(
        "reset_in_result",
        "r in place of 1 - z: h' = r n + z h",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r * hn)
        self.values = r, z, n, hn, h
        return r * n + z * h
        """,
        "reset_in_the_result",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "lstm_output",
        "one more tanh at the end",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r * hn)
        self.values = r, z, n, hn, h
        return np.tanh((1 - z) * n + z * h)
        """,
        "result_squashed",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "z_for_r",
        "z is used inside the tanh, r outside",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + z * hn)
        self.values = r, z, n, hn, h
        return (1 - r) * n + r * h
        """,
        "z_first",
        NAMED,
    ),
    forward(
        "z_at_both",
        "z inside the tanh, too, and r nowhere",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + z * hn)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h
        """,
        "z_inside",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "product_of_weights",
        "a matrix product r @ hn.T",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r @ hn.T)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h
        """,
        "raised",
        HELPFUL,
    ),
    forward(
        "state_overwritten",
        "h is overwritten by the new state before it is kept",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r * hn)
        h *= z
        h += (1 - z) * n
        self.values = r, z, n, hn, h
        return h
        """,
        "modified_input",
        NAMED,
    ),
    forward(
        "nothing_kept",
        "nothing is kept",
        """
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r * hn)
        return (1 - z) * n + z * h
        """,
        "gates_not_kept",
        NAMED,
    ),
    Mistake(
        "3.4",
        "GRUCell.forward",
        "own_logistic",
        "σ written as 1 / (1 + e^x)",
        CUT
        + """
        r, z = 1 / (1 + np.exp(xr + hr)), 1 / (1 + np.exp(xz + hz))
        n = np.tanh(xn + r * hn)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h
        """,
        "exponent_without_minus",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.4",
        "GRUCell.forward",
        "split_without_axis",
        "np.split without axis=1 cuts the batch",
        """
        from_x, from_h = self.project(x, h, *weights)
        (xr, xz, xn), (hr, hz, hn) = np.split(from_x, 3), np.split(from_h, 3)
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = np.tanh(xn + r * hn)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h
        """,
        "raised",
        HELPFUL,
    ),
    backward(
        "one_gradient_for_both",
        "the same gradient for W x + b and for U h + d, as in the LSTM",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gx, g, *rest = self.project_backward(ga, ga)
        return gx, g + gh * z, *rest
        """,
        "state_not_weighed",
        NAMED,
    ),
    backward(
        "no_direct_path",
        "what project_backward returns is returned as it is",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        return self.project_backward(ga, gc)
        """,
        "direct_path_forgotten",
        NAMED,
    ),
    backward(
        "everything_times_r",
        "the whole gradient of U h + d is multiplied by r",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar * r, az * r, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "all_weighed_by_r",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "z_from_n_alone",
        "gz = -gh' n, without h",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * -n * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "z_without_state",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "z_from_both_added",
        "gz = gh' (h + n)",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h + n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "z_from_the_sum",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "tanh_of_n_again",
        "1 - tanh² n: tanh is taken of n, which is a tanh already",
        """
        an = gh * (1 - z) * (1 - np.tanh(n) ** 2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "tanh_twice",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "tanh_slope_unsquared",
        "1 - n in place of 1 - n²",
        """
        an = gh * (1 - z) * (1 - n)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "not_squared",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "slope_of_sigmoid_half",
        "r and z without 1 - r and 1 - z",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r
        az = gh * (h - n) * z
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "half_of_the_slope",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "joined_below",
        "concatenated along the batch",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an])
        gc = np.concatenate([ar, az, an * r])
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "raised",
        HELPFUL,
    ),
    backward(
        "direct_path_added",
        "the direct path is added in place of multiplied: gh + z",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + z, *rest
        """,
        "z_added",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "gh_overwritten",
        "gh is overwritten by what project_backward returns before the direct path is computed",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, gh, *rest = self.project_backward(ga, gc)
        return gx, gh + gh * z, *rest
        """,
        "own_gradient_hidden",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "weights_before_state",
        "gh is returned at the end",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, *rest, g + gh * z
        """,
        "shape",
        HELPFUL,
    ),
    backward(
        "through_r_to_h_forgotten",
        "r's gradient is left out of U h + d",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * hn * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([0 * ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "wrong",
        HELPFUL,
    ),
    backward(
        "r_from_sum",
        "r gets gan (xn + r hn): what was inside the tanh, all of it",
        """
        an = gh * (1 - z) * (1 - n**2)
        ar = an * np.arctanh(n) * r * (1 - r)
        az = gh * (h - n) * z * (1 - z)
        ga = np.concatenate([ar, az, an], axis=1)
        gc = np.concatenate([ar, az, an * r], axis=1)
        gx, g, *rest = self.project_backward(ga, gc)
        return gx, g + gh * z, *rest
        """,
        "r_from_everything_inside",
        NAMED,
        first=HELPFUL,
    ),
]
