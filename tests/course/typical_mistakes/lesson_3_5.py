"""Typical mistakes in lesson 3.5."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake


def lengths(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.5", "lengths_of", name, what, code, finding, judgement, first=first)


def state(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.5", "RecurrentClassifier.last_state", name, what, code, finding, judgement, first=first)


def high(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.5", "highest", name, what, code, finding, judgement, first=first)


def whole(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.5", "RecurrentClassifier.forward", name, what, code, finding, judgement, first=first)


MISTAKES = [
    lengths(
        "count",
        "all that is not padding is counted, also before a 0 in the middle",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return (ids != padding).sum(axis=1)
        """,
        "only_counted",
        NAMED,
        first=HELPFUL,
    ),
    lengths(
        "count_at_least_one",
        "counted, and at least 1",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return np.maximum((ids != padding).sum(axis=1), 1)
        """,
        "counted_everywhere",
        NAMED,
    ),
    lengths(
        "index_of_last",
        "the index of the last word, without the + 1",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        last = ids.shape[1] - 1 - (ids != padding)[:, ::-1].argmax(axis=1)
        return np.where((ids != padding).any(axis=1), last, 1)
        """,
        "number_of_the_last_word",
        NAMED,
        first=HELPFUL,
    ),
    lengths(
        "first_padding",
        "the first padding is searched, which full rows do not have",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return np.maximum((ids == padding).argmax(axis=1), 1)
        """,
        "place_of_the_first_padding",
        NAMED,
        first=HELPFUL,
    ),
    lengths(
        "trim_zeros",
        "np.trim_zeros, which knows no other padding and leaves nothing of an empty row",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return np.array([np.trim_zeros(row, "b").size for row in ids])
        """,
        "empty_rows_are_nothing",
        NAMED,
    ),
    lengths(
        "zero_is_meant",
        "0 in the place of `padding`",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        there = ids != 0
        last = ids.shape[1] - there[:, ::-1].argmax(axis=1)
        return np.where(there.any(axis=1), last, 1)
        """,
        "always_zero",
        NAMED,
    ),
    lengths(
        "loop_without_error",
        "a loop from the end, right but for the error",
        """
        lengths = []
        for row in ids:
            n = len(row)
            while n > 1 and row[n - 1] == padding:
                n -= 1
            lengths.append(n)
        return np.array(lengths)
        """,
        "dtype",
        HELPFUL,
    ),
    lengths(
        "empty_is_full",
        "an empty row counts as full, as argmax gives 0 there",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1)
        """,
        "empty_rows_are_full",
        NAMED,
    ),
    lengths(
        "empty_is_zero",
        "an empty row has length 0",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        last = ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1)
        return np.where((ids != padding).any(axis=1), last, 0)
        """,
        "empty_rows_are_nothing",
        NAMED,
    ),
    lengths(
        "all_full",
        "every row is as long as the batch",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return np.full(len(ids), ids.shape[1])
        """,
        "as_long_as_the_batch",
        NAMED,
        first=MISLEADING,
    ),
    lengths(
        "columns",
        "counted down the columns",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return np.maximum((ids != padding).sum(axis=0), 1)
        """,
        "shape",
        HELPFUL,
    ),
    lengths(
        "nonzero_of_each",
        "the last of np.nonzero, which an empty row does not have",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return np.array([np.nonzero(row != padding)[0][-1] + 1 for row in ids])
        """,
        "raised",
        HELPFUL,
    ),
    lengths(
        "no_rows_refused",
        "an error where there are no rows, in place of no places",
        """
        if len(ids) == 0:
            raise ValueError("no rows")
        last = ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1)
        return np.where((ids != padding).any(axis=1), last, 1)
        """,
        "raised",
        HELPFUL,
        first=MISSED,
    ),
    lengths(
        "reversed_rows",
        "the rows of the batch are reversed, not their places",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        last = ids.shape[1] - (ids != padding)[::-1].argmax(axis=1)
        return np.where((ids != padding).any(axis=1), last, 1)
        """,
        "rows_turned_round",
        NAMED,
        first=HELPFUL,
    ),
    lengths(
        "a_mask",
        "the mask itself is returned",
        """
        if ids.shape[1] == 0:
            raise ValueError("no places")
        return ids != padding
        """,
        "shape",
        HELPFUL,
    ),
    state(
        "last_row_only",
        "only the last row of h: of two directions, the way back alone",
        """
        h = state[0] if isinstance(state, tuple) else state
        return h[-1]
        """,
        "last_row_only",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "reshaped_at_once",
        "a reshape without exchanging directions and texts",
        """
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].reshape(h.shape[1], -1)
        """,
        "texts_mixed",
        NAMED,
    ),
    state(
        "first_row",
        "the first row of h",
        """
        h = state[0] if isinstance(state, tuple) else state
        return h[0]
        """,
        "shape",
        HELPFUL,
    ),
    state(
        "tuple_forgotten",
        "the LSTM's pair is taken for h",
        """
        directions = len(self.network.directions)
        return state[-directions:].transpose(0, 1).reshape(state.shape[1], -1)
        """,
        "raised",
        HELPFUL,
    ),
    state(
        "cell_state",
        "c in the place of h",
        """
        h = state[1] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "inner_state",
        NAMED,
    ),
    state(
        "directions_exchanged",
        "the way back stands first",
        """
        h = state[0] if isinstance(state, tuple) else state
        if len(self.network.directions) == 1:
            return h[-1]
        from minigrad import cat
        return cat([h[-1], h[-2]], 1)
        """,
        "backward_first",
        NAMED,
    ),
    state(
        "directions_added",
        "both directions are added",
        """
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].sum(0)
        """,
        "directions_added",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "lowest_layer",
        "the rows of the lowest layer",
        """
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[:directions].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "lowest_layer",
        NAMED,
    ),
    state(
        "not_joined",
        "directions are left as a dimension",
        """
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].transpose(0, 1)
        """,
        "directions_not_joined",
        NAMED,
        first=MISLEADING,
    ),
    state(
        "always_two",
        "always the last two rows",
        """
        h = state[0] if isinstance(state, tuple) else state
        return h[-2:].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "always_two_rows",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "all_layers",
        "the states of all layers",
        """
        h = state[0] if isinstance(state, tuple) else state
        return h.transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "all_layers",
        NAMED,
        first=HELPFUL,
    ),
    state(
        "an_array",
        "NumPy in the middle",
        """
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].numpy().transpose(1, 0, 2).reshape(h.shape[1], -1)
        """,
        "no_tensor",
        NAMED,
    ),
    state(
        "layers_for_directions",
        "the number of layers in the place of directions",
        """
        h = state[0] if isinstance(state, tuple) else state
        n = self.network.num_layers
        return h[-n:].transpose(0, 1).reshape(h.shape[1], -1)
        """,
        "rows_of_layers",
        NAMED,
        first=HELPFUL,
    ),
    high(
        "padding_takes_part",
        "the maximum over all steps, padding too",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return padded.amax(1)
        """,
        "zeros_take_part",
        NAMED,
    ),
    high(
        "masked_by_zero",
        "0 in the place of -∞",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, 0).amax(1)
        """,
        "zeros_take_part",
        NAMED,
    ),
    high(
        "multiplied_by_mask",
        "the mask is multiplied",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return (padded * Tensor(there[..., None].astype(padded.dtype))).amax(1)
        """,
        "zeros_take_part",
        NAMED,
    ),
    high(
        "one_step_more",
        "<= lengths: the first step of padding takes part",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) <= lengths[:, None]
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1)
        """,
        "zeros_take_part",
        HELPFUL,
    ),
    high(
        "one_step_less",
        "< lengths - 1: the last word is left out",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < np.maximum(lengths[:, None] - 1, 1)
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1)
        """,
        "last_word_left_out",
        NAMED,
        first=HELPFUL,
    ),
    high(
        "over_the_batch",
        "the maximum over the texts",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, -np.inf).amax(0)
        """,
        "over_the_texts",
        NAMED,
        first=HELPFUL,
    ),
    high(
        "over_the_numbers",
        "the maximum over the numbers of a state",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, -np.inf).amax(2)
        """,
        "over_the_numbers",
        NAMED,
        first=HELPFUL,
    ),
    high(
        "steps_first",
        "batch_first is left out",
        """
        padded, _ = pad_packed_sequence(output)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1)
        """,
        "raised",
        HELPFUL,
    ),
    high(
        "steps_first_and_max",
        "batch_first is left out, and the maximum over the first",
        """
        padded, _ = pad_packed_sequence(output)
        return padded.amax(0)
        """,
        "zeros_take_part",
        HELPFUL,
    ),
    high(
        "an_array",
        "NumPy's maximum",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return np.where(there[..., None], padded.numpy(), -np.inf).max(axis=1)
        """,
        "raised",
        HELPFUL,
    ),
    high(
        "last_of_each",
        "the last state of each text",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        from minigrad import stack
        return stack([padded[i, n - 1] for i, n in enumerate(lengths)])
        """,
        "region",
        HELPFUL,
    ),
    high(
        "mean",
        "the mean of the real steps",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        from minigrad import stack
        return stack([padded[i, :n].mean(0) for i, n in enumerate(lengths)])
        """,
        "mean_of_steps",
        NAMED,
    ),
    high(
        "smallest",
        "amin",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, np.inf).amin(1)
        """,
        "lowest",
        NAMED,
    ),
    high(
        "all_steps_together",
        "the maximum over the packed rows",
        """
        return output.data.amax(0)
        """,
        "shape",
        HELPFUL,
    ),
    high(
        "not_far_enough",
        "-1 in the place of -∞",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        there = np.arange(padded.shape[1]) < lengths[:, None]
        return where(Tensor(there[..., None]), padded, -0.5).amax(1)
        """,
        "wrong",
        HELPFUL,
    ),
    whole(
        "not_packed",
        "the network reads on over the padding",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(words)
        seen = self.last_state(state) if self.pool == 'last' else output.amax(1)
        return self.head(self.dropout(seen))
        """,
        "padding_read",
        NAMED,
    ),
    whole(
        "full_lengths",
        "packed by the length of the batch",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        lengths = np.full(len(ids), ids.shape[1])
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "padding_read",
        NAMED,
    ),
    whole(
        "no_dropout",
        "dropout is left out",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.embedding(ids)
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(seen)
        """,
        "nothing_dropped",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "words_only_dropped",
        "dropout of words alone",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(seen)
        """,
        "states_not_dropped",
        NAMED,
    ),
    whole(
        "scores_dropped",
        "dropout behind the head",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.dropout(self.head(seen))
        """,
        "scores_dropped",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "must_be_sorted",
        "enforce_sorted is left at True",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
    ),
    whole(
        "sorted_for_good",
        "texts are sorted by length, and stay so",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        order = np.argsort(-lengths)
        ids, lengths = ids[order], lengths[order]
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "sorted_for_good",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "pool_ignored",
        "always the last state",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        return self.head(self.dropout(self.last_state(state)))
        """,
        "always_last",
        NAMED,
    ),
    whole(
        "always_highest",
        "always the highest values",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        return self.head(self.dropout(highest(output, lengths)))
        """,
        "always_highest",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "pool_exchanged",
        "the two ways are exchanged",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = highest(output, lengths) if self.pool == 'last' else self.last_state(state)
        return self.head(self.dropout(seen))
        """,
        "always_highest",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "no_head",
        "the vector is returned, without scores",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.dropout(seen)
        """,
        "shape",
        HELPFUL,
    ),
    whole(
        "softmax_behind",
        "probabilities in the place of scores",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen)).softmax(1)
        """,
        "probabilities",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "tanh_between",
        "a tanh between vector and head",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen.tanh()))
        """,
        "tanh_before_the_head",
        NAMED,
        first=HELPFUL,
    ),
    whole(
        "detached",
        "the words are detached, so the embedding learns nothing",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids).detach())
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "lost_gradient",
        NAMED,
        first=MISLEADING,
    ),
    whole(
        "a_pair",
        "scores and state",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen)), state
        """,
        "no_tensor",
        NAMED,
    ),
    whole(
        "state_not_last_state",
        "the state itself goes into the head",
        """
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.cpu().numpy())
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = state if self.pool == 'last' else highest(output, lengths)
        return self.head(self.dropout(seen))
        """,
        "raised",
        HELPFUL,
    ),
]
