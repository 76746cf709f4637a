"""Typical mistakes in lesson 1.4."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "saved_assigned",
        "self.saved = y where self.save(y) is meant",
        """
        y = 1 / (1 + np.exp(-x))
        self.saved = y
        return y
        """,
        "saved_assigned",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "returns_what_save_returns",
        "return self.save(y), which is None",
        """
        y = 1 / (1 + np.exp(-x))
        return self.save(y)
        """,
        "nothing",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "math_exp",
        "math.exp, which takes single numbers",
        """
        y = 1 / (1 + math.exp(-x))
        self.save(y)
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "if_for_an_array",
        "if x >= 0, for a whole array",
        """
        z = np.exp(-np.abs(x))
        if x >= 0:
            y = 1 / (1 + z)
        else:
            y = z / (1 + z)
        self.save(y)
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "positive_case_always",
        "The case for x ≥ 0 is used for all x",
        """
        y = 1 / (1 + np.exp(-np.abs(x)))
        self.save(y)
        return y
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "clipped",
        "Clips x to ±10 so that nothing overflows",
        """
        x = np.clip(x, -10, 10)
        y = 1 / (1 + np.exp(-x))
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "negated_in_place",
        "x *= -1 changes the caller's array",
        """
        x *= -1
        y = 1 / (1 + np.exp(x))
        self.save(y)
        return y
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "filled_into_zeros",
        "The result is written into np.zeros(x.shape), float64 always",
        """
        y = np.zeros(x.shape)
        y[...] = 1 / (1 + np.exp(-x))
        self.save(y)
        return y
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.forward",
        "global_state",
        "Keeps y in a global variable, not in self.saved",
        """
        global LAST
        LAST = 1 / (1 + np.exp(-x))
        return LAST
        """,
        "nothing_saved",
        NAMED,
        after="""
            LAST = None
        """,
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "brackets",
        "y * 1 - y lacks brackets",
        """
        (y,) = self.saved
        return gy * y * 1 - y
        """,
        "brackets_of_the_factor",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "forward_saved_x",
        "forward has saved x, backward takes it for y",
        """
        (y,) = self.saved
        return gy * y * (1 - y)
        """,
        "input_for_output",
        NAMED,
        beside={
            "Sigmoid.forward": """
                self.save(x)
                return 1 / (1 + np.exp(-x))
            """
        },
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "tuple_not_unpacked",
        "Computes with self.saved, the tuple",
        """
        y = self.saved
        return gy * y * (1 - y)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Sigmoid.backward",
        "not_saved_under_this_name",
        "Reads self.y, which forward has not set",
        """
        return gy * self.y * (1 - self.y)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.forward",
        "function_not_there",
        "Calls sigmoid, which this file does not know",
        """
        y = 2 * sigmoid(2 * x) - 1
        self.save(y)
        return y
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.forward",
        "single_precision_exponent",
        "Writes the formula with float32 numbers",
        """
        x = np.asarray(x, dtype=np.float32)
        y = np.tanh(x)
        self.save(y)
        return y
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "brackets",
        "gy * 1 - y**2 lacks brackets",
        """
        (y,) = self.saved
        return gy * 1 - y**2
        """,
        "brackets_of_the_slope",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "caret",
        "^ where ** is meant",
        """
        (y,) = self.saved
        return gy * (1 - y ^ 2)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "plus",
        "1 + y², as for tan",
        """
        (y,) = self.saved
        return gy * (1 + y * y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "Tanh.backward",
        "square_root",
        "√(1 - y²)",
        """
        (y,) = self.saved
        return gy * np.sqrt(1 - y * y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "np_max_the_wrong_way_round",
        "np.max(0, x)",
        """
        y = np.max(0, x)
        self.save(y)
        return y
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "python_max",
        "max(0, x), Python's own",
        """
        y = max(0, x)
        self.save(y)
        return y
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "another_name_for_x",
        "y = x is another name for the same array",
        """
        y = x
        y[y < 0] = 0
        self.save(y)
        return y
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "only_positive_ones_kept",
        "x[x > 0] leaves the others out",
        """
        y = x[x > 0]
        self.save(y)
        return y
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.forward",
        "below_one",
        "Compares with 1 where 0 is meant",
        """
        y = np.where(x > 1, x, 0 * x)
        self.save(y)
        return y
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "written_into_the_upstream",
        "Writes zeros into gy itself",
        """
        (y,) = self.saved
        gx = gy
        gx[y <= 0] = 0
        return gx
        """,
        "modified_upstream",
        NAMED,
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "selected",
        "gy[y > 0] leaves the others out",
        """
        (y,) = self.saved
        return gy[y > 0]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "sign",
        "np.sign(x): -1 where x is negative",
        """
        (x,) = self.saved
        return gy * np.sign(x)
        """,
        "region",
        HELPFUL,
        beside={
            "ReLU.forward": """
                self.save(x)
                return np.maximum(x, 0)
            """
        },
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "at_zero",
        "x >= 0: a gradient of 1 at the kink",
        """
        (x,) = self.saved
        return gy * (x >= 0)
        """,
        "region",
        HELPFUL,
        beside={
            "ReLU.forward": """
                self.save(x)
                return np.maximum(x, 0)
            """
        },
    ),
    Mistake(
        "1.4",
        "ReLU.backward",
        "if_for_an_array",
        "if y > 0, for a whole array",
        """
        (y,) = self.saved
        if y > 0:
            return gy
        return gy * 0
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.forward",
        "self_forgotten",
        "slope where self.slope is meant",
        """
        self.save(x)
        return np.where(x > 0, x, slope * x)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.forward",
        "both_added",
        "max(x, 0) + slope · x: the leak counts for positive x, too",
        """
        self.save(x)
        return np.maximum(x, 0) + self.slope * x
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.forward",
        "minus_slope",
        "-slope · x",
        """
        self.save(x)
        return np.where(x > 0, x, -self.slope * x)
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "upstream_compared",
        "The sign of gy decides, not that of x",
        """
        return np.where(gy > 0, gy, self.slope * gy)
        """,
        "upstream_compared",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "upstream_in_one_case",
        "gy is missing on the negative side",
        """
        (x,) = self.saved
        return np.where(x > 0, gy, self.slope)
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "numbers_chosen_by_where",
        "np.where(x > 0, 1, slope) is float64 always",
        """
        (x,) = self.saved
        return gy * np.where(x > 0, 1, self.slope)
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "LeakyReLU.backward",
        "wrong_side",
        "The comparison is the wrong way round",
        """
        (x,) = self.saved
        return np.where(x < 0, gy, self.slope * gy)
        """,
        "sides_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "brackets",
        "x * 0.5 * 1 + erf(...) lacks brackets",
        """
        self.save(x)
        return x * 0.5 * 1 + kernels.erf(x / math.sqrt(2))
        """,
        "brackets_of_the_sum",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "root_outside",
        "erf(x) / √2 where erf(x / √2) is meant",
        """
        self.save(x)
        return 0.5 * x * (1 + kernels.erf(x) / math.sqrt(2))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "np_erf",
        "np.erf, which there is not",
        """
        self.save(x)
        return 0.5 * x * (1 + np.erf(x / math.sqrt(2)))
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.4",
        "GELU.forward",
        "numpy_root",
        "np.sqrt(2) makes float64 of float32",
        """
        self.save(x)
        return 0.5 * x * (1 + kernels.erf(x / np.sqrt(2)))
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "brackets",
        "gy * cdf + x * pdf lacks brackets",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return gy * cdf + x * pdf
        """,
        "second_term_without_upstream",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "pi_outside_the_root",
        "√2 · π where √(2π) is meant",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(-x * x / 2) / (math.sqrt(2) * math.pi)
        return gy * (cdf + x * pdf)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "sign_of_the_exponent",
        "e^(x²/2): the minus is missing",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(x * x / 2) / math.sqrt(2 * math.pi)
        return gy * (cdf + x * pdf)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.4",
        "GELU.backward",
        "halved_before_squaring",
        "(x/2)² where x²/2 is meant",
        """
        (x,) = self.saved
        cdf = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        pdf = np.exp(-((x / 2) ** 2)) / math.sqrt(2 * math.pi)
        return gy * (cdf + x * pdf)
        """,
        "wrong",
        HELPFUL,
    ),
]
