"""MNIST without the training loop: what `minigrad train mnist` does, with nothing hidden.

.venv/bin/python examples/mnist_by_hand.py    prints the accuracy on the test digits after each epoch
"""

import minigrad
from minigrad import Tensor, functional, nn, no_grad, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import load_mnist

EPOCHS = 5

minigrad.manual_seed(0)
data = load_mnist()
print(data.notice or data.description)


def dataset(images, labels):
    return TensorDataset(Tensor((images.reshape(-1, 784) / 255).astype("float32")), Tensor(labels))


train = DataLoader(dataset(data.train_images, data.train_labels), batch_size=64, shuffle=True, seed=0)
test = DataLoader(dataset(data.test_images, data.test_labels), batch_size=1000)

model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for epoch in range(EPOCHS):
    for images, labels in train:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

    with no_grad():
        right = sum((model(images).argmax(dim=1) == labels).sum().item() for images, labels in test)
    print(f"epoch {epoch + 1}: {right} of {len(data.test_labels)} test digits right")
