"""Three spirals that no straight line separates: an MLP learns them, and the plane it divides is drawn.

.venv/bin/python examples/spirals.py          writes spirals.png
"""

import minigrad
from minigrad import functional, nn, optim, plot
from minigrad.datasets import make_spirals

minigrad.manual_seed(0)
points, labels = make_spirals(n=600, classes=3, noise=0.03, seed=0)
x, y = minigrad.from_numpy(points), minigrad.from_numpy(labels)

model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
optimizer = optim.Adam(model.parameters(), lr=0.01)

for step in range(500):
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        accuracy = (model(x).argmax(dim=1) == y).float().mean()
        print(f"step {step + 1}: loss {loss.item():.4f}, accuracy {accuracy.item():.1%}")

plot.decision_boundary(model, points, labels, "spirals.png", title="three spirals, MLP 2-64-64-3")
print("wrote spirals.png")
