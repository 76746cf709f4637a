"""Typical mistakes in lesson 3.9."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

RANKED = """
        order = np.argsort(-scores, kind="stable")
        q = softmax(scores[order])
        before = np.cumsum(q) - q
        kept = np.full_like(scores, -np.inf)
"""
DIVIDED = """
        if temperature == 0:
            return int(scores.argmax())
        scores = scores.astype(np.float64) / temperature
"""


def block(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.9", "Block.forward", name, what, code, finding, judgement, first)


def loss(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.9", "next_token_loss", name, what, code, finding, judgement, first)


def kept(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.9", "Cache.extended", name, what, code, finding, judgement, first)


def of_k(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.9", "top_k", name, what, code, finding, judgement, first)


def of_p(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with the scores in order."""
    return Mistake("3.9", "top_p", name, what, RANKED + code, finding, judgement, first)


def drawn(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with the temperature."""
    return Mistake("3.9", "next_token", name, what, DIVIDED + code, finding, judgement, first)


MISTAKES = [
    block(
        "second_not_normalised",
        "the second branch has no norm",
        """
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        return x + self.dropout(self.network(x))
        """,
        "second_norm_missing",
        NAMED,
    ),
    block(
        "norms_exchanged",
        "norm2 before attention, norm1 before the network",
        """
        x = x + self.dropout(self.attention(self.norm2(x), cache))
        return x + self.dropout(self.network(self.norm1(x)))
        """,
        "norms_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "one_dropout",
        "dropout behind the first branch only",
        """
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        return x + self.network(self.norm2(x))
        """,
        "dropout_of_the_first",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "dropout_first",
        "dropout of what goes into a branch, not of what comes out",
        """
        x = x + self.attention(self.dropout(self.norm1(x)), cache)
        return x + self.network(self.dropout(self.norm2(x)))
        """,
        "dropout_before",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "old_norm_kept",
        "the second branch reads the norm of the x that came in",
        """
        seen = self.norm1(x)
        x = x + self.dropout(self.attention(seen, cache))
        return x + self.dropout(self.network(seen))
        """,
        "norm_kept",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "second_added_to_its_norm",
        "the network's result is added to the norm, not to x",
        """
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        seen = self.norm2(x)
        return seen + self.dropout(self.network(seen))
        """,
        "added_to_the_second_norm",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "norm_behind_the_network",
        "norm2 of what the network gives",
        """
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        return x + self.dropout(self.norm2(self.network(x)))
        """,
        "norm_of_the_result",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "no_way_past",
        "no sum at all",
        """
        x = self.dropout(self.attention(self.norm1(x), cache))
        return self.dropout(self.network(self.norm2(x)))
        """,
        "nothing_added",
        NAMED,
        first=HELPFUL,
    ),
    block(
        "first_x_added_twice",
        "the x that came in is added at the end, too",
        """
        first = x
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        return first + x + self.dropout(self.network(self.norm2(x)))
        """,
        "wrong",
        HELPFUL,
    ),
    block(
        "cache_returned",
        "x and the cache are returned",
        """
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        return x + self.dropout(self.network(self.norm2(x))), cache
        """,
        "no_tensor",
        NAMED,
    ),
    block(
        "not_returned",
        "no return",
        """
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        x = x + self.dropout(self.network(self.norm2(x)))
        """,
        "nothing",
        NAMED,
    ),
    block(
        "added_in_place",
        "+= changes the x that came in",
        """
        x += self.dropout(self.attention(self.norm1(x), cache))
        x += self.dropout(self.network(self.norm2(x)))
        return x
        """,
        "raised",
        NAMED,
    ),
    loss(
        "softmax_first",
        "probabilities go into the cross-entropy",
        """
        e = scores.exp()
        q = e / e.sum(-1, keepdim=True)
        return cross_entropy(reshape(q, -1, q.shape[-1]), reshape(targets, -1))
        """,
        "softmax_twice",
        NAMED,
        first=HELPFUL,
    ),
    loss(
        "width_of_targets",
        "rows as long as a sequence, not as the vocabulary",
        "return cross_entropy(reshape(scores, -1, targets.shape[1]), reshape(targets, -1))",
        "raised",
        HELPFUL,
    ),
    loss(
        "not_reshaped",
        "the arrays go in as they are",
        "return cross_entropy(scores, targets)",
        "raised",
        HELPFUL,
    ),
    loss(
        "first_sequence",
        "the first sequence of the batch alone",
        "return cross_entropy(scores[0], targets[0])",
        "wrong",
        HELPFUL,
    ),
    loss(
        "as_a_number",
        "a number, from .item()",
        "return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1)).item()",
        "no_tensor",
        NAMED,
    ),
    loss(
        "perplexity",
        "e to the loss",
        "return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1)).exp()",
        "wrong",
        HELPFUL,
    ),
    loss(
        "divided_again",
        "divided by the batch, although it is a mean already",
        "return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1)) / scores.shape[0]",
        "divided_again",
        NAMED,
        first=HELPFUL,
    ),
    loss(
        "targets_by_time",
        "the targets, not the scores, are put in rows time by time",
        "return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets.transpose(0, 1), -1))",
        "targets_mixed",
        NAMED,
        first=HELPFUL,
    ),
    loss(
        "last_left_out",
        "the loop over places ends one too early",
        """
        t = scores.shape[1]
        total = cross_entropy(scores[:, 0], targets[:, 0])
        for i in range(1, t - 1):
            total = total + cross_entropy(scores[:, i], targets[:, i])
        return total / t
        """,
        "wrong",
        HELPFUL,
    ),
    kept(
        "joined_by_heads",
        "joined along dimension 1",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], 1), cat([old_v, v], 1)
        self.layers[layer] = k, v
        return k, v
        """,
        "raised",
        HELPFUL,
    ),
    kept(
        "joined_by_width",
        "joined along the last dimension",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], -1), cat([old_v, v], -1)
        self.layers[layer] = k, v
        return k, v
        """,
        "raised",
        HELPFUL,
    ),
    kept(
        "keys_for_values",
        "the old keys before the new values",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], 2), cat([old_k, v], 2)
        self.layers[layer] = k, v
        return k, v
        """,
        "raised",
        HELPFUL,
    ),
    kept(
        "values_first",
        "values and keys are exchanged in the result",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], 2), cat([old_v, v], 2)
        self.layers[layer] = k, v
        return v, k
        """,
        "swapped",
        NAMED,
    ),
    kept(
        "first_not_kept",
        "kept only where there was something before",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], 2), cat([old_v, v], 2)
            self.layers[layer] = k, v
        return k, v
        """,
        "only_the_new",
        NAMED,
        first=HELPFUL,
    ),
    kept(
        "any_layer",
        "asks whether there is any layer, not this one",
        """
        if self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], 2), cat([old_v, v], 2)
        self.layers[layer] = k, v
        return k, v
        """,
        "raised",
        HELPFUL,
    ),
    kept(
        "by_kind",
        "looked up by the class of the layer",
        """
        name = type(layer)
        if name in self.layers:
            old_k, old_v = self.layers[name]
            k, v = cat([old_k, k], 2), cat([old_v, v], 2)
        self.layers[name] = k, v
        return k, v
        """,
        "one_for_all_layers",
        NAMED,
    ),
    kept(
        "counts_too",
        "length grows as well, which the GPT counts itself, and so twice or once for each layer",
        """
        self.length += k.shape[2]
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k, k], 2), cat([old_v, v], 2)
        self.layers[layer] = k, v
        return k, v
        """,
        "counts_too",
        NAMED,
        first=MISSED,
    ),
    kept(
        "arrays",
        "joined by NumPy",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k = np.concatenate([np.asarray(old_k), np.asarray(k)], 2)
            v = np.concatenate([np.asarray(old_v), np.asarray(v)], 2)
        self.layers[layer] = k, v
        return k, v
        """,
        "no_tensor",
        NAMED,
    ),
    kept(
        "new_ones_last_step",
        "only the pieces of this call and the one before",
        """
        old = self.layers.get(layer)
        self.layers[layer] = k, v
        if old is not None:
            return cat([old[0], k], 2), cat([old[1], v], 2)
        return k, v
        """,
        "only_the_new_kept",
        NAMED,
    ),
    of_k(
        "others_only",
        "np.where the wrong way round",
        """
        if k >= len(scores):
            return scores
        return np.where(scores < np.sort(scores)[-k], scores, -np.inf)
        """,
        "the_others_stay",
        NAMED,
        first=HELPFUL,
    ),
    of_k(
        "the_k_alone",
        "k scores come back, not V",
        "return np.sort(scores)[-k:]",
        "shape",
        HELPFUL,
    ),
    of_k(
        "numbers_of_tokens",
        "the tokens, not their scores",
        "return np.argsort(-scores)[:k]",
        "shape",
        HELPFUL,
    ),
    of_k(
        "not_so_low",
        "-1e9, not -∞",
        """
        if k >= len(scores):
            return scores
        return np.where(scores < np.sort(scores)[-k], -1e9, scores)
        """,
        "only_low",
        NAMED,
        first=HELPFUL,
    ),
    of_k(
        "partition_from_below",
        "np.partition counts from the lowest",
        """
        if k >= len(scores):
            return scores
        return np.where(scores < np.partition(scores, k)[k], -np.inf, scores)
        """,
        "one_more",
        NAMED,
    ),
    of_k(
        "in_place",
        "the others become -∞ in the array that came in",
        """
        if k >= len(scores):
            return scores
        scores[scores < np.sort(scores)[-k]] = -np.inf
        return scores
        """,
        "modified_input",
        NAMED,
    ),
    of_k(
        "different_values",
        "the k-th highest of the different values",
        """
        if k >= len(scores):
            return scores
        different = np.unique(scores)
        return np.where(scores < different[-min(k, len(different))], -np.inf, scores)
        """,
        "equal_ones_as_one",
        NAMED,
        first=MISLEADING,
    ),
    of_p(
        "up_to_p_and_one",
        "<= in place of <: one more where the sum is p already",
        """
        chosen = order[(before <= p) | (np.arange(len(order)) == 0)]
        kept[chosen] = scores[chosen]
        return kept
        """,
        "one_after_p",
        NAMED,
        first=MISSED,
    ),
    of_p(
        "what_is_left",
        "the complement: those after the first p",
        """
        chosen = order[before >= p]
        kept[chosen] = scores[chosen]
        return kept
        """,
        "the_rest_stays",
        NAMED,
        first=HELPFUL,
    ),
    of_p(
        "probabilities_back",
        "probabilities, not scores",
        """
        chosen = before < max(p, 1e-12)
        kept[order[chosen]] = q[chosen]
        return kept
        """,
        "probabilities_returned",
        NAMED,
        first=HELPFUL,
    ),
    of_p(
        "back_in_order",
        "the scores come back sorted",
        """
        return np.where(before < max(p, 1e-12), scores[order], -np.inf)
        """,
        "wrong",
        HELPFUL,
    ),
    of_p(
        "the_chosen_alone",
        "the chosen scores, not V of them",
        """
        return scores[order[before < max(p, 1e-12)]]
        """,
        "shape",
        HELPFUL,
    ),
    of_p(
        "not_in_order",
        "summed in the order of the tokens",
        """
        q = softmax(scores)
        return np.where(np.cumsum(q) - q < p, scores, -np.inf)
        """,
        "unsorted",
        NAMED,
        first=MISLEADING,
    ),
    of_p(
        "share_of_the_count",
        "the first p · V tokens",
        """
        chosen = order[: max(1, round(p * len(scores)))]
        kept[chosen] = scores[chosen]
        return kept
        """,
        "share_of_tokens",
        NAMED,
        first=MISLEADING,
    ),
    of_p(
        "relative_to_the_likeliest",
        "those with at least p of the likeliest's probability (min-p)",
        """
        chosen = order[q >= p * q[0]]
        kept[chosen] = scores[chosen]
        return kept
        """,
        "share_of_the_highest",
        NAMED,
        first=MISLEADING,
    ),
    drawn(
        "p_before_k",
        "first p, then k",
        """
        scores = scores if p is None else top_p(scores, p)
        scores = scores if k is None else top_k(scores, k)
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "p_first",
        NAMED,
        first=MISSED,
    ),
    drawn(
        "p_or_k",
        "p only where k is not given",
        """
        if k is not None:
            scores = top_k(scores, k)
        elif p is not None:
            scores = top_p(scores, p)
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "p_or_k",
        NAMED,
        first=MISSED,
    ),
    drawn(
        "zero_is_none",
        "if p: with p = 0 it counts as not given",
        """
        if k:
            scores = top_k(scores, k)
        if p:
            scores = top_p(scores, p)
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "zero_is_none",
        NAMED,
        first=MISSED,
    ),
    drawn(
        "numpy_draws",
        "np.random draws, not rng",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return int(np.random.choice(len(scores), p=softmax(scores)))
        """,
        "rng_not_used",
        NAMED,
        first=MISSED,
    ),
    drawn(
        "always_the_same_draw",
        "a generator of its own, made anew at each call",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return int(np.random.default_rng(0).choice(len(scores), p=softmax(scores)))
        """,
        "rng_not_used",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.9",
        "next_token",
        "divided_in_place",
        "/= changes the scores that came in",
        """
        if temperature == 0:
            return int(scores.argmax())
        scores /= temperature
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "modified_input",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "3.9",
        "next_token",
        "divided_by_zero",
        "temperature 0 is no case of its own",
        """
        scores = scores.astype(np.float64) / temperature
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "raised",
        HELPFUL,
    ),
    drawn(
        "scores_as_probabilities",
        "the scores themselves are given to rng.choice",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return int(rng.choice(len(scores), p=scores / scores.sum()))
        """,
        "other_shares",
        HELPFUL,
    ),
    drawn(
        "rank_returned",
        "the place in the order is returned, not the token",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        order = np.argsort(-scores)
        return int(rng.choice(len(scores), p=softmax(scores[order])))
        """,
        "rank_returned",
        NAMED,
        first=HELPFUL,
    ),
    drawn(
        "results_not_taken",
        "top_k and top_p are called, and what they give is not used",
        """
        if k is not None:
            top_k(scores, k)
        if p is not None:
            top_p(scores, p)
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "k_ignored",
        NAMED,
    ),
    drawn(
        "likeliest_of_the_rest",
        "the likeliest where k or p is given",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        if k is not None or p is not None:
            return int(scores.argmax())
        return int(rng.choice(len(scores), p=softmax(scores)))
        """,
        "always_the_likeliest",
        HELPFUL,
    ),
    kept(
        "joined_to_itself",
        "setdefault at the first call, then joined to that",
        """
        old_k, old_v = self.layers.setdefault(layer, (k, v))
        self.layers[layer] = cat([old_k, k], 2), cat([old_v, v], 2)
        return self.layers[layer]
        """,
        "joined_to_themselves",
        NAMED,
        first=HELPFUL,
    ),
    kept(
        "not_asked_whether_there_is_one",
        "self.layers[layer] without a look whether there is one",
        """
        old_k, old_v = self.layers[layer]
        self.layers[layer] = cat([old_k, k], 2), cat([old_v, v], 2)
        return self.layers[layer]
        """,
        "raised",
        HELPFUL,
    ),
    kept(
        "old_ones_detached",
        "the old ones are detached before they are joined",
        """
        if layer in self.layers:
            old_k, old_v = self.layers[layer]
            k, v = cat([old_k.detach(), k], 2), cat([old_v.detach(), v], 2)
        self.layers[layer] = k, v
        return k, v
        """,
        "old_ones_cut_off",
        NAMED,
        first=MISSED,
    ),
    of_k(
        "the_last_k_in_order",
        "the last k of argsort, whatever equals the last of them",
        """
        kept = np.full_like(scores, -np.inf)
        best = np.argsort(scores)[-k:]
        kept[best] = scores[best]
        return kept
        """,
        "exactly_k_from_the_end",
        NAMED,
        first=HELPFUL,
    ),
    of_k(
        "softmax_already",
        "probabilities of those that stay, not scores",
        """
        if k >= len(scores):
            return scores
        return np.where(scores < np.sort(scores)[-k], -np.inf, softmax(scores))
        """,
        "probabilities_kept",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "3.9",
        "top_p",
        "each_alone",
        "those whose own probability is at least p",
        """
        return np.where(softmax(scores) >= p, scores, -np.inf)
        """,
        "none_stays",
        NAMED,
        first=MISLEADING,
    ),
    drawn(
        "score_drawn",
        "rng.choice of the scores, not of their number",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return rng.choice(scores, p=softmax(scores))
        """,
        "no_int",
        NAMED,
        first=MISLEADING,
    ),
    drawn(
        "array_of_one",
        "size=1: an array with one token",
        """
        scores = scores if k is None else top_k(scores, k)
        scores = scores if p is None else top_p(scores, p)
        return rng.choice(len(scores), size=1, p=softmax(scores))
        """,
        "no_int",
        NAMED,
        first=HELPFUL,
    ),
    loss(
        "by_numpy",
        "computed by NumPy, and a tensor made of it",
        """
        rows, labels = scores.data.reshape(-1, scores.shape[-1]), targets.data.reshape(-1)
        q = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
        return Tensor(-np.log(q[np.arange(len(labels)), labels]).mean())
        """,
        "gradient_lost",
        NAMED,
        first=MISLEADING,
    ),
]
