"""Networks of linear layers: the single-layer network and the multi-layer perceptron."""

from itertools import pairwise

from ..nn import Dropout, Flatten, Linear, Module, ReLU, Sequential
from ..tensor import Tensor


class LinearClassifier(Module):
    """One linear layer: scores = x Wᵀ + b, for x [n, ...] flattened to [n, in_features].

    With cross-entropy this is multinomial logistic regression; its decision boundaries are straight.
    """

    def __init__(self, in_features: int, classes: int):
        super().__init__()
        self.flatten = Flatten()
        self.fc = Linear(in_features, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.flatten(x))


class MLP(Module):
    """Linear layers with ReLU between them, of the given sizes: `MLP(784, 256, 128, 10)` has two hidden layers.

    x [n, ...] is flattened to [n, sizes[0]]; the result is [n, sizes[-1]]. `dropout` follows every hidden layer.
    Raises ValueError for fewer than two sizes.
    """

    def __init__(self, *sizes: int, dropout: float = 0.0):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"MLP needs at least an input and an output size, got {sizes}")
        layers: list[Module] = [Flatten()]
        for i, (n_in, n_out) in enumerate(pairwise(sizes)):
            layers.append(Linear(n_in, n_out))
            if i < len(sizes) - 2:
                layers.append(ReLU())
                if dropout:
                    layers.append(Dropout(dropout))
        self.layers = Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)
