"""Typical mistakes in lesson 3.5."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

TOP = """
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
"""
PADDED = """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
"""
NETWORK = """
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
        output, state = self.network(packed)
"""
SEEN = """
        seen = self.last_state(state) if self.pool == "last" else highest(output, lengths)
"""
TENSORS = "from minigrad import cat, functional, softmax, stack, tensor"


def count(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.5", "lengths_of", name, what, code, finding, judgement, first=first)


def state(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    code = f"        {TENSORS}\n{code}"
    return Mistake("3.5", "RecurrentClassifier.last_state", name, what, code, finding, judgement, first=first)


def most(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    code = f"        {TENSORS}\n{code}"
    return Mistake("3.5", "highest", name, what, code, finding, judgement, first=first)


def whole(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    code = f"        {TENSORS}\n{code}"
    return Mistake("3.5", "RecurrentClassifier.forward", name, what, code, finding, judgement, first=first)


MISTAKES = [
    count(
        "words_counted",
        "everything that is no padding is counted, zeros in the middle not",
        """
        return np.maximum((ids != padding).sum(axis=1), 1)
        """,
        "counted_everywhere",
        NAMED,
    ),
    count(
        "nothing_gives_zero",
        "0 for a row of nothing but padding",
        """
        lengths = []
        for row in ids:
            n = len(row)
            while n > 0 and row[n - 1] == padding:
                n -= 1
            lengths.append(n)
        return np.array(lengths)
        """,
        "empty_rows_are_nothing",
        NAMED,
    ),
    count(
        "argmax_of_nothing",
        "read backwards, but a row of nothing else is not looked at: its argmax is 0, its length t",
        """
        return ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1)
        """,
        "empty_rows_are_full",
        NAMED,
    ),
    count(
        "first_padding",
        "the place of the first padding",
        """
        return np.maximum((ids == padding).argmax(axis=1), 1)
        """,
        "first_padding_or_none",
        NAMED,
        first=MISLEADING,
    ),
    count(
        "first_padding_or_all",
        "up to the first padding, and all where there is none",
        """
        lengths = []
        for row in ids:
            n = 0
            for number in row:
                if number == padding:
                    break
                n += 1
            lengths.append(max(n, 1))
        return np.array(lengths)
        """,
        "first_padding",
        NAMED,
    ),
    count(
        "index_for_length",
        "the index of the last word, not how many come before the padding",
        """
        t = ids.shape[1]
        last = t - 1 - (ids != padding)[:, ::-1].argmax(axis=1)
        return np.where((ids != padding).any(axis=1), last, 1)
        """,
        "number_of_the_last",
        NAMED,
        first=HELPFUL,
    ),
    count(
        "padding_is_zero",
        "0 is taken for the padding whatever padding is",
        """
        t = ids.shape[1]
        last = t - (ids != 0)[:, ::-1].argmax(axis=1)
        return np.where((ids != 0).any(axis=1), last, 1)
        """,
        "always_zero",
        NAMED,
    ),
    count(
        "all_of_them",
        "the length of the batch for every row",
        """
        n, t = ids.shape
        if t == 0:
            raise ValueError("no steps")
        return np.full(n, t)
        """,
        "length_of_the_batch",
        NAMED,
        first=MISLEADING,
    ),
    count(
        "rows_backwards",
        "[::-1] turns the order of the rows, not of the places",
        """
        there = ids != padding
        last = ids.shape[1] - there[::-1].argmax(axis=1)
        return np.where(there.any(axis=1), last, 1)
        """,
        "rows_turned",
        NAMED,
        first=HELPFUL,
    ),
    count(
        "not_backwards",
        "argmax without reading backwards",
        """
        there = ids != padding
        return np.where(there.any(axis=1), ids.shape[1] - there.argmax(axis=1), 1)
        """,
        "not_backwards",
        NAMED,
        first=HELPFUL,
    ),
    count(
        "no_minus",
        "how many are padding at the end, not how many come before",
        """
        there = ids != padding
        return np.where(there.any(axis=1), there[:, ::-1].argmax(axis=1), 1)
        """,
        "how_many_are_padding",
        NAMED,
        first=HELPFUL,
    ),
    count(
        "axis_of_the_rows",
        "argmax and any down the rows",
        """
        there = ids != padding
        return np.where(there.any(axis=0), ids.shape[1] - there[:, ::-1].argmax(axis=0), 1)
        """,
        "shape",
        HELPFUL,
    ),
    count(
        "a_list",
        "a list, not an array",
        """
        if ids.shape[1] == 0:
            raise ValueError("no steps")
        lengths = []
        for row in ids:
            n = len(row)
            while n > 1 and row[n - 1] == padding:
                n -= 1
            lengths.append(n)
        return lengths
        """,
        "no_array",
        NAMED,
    ),
    count(
        "no_error",
        "nothing is said about t = 0",
        """
        lengths = []
        for row in ids:
            n = len(row)
            while n > 1 and row[n - 1] == padding:
                n -= 1
            lengths.append(max(n, 1))
        return np.array(lengths)
        """,
        "no_error",
        NAMED,
    ),
    count(
        "assert_for_error",
        "an assert, where a ValueError is wanted",
        """
        n, t = ids.shape
        assert t > 0, "no steps"
        there = ids != padding
        return np.where(there.any(axis=1), t - there[:, ::-1].argmax(axis=1), 1)
        """,
        "another_error",
        NAMED,
        first=HELPFUL,
    ),
    count(
        "trimmed_at_both_ends",
        "np.trim_zeros cuts zeros off at the beginning, too",
        """
        if ids.shape[1] == 0:
            raise ValueError("no steps")
        return np.array([max(len(np.trim_zeros(row)), 1) for row in ids])
        """,
        "cut_at_both_ends",
        NAMED,
        first=MISLEADING,
    ),
    count(
        "trimmed_zeros",
        "np.trim_zeros at the end: 0 whatever padding is",
        """
        if ids.shape[1] == 0:
            raise ValueError("no steps")
        return np.array([max(len(np.trim_zeros(row, "b")), 1) for row in ids])
        """,
        "always_zero",
        NAMED,
    ),
    count(
        "last_of_none",
        "the last place that holds a word, where a row has none",
        """
        if ids.shape[1] == 0:
            raise ValueError("no steps")
        return np.array([np.nonzero(row != padding)[0][-1] + 1 for row in ids])
        """,
        "raised",
        HELPFUL,
    ),
    count(
        "floats",
        "lengths are floats, for the array was made by np.ones",
        """
        n, t = ids.shape
        if t == 0:
            raise ValueError("no steps")
        lengths = np.ones(n)
        for i in range(n):
            for j in range(t):
                if ids[i, j] != padding:
                    lengths[i] = j + 1
        return lengths
        """,
        "dtype",
        NAMED,
    ),
    count(
        "nothing_is_an_error",
        "ValueError for a row of nothing but padding",
        """
        there = ids != padding
        if not there.any(axis=1).all():
            raise ValueError("a text without words")
        return ids.shape[1] - there[:, ::-1].argmax(axis=1)
        """,
        "raised",
        HELPFUL,
    ),
    count(
        "returned_in_the_loop",
        "return stands in the loop",
        """
        if ids.shape[1] == 0:
            raise ValueError("no steps")
        lengths = np.ones(len(ids), int)
        for i, row in enumerate(ids):
            for j in range(len(row)):
                if row[j] != padding:
                    lengths[i] = j + 1
            return lengths
        """,
        "wrong",
        HELPFUL,
    ),
    state(
        "last_row_alone",
        "h[-1]: of two directions only the way back",
        """
        h = state[0] if isinstance(state, tuple) else state
        return h[-1]
        """,
        "one_direction",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "lowest_layer",
        "the first rows: the lowest layer",
        TOP
        + """
        return h[:directions].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "lowest_layer",
        NAMED,
    ),
    state(
        "pair_not_opened",
        "the pair of an LSTM is taken for h",
        """
        directions = len(self.network.directions)
        return state[-directions:].transpose(0, 1).reshape(state.shape[1], -1)
        """,
        "raised",
        HELPFUL,
    ),
    state(
        "always_a_pair",
        "h, c = state, whatever the network",
        """
        h, c = state
        directions = len(self.network.directions)
        return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "raised",
        HELPFUL,
    ),
    state(
        "first_of_the_state",
        "state[0] always: of a GRU the lowest layer",
        """
        h = state[0]
        directions = len(self.network.directions)
        return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "first_of_any_state",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "cell_for_state",
        "c, not h",
        """
        h = state[1] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "inner_state",
        NAMED,
    ),
    state(
        "reshaped_alone",
        "reshape without transpose: states of other texts get side by side",
        TOP
        + """
        return h[-directions:].reshape(h.shape[1], -1)
        """,
        "texts_mixed",
        NAMED,
    ),
    state(
        "added",
        "both directions added up",
        TOP
        + """
        return h[-directions:].sum(0)
        """,
        "directions_added",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "one_below_the_other",
        "cat along the texts",
        TOP
        + """
        return cat([h[-2], h[-1]], 0) if directions == 2 else h[-1]
        """,
        "shape",
        HELPFUL,
    ),
    state(
        "always_two",
        "the last two rows, also where there is one direction",
        """
        h = state[0] if isinstance(state, tuple) else state
        return cat([h[-2], h[-1]], 1)
        """,
        "raised",
        HELPFUL,
    ),
    state(
        "back_before_forward",
        "the way back stands before the way forward",
        TOP
        + """
        return cat([h[-1], h[-2]], 1) if directions == 2 else h[-1]
        """,
        "backward_first",
        NAMED,
    ),
    state(
        "first_two",
        "h[0] and h[1] are taken for the directions: the lowest layer",
        TOP
        + """
        return cat([h[0], h[1]], 1) if directions == 2 else h[-1]
        """,
        "lowest_layer",
        NAMED,
    ),
    state(
        "all_layers",
        "all layers side by side",
        TOP
        + """
        return h.transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "all_layers",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "averaged",
        "both directions averaged",
        TOP
        + """
        return h[-directions:].mean(0)
        """,
        "directions_averaged",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "turned_before_cut",
        "transposed first, and then the last two texts are taken",
        TOP
        + """
        h = h.transpose(0, 1)
        return h[-directions:].reshape(h.shape[0], -1)
        """,
        "raised",
        HELPFUL,
    ),
    state(
        "not_joined",
        "[directions, n, hidden] as it is",
        TOP
        + """
        return h[-directions:]
        """,
        "directions_apart",
        NAMED,
        first=MISLEADING,
    ),
    state(
        "not_reshaped",
        "[n, directions, hidden]: turned, not put side by side",
        TOP
        + """
        return h[-directions:].transpose(0, 1)
        """,
        "directions_not_joined",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "directions_not_counted",
        "directions is a tuple, not a number",
        """
        h = state[0] if isinstance(state, tuple) else state
        return h[-self.network.directions :].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "raised",
        HELPFUL,
    ),
    state(
        "by_numpy",
        "put together by NumPy: the gradient is lost",
        TOP
        + """
        h = h.detach().numpy()
        return tensor(np.concatenate(list(h[-directions:]), axis=1))
        """,
        "state_without_gradient",
        NAMED,
        first=MISSED,
    ),
    most(
        "padding_counts",
        "zeros behind the end of short texts win",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return padded.amax(1)
        """,
        "zeros_take_part",
        NAMED,
    ),
    most(
        "zero_for_minus_infinity",
        "padding is set to 0",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, 0.0).amax(1)
        """,
        "zeros_take_part",
        NAMED,
    ),
    most(
        "times_zero",
        "padding is multiplied by 0, and -∞ times 0 added to the rest",
        PADDED
        + """
        there = Tensor(there[..., None].astype(padded.dtype))
        return (padded * there + (1 - there) * -np.inf).amax(1)
        """,
        "zero_times_infinity",
        NAMED,
        first=HELPFUL,
    ),
    most(
        "one_step_more",
        "<= lengths: one step of padding counts",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) <= lengths[:, None]
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1)
        """,
        "zeros_take_part",
        NAMED,
    ),
    most(
        "one_step_less",
        "< lengths - 1: the last word does not count",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < np.maximum(lengths[:, None] - 1, 1)
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1)
        """,
        "last_word_left_out",
        NAMED,
        first=HELPFUL,
    ),
    most(
        "words_forbidden",
        "where() with its values exchanged: -∞ at the words",
        PADDED
        + """
        return where(Tensor(there[..., None]), -np.inf, padded).amax(1)
        """,
        "words_forbidden",
        NAMED,
        first=MISLEADING,
    ),
    most(
        "pair_not_opened",
        "what pad_packed_sequence returns is a pair",
        """
        padded = pad_packed_sequence(output, batch_first=True)
        return padded.amax(1)
        """,
        "raised",
        HELPFUL,
    ),
    most(
        "steps_first",
        "batch_first is forgotten: [t, n, width]",
        """
        padded, _ = pad_packed_sequence(output)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1)
        """,
        "raised",
        HELPFUL,
    ),
    most(
        "max_gives_a_pair",
        ".max(1) returns values and places",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, -np.inf).max(1)
        """,
        "values_and_places",
        NAMED,
        first=HELPFUL,
    ),
    most(
        "over_the_texts",
        "amax(0): over the texts",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, -np.inf).amax(0)
        """,
        "shape",
        HELPFUL,
    ),
    most(
        "over_the_width",
        "amax(2): over the numbers of a state",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, -np.inf).amax(2)
        """,
        "shape",
        HELPFUL,
    ),
    most(
        "dimension_kept",
        "keepdim=True",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1, keepdim=True)
        """,
        "shape_only",
        HELPFUL,
    ),
    most(
        "mean",
        "the mean of the steps",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return stack([padded[i, : int(n)].mean(0) for i, n in enumerate(lengths)])
        """,
        "mean_of_steps",
        NAMED,
    ),
    most(
        "last_step",
        "the last state of each text",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return stack([padded[i, int(n) - 1] for i, n in enumerate(lengths)])
        """,
        "last_step",
        NAMED,
        first=MISLEADING,
    ),
    most(
        "shortest_text",
        "only as many steps as the shortest text has",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return padded[:, : int(lengths.min())].amax(1)
        """,
        "cut_to_the_shortest",
        NAMED,
        first=HELPFUL,
    ),
    most(
        "zeros_are_padding",
        "states that are 0 are taken for padding, whatever lengths says",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return where(padded == 0, -np.inf, padded).amax(1)
        """,
        "zeros_are_padding",
        NAMED,
        first=MISSED,
    ),
    most(
        "minus_one",
        "-1 behind the end",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, -1.0).amax(1)
        """,
        "wrong",
        HELPFUL,
    ),
    most(
        "stacked_sideways",
        "stack along dimension 1: [width, n]",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return stack([padded[i, : int(n)].amax(0) for i, n in enumerate(lengths)], 1)
        """,
        "transposed",
        HELPFUL,
    ),
    most(
        "by_numpy",
        "computed by NumPy: the gradient is lost",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        states = padded.detach().numpy()
        return tensor(np.stack([states[i, :n].max(axis=0) for i, n in enumerate(lengths)]))
        """,
        "highest_without_gradient",
        NAMED,
        first=MISLEADING,
    ),
    most(
        "packed_rows",
        "the rows of the packed sequence are taken for the texts",
        """
        return output.data.amax(0)
        """,
        "shape",
        HELPFUL,
    ),
    whole(
        "not_packed",
        "words go into the network with their padding",
        """
        lengths = lengths_of(ids.numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(words)
        seen = self.last_state(state) if self.pool == "last" else output.amax(1)
        return self.head(self.dropout(seen))
        """,
        "padding_read",
        NAMED,
    ),
    whole(
        "must_be_sorted",
        "enforce_sorted=False is forgotten",
        """
        lengths = lengths_of(ids.numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "raised",
        NAMED,
    ),
    whole(
        "steps_first",
        "batch_first is forgotten",
        """
        lengths = lengths_of(ids.numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, enforce_sorted=False))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
    ),
    whole(
        "no_second_dropout",
        "dropout on the words alone",
        NETWORK
        + SEEN
        + """
        return self.head(seen)
        """,
        "states_not_dropped",
        NAMED,
    ),
    whole(
        "no_first_dropout",
        "dropout on what the head sees alone",
        """
        lengths = lengths_of(ids.numpy())
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        output, state = self.network(packed)
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "words_not_dropped",
        NAMED,
    ),
    whole(
        "scores_dropped",
        "the second dropout comes after the head",
        NETWORK
        + SEEN
        + """
        return self.dropout(self.head(seen))
        """,
        "scores_dropped",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "dropout_in_evaluation",
        "functional.dropout without self.training",
        """
        lengths = lengths_of(ids.numpy())
        words = functional.dropout(self.embedding(ids), self.dropout.p)
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
"""
        + SEEN
        + """
        return self.head(functional.dropout(seen, self.dropout.p))
        """,
        "dropped_in_evaluation",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "pool_ignored",
        "the last state, whatever self.pool says",
        NETWORK
        + """
        return self.head(self.dropout(self.last_state(state)))
        """,
        "always_last",
        NAMED,
    ),
    whole(
        "pool_reversed",
        "the two ways are exchanged",
        NETWORK
        + """
        seen = self.last_state(state) if self.pool == "max" else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "pools_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "pool_misnamed",
        "self.pool is compared with 'highest', which it never is",
        NETWORK
        + """
        seen = highest(output, lengths) if self.pool == "highest" else self.last_state(state)
        return self.head(self.dropout(seen))
        """,
        "always_last",
        NAMED,
    ),
    whole(
        "state_of_the_output",
        "output is given to last_state",
        NETWORK
        + """
        seen = self.last_state(output) if self.pool == "last" else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "output_for_state",
        NAMED,
        first=MISLEADING,
    ),
    whole(
        "unpacked_for_highest",
        "the output is unpacked before highest, which does it itself",
        NETWORK
        + """
        output, _ = pad_packed_sequence(output, batch_first=True)
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
        first=MISLEADING,
    ),
    whole(
        "results_exchanged",
        "the network returns (output, state)",
        """
        lengths = lengths_of(ids.numpy())
        words = self.dropout(self.embedding(ids))
        state, output = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "output_for_state",
        NAMED,
        first=MISLEADING,
    ),
    whole(
        "words_counted",
        "lengths by counting what is not 0",
        """
        lengths = np.maximum((ids.numpy() != 0).sum(axis=1), 1)
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "words_counted",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "lengths_of_the_words",
        "lengths_of of the embeddings",
        """
        words = self.dropout(self.embedding(ids))
        lengths = lengths_of(words.detach().numpy())
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
    ),
    whole(
        "probabilities",
        "softmax behind the head",
        NETWORK
        + SEEN
        + """
        return softmax(self.head(self.dropout(seen)), 1)
        """,
        "shares_for_scores",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "no_head",
        "the head is forgotten",
        NETWORK
        + SEEN
        + """
        return self.dropout(seen)
        """,
        "shape",
        HELPFUL,
    ),
    whole(
        "left_sorted",
        "the texts are sorted by length, and come back in that order",
        """
        lengths = lengths_of(ids.numpy())
        order = np.argsort(-lengths, kind="stable")
        ids, lengths = ids[order], lengths[order]
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "left_sorted",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "table_by_hand",
        "the table is indexed: rows of padding alone send a gradient to the embedding of the padding",
        """
        lengths = lengths_of(ids.numpy())
        words = self.dropout(self.embedding.weight[ids])
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "padding_is_learned",
        NAMED,
        first=MISLEADING,
    ),
    whole(
        "state_of_the_network",
        "state[0][-1]: right for an LSTM of one direction",
        NETWORK
        + """
        seen = state[0][-1] if self.pool == "last" else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
    ),
    whole(
        "embedding_forgotten",
        "ids go into the network",
        """
        lengths = lengths_of(ids.numpy())
        packed = pack_padded_sequence(self.dropout(ids), lengths, batch_first=True, enforce_sorted=False)
        output, state = self.network(packed)
"""
        + SEEN
        + """
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
    ),
    whole(
        "last_step_of_the_batch",
        "the last step of the unpacked output: behind the end of short texts it is 0",
        NETWORK
        + """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        seen = padded[:, -1] if self.pool == "last" else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "last_step_of_the_batch",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "last_step_of_each",
        "the last step of each text's output: of the way back it has read one word only",
        NETWORK
        + """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        last = padded[np.arange(len(lengths)), lengths - 1]
        seen = last if self.pool == "last" else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "last_step_of_each_text",
        NAMED,
        first=HELPFUL,
    ),
]
