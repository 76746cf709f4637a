"""Data sets, and the loader that takes shuffled batches from them, under torch.utils.data's names."""

from . import transforms
from .collate import default_collate
from .dataset import ConcatDataset, Dataset, Subset, TensorDataset, random_split
from .loader import DataLoader
from .sequences import SequenceDataset

__all__ = [
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "SequenceDataset",
    "Subset",
    "TensorDataset",
    "default_collate",
    "random_split",
    "transforms",
]
