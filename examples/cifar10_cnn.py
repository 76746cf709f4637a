"""CIFAR-10 with a plain convolutional network: 10 epochs, about seven minutes on two cores.

.venv/bin/python examples/cifar10_cnn.py        the same as: minigrad train cifar10_cnn

Takes CIFAR-10 from the folder MINIGRAD_DATA if that is set, else from the cache or a download (170 MB). Gives, in
runs/cifar10_cnn: weights, curves, the confusion matrix, the worst mistakes, the filters, feature maps, and which places
of a photograph speak for its class.
"""

from minigrad.recipes.cifar10_cnn import Settings, train

settings = Settings(
    epochs=10,
    batch_size=128,
    lr=2e-3,  # the highest: one cycle rises to it and falls to almost 0
    dropout=0.25,
    seed=0,
    device="cpu",
)

train(settings)
