"""Typical mistakes in lesson 3.7."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

SIZES = """
        n, t, e = x.shape
        h = self.num_heads
        d = e // h
"""
HEADS = """
        n, h, t, d = y.shape
"""
GIVEN = """
        weights, biases = self.matrices()
"""


def cut(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that knows the sizes."""
    return Mistake("3.7", "MultiheadAttention.in_heads", name, what, SIZES + code, finding, judgement, first)


def joined(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that knows the sizes."""
    return Mistake("3.7", "MultiheadAttention.joined", name, what, HEADS + code, finding, judgement, first)


def projected(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that has the matrices."""
    return Mistake("3.7", "MultiheadAttention.projected", name, what, GIVEN + code, finding, judgement, first)


MISTAKES = [
    cut(
        "true_division",
        "e / h, which is no whole number to Python",
        """
        return transpose(reshape(x, n, t, h, e / h), 1, 2)
        """,
        "raised",
        HELPFUL,
    ),
    cut(
        "transpose_without_dimensions",
        "transpose without saying which dimensions",
        """
        return transpose(reshape(x, n, t, h, d))
        """,
        "raised",
        HELPFUL,
    ),
    cut(
        "batch_forgotten",
        "written for one sequence: two sizes are unpacked",
        """
        t, e = x.shape
        return transpose(reshape(x, t, h, d), 0, 1)
        """,
        "raised",
        HELPFUL,
    ),
    cut(
        "no_such_attribute",
        "self.head_dim, which this layer does not keep",
        """
        return transpose(reshape(x, n, t, h, self.head_dim), 1, 2)
        """,
        "raised",
        HELPFUL,
    ),
    cut(
        "transposed_then_reshaped",
        "places and numbers are exchanged first, then cut",
        """
        return reshape(transpose(x, 1, 2), n, h, t, d)
        """,
        "exchanged_before_the_cut",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "heads_as_keys_transposed",
        "places and numbers are exchanged first: [n, h, d, t]",
        """
        return reshape(transpose(x, 1, 2), n, h, d, t)
        """,
        "width_before_places",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "last_two_exchanged",
        "cut rightly, then the last two dimensions are exchanged",
        """
        return transpose(reshape(x, n, t, h, d), 2, 3)
        """,
        "last_two_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "heads_and_width_exchanged",
        "cut into d parts of h numbers",
        """
        return transpose(reshape(x, n, t, d, h), 1, 2)
        """,
        "width_for_number",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "heads_before_the_batch",
        "[h, n, t, d]: the heads come before the batch",
        """
        return reshape(x, n, t, h, d).permute(2, 0, 1, 3)
        """,
        "before_the_batch",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "heads_in_the_batch",
        "[n h, t, d], as heads are folded into the batch elsewhere",
        """
        return reshape(transpose(reshape(x, n, t, h, d), 1, 2), n * h, t, d)
        """,
        "folded_into_the_batch",
        NAMED,
        first=MISLEADING,
    ),
    cut(
        "reshaped_heads_first",
        "a reshape to [h, n, t, d], then heads and batch are exchanged",
        """
        return transpose(reshape(x, h, n, t, d), 0, 1)
        """,
        "reshaped_heads_first",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "width_before_places",
        "a reshape to [n, h, d, t], then the last two are exchanged",
        """
        return transpose(reshape(x, n, h, d, t), 2, 3)
        """,
        "reshaped_width_first",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "split_into_parts_of_h",
        "split by the number of heads, which is the size of a part",
        """
        from minigrad import stack
        return stack(split(x, h, -1), 1)
        """,
        "width_for_number",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "stacked_behind_the_places",
        "split rightly and stacked along dimension 2",
        """
        from minigrad import stack
        return stack(split(x, d, -1), 2)
        """,
        "not_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "heads_joined_along_places",
        "the heads one behind the other along the places: cat, not stack",
        """
        from minigrad import cat
        return cat([x[..., i * d : (i + 1) * d] for i in range(h)], 1)
        """,
        "joined_along_places",
        NAMED,
        first=MISLEADING,
    ),
    cut(
        "overlapping_heads",
        "head i begins at number i, not at i · d",
        """
        from minigrad import stack
        return stack([x[..., i : i + d] for i in range(h)], 1)
        """,
        "overlapping",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "every_head_the_same",
        "every head gets the first d numbers",
        """
        from minigrad import stack
        return stack([x[..., :d] for i in range(h)], 1)
        """,
        "all_the_first",
        NAMED,
        first=HELPFUL,
    ),
    cut(
        "new_tensor",
        "NumPy does it, and a new tensor is made of the result",
        """
        return Tensor(x.data.reshape(n, t, h, d).swapaxes(1, 2))
        """,
        "gradient_lost",
        NAMED,
        first=MISLEADING,
    ),
    cut(
        "list_of_heads",
        "a list with a tensor for each head",
        """
        return [x[..., i * d : (i + 1) * d] for i in range(h)]
        """,
        "no_tensor",
        HELPFUL,
    ),
    cut(
        "scaled",
        "divided by √d here, which forward does",
        """
        return transpose(reshape(x, n, t, h, d), 1, 2) / math.sqrt(d)
        """,
        "scaled_already",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "sizes_misread",
        "y.shape read as [n, t, h, d]",
        """
        n, t, h, d = y.shape
        return reshape(transpose(y, 1, 2), n, t, h * d)
        """,
        "sizes_misread",
        NAMED,
        first=MISLEADING,
    ),
    joined(
        "batch_joined",
        "[n t, e]: batch and places become one dimension",
        """
        return reshape(transpose(y, 1, 2), -1, h * d)
        """,
        "batch_joined",
        NAMED,
        first=MISLEADING,
    ),
    joined(
        "flattened_too_far",
        "flatten from dimension 1 on",
        """
        return transpose(y, 1, 2).flatten(1)
        """,
        "places_joined",
        NAMED,
        first=MISLEADING,
    ),
    joined(
        "flattened_without_exchange",
        "flatten(2) without an exchange: [n, h, t d]",
        """
        return y.flatten(2)
        """,
        "flattened_heads",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "same_steps_as_in_heads",
        "the steps of in_heads in the same order: reshape, then exchange",
        """
        return reshape(transpose(reshape(y, n, t, h, d), 1, 2), n, t, h * d)
        """,
        "same_steps",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "reshaped_then_exchanged",
        "a reshape to [n, e, t], then an exchange",
        """
        return transpose(reshape(y, n, h * d, t), 1, 2)
        """,
        "reshaped_too_early",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "last_two_exchanged",
        "places and numbers are exchanged, then reshaped",
        """
        return reshape(transpose(y, 2, 3), n, t, h * d)
        """,
        "wrong_pair_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "heads_and_numbers_exchanged",
        "heads and their numbers are exchanged, then reshaped",
        """
        return reshape(transpose(y, 1, 3), n, t, h * d)
        """,
        "other_pair_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "averaged",
        "the mean of the heads",
        """
        return y.mean(1)
        """,
        "averaged",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "summed",
        "the sum of the heads",
        """
        return y.sum(1)
        """,
        "summed",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "one_below_the_other",
        "the heads one behind the other along the places",
        """
        from minigrad import cat
        return cat([y[:, i] for i in range(h)], 1)
        """,
        "one_below_the_other",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "joined_over_the_batch",
        "y[i] for head i, which is sequence i of the batch",
        """
        from minigrad import cat
        return cat([y[i] for i in range(h)], -1)
        """,
        "raised",
        HELPFUL,
    ),
    joined(
        "last_width",
        "the width of a head for that of all",
        """
        return reshape(transpose(y, 1, 2), n, t, d)
        """,
        "raised",
        HELPFUL,
    ),
    joined(
        "places_first",
        "[t, n, e], PyTorch's order without batch_first",
        """
        return reshape(y.permute(2, 0, 1, 3), t, n, h * d)
        """,
        "places_first",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "output_layer_too",
        "Wo is applied here, and once more in forward",
        """
        return self.out_proj(reshape(transpose(y, 1, 2), n, t, h * d))
        """,
        "output_layer_too",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "first_head_alone",
        "return stands inside the loop",
        """
        from minigrad import cat
        for i in range(h):
            return cat([y[:, i]], -1)
        """,
        "first_head_alone",
        NAMED,
        first=HELPFUL,
    ),
    joined(
        "gradient_lost",
        "a new tensor of NumPy's result",
        """
        return Tensor(np.concatenate([y.data[:, i] for i in range(h)], axis=-1))
        """,
        "gradient_lost",
        NAMED,
        first=MISLEADING,
    ),
    projected(
        "not_transposed",
        "x W in the place of x Wᵀ",
        """
        return [x @ w if b is None else x @ w + b for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "not_transposed",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "matrix_first",
        "W @ x, as the formula is written",
        """
        return [w @ x if b is None else w @ x + b for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "raised",
        HELPFUL,
    ),
    projected(
        "none_added",
        "a bias that is None is added",
        """
        return [x @ transpose(w, 0, 1) + b for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "raised",
        HELPFUL,
    ),
    projected(
        "bias_twice",
        "linear adds the bias, and it is added again",
        """
        return [linear(x, w, b) if b is None else linear(x, w, b) + b for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "bias_twice",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "first_bias_for_all",
        "bq is added to all three",
        """
        return [linear(x, w, biases[0]) for x, w in zip((q, k, v), weights)]
        """,
        "one_bias",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "biases_exchanged",
        "bk and bv are exchanged",
        """
        bq, bv, bk = biases
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, (bq, bk, bv))]
        """,
        "biases_exchanged",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "key_matrix_for_values",
        "Wk for the values: a line that was copied",
        """
        return [linear(q, weights[0], biases[0]), linear(k, weights[1], biases[1]), linear(v, weights[1], biases[1])]
        """,
        "keys_twice",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "values_from_keys",
        "the values are made of k: a line that was copied",
        """
        return [linear(q, weights[0], biases[0]), linear(k, weights[1], biases[1]), linear(k, weights[2], biases[2])]
        """,
        "values_of_the_keys",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "one_after_the_other",
        "each works on what the one before it made",
        """
        found = []
        for w, b in zip(weights, biases):
            q = linear(q, w, b)
            found.append(q)
        return found
        """,
        "one_after_the_other",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "one_product_always",
        "one product by in_proj_weight, whatever the inputs are",
        """
        return split(linear(q, self.in_proj_weight, self.in_proj_bias), self.embed_dim, -1)
        """,
        "all_of_the_query",
        NAMED,
    ),
    projected(
        "bias_not_in_the_short_way",
        "the one product for self-attention has no bias",
        """
        if q is k is v:
            return split(linear(q, self.in_proj_weight, None), self.embed_dim, -1)
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "without_biases",
        NAMED,
    ),
    projected(
        "split_by_three",
        "split(..., 3): parts of three numbers, not three parts",
        """
        if self.alike and q is k is v:
            return split(linear(q, self.in_proj_weight, self.in_proj_bias), 3, -1)
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "too_many",
        NAMED,
        first=MISLEADING,
    ),
    projected(
        "not_split",
        "the one product is returned whole",
        """
        if self.alike and q is k is v:
            return linear(q, self.in_proj_weight, self.in_proj_bias)
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "not_apart",
        NAMED,
        first=MISLEADING,
    ),
    projected(
        "joined_in_one",
        "one tensor with the three side by side",
        """
        from minigrad import cat
        return cat([linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)], -1)
        """,
        "raised",
        HELPFUL,
    ),
    projected(
        "cut_already",
        "cut into heads here, which forward does",
        """
        return [self.in_heads(linear(x, w, b)) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "cut_already",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "query_scaled",
        "the query is divided by √d here, which forward does",
        """
        q, k, v = [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        return [q / math.sqrt(self.embed_dim // self.num_heads), k, v]
        """,
        "query_scaled",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "layers_of_its_own",
        "new linear layers with weights of their own",
        """
        return [Linear(x.shape[-1], self.embed_dim)(x) for x in (q, k, v)]
        """,
        "layers_of_its_own",
        NAMED,
        first=HELPFUL,
    ),
    projected(
        "wrongly_unpacked",
        "matrices() unpacked into three",
        """
        wq, wk, wv = self.matrices()
        return [linear(x, *w) for x, w in zip((q, k, v), (wq, wk, wv))]
        """,
        "raised",
        HELPFUL,
    ),
    projected(
        "gradient_lost",
        "computed by NumPy, and tensors made of it",
        """
        return [
            Tensor(x.data @ w.data.T if b is None else x.data @ w.data.T + b.data)
            for x, w, b in zip((q, k, v), weights, biases)
        ]
        """,
        "gradient_lost",
        NAMED,
        first=MISLEADING,
    ),
    projected(
        "arrays",
        "arrays in the place of tensors",
        """
        return [x.data @ w.data.T for x, w in zip((q, k, v), weights)]
        """,
        "no_tensor",
        NAMED,
    ),
    projected(
        "returned_in_the_loop",
        "return stands inside the loop",
        """
        found = []
        for x, w, b in zip((q, k, v), weights, biases):
            found.append(linear(x, w, b))
            return found
        """,
        "too_few",
        NAMED,
        first=MISLEADING,
    ),
    projected(
        "append_returned",
        "what append gives, None, is returned",
        """
        found = []
        for x, w, b in zip((q, k, v), weights, biases):
            last = found.append(linear(x, w, b))
        return last
        """,
        "nothing",
        HELPFUL,
    ),
    projected(
        "short_way_where_q_is_k",
        "the one product wherever q is k, without a look at v",
        """
        if self.alike and q is k:
            return split(linear(q, self.in_proj_weight, self.in_proj_bias), self.embed_dim, -1)
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "all_of_the_query",
        NAMED,
        first=MISSED,
    ),
    projected(
        "short_way_where_k_is_v",
        "the one product wherever k is v, without a look at q",
        """
        if self.alike and k is v:
            return split(linear(q, self.in_proj_weight, self.in_proj_bias), self.embed_dim, -1)
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "all_of_the_query",
        NAMED,
        first=MISSED,
    ),
    projected(
        "short_way_by_shapes",
        "the one product wherever the shapes are the same",
        """
        if q.shape == k.shape == v.shape:
            return split(linear(q, self.in_proj_weight, self.in_proj_bias), self.embed_dim, -1)
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "all_of_the_query",
        NAMED,
        first=MISSED,
    ),
    projected(
        "inputs_detached",
        "the inputs are made into new tensors, so that no gradient comes back to them",
        """
        return [linear(Tensor(x.data), w, b) for x, w, b in zip((q, k, v), weights, biases)]
        """,
        "none_comes_back",
        NAMED,
        first=MISSED,
    ),
    projected(
        "weights_detached",
        "the matrices are made into new tensors, which get no gradient",
        """
        return [
            linear(x, Tensor(w.data), b) for x, w, b in zip((q, k, v), weights, biases)
        ]
        """,
        "none_comes_back",
        NAMED,
        first=MISLEADING,
    ),
]
