"""A published ResNet-20 fine-tuned on CIFAR-10 in three ways: a new head, the last stage, everything.

.venv/bin/python examples/finetune_resnet.py    the same as: minigrad train finetune_resnet

Takes CIFAR-10, and the file resnet20-12fca82f.th, from the folder MINIGRAD_DATA if that is set, else from the cache or
a download; reading the file needs PyTorch: pip install 'minigrad[torch]'. Batch norms of frozen layers keep their
statistics. Gives, in runs/finetune_resnet: the weights of each way, their accuracies beside that of the file as it is,
curves, and pictures of the network in which everything learned.
"""

from minigrad.recipes.finetune_resnet import Settings, train

settings = Settings(
    weights="resnet20-cifar10",  # or the name of a file
    epochs=5,
    batch_size=128,
    lr=None,  # the highest: 0.1 for the head, 0.05 otherwise
    seed=0,
    device="cpu",
)

train(settings)
