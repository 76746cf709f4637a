"""Networks of linear layers: the single-layer network and the multi-layer perceptron."""

from itertools import pairwise

from ..checks import check_count
from ..nn import Dropout, Flatten, Linear, Module, ReLU, Sequential
from ..tensor import Tensor


class LinearClassifier(Module):
    """One linear layer: scores = x Wᵀ + b, for x [n, ...] flattened to [n, in_features].

    W is [classes, in_features], b [classes]; both start as in nn.Linear. With cross-entropy this is multinomial
    logistic regression (Cox, 1958); its decision boundaries are straight. Raises ValueError or TypeError for classes
    that cannot be, and as nn.Linear does.
    """

    def __init__(self, in_features: int, classes: int):
        super().__init__()
        check_count("LinearClassifier: classes", classes, 1)
        self.flatten = Flatten()
        self.fc = Linear(in_features, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.flatten(x))


class MLP(Module):
    """Linear layers with ReLU between them, of the given sizes: `MLP(784, 256, 128, 10)` has two hidden layers.

        h₀ = x,  hᵢ = max(Wᵢ hᵢ₋₁ + bᵢ, 0),  y = W hₖ + b

    x [n, ...] is flattened to [n, sizes[0]]; the result is [n, sizes[-1]]. Dropout with probability `dropout` (0)
    follows every hidden layer. Raises ValueError for fewer than two sizes, and as nn.Linear and nn.Dropout do.

    Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors", 1986; with ReLU: Glorot, Bordes
    & Bengio, "Deep sparse rectifier neural networks", 2011.
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


def digits_linear(num_classes: int = 10) -> LinearClassifier:
    """One linear layer for images of 28x28: 7,850 parameters."""
    return LinearClassifier(28 * 28, num_classes)


def digits_mlp(num_classes: int = 10) -> MLP:
    """Two hidden layers, of 256 and 128, for images of 28x28: 235,146 parameters."""
    check_count("digits_mlp: num_classes", num_classes, 1)
    return MLP(28 * 28, 256, 128, num_classes, dropout=0.2)
