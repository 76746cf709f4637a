"""Functions as learners write them, with `np.`, that run on a GPU as they stand: NumPy hands them on to CuPy."""

from tests.cuda.learners import ACTIVATION, ATTENTION, ELEMENTWISE, NORM, RECURRENT, WINDOWS, Solution

RUN = [
    Solution(ELEMENTWISE + "Exp.backward", "(y,) = self.saved\nreturn np.multiply(gy, y)"),
    Solution(ACTIVATION + "Tanh.forward", "y = np.tanh(x)\nself.save(y)\nreturn y"),
    Solution(
        ACTIVATION + "Sigmoid.forward",
        "z = np.exp(-np.abs(x))\ny = np.where(x >= 0, 1.0, z) / (1 + z)\nself.save(y)\nreturn y",
    ),
    Solution(
        ACTIVATION + "LeakyReLU.forward",
        "self.save(x)\nreturn np.where(x > 0, x, x * self.slope)",
    ),
    Solution(
        ACTIVATION + "ReLU.backward",
        "(y,) = self.saved\ngx = np.zeros_like(gy)\ngx[...] = np.where(y > 0, gy, 0)\nreturn gx",
    ),
    Solution(
        "minigrad.ops.linalg:MatMul.backward",
        "x, y = self.saved\nreturn np.matmul(gz, np.swapaxes(y, -1, -2)), np.matmul(np.swapaxes(x, -1, -2), gz)",
    ),
    Solution(
        "minigrad.ops.linalg:Linear.backward",
        "x, weight = self.saved\nreturn np.dot(gy, weight), np.dot(gy.T, x), np.sum(gy, axis=0)",
    ),
    Solution(
        ACTIVATION + "LogSoftmax.forward",
        """
        shifted = x - np.max(x, axis=self.dim, keepdims=True)
        y = shifted - np.log(np.sum(np.exp(shifted), axis=self.dim, keepdims=True))
        self.save(y)
        return y
        """,
    ),
    Solution(
        "minigrad.ops.loss:SoftmaxCrossEntropy.backward",
        """
        e, sums, t, rows = self.saved
        right = np.arange(e.shape[1]).tolist()
        gx = np.stack([e[:, k] / sums[:, 0] - (t == k) for k in right], axis=1)
        return (gx * gloss[:, None]).astype(e.dtype), None
        """,
    ),
    Solution(
        "minigrad.optim.sgd:SGD.update",
        """
        mu = group["momentum"]
        if mu:
            b = state["momentum_buffer"]
            damping = group["dampening"] if state["step"] > 1 else 0
            np.multiply(b, mu, out=b)
            np.add(b, (1 - damping) * g, out=b)
            g = g + mu * b if group["nesterov"] else b
        np.subtract(p, group["lr"] * g, out=p)
        """,
    ),
    Solution(
        WINDOWS + "im2col",
        """
        xp, (n, c, h, w) = array_module(x), x.shape
        (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
        x = np.pad(x, ((0, 0), (0, 0), *padding))
        down, across = places(h, kh, sh, padding[0], dh), places(w, kw, sw, padding[1], dw)
        out = xp.zeros((n, c, kh, kw, down, across), x.dtype)
        for u in range(kh):
            for v in range(kw):
                out[:, :, u, v] = x[:, :, u * dh : u * dh + sh * down : sh, v * dw : v * dw + sw * across : sw]
        return out.reshape(n, c * kh * kw, down * across)
        """,
    ),
    Solution(
        "minigrad.ops.embedding:Embedding.backward",
        """
        gw = array_module(gy).zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, gy)
        if self.padding_idx is not None:
            gw[self.padding_idx] = 0
        return gw, None
        """,
    ),
    Solution(
        "minigrad.ops.conv:Convolution.weight_grad",
        """
        n, (o, _, *kernel), g = len(x), shape, self.groups
        columns = im2col(x, kernel, self.stride, self.padding, self.dilation)
        columns = columns.reshape(n, g, columns.shape[1] // g, columns.shape[2])
        gy = gy.reshape(n, g, o // g, -1)
        return np.einsum("ngol,ngkl->gok", gy, columns).reshape(shape)
        """,
    ),
    Solution(
        NORM + "LayerNorm.forward",
        """
        self.save(x, weight)
        dims = tuple(range(x.ndim - weight.ndim, x.ndim))
        mean, var = np.mean(x, axis=dims, keepdims=True), np.var(x, axis=dims, keepdims=True)
        return weight * (x - mean) / np.sqrt(var + self.eps) + bias
        """,
    ),
    Solution(
        "minigrad.ops.embedding:Embedding.backward",
        """
        xp = array_module(gy)
        gw = xp.zeros(self.shape, gy.dtype)
        xp.add.at(gw, self.ids, gy)
        if self.padding_idx is not None:
            gw[self.padding_idx] = 0
        return gw, None
        """,
    ),
    Solution(
        RECURRENT + "GRUCell.backward",
        """
        r, z, n, hn, h = self.values
        ga_n = gh * (1 - z) * (1 - n * n)
        ga_r, ga_z = ga_n * hn * r * (1 - r), gh * (h - n) * z * (1 - z)
        from_x, from_h = np.concatenate([ga_r, ga_z, ga_n], 1), np.concatenate([ga_r, ga_z, ga_n * r], 1)
        gx, before, *of_weights = self.project_backward(from_x, from_h)
        return gx, before + gh * z, *of_weights
        """,
    ),
    Solution(
        ATTENTION + "softmax_or_zeros",
        """
        xp = array_module(scores)
        if not scores.size:
            return scores.copy()
        highest = np.max(scores, axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        total = e.sum(axis=-1, keepdims=True)
        return np.divide(e, xp.where(total == 0, 1, total))
        """,
    ),
    Solution(
        "minigrad.optim.clip:common_norm",
        "return np.linalg.norm(np.stack([np.linalg.norm(g.ravel(), order) for g in gradients]), order)",
    ),
    Solution(
        "minigrad.models.bert:mean_pool",
        """
        there = (mask != 0).to(x.dtype)[:, :, None]
        return (x * there).sum(1) / there.sum(1).clamp(min=1.0)
        """,
    ),
]

WAIT = [
    Solution(
        WINDOWS + "im2col",
        """
        x = np.pad(x, ((0, 0), (0, 0), *padding))
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
        view = np.lib.stride_tricks.sliding_window_view(x, (dh * (kh - 1) + 1, dw * (kw - 1) + 1), axis=(2, 3))
        view = view[:, :, ::sh, ::sw, ::dh, ::dw]
        return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, -1)
        """,
    ),
]
"""What runs there, too, but waits for the GPU: CuPy looks at the shape of the window there."""
