"""Typical mistakes in lesson 1.1."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.1",
        "Add.backward",
        "one_gradient",
        "Returns one gradient, not two",
        """
        return gz
        """,
        "count",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "copied_from_mul",
        "Copied from Mul: takes x and y out of an empty self.saved",
        """
        x, y = self.saved
        return gz * y, gz * x
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "ones",
        "Returns the derivatives, the numbers 1, and not the gradients",
        """
        return 1, 1
        """,
        "upstream_ignored",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "summed_already",
        "Sums over everything, which is unbroadcast's task",
        """
        return gz.sum(), gz.sum()
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Add.backward",
        "in_a_list",
        "Returns a list where a tuple is wanted",
        """
        return [gz, gz]
        """,
        "no_tuple",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "matrix_product",
        "@ where the product is elementwise",
        """
        x, y = self.saved
        return gz @ y, gz @ x
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "np_dot",
        "np.dot where the product is elementwise",
        """
        x, y = self.saved
        return np.dot(gz, y.T), np.dot(gz, x.T)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "attributes",
        "Reads self.x and self.y, which nobody has set",
        """
        return gz * self.y, gz * self.x
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "overwritten",
        "x is overwritten before it is used for gy",
        """
        x, y = self.saved
        x = gz * y
        y = gz * x
        return x, y
        """,
        "overwritten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "unpacked_in_the_wrong_order",
        "Unpacks self.saved as y, x",
        """
        y, x = self.saved
        return gz * y, gz * x
        """,
        "swapped",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "no_chain_rule",
        "Returns the other factors, without gz",
        """
        x, y = self.saved
        return y, x
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "return_in_the_loop",
        "return stands inside the loop over rows",
        """
        x, y = self.saved
        gx, gy = np.zeros_like(x), np.zeros_like(y)
        for i in range(len(gz)):
            gx[i] = gz[i] * y[i]
            gy[i] = gz[i] * x[i]
            return gx, gy
        """,
        "right_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "last_row_left_out",
        "The loop over rows ends one row too early",
        """
        x, y = self.saved
        gx, gy = np.zeros_like(x), np.zeros_like(y)
        for i in range(len(gz) - 1):
            gx[i] = gz[i] * y[i]
            gy[i] = gz[i] * x[i]
        return gx, gy
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "computed_and_not_returned",
        "Computes both gradients and returns nothing",
        """
        x, y = self.saved
        gx = gz * y
        gy = gz * x
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Mul.backward",
        "missing_self",
        "Writes saved where self.saved is meant",
        """
        x, y = saved
        return gz * y, gz * x
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "brackets_of_the_square",
        "/ y * y is not / (y * y)",
        """
        x, y = self.saved
        return gz / y, -gz * x / y * y
        """,
        "brackets_missing",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "caret",
        "^ where ** is meant",
        """
        x, y = self.saved
        return gz / y, -gz * x / y ^ 2
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "upstream_in_one_only",
        "gy lacks the upstream gradient",
        """
        x, y = self.saved
        return gz / y, -x / y**2
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "whole_numbers",
        "// where / is meant",
        """
        x, y = self.saved
        return gz // y, -gz * x // y**2
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "logarithm",
        "Integrates by y where it should differentiate",
        """
        x, y = self.saved
        return gz / y, gz * x * np.log(np.abs(y))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "brackets_of_the_exponent",
        "x**n - 1 is not x**(n - 1)",
        """
        (x,) = self.saved
        return gy * self.n * x**self.n - 1
        """,
        "brackets_of_the_exponent",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "tuple_not_unpacked",
        "x = self.saved is a tuple, not an array",
        """
        x = self.saved
        return gy * self.n * x ** (self.n - 1)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "zero_as_a_number",
        "Returns the number 0 for n = 0",
        """
        (x,) = self.saved
        if self.n == 0:
            return 0
        return gy * self.n * x ** (self.n - 1)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "zeros_of_another_dtype",
        "np.zeros(x.shape) for n = 0 is float64 always",
        """
        (x,) = self.saved
        if self.n == 0:
            return np.zeros(x.shape)
        return gy * self.n * x ** (self.n - 1)
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "repeated_multiplication",
        "Multiplies n - 1 times in a loop: wrong for n below 1",
        """
        (x,) = self.saved
        gx = gy * self.n
        for _ in range(int(self.n) - 1):
            gx = gx * x
        return gx
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "absolute_exponent",
        "abs(n) in the exponent",
        """
        (x,) = self.saved
        if self.n == 0:
            return gy * 0
        return gy * self.n * x ** (abs(self.n) - 1)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "tuple_not_unpacked",
        "y = self.saved is a tuple; NumPy takes it for an array with one more dimension",
        """
        y = self.saved
        return gy * y
        """,
        "shape_only",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "added",
        "Adds y to gy where it should multiply",
        """
        (y,) = self.saved
        return gy + y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "quotient",
        "Divides by y",
        """
        (y,) = self.saved
        return gy / y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "logarithm_once_more",
        "Divides by ln x",
        """
        (x,) = self.saved
        return gy / np.log(x)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "tuple_not_unpacked",
        "Divides by self.saved itself, the tuple",
        """
        return gy / self.saved
        """,
        "shape_only",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "base_ten",
        "The derivative of the logarithm to base 10",
        """
        (x,) = self.saved
        return gy / (x * np.log(10.0))
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "total_upstream",
        "Sums the upstream gradient first",
        """
        (x,) = self.saved
        return gy.sum() / x
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Log.backward",
        "upstream_scaled_in_place",
        "Divides gy in place",
        """
        (x,) = self.saved
        gy /= x
        return gy
        """,
        "modified_upstream",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "reshaped",
        "Reshapes, without a sum",
        """
        return grad.reshape(shape)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "resized",
        "np.resize takes the first elements",
        """
        return np.resize(grad, shape)
        """,
        "first_copy_only",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "everything_summed",
        "Sums everything and copies the total",
        """
        return np.full(shape, grad.sum(), grad.dtype)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "compared_from_the_left",
        "Lines the shapes up from the left",
        """
        for i in range(len(shape)):
            if grad.shape[i] != shape[i]:
                grad = grad.sum(axis=i, keepdims=True)
        return grad
        """,
        "shape_only",
        HELPFUL,
        first=MISLEADING,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "keepdims_forgotten",
        "keepdims is missing, so the axes move while the loop runs",
        """
        while grad.ndim > len(shape):
            grad = grad.sum(axis=0)
        for i, n in enumerate(shape):
            if n == 1:
                grad = grad.sum(axis=i)
        return grad
        """,
        "shape_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "first_axis_always",
        "Sums over axis 0, whatever the shapes are",
        """
        return grad.sum(axis=0)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "axes_in_a_list",
        "The axes are a list; NumPy wants a tuple",
        """
        new = grad.ndim - len(shape)
        axes = list(range(new)) + [i + new for i, n in enumerate(shape) if n == 1]
        return grad.sum(axis=axes, keepdims=True).reshape(shape)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "offset_forgotten",
        "The axes of shape are not shifted by the new ones in front",
        """
        new = grad.ndim - len(shape)
        axes = tuple(range(new)) + tuple(i for i, n in enumerate(shape) if n == 1)
        return grad.sum(axis=tuple(set(axes)), keepdims=True).reshape(shape)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "endless_loop",
        "The loop ends when the shapes agree, which they never do",
        """
        while grad.shape != shape:
            grad = grad.sum(axis=0, keepdims=True)
        return grad
        """,
        "too_long",
        NAMED,
        process=True,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "endless_recursion",
        "Calls itself with what it was given",
        """
        if grad.shape == shape:
            return grad
        return unbroadcast(grad, shape)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.1",
        "unbroadcast",
        "largest",
        "Takes the largest where it should sum",
        """
        new = grad.ndim - len(shape)
        axes = tuple(range(new)) + tuple(i + new for i, n in enumerate(shape) if n == 1)
        return grad.max(axis=axes, keepdims=True).reshape(shape)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Exp.backward",
        "written_into_the_result",
        "y *= gy writes into the result of forward",
        """
        (y,) = self.saved
        y *= gy
        return y
        """,
        "saved_changed",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "1.1",
        "Div.backward",
        "absolute",
        "Divides gz by |y|",
        """
        x, y = self.saved
        return gz / np.abs(y), -gz * x / y**2
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "by_logarithm",
        "Computes the power as e^((n - 1) ln x), for positive x only",
        """
        (x,) = self.saved
        if self.n == 0:
            return gy * 0
        return gy * self.n * np.exp((self.n - 1) * np.log(x))
        """,
        "not_finite",
        HELPFUL,
    ),
    Mistake(
        "1.1",
        "Power.backward",
        "whole_exponent",
        "int(self.n)",
        """
        (x,) = self.saved
        if self.n == 0:
            return gy * 0
        return gy * self.n * x ** (int(self.n) - 1)
        """,
        "wrong",
        HELPFUL,
    ),
]
