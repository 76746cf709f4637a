"""Text as numbers: words, vocabularies, and rows of one length."""

from .padding import pad_sequences
from .vocabulary import PADDING, UNKNOWN, Vocabulary, ranked_tokens, words

__all__ = ["PADDING", "UNKNOWN", "Vocabulary", "pad_sequences", "ranked_tokens", "words"]
