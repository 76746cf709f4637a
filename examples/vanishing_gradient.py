"""What LSTM and GRU are for: gradients over time, and the adding problem, for an RNN, an LSTM and a GRU, 10 minutes.

.venv/bin/python examples/vanishing_gradient.py     the same as: minigrad train vanishing_gradient

Needs no data. Gives, in runs/vanishing_gradient: how far back the gradients of the three networks reach, before and
after training; their errors while they learn to add two of 50, 100, 200 and 400 numbers; and all that as numbers.
`minigrad train vanishing_gradient --resume runs/vanishing_gradient` goes on with the network at which a run was
stopped.
"""

from minigrad.recipes.vanishing_gradient import Settings, train

settings = Settings(
    steps=2000,
    batch_size=32,
    lr=2e-2,  # chosen for the LSTM, which learns late
    hidden=64,  # numbers in the state of each network
    seed=0,
    device="cpu",
)

train(settings)
