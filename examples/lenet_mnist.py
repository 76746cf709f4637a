"""LeNet-5 reads handwritten digits: at least 99 % of MNIST's test digits right, after ten epochs.

.venv/bin/python examples/lenet_mnist.py        the same as: minigrad train lenet_mnist

Takes MNIST from the folder MINIGRAD_DATA if that is set, else from the cache or a download (11 MB), or the digits that
come with minigrad, which are too few for 99 %. Gives, in runs/lenet_mnist: weights, curves, the confusion matrix, the
worst mistakes, the filters, and feature maps.
"""

from minigrad.recipes.lenet_mnist import Settings, train

settings = Settings(
    epochs=10,
    batch_size=64,
    lr=3e-3,  # the highest: one cycle rises to it and falls to almost 0
    seed=0,
    device="cpu",
)

train(settings)
