"""Ways to say something, found in what a learner wrote: keywords in either language, and whether they are denied.

A way is written as groups of alternatives:

    "without|no|remov* + activation*|nonlinear* + linear|one layer"     in any order, within one sentence
    "lstm ... more ... gru"                                             in this order
    "± not + need* + label*"                                            whatever is denied in the sentence

Alternatives of one group stand between `|`. Words of English end where they end, but with `*` there: `linear*` finds
linearly too. Chinese is found wherever it stands. Groups of both languages may stand together, as learners mix them.

A sentence that says a way and denies it ("gradients do not multiply along a path", 梯度不是沿路径相乘) counts as its
opposite: a word of negation denies what comes behind it in its clause, and two affirm it. Where a group has such a word
itself, as `without` above, the way knows what it says, and other negations of the sentence are not looked at. What
begins with "it is not true that" or 并不是 denies the whole sentence.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from ..errors import MinigradError

SENTENCES = re.compile(r"[.](?=\s|$)|[!?。；;\n]")
CLAUSES = re.compile(
    r"[,:()]|--|—|\b(?:but|because|so|and|since|while|whereas|which|if|then|therefore|hence|thus|although|though)\b"
    r"|但|而(?!且|不是|非)|却|因为|所以|如果|那么|因此|于是|只是|就会|就是"
)
NEUTRAL = re.compile(
    r"\bnot (?:only|just|merely|simply)\b|\bno (?:matter|doubt|wonder)\b|\bwhether or not\b|\bnon-?linear\w*"
    r"|是不是|能不能|会不会|有没有|要不要|不得不|差不多|不可或缺"
    r"|不(?:同|断|仅|但|过|管|只|光|妨|错|少|论|止|等式|难|然)|没错|没问题|无(?:论|关|穷|限|疑|偏)|非(?:常|线性)|未(?:来|知)"
)
NEGATIONS = re.compile(
    r"\b(?:not|never|no|none|neither|nor|cannot|without|hardly|instead of|rather than)\b|n't\b"
    r"|\b(?:do|does|did|is|are|ca|wo|would|should)nt\b"
    r"|不|没|无|非|未"
)
OPPOSITES = {"linear": "non-", "线性": "非"}  # words that are not said where they stand behind this: 非线性


DENIED = re.compile(
    r"\W*(?:no, )?(?:it(?:'s| is) (?:not (?:true|the case)|untrue) that|i (?:don't|dont|do not) (?:think|believe)"
    r"|并不是|并非|我不认为|我不觉得)"
)
TURN = re.compile(r"\bbut\b|\binstead\b|而是|而在于")


class PhraseError(MinigradError):
    """A way to say something is not written as it must be."""


@dataclass(frozen=True)
class Way:
    """One way to say something: every group of `groups` must be found in a sentence, in their order if `ordered`."""

    text: str
    groups: tuple[re.Pattern[str], ...]
    ordered: bool
    robust: bool

    def found_in(self, sentence: str) -> bool | None:
        """True: the (tidy) sentence says this. False: it says the opposite. None: neither."""
        if DENIED.match(sentence) and not TURN.search(sentence):
            return None if self.said_in(sentence) is None else False
        return self.said_in(sentence)

    def said_in(self, sentence: str) -> bool | None:
        """The same, for a sentence that is not denied as a whole."""
        spans = [[match.span() for match in group.finditer(sentence)] for group in self.groups]
        if not all(spans) or (self.ordered and not in_order(spans)):
            return None
        if self.robust:
            return True
        denied = negations(sentence)
        if any(overlap(one, other) for one in denied for group in spans for other in group):
            return True
        clause = [0, *[match.end() for match in CLAUSES.finditer(sentence)], len(sentence)]

        def denials(span: tuple[int, int]) -> int:
            begin = max(at for at in clause if at <= span[0])
            return sum(begin <= end <= span[0] for _, end in denied)

        return max(min(map(denials, group)) for group in spans) % 2 == 0


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def in_order(spans: list[list[tuple[int, int]]]) -> bool:
    """Is there a span of each group that begins where that of the group before ends, or later?"""
    end = 0
    for group in spans:
        behind = [span for span in group if span[0] >= end]
        if not behind:
            return False
        end = min(span[1] for span in behind)
    return True


def negations(sentence: str) -> list[tuple[int, int]]:
    """Where words of negation stand in a tidy sentence. 'not only' and 不同 are none."""
    masked = NEUTRAL.sub(lambda match: "_" * len(match[0]), sentence)
    return [match.span() for match in NEGATIONS.finditer(masked)]


@cache
def way(text: str) -> Way:
    """The way that is written as `text`. PhraseError where a group or an alternative is empty."""
    body = text.strip()
    robust = body.startswith("±")
    body = body.lstrip("± ")
    ordered = " ... " in body
    parts = re.split(r"\s+(?:\.\.\.|\+)(?=\s|$)", body)
    groups = [[alternative.strip() for alternative in part.split("|")] for part in parts]
    if not all(alternative.strip("* ") for group in groups for alternative in group):
        raise PhraseError(f"'{text}' has an empty group or alternative; expected such as 'a|b + c'")
    return Way(text, tuple(re.compile("|".join(map(pattern, group))) for group in groups), ordered, robust)


def pattern(alternative: str) -> str:
    """The regular expression that finds one alternative in a tidy sentence."""
    words = [word.rstrip("*") or word for word in alternative.split()]
    ends = ["[a-z]*" if len(word) > 1 and word.endswith("*") else "" for word in alternative.split()]
    inside = r"[\s-]*".join(re.escape(tidy(word)) + end for word, end in zip(words, ends, strict=True))
    begin = r"(?<![a-z0-9_])" if is_word(words[0][0].lower()) else ""
    end = r"(?![a-z0-9_])" if not ends[-1] and is_word(words[-1][-1].lower()) else ""
    begin += "".join(f"(?<!{prefix})" for word, prefix in OPPOSITES.items() if words[0].startswith(word))
    return f"{begin}{inside}{end}"


def is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def tidy(text: str) -> str:
    """Lower case, half-width, plain apostrophes, no spaces around operators, no control characters; lines stay."""
    text = unicodedata.normalize("NFKC", text).lower().translate(PLAIN)
    text = "".join(c if c == "\n" or not unicodedata.category(c).startswith("C") else " " for c in text)
    return OPERATORS.sub(r"\1", text)


OPERATORS = re.compile(r"[^\S\n]*([+*/=<>])[^\S\n]*")
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "⁄": "/", "−": "-", "–": "-", "·": "*", "\r": "\n"})


def sentences(text: str) -> list[str]:
    """The sentences of a tidy text; each line begins one."""
    return [sentence.strip() for sentence in SENTENCES.split(text) if sentence.strip()]
