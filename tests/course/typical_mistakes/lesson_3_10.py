"""Typical mistakes in lesson 3.10."""

from .mistake import HELPFUL, NAMED, Mistake

LOOKED_UP = """
        t, longest = input_ids.shape[1], self.position_embeddings.num_embeddings
        if t > longest:
            raise ValueError("too long")
        places = self.position_embeddings(Tensor(np.arange(t), device=input_ids.device))
        segments = self.token_type_embeddings(token_type_ids)
        words = self.word_embeddings(input_ids)
"""
IN_PARTS = """
        groups = []
        for part, rate in rates.items():
            learning = [p for name, p in model.named_parameters() if within(name, (part,)) and p.requires_grad]
"""


def embedded(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that comes after the look-ups."""
    return Mistake("3.10", "BertEmbeddings.forward", name, what, LOOKED_UP + code, finding, judgement, first)


def ended(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.10", "BertOutput.forward", name, what, code, finding, judgement, first)


def pooled(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.10", "mean_pool", name, what, code, finding, judgement, first)


def grouped(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.10", "decay_groups", name, what, code, finding, judgement, first)


def shared(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.10", "share_of_rate", name, what, code, finding, judgement, first)


MISTAKES = [
    embedded(
        "dropout_on_words",
        "dropout of the words alone, before the sum",
        """
        return self.LayerNorm(self.dropout(words) + segments + places)
        """,
        "wrong",
        HELPFUL,
    ),
    embedded(
        "segments_not_normalised",
        "segments are added after the norm",
        """
        return self.dropout(self.LayerNorm(words + places) + segments)
        """,
        "wrong",
        HELPFUL,
    ),
    embedded(
        "zero_segments",
        "all segments are taken to be 0",
        """
        segments = self.token_type_embeddings(Tensor(np.zeros(input_ids.shape, np.int64)))
        return self.dropout(self.LayerNorm(words + places + segments))
        """,
        "always_the_first_segment",
        NAMED,
        first=HELPFUL,
    ),
    embedded(
        "not_returned",
        "no return",
        """
        self.dropout(self.LayerNorm(words + places + segments))
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "3.10",
        "BertEmbeddings.forward",
        "at_the_longest",
        ">= in place of >: the longest that fits is refused",
        LOOKED_UP.replace("t > longest", "t >= longest")
        + "\n        return self.dropout(self.LayerNorm(words + segments + places))",
        "longest_refused",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.10",
        "BertEmbeddings.forward",
        "words_by_place",
        "the table of words is asked for the places",
        """
        t = input_ids.shape[1]
        if t > self.position_embeddings.num_embeddings:
            raise ValueError("too long")
        places = self.word_embeddings(Tensor(np.arange(t)))
        x = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids) + places
        return self.dropout(self.LayerNorm(x))
        """,
        "wrong",
        HELPFUL,
    ),
    ended(
        "x_added", "x is added, not input", "return self.LayerNorm(self.dropout(self.dense(x)) + x)", "raised", HELPFUL
    ),
    ended(
        "norm_of_input",
        "the norm first, as in GPT",
        "return input + self.dropout(self.dense(self.LayerNorm(x)))",
        "raised",
        HELPFUL,
    ),
    ended(
        "input_dropped",
        "dropout of input",
        "return self.LayerNorm(self.dense(x) + self.dropout(input))",
        "wrong",
        HELPFUL,
    ),
    ended(
        "added_twice",
        "input is added before and after the norm",
        "return self.LayerNorm(self.dropout(self.dense(x)) + input) + input",
        "wrong",
        HELPFUL,
    ),
    pooled(
        "mean_of_product",
        "mean of the masked x",
        """
        return (x * mask.to(x.dtype).reshape(*mask.shape, 1)).mean(1)
        """,
        "divided_by_length",
        NAMED,
    ),
    pooled(
        "small_number_added",
        "0.001 is added to the divisor, which is too much",
        """
        there = mask.to(x.dtype).reshape(*mask.shape, 1)
        return (x * there).sum(1) / (there.sum(1) + 0.001)
        """,
        "wrong",
        HELPFUL,
    ),
    pooled(
        "not_broadcast",
        "the mask is not reshaped",
        """
        there = mask.to(x.dtype)
        return (x * there).sum(1) / there.sum(1).clamp(min=1.0)
        """,
        "raised",
        HELPFUL,
    ),
    pooled(
        "keeps_the_dimension",
        "keepdim=True: the result is [n, 1, d]",
        """
        there = mask.to(x.dtype).reshape(*mask.shape, 1)
        return (x * there).sum(1, keepdim=True) / there.sum(1, keepdim=True).clamp(min=1.0)
        """,
        "shape_only",
        NAMED,
    ),
    pooled(
        "last_token",
        "the last token, as for a GPT",
        """
        lengths = mask.data.sum(axis=1)
        return x[np.arange(len(lengths)), np.maximum(lengths - 1, 0)]
        """,
        "last_token",
        NAMED,
        first=HELPFUL,
    ),
    pooled(
        "a_row_at_a_time",
        "rows are cut by a loop and put together as an array",
        """
        rows = [x.data[i][mask.data[i]].mean(axis=0) for i in range(len(x))]
        return Tensor(np.stack(rows))
        """,
        "cut_off",
        NAMED,
    ),
    grouped(
        "first_part_only",
        "return stands in the loop",
        IN_PARTS
        + """
            matrices = [p for p in learning if p.ndim > 1]
            others = [p for p in learning if p.ndim <= 1]
            for decay, params in ((weight_decay, matrices), (0.0, others)):
                if params:
                    groups.append({"params": params, "lr": rate, "weight_decay": decay})
            return groups
        """,
        "missing_in_groups",
        HELPFUL,
    ),
    grouped(
        "others_forgotten",
        "the second group is never appended",
        IN_PARTS
        + """
            matrices = [p for p in learning if p.ndim > 1]
            if matrices:
                groups.append({"params": matrices, "lr": rate, "weight_decay": weight_decay})
        return groups
        """,
        "missing_in_groups",
        NAMED,
        first=HELPFUL,
    ),
    grouped(
        "only_with_both",
        "groups are appended only if there are both",
        IN_PARTS
        + """
            matrices = [p for p in learning if p.ndim > 1]
            others = [p for p in learning if p.ndim <= 1]
            if matrices and others:
                groups.append({"params": matrices, "lr": rate, "weight_decay": weight_decay})
                groups.append({"params": others, "lr": rate, "weight_decay": 0.0})
        return groups
        """,
        "missing_in_groups",
        HELPFUL,
    ),
    grouped(
        "in_two_groups",
        "matrices stand in both groups",
        IN_PARTS
        + """
            matrices = [p for p in learning if p.ndim > 1]
            for decay, params in ((weight_decay, matrices), (0.0, learning)):
                if params:
                    groups.append({"params": params, "lr": rate, "weight_decay": decay})
        return groups
        """,
        "too_much_in_groups",
        NAMED,
    ),
    grouped(
        "decay_times_rate",
        "weight_decay is multiplied with the rate, which AdamW does itself",
        IN_PARTS
        + """
            matrices = [p for p in learning if p.ndim > 1]
            others = [p for p in learning if p.ndim <= 1]
            for decay, params in ((rate * weight_decay, matrices), (0.0, others)):
                if params:
                    groups.append({"params": params, "lr": rate, "weight_decay": decay})
        return groups
        """,
        "otherwise",
        HELPFUL,
    ),
    shared(
        "rises_from_zero",
        "t / (rise + 1)",
        "return t / (rise + 1) if t < rise else max(0.0, (steps - t) / max(steps - rise, 1))",
        "begins_at_zero",
        NAMED,
        first=HELPFUL,
    ),
    shared(
        "rises_with_steps",
        "t / steps",
        "return (t + 1) / steps if t < rise else max(0.0, (steps - t) / max(steps - rise, 1))",
        "wrong",
        HELPFUL,
    ),
    shared(
        "least_of_two",
        "the smaller of two lines, the falling one from the start",
        "return max(0.0, min((t + 1) / (rise + 1), (steps - t) / steps))",
        "wrong",
        HELPFUL,
    ),
    shared(
        "a_rate",
        "the rate itself, 1e-4 times the share",
        "return 1e-4 * ((t + 1) / (rise + 1) if t < rise else max(0.0, (steps - t) / max(steps - rise, 1)))",
        "factor",
        HELPFUL,
    ),
    shared(
        "root",
        "falls with the root, as in the first Transformer",
        "return (t + 1) / (rise + 1) if t < rise else ((rise + 1) / (t + 1)) ** 0.5",
        "wrong",
        HELPFUL,
    ),
    shared(
        "rest_of_steps",
        "divides by the steps that are left",
        "return (t + 1) / (rise + 1) if t < rise else max(0.0, 1 - t / (steps - rise or 1))",
        "wrong",
        HELPFUL,
    ),
]
