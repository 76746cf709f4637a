"""Text as numbers: words, vocabularies, and rows of one length."""

from .padding import pad_sequences
from .vocabulary import PADDING, UNKNOWN, CharacterVocabulary, Vocabulary, ranked_tokens, words

__all__ = ["PADDING", "UNKNOWN", "CharacterVocabulary", "Vocabulary", "pad_sequences", "ranked_tokens", "words"]
