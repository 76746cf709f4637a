"""Typical mistakes in lesson 3.1."""

from .mistake import HELPFUL, MISSED, NAMED, Mistake

COUNTED = """
        counts = Counter()
        for text in texts:
            counts.update(words(text))
"""


def ranked(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that comes after the count."""
    return Mistake("3.1", "ranked_tokens", name, what, COUNTED + code, finding, judgement, first=first)


MISTAKES = [
    ranked(
        "most_common",
        "most_common, which leaves equal counts as they came",
        """
        kept = [word for word, n in counts.most_common() if n >= min_count]
        return [PADDING, UNKNOWN, *kept][:max_size]
        """,
        "equal_ones_as_they_came",
        NAMED,
    ),
    ranked(
        "most_common_of_max_size",
        "most_common(max_size), and the special tokens before them",
        """
        kept = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:max_size]
        return [PADDING, UNKNOWN, *[word for word, n in kept if n >= min_count]]
        """,
        "special_ones_not_counted",
        NAMED,
    ),
    ranked(
        "sorted_by_reverse",
        "sorted by count with reverse=True; equal ones as they came",
        """
        kept = sorted([w for w in counts if counts[w] >= min_count], key=lambda w: counts[w], reverse=True)
        return [PADDING, UNKNOWN, *kept][:max_size]
        """,
        "equal_ones_as_they_came",
        NAMED,
    ),
    ranked(
        "sorted_twice",
        "sorted by count, then by the alphabet, which undoes it",
        """
        kept = [w for w in counts if counts[w] >= min_count]
        kept.sort(key=lambda w: -counts[w])
        kept.sort()
        return [PADDING, UNKNOWN, *kept][:max_size]
        """,
        "by_the_alphabet",
        NAMED,
    ),
    ranked(
        "sort_returns_nothing",
        "the result of list.sort, which is None",
        """
        kept = [w for w in counts if counts[w] >= min_count]
        kept = kept.sort(key=lambda w: (-counts[w], w))
        return [PADDING, UNKNOWN, *kept][:max_size]
        """,
        "raised",
        HELPFUL,
    ),
    ranked(
        "specials_by_name",
        "PADDING and UNKNOWN as strings of these names",
        """
        kept = [w for w in counts if counts[w] >= min_count]
        kept.sort(key=lambda w: (-counts[w], w))
        return ["PADDING", "UNKNOWN", *kept][:max_size]
        """,
        "names_in_quotes",
        NAMED,
        first=HELPFUL,
    ),
    ranked(
        "cut_before_sorting",
        "max_size is applied before sorting",
        """
        kept = [w for w in counts if counts[w] >= min_count]
        kept = kept if max_size is None else kept[: max_size - 2]
        kept.sort(key=lambda w: (-counts[w], w))
        return [PADDING, UNKNOWN, *kept]
        """,
        "cut_before_sorting",
        NAMED,
        first=HELPFUL,
    ),
    ranked(
        "one_less",
        "max_size - 1 in place of - 2",
        """
        kept = [w for w in counts if counts[w] >= min_count]
        kept.sort(key=lambda w: (-counts[w], w))
        return [PADDING, UNKNOWN, *(kept if max_size is None else kept[: max_size - 1])]
        """,
        "one_special_not_counted",
        NAMED,
        first=HELPFUL,
    ),
    ranked(
        "dictionary_returned",
        "a dict from tokens to numbers",
        """
        kept = [w for w in counts if counts[w] >= min_count]
        kept.sort(key=lambda w: (-counts[w], w))
        return {token: i for i, token in enumerate([PADDING, UNKNOWN, *kept][:max_size])}
        """,
        "no_list",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "ranked_tokens",
        "counted_lines",
        "counts[text] for whole texts",
        """
        counts = Counter(texts)
        kept = [w for w in counts if counts[w] >= min_count]
        kept.sort(key=lambda w: (-counts[w], w))
        return [PADDING, UNKNOWN, *kept][:max_size]
        """,
        "texts_counted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "ranked_tokens",
        "text_updated",
        "counts.update(text): a str is a sequence of letters",
        """
        counts = Counter()
        for text in texts:
            counts.update(text.lower())
        kept = [w for w in counts if counts[w] >= min_count]
        kept.sort(key=lambda w: (-counts[w], w))
        return [PADDING, UNKNOWN, *kept][:max_size]
        """,
        "letters_counted",
        NAMED,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "index_of_tokens",
        "tokens.index, which raises for unknown words",
        """
        return [self.tokens.index(word) for word in words(text)]
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "minus_one_for_unknown",
        "-1 for unknown words",
        """
        return [self.ids.get(word, -1) for word in words(text)]
        """,
        "unknown_as_minus_one",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "last_number_for_unknown",
        "len(self) for unknown words",
        """
        return [self.ids.get(word, len(self)) for word in words(text)]
        """,
        "unknown_behind_all",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "generator",
        "a generator in place of a list",
        """
        return (self.ids.get(word, self.ids[UNKNOWN]) for word in words(text))
        """,
        "no_list",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "counts_returned",
        "a count for each token: a bag of words",
        """
        found = [self.ids.get(word, 1) for word in words(text)]
        return [found.count(i) for i in range(len(self))]
        """,
        "occurrences_counted",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "split_at_blanks",
        "text.split(' ')",
        """
        return [self.ids.get(word, 1) for word in text.split(" ")]
        """,
        "encoded_by_split",
        NAMED,
    ),
    Mistake(
        "3.1",
        "Vocabulary.encode",
        "first_word_only",
        "return inside the loop",
        """
        found = []
        for word in words(text):
            found.append(self.ids.get(word, 1))
            return found
        return found
        """,
        "first_word_only",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "row_too_long",
        "rows that are too long are not cut",
        """
        length = max(map(len, rows), default=0) if length is None else length
        batch = np.full((len(rows), length), padding, np.int64)
        for i, row in enumerate(rows):
            batch[i, : len(row)] = row
        return batch
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "zeros_by_default",
        "np.zeros, which makes floats",
        """
        length = max(map(len, rows), default=0) if length is None else length
        batch = np.zeros((len(rows), length))
        for i, row in enumerate(rows):
            batch[i, : len(row)] = row[:length]
        return batch
        """,
        "dtype",
        NAMED,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "length_or",
        "`length or ...`, for which 0 is none",
        """
        length = length or max(map(len, rows), default=0)
        batch = np.full((len(rows), length), padding, np.int64)
        for i, row in enumerate(rows):
            batch[i, : len(row)] = row[:length]
        return batch
        """,
        "length_zero_taken_for_none",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "no_rows_at_all",
        "max without default: no rows at all",
        """
        if length is None:
            length = max(len(row) for row in rows)
        batch = np.full((len(rows), length), padding, np.int64)
        for i, row in enumerate(rows):
            batch[i, : len(row)] = row[:length]
        return batch
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "last_lost",
        "slices that end one too early",
        """
        length = max(map(len, rows), default=0) if length is None else length
        batch = np.full((len(rows), length), padding, np.int64)
        for i, row in enumerate(rows):
            short = row[: max(len(row) - 1, 0)][:length]
            batch[i, : len(short)] = short
        return batch
        """,
        "last_number_lost",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "ragged_array",
        "np.array of the lists, filled up in place",
        """
        length = max(map(len, rows), default=0) if length is None else length
        for row in rows:
            row += [padding] * (length - len(row))
        return np.array([row[:length] for row in rows], np.int64).reshape(len(rows), length)
        """,
        "rows_changed",
        NAMED,
    ),
    Mistake(
        "3.1",
        "pad_sequences",
        "steps_first",
        "[t, n]: steps in the first dimension",
        """
        length = max(map(len, rows), default=0) if length is None else length
        batch = np.full((length, len(rows)), padding, np.int64)
        for i, row in enumerate(rows):
            batch[: len(row), i] = row[:length]
        return batch
        """,
        "steps_first",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.forward",
        "take_without_axis",
        "np.take without axis takes single numbers",
        """
        self.shape, self.ids = weight.shape, ids
        return np.take(weight, ids)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.forward",
        "product_with_ids",
        "ids multiplied with W",
        """
        self.shape, self.ids = weight.shape, ids
        return ids[..., None] * weight[0]
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.forward",
        "one_hot_of_last",
        "a row of zeros and ones, without the product",
        """
        self.shape, self.ids = weight.shape, ids
        return np.eye(len(weight), dtype=weight.dtype)[ids]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.forward",
        "transposed_table",
        "rows of Wᵀ",
        """
        self.shape, self.ids = weight.shape, ids
        return weight.T[ids]
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "plus_equals",
        "gw[ids] += gy",
        """
        gw = np.zeros(self.shape, gy.dtype)
        gw[self.ids] += gy
        if self.padding_idx is not None:
            gw[self.padding_idx] = 0
        return gw, None
        """,
        "last_place_wins",
        NAMED,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "mask_without_dimension",
        "the mask of padding lacks the last dimension",
        """
        if self.padding_idx is not None:
            gy = gy * (self.ids != self.padding_idx)
        gw = np.zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, gy)
        return gw, None
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "upstream_zeroed",
        "gy is set to 0 in place where there is padding",
        """
        if self.padding_idx is not None:
            gy[self.ids == self.padding_idx] = 0
        gw = np.zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, gy)
        return gw, None
        """,
        "modified_upstream",
        NAMED,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "counted",
        "the counts of the words in place of their gradients",
        """
        gw = np.zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, 1)
        if self.padding_idx is not None:
            gw[self.padding_idx] = 0
        return gw, None
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "zeros_like_gy",
        "the table has the shape of gy",
        """
        gw = np.zeros_like(gy)
        np.add.at(gw, self.ids, gy)
        return gw, None
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "one_row_each",
        "row v gets the gradient of place v",
        """
        gw = np.zeros(self.shape, gy.dtype)
        flat = gy.reshape(-1, gy.shape[-1])
        for v in range(min(len(gw), len(flat))):
            gw[v] = flat[v]
        return gw, None
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "last_row_for_padding",
        "the last row is set to 0, as padding_idx None became -1",
        """
        gw = np.zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, gy)
        gw[-1 if self.padding_idx is None else self.padding_idx] = 0
        return gw, None
        """,
        "region",
        HELPFUL,
    ),
    Mistake(
        "3.1",
        "Embedding.backward",
        "all_zero_with_none",
        "gw[None] = 0 sets everything to 0",
        """
        gw = np.zeros(self.shape, gy.dtype)
        np.add.at(gw, self.ids, gy)
        gw[self.padding_idx] = 0
        return gw, None
        """,
        "zero",
        HELPFUL,
    ),
]
