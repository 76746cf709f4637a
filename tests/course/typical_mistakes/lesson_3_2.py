"""Typical mistakes in lesson 3.2."""

from .mistake import HELPFUL, MISSED, NAMED, Mistake

SUMS = """
        from_x, from_h = self.project(x, h, *weights)
"""
BEGIN = """
        state, weights = list(rest[: self.states]), rest[self.states :]
        y = np.empty((len(x), state[0].shape[1]), x.dtype)
        self.walked = []
"""
BACK = """
        x, *weights = self.saved
        gx, state, totals = np.empty_like(x), [g.copy() for g in gstate], [0.0] * 4
"""


def products(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    inputs = "\n        x, h, w, u = self.inputs\n"
    return Mistake("3.2", "Cell.project_backward", name, what, inputs + code, finding, judgement, first=first)


def forward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.2", "RNNCell.forward", name, what, SUMS + code, finding, judgement, first=first)


def backward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.2", "RNNCell.backward", name, what, code, finding, judgement, first=first)


def walk(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.2", "Recurrence.forward", name, what, BEGIN + code, finding, judgement, first=first)


def back(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.2", "Recurrence.backward", name, what, BACK + code, finding, judgement, first=first)


MISTAKES = [
    products(
        "transposed_products",
        "gW = xᵀ ga, as for a layer whose weight is [in, out]",
        """
        return ga @ w, gc @ u, x.T @ ga, h.T @ gc, ga.sum(axis=0), gc.sum(axis=0)
        """,
        "transposed",
        NAMED,
    ),
    products(
        "product_with_transposed_weight",
        "gx = ga Wᵀ",
        """
        return ga @ w.T, gc @ u.T, ga.T @ x, gc.T @ h, ga.sum(axis=0), gc.sum(axis=0)
        """,
        "raised",
        HELPFUL,
    ),
    products(
        "one_gradient",
        "ga for everything",
        """
        return ga @ w, ga @ u, ga.T @ x, ga.T @ h, ga.sum(axis=0), ga.sum(axis=0)
        """,
        "first_for_both",
        NAMED,
    ),
    products(
        "sum_over_units",
        "biases summed over axis=1",
        """
        return ga @ w, gc @ u, ga.T @ x, gc.T @ h, ga.sum(axis=1), gc.sum(axis=1)
        """,
        "biases_over_units",
        NAMED,
        first=HELPFUL,
    ),
    products(
        "sum_of_everything",
        "biases summed without an axis",
        """
        return ga @ w, gc @ u, ga.T @ x, gc.T @ h, ga.sum(), gc.sum()
        """,
        "biases_over_everything",
        NAMED,
        first=HELPFUL,
    ),
    products(
        "means",
        "everything that sums over the batch is a mean",
        """
        n = len(x)
        return ga @ w, gc @ u, ga.T @ x / n, gc.T @ h / n, ga.mean(axis=0), gc.mean(axis=0)
        """,
        "factor",
        NAMED,
    ),
    products(
        "biases_as_they_are",
        "the gradient of the bias is ga, not summed",
        """
        return ga @ w, gc @ u, ga.T @ x, gc.T @ h, ga, gc
        """,
        "not_summed",
        NAMED,
    ),
    products(
        "order_by_layer",
        "gx, gW, gb and then gh, gU, gd",
        """
        return ga @ w, ga.T @ x, ga.sum(axis=0), gc @ u, gc.T @ h, gc.sum(axis=0)
        """,
        "product_by_product",
        NAMED,
    ),
    products(
        "state_of_product",
        "gU = gcᵀ (h Uᵀ): with the result of the product in place of its input",
        """
        return ga @ w, gc @ u, ga.T @ x, gc.T @ (h @ u.T), ga.sum(axis=0), gc.sum(axis=0)
        """,
        "result_for_state",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "two_tanhs",
        "tanh of each, added",
        """
        self.h = np.tanh(from_x) + np.tanh(from_h)
        return self.h
        """,
        "squashed_apart",
        NAMED,
    ),
    forward(
        "biases_again",
        "b and d are added once more",
        """
        self.h = np.tanh(from_x + from_h + weights[2] + weights[3])
        return self.h
        """,
        "biases_added_again",
        NAMED,
    ),
    forward(
        "logistic_by_hand",
        "1 / (1 + e⁻ᵃ)",
        """
        self.h = 1 / (1 + np.exp(-(from_x + from_h)))
        return self.h
        """,
        "sigmoid",
        NAMED,
    ),
    forward(
        "concatenated",
        "the two parts are concatenated, as books write [x, h]",
        """
        self.h = np.tanh(np.concatenate([from_x, from_h], axis=1))
        return self.h
        """,
        "side_by_side",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "state_in_place",
        "h is overwritten",
        """
        h[...] = np.tanh(from_x + from_h)
        self.h = h
        return h
        """,
        "modified_input",
        NAMED,
    ),
    forward(
        "nothing_kept",
        "nothing is kept",
        """
        return np.tanh(from_x + from_h)
        """,
        "state_not_kept",
        NAMED,
    ),
    forward(
        "averaged",
        "the mean of the two parts",
        """
        self.h = np.tanh((from_x + from_h) / 2)
        return self.h
        """,
        "averaged",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.2",
        "RNNCell.forward",
        "own_products_untransposed",
        "x @ W in place of x @ Wᵀ",
        """
        w, u, b, d = weights
        self.inputs = x, h, w, u
        self.h = np.tanh(x @ w + b + h @ u + d)
        return self.h
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.2",
        "RNNCell.forward",
        "own_products_none",
        "biases added without asking whether they are there",
        """
        w, u, b, d = weights
        self.inputs = x, h, w, u
        self.h = np.tanh(x @ w.T + b + h @ u.T + d)
        return self.h
        """,
        "raised",
        HELPFUL,
    ),
    backward(
        "no_slope",
        "without the slope of tanh",
        """
        return self.project_backward(gh, gh)
        """,
        "slope_forgotten",
        NAMED,
    ),
    backward(
        "old_state",
        "1 - h² with the state that came in",
        """
        _, h, _, _ = self.inputs
        ga = gh * (1 - h * h)
        return self.project_backward(ga, ga)
        """,
        "slope_of_the_old_state",
        NAMED,
    ),
    backward(
        "tanh_of_state",
        "1 - tanh(h')²",
        """
        ga = gh * (1 - np.tanh(self.h) ** 2)
        return self.project_backward(ga, ga)
        """,
        "tanh_twice",
        NAMED,
    ),
    backward(
        "parentheses",
        "gh · 1 - h'²: the parentheses are missing",
        """
        ga = gh * 1 - self.h**2
        return self.project_backward(ga, ga)
        """,
        "parentheses_missing",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "without_second",
        "zeros for the gradient of U h + d, 'it was given'",
        """
        ga = gh * (1 - self.h**2)
        return self.project_backward(ga, np.zeros_like(ga))
        """,
        "zero",
        NAMED,
    ),
    backward(
        "only_input_side",
        "gh itself for U h + d",
        """
        ga = gh * (1 - self.h**2)
        return self.project_backward(ga, gh)
        """,
        "state_past_the_tanh",
        NAMED,
    ),
    backward(
        "square_root",
        "√(1 - h'²)",
        """
        ga = gh * np.sqrt(1 - self.h**2)
        return self.project_backward(ga, ga)
        """,
        "root_of_the_slope",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "in_place",
        "gh *= ...",
        """
        gh *= 1 - self.h**2
        return self.project_backward(gh, gh)
        """,
        "modified_upstream",
        NAMED,
    ),
    walk(
        "not_handed_on",
        "new is not assigned to state",
        """
        for rows, n in self.steps():
            cell = self.cell()
            new = self.step(cell, x[rows], state, weights)
            y[rows] = new[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "not_carried",
        NAMED,
    ),
    walk(
        "cell_outside",
        "one cell for all steps",
        """
        cell = self.cell()
        for rows, n in self.steps():
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "one_cell_for_all",
        NAMED,
    ),
    walk(
        "by_number",
        "y[t] and x[t] in place of rows",
        """
        for t, (rows, n) in enumerate(self.steps()):
            cell = self.cell()
            state = self.step(cell, x[t : t + 1], state, weights)
            y[t] = state[0][0]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "wrong",
        HELPFUL,
    ),
    walk(
        "collected",
        "a list of results, concatenated",
        """
        found = []
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            found.append(state[0][:n])
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return np.concatenate(found), *state
        """,
        "in_the_order_of_walking",
        NAMED,
    ),
    walk(
        "without_n",
        "y[rows] = state[0], without [:n]",
        """
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "raised",
        HELPFUL,
    ),
    walk(
        "float64",
        "np.zeros without a dtype",
        """
        y = np.zeros((len(x), state[0].shape[1]))
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "dtype",
        NAMED,
    ),
    walk(
        "state_as_a_list",
        "the state is returned as a list: return y, state",
        """
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, state
        """,
        "no_array",
        NAMED,
    ),
    walk(
        "whole_x",
        "the whole of x goes into every step",
        """
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x, state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "whole_input",
        NAMED,
        first=HELPFUL,
    ),
    walk(
        "h_alone",
        "only h is handed on: state = [new h]",
        """
        for rows, n in self.steps():
            cell = self.cell()
            state[0] = self.step(cell, x[rows], state, weights)[0]
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "c_not_carried",
        NAMED,
        first=HELPFUL,
    ),
    walk(
        "last_step_returned",
        "y of the last step is returned as the state",
        """
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, y[-1:]
        """,
        "shape",
        HELPFUL,
    ),
    walk(
        "weights_with_state",
        "all of rest is taken for weights",
        """
        weights = rest
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "raised",
        HELPFUL,
    ),
    back(
        "assigned",
        "the gradients of the weights are assigned",
        """
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            gx[rows], state, totals = self.step_backward(cell, state, n)
        return gx, *state, *totals
        """,
        "not_accumulated",
        NAMED,
    ),
    back(
        "gy_assigned",
        "state[0][:n] = gy[rows], without +",
        """
        for cell, rows, n in reversed(self.walked):
            state[0][:n] = gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "later_step_forgotten",
        NAMED,
    ),
    back(
        "gstate_in_the_loop",
        "every step starts from gstate, what comes back is not kept",
        """
        for cell, rows, n in reversed(self.walked):
            state = [g.copy() for g in gstate]
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "upstream_at_every_step",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "forwards",
        "without reversed",
        """
        for cell, rows, n in self.walked:
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "not_reversed",
        NAMED,
    ),
    back(
        "steps_reversed_only",
        "the rows are reversed, the cells are not",
        """
        for (cell, _, _), (_, rows, n) in zip(self.walked, reversed(self.walked)):
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "cells_not_reversed",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "no_copy",
        "gstate is not copied",
        """
        state = list(gstate)
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "modified_upstream",
        NAMED,
    ),
    back(
        "gy_late",
        "gy is added after the step",
        """
        for cell, rows, n in reversed(self.walked):
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            state[0][:n] += gy[rows]
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "added_too_late",
        NAMED,
    ),
    back(
        "sum_of_all_gy",
        "the whole of gy is summed into the last state",
        """
        state[0] += gy.sum(axis=0)
        for cell, rows, n in reversed(self.walked):
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "wrong",
        HELPFUL,
    ),
    back(
        "zeros_at_first",
        "gstate is ignored: it starts from zeros",
        """
        state = [np.zeros_like(g) for g in gstate]
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "begun_with_zeros_backward",
        NAMED,
    ),
    back(
        "lists_added",
        "totals += of_weights: the list grows",
        """
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals += of_weights
        return gx, *state, *totals
        """,
        "count",
        HELPFUL,
    ),
    back(
        "no_n",
        "state[0] += gy[rows], without [:n]",
        """
        for cell, rows, n in reversed(self.walked):
            state[0] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "raised",
        HELPFUL,
    ),
    back(
        "gx_summed",
        "gx is summed as the weights are",
        """
        gx = np.zeros_like(x)
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            of_x, state, of_weights = self.step_backward(cell, state, n)
            gx[:n] += of_x
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "wrong",
        HELPFUL,
    ),
    back(
        "gy_to_c_too",
        "gy is added to every state",
        """
        for cell, rows, n in reversed(self.walked):
            for g in state:
                g[:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "added_to_all_states",
        NAMED,
    ),
    back(
        "first_of_state_only",
        "only the gradient of h is handed on",
        """
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            gx[rows], (state[0], *_), of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "cell_state_not_carried",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "popped",
        "the cells are taken off the list, so that backward works once",
        """
        while self.walked:
            cell, rows, n = self.walked.pop()
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals
        """,
        "used_up",
        NAMED,
        first=MISSED,
    ),
]
