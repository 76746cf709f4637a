"""CIFAR-10 with ResNet-20: 20 epochs, about half an hour on two cores.

.venv/bin/python examples/cifar10_resnet.py     the same as: minigrad train cifar10_resnet

Takes CIFAR-10 from the folder MINIGRAD_DATA if that is set, else from the cache or a download (170 MB). Gives, in
runs/cifar10_resnet: weights, curves, the confusion matrix, the worst mistakes, the filters, feature maps, and which
places of a photograph speak for its class.
"""

from minigrad.recipes.cifar10_resnet import Settings, train

settings = Settings(
    epochs=20,
    batch_size=128,
    lr=0.3,  # the highest: one cycle rises to it and falls to almost 0
    weight_decay=5e-4,  # of kernels and linear weights; batch norm and biases have none
    label_smoothing=0.1,  # the share of each label that is spread over all classes
    average=0.998,  # what is tested is an average of the weights: those of k steps ago count 0.998ᵏ
    seed=0,
    device="cpu",
)

train(settings)
