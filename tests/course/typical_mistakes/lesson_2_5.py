"""Typical mistakes in lesson 2.5."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

MISTAKES = [
    Mistake(
        "2.5",
        "read_part",
        "wrong_suffix",
        "suffix compared without its dot",
        """
        binary = path.suffix == "bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "wrong_reader",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "read_part",
        "images_alone",
        "returns the images without their labels",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32)
        """,
        "no_pair",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "read_part",
        "smallest_of_nothing",
        "numbers.min() before looking whether there are any",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if numbers.min() < 0 or numbers.max() >= labels.classes or not len(images):
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "smallest_of_nothing",
        NAMED,
    ),
    Mistake(
        "2.5",
        "read_part",
        "always_ten",
        "ten classes, whatever the labels are",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= 10:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "right_file_refused",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "by_256",
        "bytes divided by 256",
        """
        y = x.astype(np.float32) / 256 if x.dtype == np.uint8 else x
        mean, std = (np.array(v, y.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        if max(len(mean), len(std)) > 1 and x.shape[1] != max(len(mean), len(std)):
            raise ValueError("channels")
        return (y - mean) / std
        """,
        "divided_by_256",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "into_empty_like",
        "the results are written into np.empty_like of bytes",
        """
        y = np.empty_like(x)
        for c in range(x.shape[1]):
            y[:, c] = (x[:, c] / 255 - self.mean[c]) / self.std[c]
        return y
        """,
        "still_bytes",
        NAMED,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "by_the_sum",
        "the lists are taken for arrays: self.mean / self.std",
        """
        return x / 255 - self.mean / self.std
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "always_float32",
        "images of float64 become float32",
        """
        y = x.astype(np.float32) / (255 if x.dtype == np.uint8 else 1)
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "padded_behind",
        "all padding at the end of rows and columns",
        """
        (h, w), p = self.size, self.padding
        x = np.pad(x, ((0, 0), (0, 0), (0, 2 * p), (0, 2 * p)))
        top, left = (rng.integers(0, x.shape[d] - s + 1, len(x)) for d, s in ((2, h), (3, w)))
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(x, top, left)])
        """,
        "no_window",
        HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "float64_zeros",
        "np.zeros without dtype",
        """
        (h, w), p, (n, c, height, width) = self.size, self.padding, x.shape
        padded = np.zeros((n, c, height + 2 * p, width + 2 * p))
        padded[:, :, p : p + height, p : p + width] = x
        top = rng.integers(0, height + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, width + 2 * p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "corners_only",
        "windows at the four corners alone",
        """
        (h, w), p = self.size, self.padding
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top, left = ((x.shape[d] - s) * rng.integers(0, 2, len(x)) for d, s in ((2, h), (3, w)))
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(x, top, left)])
        """,
        "places_missing",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "seed_of_its_own",
        "a generator with a seed of its own: the same places in each batch",
        """
        (h, w), p, rng = self.size, self.padding, np.random.default_rng(0)
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top, left = (rng.integers(0, x.shape[d] - s + 1, len(x)) for d, s in ((2, h), (3, w)))
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(x, top, left)])
        """,
        "rng_unused",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "coin",
        "a fair coin, whatever p is",
        """
        y, turned = x.copy(), rng.integers(0, 2, len(x)) == 1
        y[turned] = x[turned][..., ::-1]
        return y
        """,
        "wrong_share",
        NAMED,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "others_left_out",
        "returns the mirrored images alone",
        """
        return x[rng.random(len(x)) < self.p][..., ::-1]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "images_reversed",
        "[::-1] of the chosen images turns their order",
        """
        y, turned = x.copy(), rng.random(len(x)) < self.p
        y[turned] = x[turned][::-1]
        return y
        """,
        "order",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "list_returned",
        "a list of layers, without Sequential",
        """
        return [Conv2d(3, 32, 3, padding=1), ReLU(), Flatten(), Linear(32768, num_classes)]
        """,
        "no_sequential",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "one_relu_a_pair",
        "one ReLU for two convolutions",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), Conv2d(32, 32, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Conv2d(32, 64, 3, padding=1), Conv2d(64, 64, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "channels_do_not_fit",
        "each convolution begins with 3 channels again",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), ReLU(), Conv2d(3, 32, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Conv2d(32, 64, 3, padding=1), ReLU(), Conv2d(64, 64, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "does_not_fit",
        NAMED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "dropout_after_the_pools",
        "dropout after the pools, too",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), ReLU(), Conv2d(32, 32, 3, padding=1), ReLU()),
            *(MaxPool2d(2), Dropout(dropout)),
            *(Conv2d(32, 64, 3, padding=1), ReLU(), Conv2d(64, 64, 3, padding=1), ReLU()),
            *(MaxPool2d(2), Dropout(dropout)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.5",
        "read_part",
        "pair_exchanged",
        "returns the labels first",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return numbers, images.reshape(-1, 3, 32, 32)
        """,
        "pair_exchanged",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "read_part",
        "value_error",
        "ValueError for a label that no class has",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images):
            raise DataError("empty")
        if numbers.min() < 0 or numbers.max() >= labels.classes:
            raise ValueError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "another_error",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "read_part",
        "suffix_the_wrong_way",
        "records and pickles exchanged",
        """
        binary = path.suffix != ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "wrong_reader",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "read_part",
        "one_label_byte",
        "label_bytes fixed at 1",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, 1, labels) if binary else read_batch(path, labels)
        if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "wrong_label_bytes",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "read_part",
        "any_byte",
        "images.any() asks whether there are images",
        """
        binary = path.suffix == ".bin"
        images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
        if not images.any() or numbers.min() < 0 or numbers.max() >= labels.classes:
            raise DataError("wrong")
        return images.reshape(-1, 3, 32, 32), numbers
        """,
        "black_refused",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "every_image_by_255",
        "astype(np.float32) / 255 for every image",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "floats_as_bytes",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "not_float32_is_bytes",
        "whatever is no float32 is treated as bytes",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.dtype != np.float32 else x
        mean, std = (np.array(v, y.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "floats_as_bytes",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "large_is_bytes",
        "images with a number above 1 are treated as bytes",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.max() > 1 else x
        mean, std = (np.array(v, y.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "floats_as_bytes",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "mean_in_float64",
        "mean and std in float64",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
        mean, std = (np.array(v).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "not_float32",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "no_brackets",
        "x - mean / std",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
        mean, std = (np.array(v, y.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return y - mean / std
        """,
        "mean_divided",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "one_for_each_alone",
        "one number for all channels is refused",
        """
        if len(self.mean) != x.shape[1] or len(self.std) != x.shape[1]:
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
        mean, std = (np.array(v, y.dtype).reshape(-1, 1, 1) for v in (self.mean, self.std))
        return (y - mean) / std
        """,
        "numbers_refused",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "first_mean",
        "self.mean[0] for all channels",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
        std = np.array(self.std, y.dtype).reshape(-1, 1, 1)
        return (y - y.dtype.type(self.mean[0])) / std
        """,
        "first_mean",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "Normalize.images",
        "first_std",
        "self.std[0] for all channels",
        """
        if not all(len(v) in (1, x.shape[1]) for v in (self.mean, self.std)):
            raise ValueError("channels")
        y = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
        mean = np.array(self.mean, y.dtype).reshape(-1, 1, 1)
        return (y - mean) / y.dtype.type(self.std[0])
        """,
        "first_std",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "padding_forgotten",
        "the window is compared with the image, not with the padded one",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H or w > W:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "window_refused",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "as_large_refused",
        "a window as large as the padded image is refused",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h >= H + 2 * p or w >= W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "window_refused",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "x_itself",
        "x itself is returned where nothing has to be cut",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        if p == 0 and (h, w) == (H, W):
            return x
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "not_new",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "columns_as_rows",
        "columns drawn from 0 to H + 2p - h",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "other_side",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "rows_by_the_padding",
        "rows, but not columns, begin at 0 to 2p",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, 2 * p, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "one_side_by_the_padding",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "all_dimensions",
        "np.pad(x, p)",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, p)
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        y = np.empty((n, c, h, w), x.dtype)
        for i in range(n):
            y[i] = padded[i, :, top[i] : top[i] + h, left[i] : left[i] + w]
        return y
        """,
        "all_dimensions_padded",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "first_dimensions",
        "the first two dimensions are padded, not the last",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((p, p), (p, p), (0, 0), (0, 0)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        y = np.empty((n, c, h, w), x.dtype)
        for i in range(n):
            y[i] = padded[i, :, top[i] : top[i] + h, left[i] : left[i] + w]
        return y
        """,
        "all_dimensions_padded",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "padded_before",
        "zeros above and on the left only",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, 0), (p, 0)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        y = np.empty((n, c, h, w), x.dtype)
        for i in range(n):
            y[i] = padded[i, :, top[i] : top[i] + h, left[i] : left[i] + w]
        return y
        """,
        "do_not_fit",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "one_too_many",
        "+ 1 together with endpoint=True",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + 2 * p - h + 1, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w + 1, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "drawn_too_far",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "sides_exchanged",
        "rows drawn to W + 2p - w, columns to H + 2p - h",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        left = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "do_not_fit",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "the_middle",
        "every window in the middle",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = left = np.full(n, p)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "one_place",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "padding_once",
        "top up to H + p - h, left up to W + p - w",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + p - h, n, endpoint=True)
        left = rng.integers(0, W + p - w, n, endpoint=True)
        return np.stack([one[:, a : a + h, b : b + w] for one, a, b in zip(padded, top, left)])
        """,
        "padding_once",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "RandomCrop.images",
        "into_empty_like",
        "the windows are written into np.empty_like(x)",
        """
        (h, w), p, (n, c, H, W) = self.size, self.padding, x.shape
        if h > H + 2 * p or w > W + 2 * p:
            raise ValueError("too large")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        top = rng.integers(0, H + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, W + 2 * p - w, n, endpoint=True)
        y = np.empty_like(x)
        for i in range(n):
            y[i] = padded[i, :, top[i] : top[i] + h, left[i] : left[i] + w]
        return y
        """,
        "sized_as_x",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "fixed_number",
        "the same number of images in every batch",
        """
        y, turned = x.copy(), rng.permutation(len(x)) < self.p * len(x)
        y[turned] = x[turned][..., ::-1]
        return y
        """,
        "fixed_number",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "drawn_with_repetition",
        "p · n images drawn, some of them twice",
        """
        y, turned = x.copy(), rng.choice(len(x), int(self.p * len(x)))
        y[turned] = x[turned][..., ::-1]
        return y
        """,
        "wrong_share",
        HELPFUL,
        first=MISSED,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "as_floats",
        "x.astype(np.float32)",
        """
        y, turned = x.astype(np.float32), rng.random(len(x)) < self.p
        y[turned] = y[turned][..., ::-1]
        return y
        """,
        "dtype",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.5",
        "RandomHorizontalFlip.images",
        "x_itself",
        "x itself is returned where p is 0",
        """
        if self.p == 0:
            return x
        y, turned = x.copy(), rng.random(len(x)) < self.p
        y[turned] = x[turned][..., ::-1]
        return y
        """,
        "not_new",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "no_padding_but_4096",
        "no padding, and a linear layer of 64 · 8 · 8",
        """
        return Sequential(
            *(Conv2d(3, 32, 3), ReLU(), Conv2d(32, 32, 3), ReLU(), MaxPool2d(2)),
            *(Conv2d(32, 64, 3), ReLU(), Conv2d(64, 64, 3), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(64 * 8 * 8, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "narrowed",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.5",
        "cifar_cnn",
        "linear_after_one_pool",
        "a linear layer of 64 · 16 · 16",
        """
        return Sequential(
            *(Conv2d(3, 32, 3, padding=1), ReLU(), Conv2d(32, 32, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Conv2d(32, 64, 3, padding=1), ReLU(), Conv2d(64, 64, 3, padding=1), ReLU(), MaxPool2d(2)),
            *(Flatten(), Linear(64 * 16 * 16, 128), ReLU(), Dropout(dropout), Linear(128, num_classes)),
        )
        """,
        "does_not_fit",
        NAMED,
        first=HELPFUL,
    ),
]
