"""Film reviews: an RNN, an LSTM, a GRU and a convolutional network in turn, about five minutes.

.venv/bin/python examples/sentiment.py     the same as: minigrad train sentiment

Takes rt-polarity from the folder MINIGRAD_DATA if that is set, else from the cache or a download (0.5 MB). Gives, in
runs/sentiment: curves and accuracies of all four, and of each its weights and the reviews that it gets wrong with most
certainty. `minigrad predict runs/sentiment/lstm "a sentence"` lets one of them judge.
"""

from minigrad.recipes.sentiment import Settings, train

settings = Settings(
    epochs=6,
    batch_size=32,
    lr=None,  # the highest of each network's usual: 0.002 for the RNN, 0.004 otherwise
    weight_decay=0.1,
    dropout=0.5,  # of the words' numbers, and of what the last layer sees
    word_dropout=0.0,
    min_count=1,  # a word that occurs once is in the vocabulary
    seed=0,
    device="cpu",
)

train(settings)
