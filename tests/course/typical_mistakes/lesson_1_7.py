"""Typical mistakes in lesson 1.7."""

from .mistake import HELPFUL, NAMED, Mistake

MISTAKES = [
    Mistake(
        "1.7",
        "SGD.update",
        "rate_forgotten",
        "The learning rate is missing",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += g
            g = b
        p -= g
        """,
        "rate_forgotten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "attribute",
        'self.lr where group["lr"] is meant',
        """
        p -= self.lr * g
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "rate_in_the_velocity",
        "The learning rate goes into the velocity",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += group["lr"] * g
            p -= b
        else:
            p -= group["lr"] * g
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "added_before_multiplied",
        "b += g, and only then b *= mu",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b += g
            b *= group["momentum"]
            g = b
        p -= group["lr"] * g
        """,
        "added_before_multiplied",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "nesterov_always",
        "Nesterov's step without being asked",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += g
            g = g + group["momentum"] * b
        p -= group["lr"] * g
        """,
        "nesterov_always",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "first_velocity_assigned",
        "b = g in the first step: a local name",
        """
        if group["momentum"]:
            b = state["momentum_buffer"]
            if state["step"] == 1:
                b = g
            else:
                b *= group["momentum"]
                b += g
            g = b
        p -= group["lr"] * g
        """,
        "state_bound_anew",
        NAMED,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "gradient_on_top",
        "The step takes g and b",
        """
        p -= group["lr"] * g
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += g
            p -= group["lr"] * b
        """,
        "gradient_twice",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "misspelt_key",
        'group["mu"], which there is not',
        """
        if group["mu"]:
            b = state["momentum_buffer"]
            b *= group["mu"]
            b += g
            g = b
        p -= group["lr"] * g
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.7",
        "SGD.update",
        "gradient_as_velocity",
        "b is taken for g itself and written into",
        """
        if group["momentum"]:
            g += group["momentum"] * state["momentum_buffer"]
            state["momentum_buffer"][...] = g
        p -= group["lr"] * g
        """,
        "modified_input",
        NAMED,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "brackets_of_the_denominator",
        "/ √v̂ + ε lacks brackets",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t)) + group["eps"]
        """,
        "brackets_of_the_denominator",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "brackets_of_the_power",
        "(1 - β)ᵗ where 1 - βᵗ is meant",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1) ** t) / (np.sqrt(v / (1 - beta2) ** t) + group["eps"])
        """,
        "power_of_the_difference",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "first_step_always",
        "The correction is always that of the first step",
        """
        beta1, beta2 = group["betas"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + group["eps"])
        """,
        "first_step_always",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "mean_squared",
        "The square of m goes into v",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * m * m
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "math_sqrt",
        "math.sqrt, which takes single numbers",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "second_mean_local",
        "v = beta2 * v + ... is a local name",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "state_bound_anew",
        NAMED,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "corrected_in_place",
        "m and v themselves are corrected, and stay so",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        m /= 1 - beta1**t
        v /= 1 - beta2**t
        p -= group["lr"] * m / (np.sqrt(v) + group["eps"])
        """,
        "corrected_in_place",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "maximum_always",
        "Asks for the maximum without amsgrad",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        largest = state["max_exp_avg_sq"]
        largest[...] = np.maximum(largest, v)
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(largest / (1 - beta2**t)) + group["eps"])
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "maximum_of_corrected",
        "amsgrad takes the maximum of v̂, not of v",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        v_hat = v / (1 - beta2**t)
        if group["amsgrad"]:
            largest = state["max_exp_avg_sq"]
            v_hat = np.maximum(largest, v_hat, out=largest)
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v_hat) + group["eps"])
        """,
        "maximum_of_the_corrected",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "gradient_in_the_step",
        "The step goes along g, not along m̂",
        """
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        p -= group["lr"] * g / (np.sqrt(v / (1 - beta2**t)) + group["eps"])
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "1.7",
        "Adam.update",
        "one_beta",
        "β₁ for both means",
        """
        beta1, t = group["betas"][0], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta1
        v += (1 - beta1) * g * g
        p -= group["lr"] * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta1**t)) + group["eps"])
        """,
        "one_beta",
        NAMED,
        first=HELPFUL,
    ),
]
