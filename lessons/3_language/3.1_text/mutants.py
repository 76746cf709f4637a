"""Mistakes that are made in lesson 3.1."""

from collections import Counter
from itertools import chain

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.text.vocabulary import words

RANKED = "minigrad.text.vocabulary:ranked_tokens"
ENCODE = "minigrad.text.vocabulary:Vocabulary.encode"
PAD = "minigrad.text.padding:pad_sequences"
FORWARD = "minigrad.ops.embedding:Embedding.forward"
BACKWARD = "minigrad.ops.embedding:Embedding.backward"

SPECIAL = ["<pad>", "<unk>"]


def ranking(texts, min_count=1, max_size=None, cut=words, order=lambda item: (-item[1], item[0])):
    """ranked_tokens with another way to cut texts into words, or another order of (word, count)."""
    counts = Counter(chain.from_iterable(cut(text) for text in texts))
    kept = sorted([item for item in counts.items() if item[1] >= min_count], key=order)
    return [*SPECIAL, *[word for word, _ in kept]][:max_size]


# ------------------------------------------------------------------------------------------------ tokens by frequency


@mistake(
    RANKED,
    "The texts were cut with split(), so capitals and punctuation stayed: 'The' and 'the', 'film' and 'film.' are "
    "counted apart. words(text) gives small letters, and punctuation marks by themselves.",
    "用 split() 切分，大写和标点都留下了：'The' 和 'the'、'film' 和 'film.' 被分开计数。words(text) 会转成小写，"
    "并把标点单独切开。",
)
def cut_by_split(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, str.split)


@mistake(
    RANKED,
    "Capitals stayed: 'The' and 'the' are counted apart. words(text) gives small letters.",
    "没有转成小写：'The' 和 'the' 被分开计数。words(text) 会转成小写。",
)
def capitals_kept(texts, min_count=1, max_size=None):
    from minigrad.text.vocabulary import WORD

    return ranking(texts, min_count, max_size, WORD.findall)


@mistake(
    RANKED,
    "Punctuation stayed at the words, 'film' and 'film.' are counted apart: lower() and split() are not enough. "
    "words(text) makes punctuation marks words of their own.",
    "标点还连在词上，'film' 和 'film.' 被分开计数：只用 lower() 和 split() 不够。words(text) 会把标点切成单独的词。",
)
def lower_and_split(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, lambda text: text.lower().split())


@mistake(
    RANKED,
    "Letters were counted, not words: a loop over a str goes through its letters. Count words(text).",
    "数的是字母，不是词：对字符串循环，得到的是一个个字符。要数的是 words(text)。",
)
def letters_counted(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, list)


@mistake(
    RANKED,
    "Each text counts a word only once. The number of all its occurrences is wanted, within a text, too.",
    "同一个词在一个文本里只算了一次。应该数它出现的全部次数，同一个文本里的也要算。",
)
def once_for_each_text(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, lambda text: set(words(text)))


@mistake(
    RANKED,
    "Only the last text counts: the counter is made anew for each. Make it before the loop.",
    "只数了最后一个文本：每个文本都新建了计数器。计数器要在循环之前建。",
)
def last_text_only(texts, min_count=1, max_size=None):
    return ranking(list(texts)[-1:], min_count, max_size)


@mistake(
    RANKED,
    "The words are in alphabetical order. The most frequent come first; the alphabet decides only between equally "
    "frequent ones.",
    "词是按字母顺序排的。应该出现最多的在前；次数相同的才按字母顺序。",
)
def by_the_alphabet(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, order=lambda item: item[0])


@mistake(
    RANKED,
    "The rarest words come first: sort by -count, or with reverse=True.",
    "最少见的词排在了最前面：按 -次数 排序，或者用 reverse=True。",
)
def rarest_first(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, order=lambda item: (item[1], item[0]))


@mistake(
    RANKED,
    "Equally frequent words stand in the order in which they came. By the alphabet, the vocabulary does not depend "
    "on the "
    "order of the texts: sort by (-count, word).",
    "次数相同的词按出现的先后排列。应该按字母顺序，这样词表就不取决于文本的次序：按 (-次数, 词) 排序。",
)
def equal_ones_as_they_came(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, order=lambda item: -item[1])


@mistake(
    RANKED,
    "Equally frequent words are in reverse order: reverse=True turns the alphabet round as well. Sort by (-count, "
    "word).",
    "次数相同的词顺序反了：reverse=True 把字母顺序也倒了过来。按 (-次数, 词) 排序。",
)
def alphabet_reversed(texts, min_count=1, max_size=None):
    counts = Counter(chain.from_iterable(map(words, texts)))
    kept = sorted([(n, word) for word, n in counts.items() if n >= min_count], reverse=True)
    return [*SPECIAL, *[word for _, word in kept]][:max_size]


@mistake(
    RANKED,
    "Words that occur exactly min_count times are left out: at least min_count means >=, not >.",
    "正好出现 min_count 次的词被去掉了：至少 min_count 次是 >=，不是 >。",
)
def more_than_min_count(texts, min_count=1, max_size=None):
    return ranking(texts, min_count + 1, max_size)


@mistake(
    RANKED,
    "min_count is not used: words that occur less often are left out.",
    "没有用到 min_count：出现次数不够的词要去掉。",
)
def min_count_ignored(texts, min_count=1, max_size=None):
    return ranking(texts, 1, max_size)


@mistake(
    RANKED,
    "max_size is not used: it is how many tokens there are at most, <pad> and <unk> among them.",
    "没有用到 max_size：它是词表里最多有多少个词元，<pad> 和 <unk> 也算在内。",
)
def max_size_ignored(texts, min_count=1, max_size=None):
    return ranking(texts, min_count)


@mistake(
    RANKED,
    "There are two tokens too many: max_size counts all of them, <pad> and <unk> among them. An embedding then gets "
    "just "
    "max_size rows.",
    "多了两个词元：max_size 是总数，<pad> 和 <unk> 也算在内。这样嵌入表正好有 max_size 行。",
)
def special_ones_not_counted(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, None if max_size is None else max_size + 2)


@mistake(
    RANKED,
    "<pad> and <unk> are missing. They are tokens 0 and 1, before all words.",
    "少了 <pad> 和 <unk>。它们是 0 号和 1 号，排在所有词的前面。",
)
def special_ones_missing(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size and max_size + 2)[2:]


@mistake(
    RANKED,
    "<pad> and <unk> are exchanged: <pad> is 0, so that what is padded with zeros is padded.",
    "<pad> 和 <unk> 弄反了：<pad> 是 0 号，这样填 0 就是填充。",
)
def special_ones_exchanged(texts, min_count=1, max_size=None):
    return ["<unk>", "<pad>", *ranking(texts, min_count, max_size)[2:]]


@mistake(
    RANKED,
    "<pad> and <unk> stand at the end. They come first, as 0 and 1, whatever the size of the vocabulary.",
    "<pad> 和 <unk> 放到了最后。它们应该在最前面，是 0 号和 1 号，与词表大小无关。",
)
def special_ones_last(texts, min_count=1, max_size=None):
    return [*ranking(texts, min_count, max_size)[2:], *SPECIAL]


@mistake(
    RANKED,
    "It returns pairs of word and count. Only the words are wanted.",
    "返回的是（词，次数）这样的对。只要词。",
)
def pairs_returned(texts, min_count=1, max_size=None):
    texts = list(texts)
    counts = Counter(chain.from_iterable(map(words, texts)))
    return [word if word in SPECIAL else (word, counts[word]) for word in ranking(texts, min_count, max_size)]


@mistake(
    RANKED,
    "Words stand there as often as they occur. A vocabulary has each word once.",
    "一个词出现几次就列了几次。词表里每个词只有一个。",
)
def every_occurrence(texts, min_count=1, max_size=None):
    texts = list(texts)
    counts = Counter(chain.from_iterable(map(words, texts)))
    ordered = ranking(texts, min_count)[2:]
    return [*SPECIAL, *chain.from_iterable([word] * counts[word] for word in ordered)][:max_size]


@mistake(
    RANKED,
    "There is one token too many: <pad> and <unk> both count, so max_size leaves room for max_size - 2 words.",
    "多了一个词元：<pad> 和 <unk> 都要算，所以 max_size 只给词留下 max_size - 2 个位置。",
)
def one_special_not_counted(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, None if max_size is None else max_size + 1)


@mistake(
    RANKED,
    "It was cut to max_size before it was sorted: so the words that came first were kept, not the most frequent ones.",
    "先按 max_size 切，后排序：留下的是先出现的词，不是次数最多的词。",
)
def cut_before_sorting(texts, min_count=1, max_size=None):
    texts = list(texts)
    counts = Counter(chain.from_iterable(map(words, texts)))
    early = [word for word in counts if counts[word] >= min_count][: None if max_size is None else max_size - 2]
    return [*SPECIAL, *[word for word in ranking(texts)[2:] if word in early]]


@mistake(
    RANKED,
    "Whole texts were counted in place of their words: counts.update(words(text)) for each text.",
    "数的是整个文本，不是里面的词：应该对每个文本做 counts.update(words(text))。",
)
def texts_counted(texts, min_count=1, max_size=None):
    return ranking(texts, min_count, max_size, lambda text: [text])


@mistake(
    RANKED,
    "PADDING and UNKNOWN are names of constants that hold '<pad>' and '<unk>': without quotation marks.",
    "PADDING 和 UNKNOWN 是常量名，里面存的是 '<pad>' 和 '<unk>'：不要加引号。",
)
def names_in_quotes(texts, min_count=1, max_size=None):
    return ["PADDING", "UNKNOWN", *ranking(texts, min_count)[2:]][:max_size]


@mutant(RANKED, "no_list")
def mapping_returned(texts, min_count=1, max_size=None):
    return {token: i for i, token in enumerate(ranking(texts, min_count, max_size))}


@mutant(RANKED, "nothing")
def sorted_in_place(texts, min_count=1, max_size=None):
    return [].sort()


# --------------------------------------------------------------------------------------------------- words to numbers


@mistake(
    ENCODE,
    "Unknown words are left out. They become number 1, <unk>: that something stood there matters, too.",
    "不认识的词被丢掉了。它们应该变成 1 号 <unk>：那里有过一个词，这本身也是信息。",
)
def unknown_dropped(self, text):
    return [self.ids[word] for word in words(text) if word in self.ids]


@mistake(
    ENCODE,
    "Unknown words became 0. That is <pad>, and means that nothing stands there; they are number 1, <unk>.",
    "不认识的词变成了 0。0 是 <pad>，意思是那里什么也没有；不认识的词是 1 号 <unk>。",
)
def unknown_as_padding(self, text):
    return [self.ids.get(word, 0) for word in words(text)]


@mistake(
    ENCODE,
    "Unknown words became None: get needs a second argument, what to take if the word is not there.",
    "不认识的词变成了 None：get 要有第二个参数，即词不在时用什么。",
)
def unknown_as_none(self, text):
    return [self.ids.get(word) for word in words(text)]


@mistake(
    ENCODE,
    "Unknown words became the string '<unk>'. Its number is wanted, self.ids['<unk>'].",
    "不认识的词变成了字符串 '<unk>'。要的是它的编号 self.ids['<unk>']。",
)
def unknown_as_word(self, text):
    return [self.ids.get(word, "<unk>") for word in words(text)]


@mistake(
    ENCODE,
    "Unknown words were added to the vocabulary. A network has a row for each word that it was trained on, and none "
    "for new "
    "ones: they become number 1, <unk>.",
    "不认识的词被加进了词表。网络只有训练时那些词的行，没有新词的：新词应该变成 1 号 <unk>。",
)
def vocabulary_grew(self, text):
    return [self.ids.setdefault(word, len(self.ids)) for word in words(text)]


@mistake(
    ENCODE,
    "All numbers are one too large. The number of a word is its place in self.tokens, counted from 0.",
    "所有编号都大了 1。一个词的编号就是它在 self.tokens 里的位置，从 0 数起。",
)
def one_too_large(self, text):
    return [self.ids.get(word, 1) + 1 for word in words(text)]


@mistake(
    ENCODE,
    "All numbers are one too small. The number of a word is its place in self.tokens, counted from 0.",
    "所有编号都小了 1。一个词的编号就是它在 self.tokens 里的位置，从 0 数起。",
)
def one_too_small(self, text):
    return [self.ids.get(word, 1) - 1 for word in words(text)]


@mistake(
    ENCODE,
    "The words are counted without <pad> and <unk>: they hold the places 0 and 1 of self.tokens, and the first word "
    "is 2.",
    "编号没有算上 <pad> 和 <unk>：它们占着 self.tokens 的 0 号和 1 号，第一个词是 2 号。",
)
def without_special_ones(self, text):
    return [self.ids[word] - 2 if word in self.ids else 1 for word in words(text)]


@mistake(
    ENCODE,
    "The text was cut with split(): capitals and punctuation stayed at the words, which are then unknown. Use "
    "words(text), as the vocabulary was made with it.",
    "用 split() 切分：大写和标点还连在词上，于是都成了不认识的词。请用 words(text)，词表就是用它建的。",
)
def encoded_by_split(self, text):
    return [self.ids.get(word, 1) for word in text.split()]


@mistake(
    ENCODE,
    "Punctuation stayed at the words, as lower() and split() do not take it off. Use words(text), as the vocabulary "
    "was "
    "made with it.",
    "标点还连在词上，lower() 和 split() 不会把它切开。请用 words(text)，词表就是用它建的。",
)
def encoded_by_lower_and_split(self, text):
    return [self.ids.get(word, 1) for word in text.lower().split()]


@mistake(
    ENCODE,
    "The letters of the text were looked up, not its words. Loop over words(text).",
    "查的是文本里的一个个字符，不是词。请对 words(text) 循环。",
)
def letters_encoded(self, text):
    return [self.ids.get(letter, 1) for letter in text]


@mistake(
    ENCODE,
    "Words that repeat are there only once. Every word of the text gets its number, in their order.",
    "重复的词只留下了一个。文本里每个词都要有编号，次序不变。",
)
def repeated_dropped(self, text):
    return [self.ids.get(word, 1) for word in dict.fromkeys(words(text))]


@mistake(
    ENCODE,
    "The numbers are sorted. The order of the words is part of what a text says.",
    "编号被排了序。词的次序也是文本的内容。",
)
def numbers_sorted(self, text):
    return sorted(self.ids.get(word, 1) for word in words(text))


@mistake(
    ENCODE,
    "It returns the words themselves. Their numbers are wanted.",
    "返回的是词本身，应该返回它们的编号。",
)
def words_returned(self, text):
    return [word if word in self.ids else "<unk>" for word in words(text)]


@mistake(
    ENCODE,
    "Unknown words became -1. As an index that is the last row of a table; they are number 1, <unk>.",
    "不认识的词变成了 -1。作下标时 -1 是表的最后一行；不认识的词是 1 号 <unk>。",
)
def unknown_as_minus_one(self, text):
    return [self.ids.get(word, -1) for word in words(text)]


@mistake(
    ENCODE,
    "Unknown words got a number behind all others. The embedding has no row for it; they are number 1, <unk>.",
    "不认识的词得到了所有编号之后的一个新编号。嵌入表没有这一行；不认识的词是 1 号 <unk>。",
)
def unknown_behind_all(self, text):
    return [self.ids.get(word, len(self.ids)) for word in words(text)]


@mistake(
    ENCODE,
    "It says how often each token occurs. The number of each word is wanted, in the order of the text.",
    "返回的是每个词元出现的次数。应该按文本的次序，给出每个词的编号。",
)
def occurrences_counted(self, text):
    found = [self.ids.get(word, 1) for word in words(text)]
    return [found.count(i) for i in range(len(self.ids))]


@mistake(
    ENCODE,
    "Only the first word is there: does `return` stand inside the loop?",
    "只有第一个词：`return` 是不是写在循环里面了？",
)
def first_word_only(self, text):
    return [self.ids.get(word, 1) for word in words(text)[:1]]


@mistake(
    ENCODE,
    "Only the last word is there: is the list made anew in every round?",
    "只有最后一个词：是不是每一轮都新建了列表？",
)
def last_word_only(self, text):
    return [self.ids.get(word, 1) for word in words(text)[-1:]]


@mutant(ENCODE, "raised")
def unknown_looked_up(self, text):
    return [self.ids[word] for word in words(text)]


# ------------------------------------------------------------------------------------------------------------ padding


def padded(rows, length, padding, place):
    """pad_sequences where `place(line, row)` writes one row."""
    length = max(map(len, rows), default=0) if length is None else length
    batch = np.full((len(rows), length), padding, np.int64)
    for line, row in zip(batch, rows):
        place(line, list(row))
    return batch


@mistake(
    PAD,
    "The padding stands at the beginning. It belongs at the end, so that every text begins at step 0.",
    "填充放在了开头。应该放在末尾，这样每个文本都从第 0 步开始。",
)
def padded_in_front(rows, length=None, padding=0):
    def place(line, row):
        row = row[: len(line)]
        line[len(line) - len(row) :] = row

    return padded(rows, length, padding, place)


@mistake(
    PAD,
    "Rows that are too long lost their beginning. It is their end that is cut off: row[:length].",
    "太长的行丢掉了开头。应该切掉末尾：row[:length]。",
)
def end_kept(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[-len(line) :] if len(line) else []

    return padded(rows, length, padding, place)


@mistake(
    PAD,
    "It is always filled up with 0; `padding` says with what.",
    "总是用 0 填充；应该用参数 `padding`。",
)
def always_zero(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[: len(line)]

    return padded(rows, length, 0, place)


@mistake(
    PAD,
    "A length of 0 was taken for none: `if not length` and `length or ...` do not tell 0 from None. Ask whether it "
    "`is None`.",
    "长度 0 被当成了没有给长度：`if not length` 和 `length or ...` 分不清 0 和 None。请用 `is None` 来判断。",
)
def length_zero_taken_for_none(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[: len(line)]

    return padded(rows, length or None, padding, place)


@mistake(
    PAD,
    "`length` is ignored: the batch is as long as its longest row. That is only so if length is None.",
    "没有理会 `length`：结果总是和最长的行一样长。只有 length 是 None 时才这样。",
)
def length_ignored(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row

    return padded(rows, None, padding, place)


@mistake(
    PAD,
    "Without `length` everything was cut to the shortest row. It is the longest that decides, and nothing is lost.",
    "没有给 `length` 时，全都切成了最短的行那么长。应该由最长的行决定，什么都不丢。",
)
def cut_to_the_shortest(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[: len(line)]

    return padded(rows, min(map(len, rows), default=0) if length is None else length, padding, place)


@mistake(
    PAD,
    "Without `length` the first row decides how long the batch is. It must be the longest.",
    "没有给 `length` 时，长度由第一行决定了。应该由最长的行决定。",
)
def first_row_decides(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[: len(line)]

    return padded(rows, (len(rows[0]) if rows else 0) if length is None else length, padding, place)


@mistake(
    PAD,
    "Longer rows are not cut: `length` was taken for the least length. All rows are just so long.",
    "长的行没有切：`length` 被当成了最小长度。每一行都应该正好这么长。",
)
def length_as_least(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row

    return padded(rows, max([length or 0, *map(len, rows)]), padding, place)


@mistake(
    PAD,
    "Short rows were filled up by beginning anew. What is missing is filled with `padding`.",
    "短的行是从头重复来补齐的。缺的地方应该用 `padding` 填。",
)
def repeated_to_fill(rows, length=None, padding=0):
    def place(line, row):
        if row:
            line[:] = np.resize(row, len(line))

    return padded(rows, length, padding, place)


@mistake(
    PAD,
    "Short rows were filled up with their last number. What is missing is filled with `padding`.",
    "短的行是用最后一个数补齐的。缺的地方应该用 `padding` 填。",
)
def last_to_fill(rows, length=None, padding=0):
    def place(line, row):
        if row:
            line[:] = (row + [row[-1]] * len(line))[: len(line)]

    return padded(rows, length, padding, place)


@mistake(
    PAD,
    "Empty rows are left out. A text without words is a row of padding, and the labels need it in its place.",
    "空的行被丢掉了。没有词的文本也是一行，全是填充；否则就和标签对不上了。",
)
def empty_rows_dropped(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[: len(line)]

    return padded([row for row in rows if row], length, padding, place)


@mistake(
    PAD,
    "The rows that were given have changed: append, extend and += write into the caller's lists, which are padded "
    "once and "
    "for all then. Write into a new array.",
    "传进来的行被改动了：append、extend 和 += 会写进调用者的列表，那些列表从此就带着填充了。请写进新数组。",
)
def rows_changed(rows, length=None, padding=0):
    batch = padded(rows, length, padding, lambda line, row: line.__setitem__(slice(0, len(row)), row[: len(line)]))
    for row, line in zip(rows, batch):
        row[:] = line.tolist()
    return batch


@mistake(
    PAD,
    "The steps are in the first dimension, the texts in the second. It is [n, t]: one row for each text.",
    "第一维成了步，第二维成了文本。应该是 [n, t]：每个文本一行。",
)
def steps_first(rows, length=None, padding=0):
    def place(line, row):
        line[: len(row)] = row[: len(line)]

    return padded(rows, length, padding, place).T


@mistake(
    PAD,
    "The last number of each row is lost: the slice [: len(row)] ends before len(row) by itself.",
    "每一行都丢了最后一个数：切片 [: len(row)] 本来就不含下标 len(row)，不用再减 1。",
)
def last_number_lost(rows, length=None, padding=0):
    def place(line, row):
        row = row[: max(len(row) - 1, 0)][: len(line)]
        line[: len(row)] = row

    return padded(rows, length, padding, place)


@mutant(PAD, "no_array")
def lists_returned(rows, length=None, padding=0):
    return padded(
        rows, length, padding, lambda line, row: line.__setitem__(slice(0, len(row)), row[: len(line)])
    ).tolist()


@mutant(PAD, "dtype")
def zeros_of_floats(rows, length=None, padding=0):
    return padded(rows, length, padding, lambda line, row: line.__setitem__(slice(0, len(row)), row[: len(line)])) * 1.0


# ---------------------------------------------------------------------------------------------------------- embedding


@mistake(
    FORWARD,
    "Columns were taken where rows are wanted: weight[ids], not weight[:, ids]. Row v of W is the vector of word v.",
    "取的是列，应该取行：weight[ids]，不是 weight[:, ids]。W 的第 v 行是第 v 个词的向量。",
)
def columns_taken(self, weight, ids):
    self.shape, self.ids = weight.shape, ids
    return np.moveaxis(weight[:, ids % weight.shape[1]], 0, -1)


@mistake(
    FORWARD,
    "The rows are those of the words before: ids count from 0, as the rows do.",
    "取成了前一个词的行：ids 从 0 数起，行号也是，不用减 1。",
)
def one_row_before(self, weight, ids):
    self.shape, self.ids = weight.shape, ids
    return weight[ids - 1]


@mistake(
    FORWARD,
    "The rows are those of the words behind: ids count from 0, as the rows do.",
    "取成了后一个词的行：ids 从 0 数起，行号也是，不用加 1。",
)
def one_row_behind(self, weight, ids):
    self.shape, self.ids = weight.shape, ids
    return weight[(ids + 1) % len(weight)]


@mistake(
    FORWARD,
    "The result is 0 where ids is padding_idx. padding_idx concerns the gradient alone: forward takes the row as it "
    "is, and "
    "that it is 0 is the business of the layer.",
    "ids 等于 padding_idx 的地方结果成了 0。padding_idx 只影响梯度：前向照样取那一行，那一行是 0，由层来保证。",
)
def padding_made_zero(self, weight, ids):
    self.shape, self.ids = weight.shape, ids
    y = weight[ids]
    return y if self.padding_idx is None else y * (ids != self.padding_idx)[..., None].astype(y.dtype)


@mistake(
    FORWARD,
    "The vectors of a text were added up. Each word gets its own: y is [..., d].",
    "一个文本的词向量被加在了一起。每个词都要有自己的向量：y 的形状是 [..., d]。",
)
def words_summed(self, weight, ids):
    self.shape, self.ids = weight.shape, ids
    return weight[ids].sum(axis=ids.ndim - 1)


@mistake(
    FORWARD,
    "ids were flattened, and the shape of the batch is lost: y has the shape of ids, and d behind it.",
    "ids 被展平了，批的形状丢了：y 的形状是 ids 的形状后面再加上 d。",
)
def flattened(self, weight, ids):
    self.shape, self.ids = weight.shape, ids
    return weight[ids.ravel()]


@mutant(FORWARD, "nothing_saved")
def nothing_kept(self, weight, ids):
    return weight[ids]


def gradient(self, gy, ids=None, add=np.add.at):
    """gW with other ids or another way to add; the check notes what forward was given as `seen`."""
    weight, given = self.seen
    gw = np.zeros(weight.shape, gy.dtype)
    add(gw, given if ids is None else ids, gy)
    if self.padding_idx is not None:
        gw[self.padding_idx] = 0
    return gw, None


def assign(gw, ids, gy):
    gw[ids] = gy


@mistake(
    BACKWARD,
    "A word that occurs several times has only the gradient of one place. gw[ids] = gy overwrites, and so does "
    "gw[ids] += gy: NumPy reads all rows, adds, and writes all back, so of equal ids the last one wins. "
    "np.add.at(gw, ids, gy) adds one after another.",
    "出现几次的词，只得到了其中一处的梯度。gw[ids] = gy 会覆盖，gw[ids] += gy 也一样：NumPy 先读出所有行，相加，"
    "再全部写回，"
    "编号相同的只剩最后一个。np.add.at(gw, ids, gy) 才会一个一个地加。",
)
def last_place_wins(self, gy):
    return gradient(self, gy, add=assign)


@mistake(
    BACKWARD,
    "A word that occurs several times has only the gradient of its first place. Those of all places add up.",
    "出现几次的词，只得到了第一处的梯度。应该把每一处的都加起来。",
)
def first_place_wins(self, gy):
    def first(gw, ids, gy):
        for i, row in reversed(list(zip(ids.ravel(), gy.reshape(-1, gy.shape[-1])))):
            gw[i] = row

    return gradient(self, gy, add=first)


@mistake(
    BACKWARD,
    "The gradient of a word was divided by how often it occurs. What comes from its places is added, not averaged.",
    "词的梯度被除以了它出现的次数。各处传来的梯度应该相加，不是取平均。",
)
def averaged(self, gy):
    gw, _ = gradient(self, gy)
    counts = np.bincount(self.seen[1].ravel(), minlength=len(gw))
    return (gw / np.maximum(counts, 1)[:, None]).astype(gy.dtype), None


@mistake(
    BACKWARD,
    "Row 0 has a gradient though padding_idx is 0: `if self.padding_idx:` takes 0 for no. Ask whether it `is not "
    "None`.",
    "padding_idx 是 0 时，第 0 行还是有梯度：`if self.padding_idx:` 把 0 当成了假。请用 `is not None` 来判断。",
)
def zero_taken_for_none(self, gy):
    gw = np.zeros(self.seen[0].shape, gy.dtype)
    np.add.at(gw, self.seen[1], gy)
    if self.padding_idx:
        gw[self.padding_idx] = 0
    return gw, None


@mistake(
    BACKWARD,
    "The row padding_idx has a gradient. It stands for nothing, and its gradient is to be 0.",
    "padding_idx 那一行有了梯度。它代表什么都没有，梯度应该是 0。",
)
def padding_has_a_gradient(self, gy):
    gw = np.zeros(self.seen[0].shape, gy.dtype)
    np.add.at(gw, self.seen[1], gy)
    return gw, None


@mistake(
    BACKWARD,
    "Row 0 never has a gradient. Which row is that of padding, and whether there is one, says self.padding_idx.",
    "第 0 行永远没有梯度。哪一行是填充、有没有填充，由 self.padding_idx 决定。",
)
def row_zero_always_empty(self, gy):
    gw = np.zeros(self.seen[0].shape, gy.dtype)
    np.add.at(gw, self.seen[1], gy)
    gw[0] = 0
    return gw, None


@mistake(
    BACKWARD,
    "The row padding_idx holds not 0 but what stood elsewhere: the row was deleted. Set it to 0.",
    "padding_idx 那一行被删掉了，后面的行都往前移了。应该把它置 0。",
)
def row_deleted(self, gy):
    gw = np.zeros(self.seen[0].shape, gy.dtype)
    np.add.at(gw, self.seen[1], gy)
    if self.padding_idx is not None:
        gw = np.vstack([np.delete(gw, self.padding_idx, axis=0), np.zeros((1, gw.shape[1]), gw.dtype)])
    return gw, None


@mistake(
    BACKWARD,
    "The gradients went to the rows before: ids count from 0, as the rows do.",
    "梯度加到了前一行：ids 从 0 数起，行号也是，不用减 1。",
)
def to_the_row_before(self, gy):
    return gradient(self, gy, self.seen[1] - 1)


@mistake(
    BACKWARD,
    "The whole batch was added up, and every word got the same. Each place sends its own gradient to its own row.",
    "把整批的梯度加在了一起，每个词得到的都一样。每个位置只把自己的梯度送回自己那一行。",
)
def everything_to_everyone(self, gy):
    gw, _ = gradient(self, gy)
    total = gy.reshape(-1, gy.shape[-1]).sum(axis=0)
    gw[np.unique(self.seen[1])] = total
    return gw, None


@mutant(BACKWARD, "dtype")
def zeros_of_doubles(self, gy):
    return gradient(self, gy)[0].astype(np.float64) if gy.dtype != np.float64 else gradient(self, gy)[0], None


@mutant(BACKWARD, "count")
def one_gradient_only(self, gy):
    return gradient(self, gy)[0]


@mutant(BACKWARD, "shape")
def upstream_returned(self, gy):
    return gy, None
