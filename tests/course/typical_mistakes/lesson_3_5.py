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


def lengths(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.5", "lengths_of", name, what, code, finding, judgement, first=first)


def state(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    code = f"        {TENSORS}\n{code}"
    return Mistake("3.5", "RecurrentClassifier.last_state", name, what, code, finding, judgement, first=first)


def high(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    code = f"        {TENSORS}\n{code}"
    return Mistake("3.5", "highest", name, what, code, finding, judgement, first=first)


def whole(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    code = f"        {TENSORS}\n{code}"
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
        "no_error",
        NAMED,
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
        "raised",
        HELPFUL,
        first=NAMED,
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
        "last_step",
        NAMED,
        first=MISLEADING,
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
        "words_without_gradient",
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
    lengths(
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
        "left_as_they_are",
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
    high(
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
    high(
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
    high(
        "pair_not_opened",
        "what pad_packed_sequence returns is a pair",
        """
        padded = pad_packed_sequence(output, batch_first=True)
        return padded.amax(1)
        """,
        "raised",
        HELPFUL,
    ),
    high(
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
    high(
        "dimension_kept",
        "keepdim=True",
        PADDED
        + """
        return where(Tensor(there[..., None]), padded, -np.inf).amax(1, keepdim=True)
        """,
        "shape_only",
        HELPFUL,
    ),
    high(
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
    high(
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
    high(
        "stacked_sideways",
        "stack along dimension 1: [width, n]",
        """
        padded, _ = pad_packed_sequence(output, batch_first=True)
        return stack([padded[i, : int(n)].amax(0) for i, n in enumerate(lengths)], 1)
        """,
        "transposed",
        HELPFUL,
    ),
    high(
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
