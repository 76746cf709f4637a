"""Functions as learners write them, with `np.`: each is right on the CPU. What is to be said of it on a GPU stands
beside it: what was seen, and what to write instead."""

from dataclasses import dataclass

from minigrad.course.blanks import Blank
from minigrad.course.lessons import lesson_of


@dataclass
class Solution:
    """The `body` of a blank; `seen` and `look` are parts of the sentences; `line` is the one that is named."""

    blank: str
    body: str
    kind: str = ""
    line: str = ""
    seen: str = ""
    look: str = ""
    helpers: str = ""

    @property
    def lesson(self):
        return lesson_of(self.blank)

    @property
    def name(self):
        return str(Blank(self.blank))

    def __str__(self):
        return f"{self.name}-{self.kind or 'runs'}-{self.line or self.body.strip().splitlines()[0].strip()}"


ELEMENTWISE, ACTIVATION = "minigrad.ops.elementwise:", "minigrad.ops.activation:"
WINDOWS, POOL, NORM = "minigrad.kernels.windows:", "minigrad.ops.pool:", "minigrad.ops.norm:"
RECURRENT, ATTENTION = "minigrad.ops.recurrent:", "minigrad.ops.attention:"

FAIL = [
    Solution(
        ACTIVATION + "ReLU.backward",
        """
        (y,) = self.saved
        mask = np.zeros(y.shape, gy.dtype)
        mask[y > 0] = 1
        return gy * mask
        """,
        "numpy_mixed",
        "mask[y > 0] = 1",
        "`np.zeros(y.shape, gy.dtype)` (line ",
        "`xp.zeros(y.shape, gy.dtype)` instead of `np.zeros(y.shape, gy.dtype)`. Get it with `xp = array_module(gy)`",
    ),
    Solution(
        ACTIVATION + "Sigmoid.forward",
        """
        x = np.asarray(x)
        y = np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))
        self.save(y)
        return y
        """,
        "numpy_demanded",
        "x = np.asarray(x)",
        "`np.asarray(x)` works on NumPy arrays only",
        "write `x` instead of `np.asarray(x)`",
    ),
    Solution(
        ACTIVATION + "LeakyReLU.backward",
        """
        (x,) = self.saved
        factor = np.ones(x.shape)
        factor[x <= 0] = self.slope
        return (gy * factor).astype(gy.dtype)
        """,
        "numpy_mixed",
        "factor[x <= 0] = self.slope",
        "`np.ones(x.shape)` (line ",
        "write `xp.ones(x.shape)` instead of",
    ),
    Solution(
        "minigrad.ops.linalg:Linear.backward",
        """
        x, weight = self.saved
        gb = np.array([gy[:, j].sum() for j in range(gy.shape[1])])
        return gy @ weight, gy.T @ x, gb
        """,
        "numpy_demanded",
        "gb = np.array([gy[:, j].sum() for j in range(gy.shape[1])])",
        "`np.array([gy[:, j].sum() for j in range(gy.shape[1])])` works on NumPy arrays only",
        "write `xp.stack([gy[:, j].sum() for j in range(gy.shape[1])])` instead",
    ),
    Solution(
        "minigrad.ops.loss:SoftmaxCrossEntropy.backward",
        """
        e, sums, t, rows = self.saved
        right = np.zeros(e.shape, e.dtype)
        right[rows, t] = 1
        return (e / sums - right) * gloss[:, None], None
        """,
        "numpy_mixed",
        "right[rows, t] = 1",
        "`np.zeros(e.shape, e.dtype)` (line ",
        "write `xp.zeros(e.shape, e.dtype)` instead",
    ),
    Solution(
        "minigrad.ops.loss:SoftmaxCrossEntropy.backward",
        """
        e, sums, t, rows = self.saved
        right = np.eye(e.shape[1], dtype=e.dtype)[t]
        return (e / sums - right) * gloss[:, None], None
        """,
        "numpy_mixed",
        "right = np.eye(e.shape[1], dtype=e.dtype)[t]",
        "`np.eye(e.shape[1], dtype=e.dtype)`",
        "write `xp.eye(e.shape[1], dtype=e.dtype)` instead",
    ),
    Solution(
        WINDOWS + "col2im",
        """
        n, c, h, w = shape
        (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
        (top, bottom), (left, right) = padding
        down, across = places(h, kh, sh, padding[0], dh), places(w, kw, sw, padding[1], dw)
        rows = (np.arange(kh) * dh)[:, None, None, None] + (np.arange(down) * sh)[:, None]
        cols = (np.arange(kw) * dw)[:, None, None] + np.arange(across) * sw
        columns = columns.reshape(n, c, kh, kw, down, across)
        image = np.zeros((n, c, h + top + bottom, w + left + right), columns.dtype)
        np.add.at(image, (slice(None), slice(None), rows, cols), columns)
        return image[:, :, top : top + h, left : left + w]
        """,
        "numpy_demanded",
        "np.add.at(image, (slice(None), slice(None), rows, cols), columns)",
        "works on NumPy arrays only, and got an array on the GPU: `np.arange(kh)` (line ",
        "write `xp.zeros((n, c, h + top + bottom, w + left + right), columns.dtype)` instead",
    ),
    Solution(
        POOL + "MaxPool2d.backward",
        """
        (place,) = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = np.where(every == place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "numpy_mixed",
        "columns = np.where(every == place[:, :, None], gy[:, :, None], 0)",
        "`np.arange(self.kernel[0] * self.kernel[1])` (line ",
        "write `xp.arange(self.kernel[0] * self.kernel[1])` instead",
    ),
    Solution(
        "minigrad.ops.dropout:Dropout.forward",
        """
        rng = generator("cpu")
        kept = rng.random(x.shape, dtype="float32") >= self.p
        mask = kept.astype(x.dtype) * (1 / (1 - self.p) if self.p < 1 else 0.0)
        self.save(mask)
        return x * mask
        """,
        "numpy_mixed",
        "return x * mask",
        "`rng.random(x.shape, dtype='float32')` (line ",
        "write `xp.asarray(rng.random(x.shape, dtype='float32'))` instead",
    ),
    Solution(
        NORM + "BatchNorm.backward",
        """
        x, weight = self.saved
        dims = tuple(d for d in range(x.ndim) if d != 1)
        shape = np.ones(x.ndim, int)
        shape[1] = -1
        mean, sigma = x.mean(axis=dims, keepdims=True), np.sqrt(x.var(axis=dims, keepdims=True) + self.eps)
        normal = (x - mean) / sigma
        g = weight.reshape(shape.tolist()) * gy
        means = g.mean(axis=dims, keepdims=True), (g * normal).mean(axis=dims, keepdims=True)
        gx = np.array((g - means[0] - normal * means[1]) / sigma)
        return gx, (gy * normal).sum(axis=dims), gy.sum(axis=dims)
        """,
        "numpy_demanded",
        "gx = np.array((g - means[0] - normal * means[1]) / sigma)",
        "`np.array((g - means[0] - normal * means[1]) / sigma)` works on NumPy arrays only",
        "write `(g - means[0] - normal * means[1]) / sigma` instead of",
    ),
    Solution(
        "minigrad.data.transforms:Normalize.images",
        """
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in (1, x.shape[1]):
                raise ValueError(f"Normalize has {len(values)} values of {name}, the images have {x.shape[1]} channels")
        if x.dtype != np.uint8 and x.dtype.kind != "f":
            raise ValueError(f"Normalize needs images of bytes or floating-point numbers, got {x.dtype}")
        dtype = np.float32 if x.dtype == np.uint8 else x.dtype
        mean, std = np.array(self.mean).reshape(-1, 1, 1), np.array(self.std).reshape(-1, 1, 1)
        pixels = x.astype(dtype) / 255 if x.dtype == np.uint8 else x
        return ((pixels - mean) / std).astype(dtype)
        """,
        "numpy_mixed",
        "return ((pixels - mean) / std).astype(dtype)",
        "`np.array(self.mean)` (line ",
        "write `xp.array(self.mean)` instead of `np.array(self.mean)`",
    ),
    Solution(
        "minigrad.data.transforms:RandomHorizontalFlip.images",
        """
        flipped = rng.random(len(x)) < self.p
        return np.where(flipped[:, None, None, None], x[..., ::-1], x)
        """,
        "numpy_mixed",
        "return np.where(flipped[:, None, None, None], x[..., ::-1], x)",
        "`rng.random(len(x))` (line ",
        "write `xp.asarray(rng.random(len(x)))` instead of `rng.random(len(x))`",
    ),
    Solution(
        "minigrad.ops.embedding:Embedding.backward",
        """
        gw = np.zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, gy)
        if self.padding_idx is not None:
            gw[self.padding_idx] = 0
        return gw, None
        """,
        "numpy_mixed",
        "np.add.at(gw, self.ids, gy)",
        "meets a NumPy array, and CuPy does not mix them: `np.zeros(self.shape, gy.dtype)` (line ",
        "write `xp.zeros(self.shape, gy.dtype)` instead of `np.zeros(self.shape, gy.dtype)`",
    ),
    Solution(
        RECURRENT + "Recurrence.forward",
        """
        state, weights = list(rest[: self.states]), rest[self.states :]
        y = np.empty((len(x), state[0].shape[1]), x.dtype)
        self.walked = []
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state
        """,
        "numpy_mixed",
        "y[rows] = state[0][:n]",
        "`np.empty((len(x), state[0].shape[1]), x.dtype)` (line ",
        "write `xp.empty((len(x), state[0].shape[1]), x.dtype)` instead",
    ),
    Solution(
        "minigrad.optim.clip:common_norm",
        """
        return np.linalg.norm(np.array([np.linalg.norm(g.ravel(), order) for g in gradients]), order)
        """,
        "numpy_demanded",
        "return np.linalg.norm(np.array([np.linalg.norm(g.ravel(), order) for g in gradients]), order)",
        "`np.array([np.linalg.norm(g.ravel(), order) for g in gradients])` works on NumPy arrays only",
        "write `xp.stack([xp.linalg.norm(g.ravel(), order) for g in gradients])` instead",
    ),
    Solution(
        ATTENTION + "causal_mask",
        """
        return Tensor(np.triu(np.full((t, s), -np.inf), 1).astype(like.dtype))
        """,
        "numpy_returned",
        "return Tensor(np.triu(np.full((t, s), -np.inf), 1).astype(like.dtype))",
        "returned a tensor on the CPU",
        "`xp.full((t, s), -np.inf)` instead of `np.full((t, s), -np.inf)`. Get it with `xp = array_module(like.data)`",
    ),
    Solution(
        "minigrad.models.bert:BertEmbeddings.forward",
        """
        t, longest = input_ids.shape[1], self.position_embeddings.num_embeddings
        if t > longest:
            raise ValueError(f"BERT got {t} tokens; its table of positions has {longest}")
        positions = self.position_embeddings(arange(t))
        total = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids) + positions
        return self.dropout(self.LayerNorm(total))
        """,
        "cpu_tensor",
        "positions = self.position_embeddings(arange(t))",
        "`arange(t)` (line ",
        "write `arange(t, device=input_ids.device)` instead of `arange(t)`",
    ),
    Solution(
        "minigrad.models.recurrent_classifier:RecurrentClassifier.forward",
        """
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
        output, state = self.network(packed)
        seen = self.last_state(state) if self.pool == "last" else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "cpu_tensor",
        "return where(Tensor(there[..., None]), padded, -math.inf).amax(1)",
        "`ids.cpu().numpy()` (line ",
        "write `ids.data` instead of `ids.cpu().numpy()`",
    ),
    Solution(
        "minigrad.ops.position:sinusoidal_positions",
        """
        table = np.zeros((steps, width), "float32")
        angle = np.arange(steps)[:, None] / 10000 ** (np.arange(0, width, 2) / width)
        table[:, 0::2] = np.sin(angle)
        table[:, 1::2] = np.cos(angle)
        return table
        """,
        "numpy_returned",
        "return table",
        "`np.zeros((steps, width), 'float32')` (line ",
        "write `xp.zeros((steps, width), 'float32')` instead",
    ),
    Solution(
        "minigrad.ops.position:Rotary.forward",
        """
        angle = self.sign * angles(np, x.shape[-2], x.shape[-1], self.offset, self.base)
        cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
        y = np.empty_like(x)
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return y
        """,
        "numpy_mixed",
        "y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin",
        "`angles(np, x.shape[-2], x.shape[-1], self.offset, self.base)` (line ",
        "write `angles(xp, x.shape[-2], x.shape[-1], self.offset, self.base)` instead",
    ),
    Solution(
        "minigrad.optim.clip:common_norm",
        """
        return np.linalg.vector_norm(np.stack([np.linalg.norm(g.ravel(), order) for g in gradients]), ord=order)
        """,
        "numpy_demanded",
        "return np.linalg.vector_norm(",
        "works on NumPy arrays only",
        "CuPy has no linalg.vector_norm: make it of functions that CuPy has",
    ),
    Solution(
        "minigrad.ops.conv:Convolution.bias_grad",
        """
        return np.maximum.reduce([gy.sum(axis=(0, 2, 3))] * 2) if isinstance(gy, np.ndarray) else np.maximum.reduce(gy)
        """,
        "cupy_lacks",
        "return np.maximum.reduce([gy.sum(axis=(0, 2, 3))] * 2)",
        "CuPy has no maximum.reduce",
    ),
    Solution(
        ACTIVATION + "LeakyReLU.forward",
        """
        self.save(x)
        y = np.empty_like(x)
        y[...] = x
        if x.ndim:
            y[0] = np.array([x[0].tolist()]).astype(x.dtype)[0]
        return np.where(y > 0, y, y * self.slope)
        """,
        "numpy_mixed",
        "y[0] = np.array([x[0].tolist()]).astype(x.dtype)[0]",
        "`np.array([x[0].tolist()])` (line ",
        "write `xp.array([x[0].tolist()])` instead",
    ),
    Solution(
        ELEMENTWISE + "Mul.backward",
        """
        x, y = self.saved
        return like(gz, y) * gz, gz * x
        """,
        "numpy_mixed",
        "return like(gz, y) * gz, gz * x",
        "`np.zeros(gz.shape, gz.dtype)` (line ",
        "write `xp.zeros(gz.shape, gz.dtype)` instead",
        helpers="""
        def like(gz, y):
            return np.zeros(gz.shape, gz.dtype) + np.float64(1).astype(gz.dtype) * np.asarray(y.tolist(), gz.dtype)
        """,
    ),
    Solution(
        ACTIVATION + "Tanh.forward",
        """
        y = np.tanh(x) + 0 * np.random.rand(*x.shape)
        y = y.astype(x.dtype)
        self.save(y)
        return y
        """,
        "numpy_mixed",
        "y = np.tanh(x) + 0 * np.random.rand(*x.shape)",
        "`np.random.rand(*x.shape)` (line ",
        "draw on the GPU, `generator(device_of(x)).random(x.shape)`, with generator and device_of of minigrad.device",
    ),
    Solution(
        ACTIVATION + "Softmax.backward",
        """
        (y,) = self.saved
        gx = y * (gy - (gy * y).sum(axis=self.dim, keepdims=True))
        return gx.get() if hasattr(gx, "get") else gx
        """,
        "numpy_returned",
        'return gx.get() if hasattr(gx, "get") else gx',
        "`gx.get()` (line ",
        "write `gx` instead of `gx.get()`",
    ),
]
"""What does not run on a GPU."""
