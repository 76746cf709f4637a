"""Typical mistakes in lesson 2.4."""

from .mistake import HELPFUL, MISSED, NAMED, Mistake

MISTAKES = [
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "weight_and_bias_exchanged",
        "w and b exchanged",
        """
        self.save(x, weight)
        normal, _ = standardized(x, around_channels(x), self.eps)
        dims = around_channels(x)
        self.mean, self.var = average(x, dims).reshape(-1), x.var(axis=dims).reshape(-1)
        return per_channel(bias, x) * normal + per_channel(weight, x)
        """,
        "weight_and_bias_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "without_weight",
        "w and b are forgotten",
        """
        self.save(x, weight)
        dims = around_channels(x)
        normal, _ = standardized(x, dims, self.eps)
        self.mean, self.var = average(x, dims).reshape(-1), x.var(axis=dims).reshape(-1)
        return normal
        """,
        "normalised_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "weight_along_last",
        "w and b broadcast along the last dimension",
        """
        self.save(x, weight)
        dims = around_channels(x)
        normal, _ = standardized(x, dims, self.eps)
        self.mean, self.var = average(x, dims).reshape(-1), x.var(axis=dims).reshape(-1)
        return weight * normal + bias
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "deviation_kept",
        "self.var holds the standard deviation",
        """
        self.save(x, weight)
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        self.mean, self.var = average(x, dims).reshape(-1), sigma.reshape(-1)
        return per_channel(weight, x) * normal + per_channel(bias, x)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.forward",
        "multiplied_by_sigma",
        "multiplied by σ",
        """
        self.save(x, weight)
        dims = around_channels(x)
        mean = average(x, dims)
        var = average((x - mean) ** 2, dims)
        self.mean, self.var = mean.reshape(-1), var.reshape(-1)
        return per_channel(weight, x) * (x - mean) * np.sqrt(var + self.eps) + per_channel(bias, x)
        """,
        "multiplied_by_sigma",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "weight_grad_of_x",
        "gw with x in place of x̂",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, total(gy * x, dims), total(gy, dims)
        """,
        "not_normalised",
        NAMED,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "sigma_forgotten",
        "the division by σ is forgotten",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = g - average(g, dims) - normal * average(g * normal, dims)
        return gx, total(gy * normal, dims), total(gy, dims)
        """,
        "sigma_forgotten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "weight_and_bias_grads_exchanged",
        "gw and gb exchanged",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, total(gy, dims), total(gy * normal, dims)
        """,
        "swapped",
        NAMED,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "plus_third_term",
        "+ where the third term is taken away",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) + normal * average(g * normal, dims)) / sigma
        return gx, total(gy * normal, dims), total(gy, dims)
        """,
        "third_term_added",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "by_sigma_squared",
        "divided by σ² in place of σ",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma**2
        return gx, total(gy * normal, dims), total(gy, dims)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNorm.backward",
        "sums_keep_dimensions",
        "gw and gb keep all dimensions",
        """
        x, weight = self.saved
        dims = around_channels(x)
        normal, sigma = standardized(x, dims, self.eps)
        g = per_channel(weight, x) * gy
        gx = (g - average(g, dims) - normal * average(g * normal, dims)) / sigma
        return gx, (gy * normal).sum(axis=dims, keepdims=True), gy.sum(axis=dims, keepdims=True)
        """,
        "shape_only",
        NAMED,
    ),
    Mistake(
        "2.4",
        "BatchNormEval.forward",
        "mean_added",
        "the mean is added",
        """
        self.save(x, mean, var, weight)
        factor = weight / np.sqrt(var + self.eps)
        return per_channel(factor, x) * (x + per_channel(mean, x)) + per_channel(bias, x)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "BatchNormEval.forward",
        "mean_not_scaled",
        "w x / σ - m + b: the mean is taken away at the end",
        """
        self.save(x, mean, var, weight)
        factor = weight / np.sqrt(var + self.eps)
        return per_channel(factor, x) * x - per_channel(mean, x) + per_channel(bias, x)
        """,
        "mean_not_scaled",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "running_update",
        "mean_alone",
        "only the mean is updated",
        """
        running_mean[...] = (1 - momentum) * running_mean + momentum * mean
        note_change(running_mean)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "running_update",
        "n_minus_one_for_the_mean",
        "n / (n - 1) for the mean, too",
        """
        running_mean[...] = (1 - momentum) * running_mean + momentum * mean * n / (n - 1)
        running_var[...] = (1 - momentum) * running_var + momentum * var * n / (n - 1)
        note_change(running_mean)
        note_change(running_var)
        """,
        "corrected_mean",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "running_update",
        "nothing_noted",
        "note_change is not called",
        """
        running_mean[...] = (1 - momentum) * running_mean + momentum * mean
        running_var[...] = (1 - momentum) * running_var + momentum * (var * n / (n - 1))
        """,
        "change_not_noted",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.4",
        "running_update",
        "replaced",
        "the batch's statistics replace the old ones",
        """
        running_mean[...] = mean
        running_var[...] = var * n / (n - 1)
        note_change(running_mean)
        note_change(running_var)
        """,
        "replaced",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.forward",
        "numpy_generator",
        "np.random.rand, not minigrad's generator",
        """
        mask = (np.random.rand(*x.shape) >= self.p).astype(x.dtype) / (1 - self.p if self.p < 1 else np.inf)
        self.save(mask.astype(x.dtype))
        return (x * mask).astype(x.dtype)
        """,
        "not_reproducible",
        NAMED,
    ),
    Mistake(
        "2.4",
        "Dropout.forward",
        "noise",
        "random numbers multiply x, without a threshold",
        """
        mask = generator(device_of(x)).random(x.shape, dtype="float32").astype(x.dtype)
        self.save(mask)
        return x * mask
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.forward",
        "normal_numbers",
        "normal random numbers in place of uniform ones",
        """
        kept = generator(device_of(x)).standard_normal(x.shape) >= self.p
        mask = kept.astype(x.dtype) * (1 / (1 - self.p) if self.p < 1 else 0.0)
        self.save(mask)
        return x * mask
        """,
        "wrong_share",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.backward",
        "mask_and_x",
        "gy times mask times the mask again",
        """
        (mask,) = self.saved
        return gy * mask * mask
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "2.4",
        "Dropout.backward",
        "mask_alone",
        "the mask without gy",
        """
        (mask,) = self.saved
        return mask
        """,
        "upstream_ignored",
        NAMED,
    ),
]
