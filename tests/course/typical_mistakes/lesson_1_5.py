"""Typical mistakes in lesson 1.5."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.5",
        "MatMul.backward",
        "attributes",
        "Reads self.x and self.y, which nobody has set",
        """
        return gz @ self.y.T, self.x.T @ gz
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "reshaped",
        "Reshapes to the transposed shape, which is no transpose",
        """
        x, y = self.saved
        yt = y.reshape(y.shape[:-2] + (y.shape[-1], y.shape[-2]))
        xt = x.reshape(x.shape[:-2] + (x.shape[-1], x.shape[-2]))
        return gz @ yt, xt @ gz
        """,
        "reshaped",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "first_two_dimensions",
        "swapaxes(0, 1), which are the last two of a matrix only",
        """
        x, y = self.saved
        return gz @ y.swapaxes(0, 1), x.swapaxes(0, 1) @ gz
        """,
        "first_two_dimensions",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "einsum_for_matrices",
        "einsum with two letters each: no batches",
        """
        x, y = self.saved
        return np.einsum('ij,kj->ik', gz, y), np.einsum('ki,kj->ij', x, gz)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "MatMul.backward",
        "one_gradient",
        "Returns gx only",
        """
        x, y = self.saved
        return gz @ y.swapaxes(-1, -2)
        """,
        "count",
        NAMED,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "weight_first",
        "weight @ x.T: features come first",
        """
        self.save(x, weight)
        y = weight @ x.T
        return y if bias is None else y + bias
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "truth_of_the_bias",
        "if bias: asks an array for its truth",
        """
        self.save(x, weight)
        y = x @ weight.T
        if bias:
            y = y + bias
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "bias_as_a_column",
        "The bias is reshaped to a column",
        """
        self.save(x, weight)
        y = x @ weight.T
        return y if bias is None else y + bias.reshape(-1, 1)
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "saved_assigned",
        "self.saved = x, weight: a tuple, but not through save",
        """
        self.saved = x
        y = x @ weight.T
        return y if bias is None else y + bias
        """,
        "saved_assigned",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "bias_summed",
        "Adds the sum of the bias to every unit",
        """
        self.save(x, weight)
        y = x @ weight.T
        return y if bias is None else y + bias.sum()
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "elementwise",
        "* where @ is meant",
        """
        self.save(x, weight)
        y = x * weight
        return y if bias is None else y + bias
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.forward",
        "average",
        "Divides by the number of inputs",
        """
        self.save(x, weight)
        y = x @ weight.T / x.shape[1]
        return y if bias is None else y + bias
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "three_saved",
        "forward has saved three things, backward expects two",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.sum(axis=0)
        """,
        "saved_otherwise",
        NAMED,
        first=HELPFUL,
        beside={
            "Linear.forward": """
                self.save(x, weight, bias)
                y = x @ weight.T
                return y if bias is None else y + bias
            """
        },
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "transposed_weight_saved",
        "forward has saved the transposed weight",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.sum(axis=0)
        """,
        "saved_otherwise",
        NAMED,
        first=HELPFUL,
        beside={
            "Linear.forward": """
                self.save(x, weight.T)
                y = x @ weight.T
                return y if bias is None else y + bias
            """
        },
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "bias_summed_over_everything",
        "gb is the sum of all of gy",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.sum()
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "ones_for_the_bias",
        "gb is ones: the derivative, not the gradient",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, np.ones_like(weight[:, 0])
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "first_row_for_the_bias",
        "gb is the first row of gy",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy[0]
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "bias_before_weight",
        "Returns (gx, gb, gW)",
        """
        x, weight = self.saved
        return gy @ weight, gy.sum(axis=0), gy.T @ x
        """,
        "swapped",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "weight_before_input",
        "Returns (gW, gx, gb)",
        """
        x, weight = self.saved
        return gy.T @ x, gy @ weight, gy.sum(axis=0)
        """,
        "swapped",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "in_a_list",
        "Returns a list where a tuple is wanted",
        """
        x, weight = self.saved
        return [gy @ weight, gy.T @ x, gy.sum(axis=0)]
        """,
        "no_tuple",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.5",
        "Linear.backward",
        "largest_for_the_bias",
        "gb is the largest of each column",
        """
        x, weight = self.saved
        return gy @ weight, gy.T @ x, gy.max(axis=0)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "numpy_array_returned",
        "Returns new NumPy numbers and leaves the tensor as it was",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        return np.random.uniform(-bound, bound, tensor.shape)
        """,
        "not_filled",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "numpy_numbers",
        "Fills the tensor with NumPy's own random numbers",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        tensor.data[...] = np.random.uniform(-bound, bound, tensor.shape)
        return tensor
        """,
        "not_seeded",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "seeded_inside",
        "Sets a seed inside",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        rng = np.random.default_rng(0)
        tensor.data[...] = rng.uniform(-bound, bound, tensor.shape)
        return tensor
        """,
        "repeated",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "root_of_the_numerator_only",
        "√6 / (fan_in + fan_out): only the 6 is rooted",
        """
        bound = gain * math.sqrt(6) / sum(fans(tensor))
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "limits_exchanged",
        "uniform_(tensor, bound, -bound)",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        return uniform_(tensor, bound, -bound)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "one_limit",
        "uniform_(tensor, bound): the upper limit stays 1",
        """
        bound = gain * math.sqrt(6 / sum(fans(tensor)))
        return uniform_(tensor, bound)
        """,
        "not_centred",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "normal_numbers",
        "normal_ where uniform_ is asked for",
        """
        return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))))
        """,
        "distribution",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.5",
        "xavier_normal_",
        "gain_squared",
        "The gain is squared",
        """
        return normal_(tensor, 0.0, gain**2 * math.sqrt(2 / sum(fans(tensor))))
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_normal_",
        "product_of_fans",
        "fan_in · fan_out where the sum is meant",
        """
        fan_in, fan_out = fans(tensor)
        return normal_(tensor, 0.0, gain * math.sqrt(2 / (fan_in * fan_out)))
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_normal_",
        "number_of_elements",
        "tensor.size where fan_in + fan_out is meant",
        """
        return normal_(tensor, 0.0, gain * math.sqrt(2 / math.prod(tensor.shape)))
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "upside_down",
        "√(fan / 3): the fraction is upside down",
        """
        bound = calculate_gain(nonlinearity, a) * math.sqrt(chosen_fan(tensor, mode) / 3)
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "arguments_exchanged",
        "calculate_gain(a, nonlinearity)",
        """
        bound = calculate_gain(a, nonlinearity) * math.sqrt(3 / chosen_fan(tensor, mode))
        return uniform_(tensor, -bound, bound)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "gain_squared",
        "The square of the gain, which is the factor of the variance",
        """
        bound = calculate_gain(nonlinearity, a) ** 2 * math.sqrt(3 / chosen_fan(tensor, mode))
        return uniform_(tensor, -bound, bound)
        """,
        "gain_twice",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_uniform_",
        "three_not_rooted",
        "3 / √fan",
        """
        bound = calculate_gain(nonlinearity, a) * 3 / math.sqrt(chosen_fan(tensor, mode))
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_normal_",
        "mode_ignored",
        "fan_in, whatever `mode` says",
        """
        return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[0]))
        """,
        "std_of_fan_in_always",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_normal_",
        "slope_ignored",
        "calculate_gain without the slope a",
        """
        return normal_(tensor, 0.0, calculate_gain(nonlinearity) / math.sqrt(chosen_fan(tensor, mode)))
        """,
        "std_without_slope",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.5",
        "kaiming_normal_",
        "misspelt",
        "An unknown mode ends in an UnboundLocalError",
        """
        if mode == 'fan_in':
            fan = fans(tensor)[0]
        elif mode == 'fan_out':
            fan = fans(tensor)[1]
        return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fan))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.5",
        "xavier_uniform_",
        "larger_fan",
        "The larger fan where their mean is meant",
        """
        bound = gain * math.sqrt(3 / max(fans(tensor)))
        return uniform_(tensor, -bound, bound)
        """,
        "spread",
        HELPFUL,
    ),
]
