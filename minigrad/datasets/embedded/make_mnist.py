"""Make the embedded subset of MNIST, 600 training and 100 test digits of each class, from the full set:

    python -m minigrad.datasets.embedded.make_mnist DIR_WITH_MNIST [TARGET]

TARGET is by default the folder `mnist` beside this file. The same input always gives the same digits in the same order.
"""

import random
import sys
from pathlib import Path

import numpy as np

from minigrad.datasets.fetch import find_in
from minigrad.datasets.idx import write_idx
from minigrad.datasets.mnist import CLASSES, MNIST, read_images

SEED = 0
PER_CLASS = {"train": 600, "t10k": 100}


def choose(labels: np.ndarray, per_class: int) -> np.ndarray:
    """The indices of `per_class` samples of each class (all of a class that has fewer), in random order."""
    # Python promises that random() gives the same sequence in every version; NumPy's permutation comes without that.
    rng = random.Random(SEED)
    shuffled = np.argsort([rng.random() for _ in labels])
    chosen = np.concatenate([shuffled[labels[shuffled] == label][:per_class] for label in range(CLASSES)])
    return chosen[np.argsort([rng.random() for _ in chosen])]


def main(source: str, target: str | Path = Path(__file__).parent / MNIST.folder) -> None:
    """Write the four files of the subset of the MNIST in `source` into `target`."""
    train_images, train_labels, test_images, test_labels = read_images(find_in(Path(source), MNIST, source))
    train = choose(train_labels, PER_CLASS["train"])
    test = choose(test_labels, PER_CLASS["t10k"])
    parts = (train_images[train], train_labels[train], test_images[test], test_labels[test])
    Path(target).mkdir(parents=True, exist_ok=True)
    for file, part in zip(MNIST.files, parts):
        write_idx(Path(target) / file.name, part)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
