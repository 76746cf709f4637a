"""A small GPT learns to write like a text, character by character, about 20 minutes.

.venv/bin/python examples/char_gpt.py     the same as: minigrad train char_gpt

Takes tiny-shakespeare from the folder MINIGRAD_DATA if that is set, else from the cache or a download (1 MB); any text
file in UTF-8 will do. Shows after each epoch how it writes. Gives, in runs/char_gpt: weights, characters, curves, and a
text of its own. `minigrad generate runs/char_gpt` lets it write more.
"""

from minigrad.recipes.char_gpt import Settings, train

settings = Settings(
    data="tiny-shakespeare",
    epochs=3,
    batch_size=32,
    lr=3e-3,  # the highest: it rises in a tenth of the steps, and falls to 0
    block_size=128,  # characters that it sees at once
    n_layer=4,
    n_head=4,
    n_embd=128,
    dropout=0.1,
    weight_decay=0.1,  # of matrices
    seed=0,
    device="cpu",
)

train(settings)
