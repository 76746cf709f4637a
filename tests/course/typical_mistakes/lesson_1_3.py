"""Typical mistakes in lesson 1.3."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.3",
        "slope",
        "loss_of_an_argument",
        "Calls loss(x), which takes no argument",
        """
        return (loss(x + eps * direction) - loss(x - eps * direction)) / (2 * eps)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.3",
        "slope",
        "loss_not_called",
        "Writes loss where loss() is meant",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss
        x[...] = start - eps * direction
        below = loss
        x[...] = start
        return (above - below) / (2 * eps)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "start_is_x_itself",
        "start = x, without .copy()",
        """
        start = x
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return (above - below) / (2 * eps)
        """,
        "back_to_the_start",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "absolute",
        "abs around the difference",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return abs(above - below) / (2 * eps)
        """,
        "below_minus_above",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "whole_numbers",
        "// where / is meant",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return (above - below) // (2 * eps)
        """,
        "wrong_slope",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "step_added_to_the_direction",
        "eps + direction where eps * direction is meant",
        """
        start = x.copy()
        x[...] = start + (eps + direction)
        above = loss()
        x[...] = start - (eps + direction)
        below = loss()
        x[...] = start
        return (above - below) / (2 * eps)
        """,
        "wrong_slope",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "restored_too_early",
        "x is put back before the second measurement",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start
        below = loss()
        return (above - below) / (2 * eps)
        """,
        "back_to_the_start",
        NAMED,
    ),
    Mistake(
        "1.3",
        "slope",
        "divided_by_the_direction",
        "Divides by 2 eps · direction, too",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return (above - below) / (2 * eps * direction)
        """,
        "no_number",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "slope",
        "brackets_of_the_difference",
        "above - below / (2 * eps) lacks brackets",
        """
        start = x.copy()
        x[...] = start + eps * direction
        above = loss()
        x[...] = start - eps * direction
        below = loss()
        x[...] = start
        return above - below / (2 * eps)
        """,
        "brackets_of_the_difference",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "two_dimensions",
        "Two loops, for rows and columns: x may have any number of dimensions",
        """
        gradient = np.zeros(x.shape)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                direction = np.zeros_like(x)
                direction[i, j] = 1
                gradient[i, j] = slope(loss, x, direction, eps)
        return gradient
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "last_element_left_out",
        "range(x.size - 1)",
        """
        gradient = np.zeros(x.shape)
        for k in range(x.size - 1):
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
        return gradient
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "made_anew_in_the_loop",
        "The array is made anew in every round",
        """
        for k in range(x.size):
            gradient = np.zeros(x.shape)
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
        return gradient
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "return_in_the_loop",
        "return stands inside the loop",
        """
        gradient = np.zeros(x.shape)
        for k in range(x.size):
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
            return gradient
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "always_the_first",
        "one_hot(x, 0) in every round",
        """
        slopes = [slope(loss, x, one_hot(x, 0), eps) for k in range(x.size)]
        return np.array(slopes).reshape(x.shape)
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "direction_scaled",
        "The direction is multiplied by eps, and slope does so again",
        """
        slopes = [slope(loss, x, eps * one_hot(x, k), eps) for k in range(x.size)]
        return np.array(slopes).reshape(x.shape)
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "a_list",
        "Returns the list of slopes",
        """
        return [slope(loss, x, one_hot(x, k), eps) for k in range(x.size)]
        """,
        "no_array",
        NAMED,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "not_restored_in_between",
        "Each element stays where its measurement left it",
        """
        gradient = np.zeros(x.shape)
        for k in range(x.size):
            x.flat[k] += eps
            above = loss()
            x.flat[k] -= 2 * eps
            below = loss()
            gradient.flat[k] = (above - below) / (2 * eps)
        return gradient
        """,
        "not_restored",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "summed_up",
        "Adds all slopes into one number",
        """
        total = 0.0
        for k in range(x.size):
            total += slope(loss, x, one_hot(x, k), eps)
        return np.array(total)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "numerical_gradient",
        "whole_number_array",
        "The result is an array of whole numbers",
        """
        gradient = np.zeros(x.shape, dtype=int)
        for k in range(x.size):
            gradient.flat[k] = slope(loss, x, one_hot(x, k), eps)
        return gradient
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "divided_by_two_steps",
        "Each one-sided difference is divided by 2 eps",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / (2 * eps)
        x.flat[k] = start - eps
        left = (middle - loss()) / (2 * eps)
        x.flat[k] = start
        return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "divided_by_two_steps",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "abs_of_the_slopes_forgotten",
        "max(1, left, right), without abs",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * max(1.0, left, right)
        """,
        "abs_of_the_slopes_forgotten",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "abs_of_the_difference_forgotten",
        "right - left, without abs",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return right - left > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "upward_kinks_only",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "answer_turned_round",
        "Tells whether the slopes are equal",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) < 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "isclose",
        "np.isclose with its own tolerances",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return not np.isclose(left, right)
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "left_measured_at_the_start",
        "Goes back by eps only, so the left point is the start",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] += eps
        right = (loss() - middle) / eps
        x.flat[k] -= eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "middle_measured_too_late",
        "middle is measured after x has moved",
        """
        start = x.flat[k]
        x.flat[k] = start + eps
        above, middle = loss(), loss()
        x.flat[k] = start - eps
        below = loss()
        x.flat[k] = start
        left, right = (middle - below) / eps, (above - middle) / eps
        return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
        """,
        "left_slope_turned_round",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "smaller_tolerance",
        "min where max is meant",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * min(1.0, abs(left), abs(right))
        """,
        "wrong_kink",
        HELPFUL,
    ),
    Mistake(
        "1.3",
        "is_kink",
        "sum_for_maximum",
        "1 + |left| + |right| where the largest of them is meant",
        """
        start, middle = x.flat[k], loss()
        x.flat[k] = start + eps
        right = (loss() - middle) / eps
        x.flat[k] = start - eps
        left = (middle - loss()) / eps
        x.flat[k] = start
        return abs(right - left) > 1e-3 * (1.0 + abs(left) + abs(right))
        """,
        "divided_by_two_steps",
        NAMED,
        first=MISLEADING,
    ),
]
