"""Film reviews with a Transformer encoder from scratch, and maps of its attention: 3 epochs, about a minute.

.venv/bin/python examples/transformer_sentiment.py      the same as: minigrad train transformer_sentiment

Takes rt-polarity from the folder MINIGRAD_DATA if that is set, else from the cache or a download (0.5 MB). Gives, in
runs/transformer_sentiment: weights and vocabulary, curves, the confusion matrix, the worst mistakes as text, and where
the heads of the first layer look in four test reviews. `minigrad predict runs/transformer_sentiment "a fine film"` says
what it makes of a sentence.
"""

from minigrad.recipes.transformer_sentiment import Settings, train

settings = Settings(
    epochs=3,
    batch_size=32,
    lr=1e-3,  # the highest: it rises in a tenth of the steps, and falls to 0
    weight_decay=0.1,  # of matrices; biases and layer norms have none
    dropout=0.5,
    word_dropout=0.3,  # the share of words that are replaced by an unknown one
    min_count=1,
    layers=2,
    width=128,  # numbers for each word
    seed=0,
    device="cpu",
)

train(settings)
