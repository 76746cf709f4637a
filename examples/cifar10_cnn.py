"""CIFAR-10 with a plain convolutional network: 10 epochs, about seven minutes on two cores.

.venv/bin/python examples/cifar10_cnn.py [EPOCHS]    prints the accuracy on the test images, draws runs/cifar10-cnn.png

The data are looked for in the folder MINIGRAD_DATA if that is set, else in the cache, else downloaded (170 MB).
"""

import sys
from pathlib import Path

import minigrad
from minigrad import optim, plot
from minigrad.data import DataLoader, TensorDataset
from minigrad.data.transforms import Compose, Normalize, RandomCrop, RandomHorizontalFlip
from minigrad.datasets import load_cifar10
from minigrad.display import ConsoleDisplay, plain_console
from minigrad.models import cifar_cnn
from minigrad.training import Trainer, evaluate

EPOCHS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
BATCH, RATE = 128, 2e-3
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)  # of the training images, for each colour

minigrad.manual_seed(0)
data = load_cifar10()
print(data.notice or data.description)

normalise = Normalize(MEAN, STD)
augment = Compose([RandomCrop(32, padding=4), RandomHorizontalFlip(), normalise])
train_set = TensorDataset(data.train_images, data.train_labels)
test_set = TensorDataset(data.test_images, data.test_labels)
train = DataLoader(train_set, BATCH, shuffle=True, seed=0, transform=augment)
test = DataLoader(test_set, 500, transform=normalise)

model = cifar_cnn()
optimizer = optim.AdamW(model.parameters(), lr=RATE)
schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=EPOCHS * len(train))
trainer = Trainer(model, optimizer, train, schedule=schedule, display=ConsoleDisplay(plain_console()))
history = trainer.fit(EPOCHS)

result, _, _ = evaluate(model, test)
print(f"test accuracy {result.accuracy:.2%} ({result.correct:,} of {result.samples:,} images)")
Path("runs").mkdir(exist_ok=True)
plot.curves(history, Path("runs") / "cifar10-cnn.png", f"CIFAR CNN: {result.accuracy:.2%} of the test images right")
