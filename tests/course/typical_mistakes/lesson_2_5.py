"""Typical mistakes in lesson 2.5."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake

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
        "raised",
        HELPFUL,
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
        "raised",
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
        "raised",
        HELPFUL,
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
]
