"""Typical mistakes in lesson 3.3."""

from .mistake import HELPFUL, MISSED, NAMED, Mistake

CUT = """
        from_x, from_h = self.project(x, h, *weights)
        i, f, g, o = np.split(from_x + from_h, 4, axis=1)
"""
TAKEN = """
        i, f, g, o, c, squashed = self.values
"""
JOIN = """
        ga = np.concatenate([ai, af, ag, ao], axis=1)
        gx, before, *of_weights = self.project_backward(ga, ga)
"""


def forward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with the four parts, cut."""
    return Mistake("3.3", "LSTMCell.forward", name, what, CUT + code, finding, judgement, first=first)


def backward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with what minigrad's forward keeps, taken out."""
    return Mistake("3.3", "LSTMCell.backward", name, what, TAKEN + code, finding, judgement, first=first)


def gates(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One in backward that is right in how it ends."""
    end = JOIN + "        return gx, before, s * f, *of_weights\n"
    return backward(name, what, code + end, finding, judgement, first)


def norm(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.3", "common_norm", name, what, code, finding, judgement, first=first)


def shrink(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.3", "shrink_", name, what, code, finding, judgement, first=first)


RIGHT = """
        s = gc + gh * o * (1 - squashed**2)
        ai = s * g * i * (1 - i)
        af = s * c * f * (1 - f)
        ag = s * i * (1 - g**2)
        ao = gh * squashed * o * (1 - o)
"""

MISTAKES = [
    Mistake(
        "3.3",
        "LSTMCell.forward",
        "order_of_a_book",
        "the order i, f, o, g",
        """
        from_x, from_h = self.project(x, h, *weights)
        i, f, o, g = np.split(from_x + from_h, 4, axis=1)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "output_third",
        NAMED,
    ),
    Mistake(
        "3.3",
        "LSTMCell.forward",
        "order_with_output_second",
        "the order i, o, f, g",
        """
        from_x, from_h = self.project(x, h, *weights)
        i, o, f, g = np.split(from_x + from_h, 4, axis=1)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "output_second",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.3",
        "LSTMCell.forward",
        "split_without_axis",
        "np.split without axis=1 cuts the batch",
        """
        from_x, from_h = self.project(x, h, *weights)
        i, f, g, o = np.split(from_x + from_h, 4)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "raised",
        HELPFUL,
    ),
    forward(
        "sigmoid_everywhere",
        "σ of all four at once",
        """
        i, f, g, o = [logistic(v) for v in (i, f, g, o)]
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "candidate_by_sigmoid",
        NAMED,
    ),
    forward(
        "own_sigmoid",
        "σ written as 1 / (1 + e^x)",
        """
        i, f, o = [1 / (1 + np.exp(v)) for v in (i, f, o)]
        g = np.tanh(g)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "exponent_without_minus",
        NAMED,
    ),
    forward(
        "gru_like",
        "c' = f c + (1 - f) g",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + (1 - f) * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "one_gate_for_both",
        NAMED,
    ),
    forward(
        "no_output_tanh",
        "h' = o c'",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * new, new
        """,
        "output_not_squashed",
        NAMED,
    ),
    forward(
        "squashed_returned",
        "tanh c' is returned for c'",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = np.tanh(f * c + i * g)
        self.values = i, f, g, o, c, new
        return o * new, new
        """,
        "cell_squashed",
        NAMED,
    ),
    forward(
        "c_updated_in_place",
        "c *= f; c += i g",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        c *= f
        c += i * g
        self.values = i, f, g, o, c, np.tanh(c)
        return o * np.tanh(c), c
        """,
        "modified_input",
        NAMED,
    ),
    forward(
        "h_alone",
        "only h' is returned",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new)
        """,
        "count",
        NAMED,
    ),
    forward(
        "as_a_list",
        "the two states are returned as a list",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return [o * np.tanh(new), new]
        """,
        "no_tuple",
        NAMED,
    ),
    forward(
        "tanh_of_the_product",
        "the candidate's product is squashed again: c' = f c + tanh(i g)",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * c + np.tanh(i * g)
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "product_squashed",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "h_for_c",
        "c' = f h + i g",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f * h + i * g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "hidden_for_cell",
        NAMED,
    ),
    forward(
        "matrix_product",
        "f @ c",
        """
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        new = f @ c + i @ g
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "raised",
        HELPFUL,
    ),
    forward(
        "peephole",
        "o looks at the new cell state",
        """
        i, f, g = logistic(i), logistic(f), np.tanh(g)
        new = f * c + i * g
        o = logistic(o + new)
        self.values = i, f, g, o, c, np.tanh(new)
        return o * np.tanh(new), new
        """,
        "peephole",
        NAMED,
        first=HELPFUL,
    ),
    gates(
        "gc_not_added",
        "s = gh o (1 - tanh² c')",
        RIGHT.replace("gc + gh", "gh"),
        "cell_gradient_dropped",
        NAMED,
    ),
    gates(
        "s_is_gc",
        "s = gc",
        RIGHT.replace("gc + gh * o * (1 - squashed**2)", "gc"),
        "way_through_h_missing",
        NAMED,
    ),
    gates(
        "added_whole",
        "s = gc + gh",
        RIGHT.replace("gc + gh * o * (1 - squashed**2)", "gc + gh"),
        "added_as_it_is",
        NAMED,
    ),
    gates(
        "in_place",
        "gc += ..., which changes the caller's array",
        RIGHT.replace("s = gc + gh * o * (1 - squashed**2)", "gc += gh * o * (1 - squashed**2)\n        s = gc"),
        "modified_upstream",
        NAMED,
    ),
    gates(
        "parentheses",
        "(gc + gh) o (1 - tanh² c')",
        RIGHT.replace("gc + gh * o", "(gc + gh) * o"),
        "incoming_through_the_output",
        NAMED,
        first=HELPFUL,
    ),
    gates(
        "slope_of_tanh_c_again",
        "1 - tanh²(squashed)",
        RIGHT.replace("squashed**2", "np.tanh(squashed) ** 2"),
        "tanh_twice",
        NAMED,
    ),
    gates(
        "slope_at_old_c",
        "1 - tanh²(c)",
        RIGHT.replace("squashed**2", "np.tanh(c) ** 2"),
        "slope_at_the_old_cell",
        NAMED,
    ),
    gates(
        "f_with_new_cell",
        "f gets c' in place of c",
        RIGHT.replace("s * c * f", "s * (f * c + i * g) * f"),
        "forget_gate_by_new_cell",
        NAMED,
    ),
    gates(
        "i_and_g_exchanged",
        "i gets s i, and g gets s g",
        RIGHT.replace("s * g * i", "s * i * i").replace("s * i * (1 - g", "s * g * (1 - g"),
        "factors_by_themselves",
        NAMED,
        first=HELPFUL,
    ),
    gates(
        "o_from_s",
        "o gets s tanh c'",
        RIGHT.replace("gh * squashed", "s * squashed"),
        "output_gate_from_cell",
        NAMED,
    ),
    gates(
        "o_gets_gh",
        "o gets gh alone",
        RIGHT.replace("gh * squashed * o", "gh * o"),
        "output_gate_without_factor",
        NAMED,
        first=HELPFUL,
    ),
    gates(
        "tanh_slopes_for_all",
        "1 - v² for all four",
        RIGHT.replace("i * (1 - i)", "(1 - i**2)")
        .replace("f * (1 - f)", "(1 - f**2)")
        .replace("o * (1 - o)", "(1 - o**2)"),
        "slope_of_tanh_for_gates",
        NAMED,
    ),
    gates(
        "sigmoid_slopes_for_all",
        "v (1 - v) for all four",
        RIGHT.replace("(1 - g**2)", "g * (1 - g)"),
        "slope_of_sigmoid_for_candidate",
        NAMED,
    ),
    gates(
        "one_slope_forgotten",
        "the slope of f is forgotten",
        RIGHT.replace("s * c * f * (1 - f)", "s * c"),
        "slope_of_f_forgotten",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "gc_returned",
        "gc is returned as it came in",
        RIGHT + JOIN + "        return gx, before, gc, *of_weights\n",
        "cell_gradient_as_it_came",
        NAMED,
    ),
    backward(
        "gc_f",
        "gc f: without what came through h'",
        RIGHT + JOIN + "        return gx, before, gc * f, *of_weights\n",
        "only_incoming_through_f",
        NAMED,
    ),
    backward(
        "s_returned",
        "s, not times f",
        RIGHT + JOIN + "        return gx, before, s, *of_weights\n",
        "not_through_f",
        NAMED,
    ),
    backward(
        "order_c_first",
        "gc before gh",
        RIGHT + JOIN + "        return gx, s * f, before, *of_weights\n",
        "swapped",
        NAMED,
    ),
    backward(
        "gc_at_the_end",
        "gc behind the weights",
        RIGHT + JOIN + "        return gx, before, *of_weights, s * f\n",
        "cell_at_the_end",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "gc_not_returned",
        "what project_backward gives is returned as it is",
        RIGHT
        + """
        ga = np.concatenate([ai, af, ag, ao], axis=1)
        return self.project_backward(ga, ga)
        """,
        "count",
        NAMED,
    ),
    backward(
        "joined_i_f_o_g",
        "joined in the order i, f, o, g",
        RIGHT
        + """
        ga = np.concatenate([ai, af, ao, ag], axis=1)
        gx, before, *of_weights = self.project_backward(ga, ga)
        return gx, before, s * f, *of_weights
        """,
        "joined_output_third",
        NAMED,
    ),
    backward(
        "joined_backwards",
        "joined in the order o, g, f, i",
        RIGHT
        + """
        ga = np.concatenate([ao, ag, af, ai], axis=1)
        gx, before, *of_weights = self.project_backward(ga, ga)
        return gx, before, s * f, *of_weights
        """,
        "joined_backwards",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "gh_reused",
        "gh is overwritten before s is computed for gc",
        RIGHT
        + """
        ga = np.concatenate([ai, af, ag, ao], axis=1)
        gx, gh, *of_weights = self.project_backward(ga, ga)
        return gx, gh, (gc + gh * o * (1 - squashed**2)) * f, *of_weights
        """,
        "own_gradient_hidden",
        NAMED,
    ),
    gates(
        "cell_in_place",
        "s is multiplied into the old cell state",
        RIGHT.replace("af = s * c", "c *= s\n        af = c"),
        "modified_input",
        NAMED,
    ),
    gates(
        "squashed_in_place",
        "tanh c' is squared in place",
        """
        ao = gh * squashed * o * (1 - o)
        squashed *= squashed
        s = gc + gh * o * (1 - squashed)
        ai = s * g * i * (1 - i)
        af = s * c * f * (1 - f)
        ag = s * i * (1 - g**2)
        """,
        "kept_changed",
        NAMED,
        first=MISSED,
    ),
    norm(
        "summed",
        "the sum of the norms",
        """
    return sum(norm(g, order) for g in gradients)
        """,
        "norms_added",
        NAMED,
    ),
    norm(
        "sum_of_squares",
        "the root of the sum of squares, whatever the order",
        """
    return np.sqrt(sum((g**2).sum() for g in gradients))
        """,
        "always_two",
        NAMED,
    ),
    norm(
        "formula",
        "the formula as it stands, for inf, too",
        """
    return sum((np.abs(g) ** order).sum() for g in gradients) ** (1 / order)
        """,
        "infinity_by_the_formula",
        NAMED,
    ),
    norm(
        "without_abs",
        "Σ g^order without |·|",
        """
    return sum((g**order).sum() for g in gradients) ** (1 / order)
        """,
        "without_absolute_value",
        NAMED,
        first=HELPFUL,
    ),
    norm(
        "stacked",
        "np.stack of the gradients, whose shapes differ",
        """
    return norm(np.stack(gradients), order)
        """,
        "raised",
        HELPFUL,
    ),
    norm(
        "list_to_norm",
        "the list of norms is handed to norm as a list",
        """
    return norm([norm(g, order) for g in gradients], order)
        """,
        "raised",
        HELPFUL,
    ),
    norm(
        "default_order_inside",
        "np.linalg.norm without the order inside",
        """
    return norm(np.array([np.linalg.norm(g) for g in gradients]), order)
        """,
        "two_inside",
        NAMED,
        first=HELPFUL,
    ),
    shrink(
        "no_min",
        "without min",
        """
    for g in gradients:
        g *= max_norm / (total + 1e-6)
        """,
        "always_scaled",
        NAMED,
    ),
    shrink(
        "new_arrays",
        "g = g * factor",
        """
    factor = min(max_norm / (total + 1e-6), 1)
    for g in gradients:
        g = g * factor
        """,
        "not_in_place",
        NAMED,
    ),
    shrink(
        "list_of_results",
        "a list of new arrays is returned",
        """
    factor = min(max_norm / (total + 1e-6), 1)
    return [g * factor for g in gradients]
        """,
        "not_in_place",
        NAMED,
    ),
    shrink(
        "each_alone",
        "every array by its own norm",
        """
    for g in gradients:
        g *= min(max_norm / (norm(g, 2) + 1e-6), 1)
        """,
        "each_by_itself",
        NAMED,
    ),
    shrink(
        "clipped_by_value",
        "np.clip",
        """
    for g in gradients:
        g[...] = np.clip(g, -max_norm, max_norm)
        """,
        "by_value",
        NAMED,
    ),
    shrink(
        "max_for_min",
        "max in place of min",
        """
    factor = max(max_norm / (total + 1e-6), 1)
    for g in gradients:
        g *= factor
        """,
        "always_scaled",
        NAMED,
    ),
    shrink(
        "inverse",
        "total / max_norm where total is larger",
        """
    if total > max_norm:
        for g in gradients:
            g *= total / max_norm
        """,
        "longer_still",
        NAMED,
        first=HELPFUL,
    ),
    shrink(
        "subtracted",
        "the excess is subtracted",
        """
    if total > max_norm:
        for g in gradients:
            g -= total - max_norm
        """,
        "subtracted",
        NAMED,
        first=HELPFUL,
    ),
]
