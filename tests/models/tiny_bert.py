"""A tiny BERT in HuggingFace's layout."""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, processors

from minigrad import save

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def write_bert(folder: Path, sizes: dict, weights: dict, tokens: str = "abcdefghijk") -> Path:
    """A folder with config.json, model.safetensors and tokenizer.json, whose words are single letters."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({**sizes, "model_type": "bert", "torch_dtype": "float32"}))
    save(weights, folder / "model.safetensors")
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, *tokens])}
    library = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    library.add_special_tokens(SPECIAL)
    library.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    library.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    library.save(str(folder / "tokenizer.json"))
    return folder
