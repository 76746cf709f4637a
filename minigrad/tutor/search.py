"""Passages of the lessons that answer a question, ranked by BM25.

For a query q and a passage p of length |p|, with f(t, p) the number of times that term t stands in p:

    score(q, p) = Σ_t idf(t) · f(t, p) (k + 1) / (f(t, p) + k (1 - b + b |p| / mean |p|))
    idf(t) = ln(1 + (N - n(t) + 1/2) / (n(t) + 1/2))       n(t): the number of the N passages in which t stands

Robertson & Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from ..course.lessons import Lesson, all_lessons
from .phrases import tidy

K, B = 1.2, 0.75
TITLE = 3  # how often the title of the lesson counts: one on dropout says more about it than one that uses it
LEAST = 0.5  # of the weight of the question's words that a passage must hold, to be an answer
HAN = re.compile(r"[\u4e00-\u9fff]+")
WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]+|\d+(?:\.\d+)?")
STOP = frozenset(
    tidy(
        """a an and are as at be by can do does did for from has have how i if in is it its me my of on or so should
        than that the then there these they this to was we what when where which who why will with would you your s t
        not much many explain tell mean means please about use used need needed useful good work works"""
    ).split()
)
STOP_HAN = re.compile(
    r"为什么|什么是|是什么|什么|怎么回事|怎么样?|怎样|如何|是不是|请问|一下|我们|可以|需要|应该|这个|那个|解释"
    r"|哪[个些]?|多少|意思|有何|时候|[的了吗呢吧]"
)
SAME = {
    **dict.fromkeys(("shortcut connection", "skip connection", "residual connection", "shortcut"), "residual"),
    **dict.fromkeys(("捷径", "跳跃连接", "跳连"), "残差"),
    "filter": "kernel",
    "滤波器": "卷积核",
    "尺寸": "大小",
    "normalization": "normalisation",
    "√": " sqrt ",
    "根号": " sqrt ",
}


@dataclass(frozen=True)
class Passage:
    """A paragraph of a lesson, under the heading at which it stands."""

    lesson: Lesson
    section: str
    text: str
    language: str

    @property
    def title(self) -> str:
        """The title of the lesson, in the language of the passage."""
        return self.lesson.entry["title"][self.language]


@dataclass(frozen=True)
class Hit:
    """A passage that answers a question, and how well it fits."""

    passage: Passage
    score: float


def find(question: str, count: int = 3) -> list[Hit]:
    """The best passages for a question, in its language; none where the lessons do not cover it."""
    index = index_of("zh" if HAN.search(question) else "en")
    return index.find(terms(question, of_a_question=True), count)


def terms(text: str, of_a_question: bool = False) -> list[str]:
    """What is compared: words without their endings, and neighbouring pairs of Chinese characters."""
    text = tidy(text)
    for other, here in SAME.items():
        text = text.replace(other, here)
    found = [stem(word) for word in WORD.findall(text) if word not in STOP]
    if of_a_question:
        text = STOP_HAN.sub(" ", text)
    for run in HAN.findall(text):
        found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found


def stem(word: str) -> str:
    """A word without the ending that makes it a plural, a participle or an adverb: layers, layer; dividing, divid."""
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("ly", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word.removesuffix(ending) + rest
    return word


class Index:
    """Passages in one language, with what BM25 needs of them."""

    def __init__(self, passages: list[Passage]):
        self.passages = passages
        self.counts = [Counter(terms(f"{f'{p.title} ' * TITLE} {p.section} {p.text}")) for p in passages]
        self.lengths = [sum(count.values()) for count in self.counts]
        self.mean = sum(self.lengths) / max(len(passages), 1)
        self.containing = Counter(term for count in self.counts for term in count)

    def idf(self, term: str) -> float:
        n = self.containing[term]
        return math.log(1 + (len(self.passages) - n + 0.5) / (n + 0.5))

    def weight(self, term: str) -> float:
        """What a term of a question counts. A pair of Chinese characters that is rare in the lessons is often none."""
        return self.idf(term) * (0.1 if self.is_rare(term) else 1)

    def is_rare(self, term: str) -> bool:
        return bool(HAN.match(term)) and self.containing[term] < 2

    def covers(self, i: int, query: list[str], weight: float, asked: int) -> bool:
        """Does passage i hold enough of the query to answer it? Of more than two terms asked for, one is not enough."""
        held = [t for t in query if t in self.counts[i]]
        return sum(map(self.idf, held)) >= LEAST * weight and len(held) >= (2 if asked > 2 else 1)

    def score(self, query: list[str], i: int) -> float:
        count, norm = self.counts[i], K * (1 - B + B * self.lengths[i] / self.mean)
        return sum(self.idf(t) * count[t] * (K + 1) / (count[t] + norm) for t in query if t in count)

    def find(self, query: list[str], count: int) -> list[Hit]:
        """The best passages, at most one of a section; none where no passage holds enough of the query."""
        query = list(dict.fromkeys(query))
        weight = sum(map(self.weight, query))
        asked, query = len(query), [term for term in query if not self.is_rare(term)] or query
        every = range(len(self.passages))
        scores = [self.score(query, i) if self.covers(i, query, weight, asked) else 0.0 for i in every]
        hits: dict[tuple[str, str], Hit] = {}
        for i in sorted(every, key=lambda i: -scores[i]):
            passage = self.passages[i]
            if scores[i] > 0:
                hits.setdefault((passage.lesson.number, passage.section), Hit(passage, scores[i]))
        return list(hits.values())[:count]


@cache
def index_of(name: str) -> Index:
    """The index of all lessons in the language `name`."""
    return Index([passage for lesson in all_lessons() for passage in passages_of(lesson, name)])


def passages_of(lesson: Lesson, name: str) -> list[Passage]:
    """The paragraphs of a lesson's text; formulas, tables and lists stay with the paragraph above them."""
    found: list[Passage] = []
    section = ""
    for block in re.split(r"\n\s*\n", lesson.readme(name).read_text(encoding="utf-8")):
        heading = re.match(r"(#+) (.*)", block)
        if heading:
            section = heading[2].strip() if len(heading[1]) > 1 else ""  # the first is the title of the lesson
            continue
        goes_on = re.match(r"(?: {4}|\||```|[-*] |\d+\. )", block)
        if goes_on and found and found[-1].section == section:
            found[-1] = Passage(lesson, section, f"{found[-1].text}\n\n{block}", name)
        else:
            found.append(Passage(lesson, section, block.rstrip(), name))
    return found
