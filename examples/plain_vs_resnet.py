"""What shortcuts are for: plain-20, plain-56, ResNet-20 and ResNet-56 on CIFAR-10, 5 epochs each, about an hour.

.venv/bin/python examples/plain_vs_resnet.py    the same as: minigrad train plain_vs_resnet

Takes CIFAR-10 from the folder MINIGRAD_DATA if that is set, else from the cache or a download (170 MB). Gives, in
runs/plain_vs_resnet: the weights of each network, the curves of all in one picture, and the norm of the gradient of
each layer at the first step and at the end. `minigrad train plain_vs_resnet --resume runs/plain_vs_resnet` goes on with
the network at which a run was stopped.
"""

from minigrad.recipes.plain_vs_resnet import Settings, train

settings = Settings(
    epochs=5,
    batch_size=128,
    lr=0.1,  # the highest: one cycle rises to it and falls to almost 0
    weight_decay=5e-4,
    seed=0,
    device="cpu",
)

train(settings)
