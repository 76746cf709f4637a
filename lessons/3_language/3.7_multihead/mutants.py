"""Mistakes that are made in lesson 3.7."""

from minigrad.course.mutants import mistake, mutant
from minigrad.nn import Linear
from minigrad.ops import reshape, split, stack, transpose
from minigrad.ops.linalg import linear
from minigrad.tensor import Tensor

LAYER = "minigrad.nn.attention:MultiheadAttention."
CUT, JOINED, PROJECTED = LAYER + "in_heads", LAYER + "joined", LAYER + "projected"


# -------------------------------------------------------------------------------------------------------------- cutting


@mistake(
    CUT,
    "This is a reshape alone: it goes on through memory, so that the first head gets the first places with all their "
    "numbers. Cut the last dimension first, [n, t, num_heads, d], then exchange places and heads.",
    "这里只做了 reshape：它按内存的次序往下走，第一个头拿到的是前几个位置的全部数。先把最后一维切开，[n, t, "
    "num_heads, d]，再交换位置和头。",
)
def reshaped_alone(self, x):
    return reshape(x, x.shape[0], self.num_heads, x.shape[1], self.embed_dim // self.num_heads)


@mistake(
    CUT,
    "Every num_heads-th number went to the same head. A head has neighbouring numbers: 0 to d - 1 are those of the "
    "first. The last dimension is cut into [num_heads, d], not into [d, num_heads].",
    "每隔 num_heads 个数分给同一个头了。一个头拿的是相邻的数：0 到 d - 1 归第一个头。最后一维要切成 [num_heads, d]，"
    "不是 [d, num_heads]。",
)
def dealt_out(self, x):
    d = self.embed_dim // self.num_heads
    return reshape(x, *x.shape[:2], d, self.num_heads).permute(0, 3, 1, 2)


@mistake(
    CUT,
    "The heads are in the opposite order.",
    "头的次序反了。",
)
def last_head_first(self, x):
    d = self.embed_dim // self.num_heads
    return transpose(reshape(x, *x.shape[:2], self.num_heads, d), 1, 2).flip(1)


@mistake(
    CUT,
    "The last dimension is cut rightly, but the heads still stand behind the places: [n, t, num_heads, d]. Exchange "
    "the two, transpose(·, 1, 2).",
    "最后一维切对了，但头还排在位置后面：[n, t, num_heads, d]。再用 transpose(·, 1, 2) 交换这两维。",
)
def not_exchanged(self, x):
    return reshape(x, *x.shape[:2], self.num_heads, self.embed_dim // self.num_heads)


@mistake(
    CUT,
    "The last dimension is cut rightly, and then heads and their numbers were exchanged. It is heads and places that "
    "have to be: dimensions 1 and 2, counted from 0.",
    "最后一维切对了，可是交换的是头和头里的数。要交换的是头和位置：第 1 维和第 2 维（从 0 数起）。",
)
def last_two_exchanged(self, x):
    return transpose(reshape(x, *x.shape[:2], self.num_heads, self.embed_dim // self.num_heads), 2, 3)


@mistake(
    CUT,
    "These are d heads of num_heads numbers each; there are num_heads heads of d = embed_dim / num_heads. (split takes "
    "the size of a part, not how many.)",
    "这样得到的是 d 个头，每个 num_heads 个数；应该是 num_heads 个头，每个 d = embed_dim / num_heads 个数。"
    "（split 要的是一份多大，不是分几份。）",
)
def width_for_number(self, x):
    return transpose(reshape(x, *x.shape[:2], self.embed_dim // self.num_heads, self.num_heads), 1, 2)


@mistake(
    CUT,
    "Each head is cut rightly, but the heads come before the batch: [num_heads, n, t, d].",
    "每个头都切对了，但头排到了批次的前面：[num_heads, n, t, d]。",
)
def before_the_batch(self, x):
    return reshape(x, *x.shape[:2], self.num_heads, self.embed_dim // self.num_heads).permute(2, 0, 1, 3)


@mistake(
    CUT,
    "The numbers are right, but batch and heads are one dimension. They stay two: [n, num_heads, t, d].",
    "数值都对，但批次和头并成了一维。应该还是两维：[n, num_heads, t, d]。",
)
def folded_into_the_batch(self, x):
    d = self.embed_dim // self.num_heads
    heads = transpose(reshape(x, *x.shape[:2], self.num_heads, d), 1, 2)
    return reshape(heads, -1, x.shape[1], d)


@mistake(
    CUT,
    "The numbers are right, but the heads are joined along the places. They need a dimension of their own: stack, not "
    "cat, or reshape and transpose.",
    "数值都对，但各个头沿着位置接在了一起。头要有自己的一维：用 stack，不用 cat；或者用 reshape 和 transpose。",
)
def joined_along_places(self, x):
    d = self.embed_dim // self.num_heads
    heads = transpose(reshape(x, *x.shape[:2], self.num_heads, d), 1, 2)
    return reshape(heads, len(x), -1, d)


@mistake(
    CUT,
    "Places and numbers were exchanged before anything was cut, and the reshape then went on through the new order. "
    "Cut first: [n, t, num_heads, d].",
    "还没有切，就先交换了位置和数，后面的 reshape 是按新的次序往下走的。要先切：[n, t, num_heads, d]。",
)
def exchanged_before_the_cut(self, x):
    d = self.embed_dim // self.num_heads
    return reshape(transpose(x, 1, 2), len(x), self.num_heads, x.shape[1], d)


@mistake(
    CUT,
    "Places and numbers were exchanged, so that a head is [d, t] and not [t, d]. Cut the last dimension first, then "
    "exchange places and heads.",
    "交换了位置和数，每个头成了 [d, t]，不是 [t, d]。先把最后一维切开，再交换位置和头。",
)
def width_before_places(self, x):
    d = self.embed_dim // self.num_heads
    return reshape(transpose(x, 1, 2), len(x), self.num_heads, d, x.shape[1])


@mistake(
    CUT,
    "A reshape put the heads in front, and it never changes the order in memory: the first head has got the first "
    "sequences. A reshape may only cut the last dimension here; transpose brings the heads forward.",
    "这里用 reshape 把头放到了最前面，而 reshape 从不改变内存里的次序：第一个头拿到的是前几个序列。reshape "
    "只能用来切最后一维；把头挪到前面要用 transpose。",
)
def reshaped_heads_first(self, x):
    d = self.embed_dim // self.num_heads
    return transpose(reshape(x, self.num_heads, *x.shape[:2], d), 0, 1)


@mistake(
    CUT,
    "A reshape put the heads before the places, and it never changes the order in memory; exchanging the last two "
    "dimensions afterwards does not mend that. Cut to [n, t, num_heads, d] first.",
    "这里用 reshape 把头放到了位置前面，而 reshape 从不改变内存里的次序；之后再交换最后两维也补救不了。先切成 "
    "[n, t, num_heads, d]。",
)
def reshaped_width_first(self, x):
    d = self.embed_dim // self.num_heads
    return transpose(reshape(x, len(x), self.num_heads, d, x.shape[1]), 2, 3)


@mistake(
    CUT,
    "The heads overlap: head i begins at number i · d, not at i.",
    "各个头重叠了：头 i 从第 i · d 个数开始，不是从第 i 个。",
)
def overlapping(self, x):
    d = self.embed_dim // self.num_heads
    return stack([x[..., i : i + d] for i in range(self.num_heads)], 1)


@mistake(
    CUT,
    "Every head has got the same numbers, the first d; head i begins at i · d.",
    "每个头拿到的都是前 d 个数；头 i 应该从第 i · d 个开始。",
)
def all_the_first(self, x):
    d = self.embed_dim // self.num_heads
    return stack([x[..., :d]] * self.num_heads, 1)


@mistake(
    CUT,
    "This is divided by √d. Heads are only cut here: forward hands 1 / √d to the attention, where scores are scaled.",
    "这里除以了 √d。这一步只切头：缩放得分用的 1 / √d，forward 会交给注意力。",
)
def scaled_already(self, x):
    d = self.embed_dim // self.num_heads
    return transpose(reshape(x, *x.shape[:2], self.num_heads, d), 1, 2) / d**0.5


@mutant(CUT, "gradient_lost")
def new_tensor_of_heads(self, x):
    return Tensor(x.data.reshape(*x.shape[:2], self.num_heads, -1).swapaxes(1, 2))


@mutant(CUT, "nothing")
def no_heads(self, x):
    return None


@mutant(CUT, "no_tensor")
def array_of_heads(self, x):
    d = self.embed_dim // self.num_heads
    return x.detach().numpy().reshape(*x.shape[:2], self.num_heads, d).swapaxes(1, 2)


# -------------------------------------------------------------------------------------------------------------- joining


@mistake(
    JOINED,
    "This is a reshape alone: a place gets the numbers of one head at several places. Exchange heads and places first.",
    "这里只做了 reshape：一个位置拿到的是同一个头在几个位置上的数。要先交换头和位置。",
)
def joined_alone(self, y):
    return reshape(y, y.shape[0], y.shape[2], self.embed_dim)


@mistake(
    JOINED,
    "The numbers of the heads are mixed: the first of every head, then the second of every head. Side by side means "
    "all d numbers of the first head, then all of the second.",
    "各个头的数交错了：先是每个头的第一个数，再是每个头的第二个数。并排的意思是：第一个头的 d 个数放完，"
    "再放第二个头的。",
)
def interleaved(self, y):
    return reshape(y.permute(0, 2, 3, 1), y.shape[0], y.shape[2], self.embed_dim)


@mistake(
    JOINED,
    "The heads stand in the opposite order.",
    "头的次序反了。",
)
def last_one_first(self, y):
    return reshape(transpose(y.flip(1), 1, 2), y.shape[0], y.shape[2], self.embed_dim)


@mistake(
    JOINED,
    "Heads and places are exchanged, but not yet joined: the last two dimensions, [num_heads, d], become one.",
    "头和位置交换好了，还没有拼起来：最后两维 [num_heads, d] 要并成一维。",
)
def not_joined(self, y):
    return transpose(y, 1, 2)


@mistake(
    JOINED,
    "The numbers are in the right order, and the reshape drew the line elsewhere: a row is one place, with embed_dim "
    "numbers. y comes as [n, num_heads, t, d]: heads are dimension 1, places dimension 2.",
    "数的次序对了，reshape 却分错了行：一行是一个位置，有 embed_dim 个数。y 的形状是 [n, num_heads, t, d]：第 1 维是"
    "头，第 2 维是位置。",
)
def sizes_misread(self, y):
    return reshape(transpose(y, 1, 2), y.shape[0], y.shape[1], -1)


@mistake(
    JOINED,
    "The numbers are right, but the sequences of the batch are one behind the other. The batch stays a dimension: "
    "[n, t, embed_dim].",
    "数值都对，但批次里的各个序列接在了一起。批次要留作一维：[n, t, embed_dim]。",
)
def batch_joined(self, y):
    return reshape(transpose(y, 1, 2), -1, self.embed_dim)


@mistake(
    JOINED,
    "The numbers are right, but the places are one behind the other. Only the last two dimensions, heads and their "
    "numbers, become one.",
    "数值都对，但各个位置也接在了一起。只有最后两维（头和头里的数）要并成一维。",
)
def places_joined(self, y):
    return transpose(y, 1, 2).flatten(1)


@mistake(
    JOINED,
    "Places and their numbers were joined, head by head. Exchange heads and places first, then heads and their numbers "
    "stand side by side.",
    "这里把每个头里的位置和数并在了一起。要先交换头和位置，头和头里的数才会挨着。",
)
def flattened_heads(self, y):
    return y.flatten(2)


@mistake(
    JOINED,
    "These are the steps of in_heads in the same order. On the way back the last step is undone first: exchange, then "
    "reshape.",
    "这是 in_heads 的两步，次序也照旧。回来时要先还原后一步：先交换，再 reshape。",
)
def same_steps(self, y):
    n, h, t, d = y.shape
    return reshape(transpose(reshape(y, n, t, h, d), 1, 2), n, t, h * d)


@mistake(
    JOINED,
    "A reshape to [n, embed_dim, t] comes too early: in memory the places of a head come one after the other, each "
    "with its d numbers. Exchange heads and places of y itself first.",
    "reshape 成 [n, embed_dim, t] 太早了：在内存里，一个头的各个位置一个接一个，每个有 d 个数。要先交换 y 的头和位置。",
)
def reshaped_too_early(self, y):
    return transpose(reshape(y, y.shape[0], self.embed_dim, y.shape[2]), 1, 2)


@mistake(
    JOINED,
    "Places and numbers were exchanged; it is heads and places that have to be: dimensions 1 and 2, counted from 0.",
    "交换的是位置和数；要交换的是头和位置：第 1 维和第 2 维（从 0 数起）。",
)
def wrong_pair_exchanged(self, y):
    return reshape(transpose(y, 2, 3), y.shape[0], y.shape[2], self.embed_dim)


@mistake(
    JOINED,
    "Heads and numbers were exchanged; it is heads and places that have to be: dimensions 1 and 2, counted from 0.",
    "交换的是头和数；要交换的是头和位置：第 1 维和第 2 维（从 0 数起）。",
)
def other_pair_exchanged(self, y):
    return reshape(transpose(y, 1, 3), y.shape[0], y.shape[2], self.embed_dim)


@mistake(
    JOINED,
    "The heads were added up; they are put side by side, and the width is embed_dim again.",
    "把各个头加起来了；应该并排放，宽度又是 embed_dim。",
)
def summed(self, y):
    return y.sum(1)


@mistake(
    JOINED,
    "This is the mean of the heads; they are put side by side, and the width is embed_dim again.",
    "这是各个头的平均；应该并排放，宽度又是 embed_dim。",
)
def averaged(self, y):
    return y.mean(1)


@mistake(
    JOINED,
    "The heads stand one below the other, along the places; they stand side by side: cat along the last dimension.",
    "各个头沿着位置上下接在一起了；应该左右并排：cat 要沿最后一维。",
)
def one_below_the_other(self, y):
    return reshape(y, y.shape[0], -1, y.shape[3])


@mistake(
    JOINED,
    "This is the first head alone. Does `return` stand inside the loop?",
    "这里只有第一个头。是不是把 `return` 写进循环里了？",
)
def first_head_alone(self, y):
    return y[:, 0]


@mistake(
    JOINED,
    "The places came before the batch: [t, n, embed_dim]. forward sees to PyTorch's order itself; here n comes first.",
    "位置排到了批次前面：[t, n, embed_dim]。PyTorch 的次序由 forward 负责；这里 n 在前。",
)
def places_first(self, y):
    return reshape(y.permute(2, 0, 1, 3), y.shape[2], y.shape[0], self.embed_dim)


@mistake(
    JOINED,
    "Wo has been applied already. forward does that with what joined returns: self.out_proj(self.joined(y)).",
    "这里已经乘了 Wo。forward 会对 joined 的结果做这一步：self.out_proj(self.joined(y))。",
)
def output_layer_too(self, y):
    return self.out_proj(reshape(transpose(y, 1, 2), y.shape[0], y.shape[2], self.embed_dim))


@mutant(JOINED, "gradient_lost")
def new_tensor_of_all(self, y):
    return Tensor(y.data.swapaxes(1, 2).reshape(y.shape[0], y.shape[2], -1))


@mutant(JOINED, "nothing")
def nothing_joined(self, y):
    return None


# ----------------------------------------------------------------------------------------------------------- projecting


@mistake(
    PROJECTED,
    "All three were made with the first matrix. q, k and v have a matrix each.",
    "三个都是用第一个矩阵算的。q、k、v 各有各的矩阵。",
)
def one_matrix(self, q, k, v):
    (weight, *_), (bias, *_) = self.matrices()
    if not self.alike:
        weights, biases = self.matrices()
        return [linear(*each) for each in zip((q, k, v), weights, biases)]
    return [linear(x, weight, bias) for x in (q, k, v)]


@mistake(
    PROJECTED,
    "All three were made of q. In self-attention that is no matter; in cross-attention keys or values come from "
    "elsewhere. One product by in_proj_weight will do only where q is k is v.",
    "三个都是由 q 算出来的。自注意力里没有区别；交叉注意力里，键或值来自别处。只有 q is k is v 时，才能用 "
    "in_proj_weight 一次乘完。",
)
def all_of_the_query(self, q, k, v):
    weights, biases = self.matrices()
    return [linear(q if self.alike else x, w, b) for x, w, b in zip((q, k, v), weights, biases)]


@mistake(
    PROJECTED,
    "Keys and values were exchanged: the matrices come in the order q, k, v.",
    "键和值反了：矩阵的次序是 q、k、v。",
)
def exchanged(self, q, k, v):
    weights, biases = self.matrices()
    found = [linear(*each) for each in zip((q, k, v), weights, biases)]
    return [found[0], found[2], found[1]]


@mistake(
    PROJECTED,
    "The biases are missing.",
    "没有加偏置。",
)
def without_biases(self, q, k, v):
    weights, _ = self.matrices()
    return [linear(x, w, None) for x, w in zip((q, k, v), weights)]


@mistake(
    PROJECTED,
    "The product by in_proj_weight was dealt out to q, k and v number by number. Its first embed_dim results are the "
    "query, the next ones the key, the last the value.",
    "乘以 in_proj_weight 的结果被逐个数轮流分给了 q、k、v。应该是前 embed_dim 个归查询，接着的归键，最后的归值。",
)
def dealt_to_three(self, q, k, v):
    if not (self.alike and q is k is v):
        weights, biases = self.matrices()
        return [linear(*each) for each in zip((q, k, v), weights, biases)]
    whole = linear(q, self.in_proj_weight, self.in_proj_bias)
    parts = reshape(whole, *whole.shape[:-1], self.embed_dim, 3)
    return [parts[..., i] for i in range(3)]


@mutant(PROJECTED, "nothing")
def nothing_projected(self, q, k, v):
    return None


@mistake(
    PROJECTED,
    "This is x W, and x Wᵀ is meant: each row of W belongs to one number of the result, as in 1.5. linear does that.",
    "这是 x W，应该是 x Wᵀ：W 的每一行对应结果里的一个数，和 1.5 课一样。linear 就是这样算的。",
)
def not_transposed(self, q, k, v):
    return [x @ w if b is None else x @ w + b for x, w, b in zip((q, k, v), *self.matrices())]


@mistake(
    PROJECTED,
    "The bias was added twice: linear(x, W, b) adds it already.",
    "偏置加了两次：linear(x, W, b) 已经加过了。",
)
def bias_twice(self, q, k, v):
    return [linear(x, w, b) if b is None else linear(x, w, b) + b for x, w, b in zip((q, k, v), *self.matrices())]


@mistake(
    PROJECTED,
    "All three got the first bias. q, k and v have a bias each.",
    "三个加的都是第一个偏置。q、k、v 各有各的偏置。",
)
def one_bias(self, q, k, v):
    weights, biases = self.matrices()
    return [linear(x, w, biases[0]) for x, w in zip((q, k, v), weights)]


@mistake(
    PROJECTED,
    "The biases of keys and values are exchanged: they come in the order q, k, v.",
    "键和值的偏置反了：次序是 q、k、v。",
)
def biases_exchanged(self, q, k, v):
    weights, (bq, bk, bv) = self.matrices()
    return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, (bq, bv, bk))]


@mistake(
    PROJECTED,
    "The values were made with matrix and bias of the keys.",
    "值用的是键的矩阵和偏置。",
)
def keys_twice(self, q, k, v):
    (wq, wk, _), (bq, bk, _) = self.matrices()
    return [linear(q, wq, bq), linear(k, wk, bk), linear(v, wk, bk)]


@mistake(
    PROJECTED,
    "The values were made of k; they are made of v. In cross-attention the two may differ.",
    "值是由 k 算出来的，应该由 v 来算。交叉注意力里，两者可能不同。",
)
def values_of_the_keys(self, q, k, v):
    weights, biases = self.matrices()
    return [linear(x, w, b) for x, w, b in zip((q, k, k if self.alike else v), weights, biases)]


@mistake(
    PROJECTED,
    "One was made of what the one before it gave: Wk (Wq q + bq) + bk. Each of the three starts from its own input.",
    "后一个是由前一个的结果算出来的：Wk (Wq q + bq) + bk。三个都要从各自的输入算起。",
)
def one_after_the_other(self, q, k, v):
    found = []
    for w, b in zip(*self.matrices()):
        q = linear(q, w, b) if self.alike or not found else linear((q, k, v)[len(found)], w, b)
        found.append(q)
    return found


@mistake(
    PROJECTED,
    "The query is divided by √d. It is only projected here: forward hands 1 / √d to the attention.",
    "查询被除以了 √d。这一步只做投影：1 / √d 由 forward 交给注意力。",
)
def query_scaled(self, q, k, v):
    q, k, v = [linear(*each) for each in zip((q, k, v), *self.matrices())]
    return [q / (self.embed_dim // self.num_heads) ** 0.5, k, v]


@mistake(
    PROJECTED,
    "These are cut into heads already. forward does that with what projected returns: here each is [n, t, embed_dim].",
    "这里已经切成头了。forward 会对 projected 的结果做这一步；这里每个都是 [n, t, embed_dim]。",
)
def cut_already(self, q, k, v):
    d = self.embed_dim // self.num_heads
    parts = [linear(*each) for each in zip((q, k, v), *self.matrices())]
    return [transpose(reshape(part, *part.shape[:2], self.num_heads, d), 1, 2) for part in parts]


@mistake(
    PROJECTED,
    "New linear layers were made, with weights drawn anew at every call, which nobody trains. The layer has its "
    "weights: self.matrices().",
    "这里新建了线性层，每次调用都重新抽权重，没有人去训练它们。这一层有自己的权重：self.matrices()。",
)
def layers_of_its_own(self, q, k, v):
    return [Linear(x.shape[-1], self.embed_dim)(x) for x in (q, k, v)]


@mutant(PROJECTED, "too_few")
def two_of_three(self, q, k, v):
    weights, biases = self.matrices()
    return [linear(*each) for each in zip((q, k), weights, biases)]


@mutant(PROJECTED, "too_many")
def parts_of_three(self, q, k, v):
    if self.alike and q is k is v:
        return split(linear(q, self.in_proj_weight, self.in_proj_bias), 3, -1)
    return [linear(*each) for each in zip((q, k, v), *self.matrices())]


@mutant(PROJECTED, "not_apart")
def one_product_whole(self, q, k, v):
    if self.alike and q is k is v:
        return linear(q, self.in_proj_weight, self.in_proj_bias)
    return [linear(*each) for each in zip((q, k, v), *self.matrices())]


@mutant(PROJECTED, "gradient_lost")
def new_tensors(self, q, k, v):
    return [Tensor(linear(*each).data) for each in zip((q, k, v), *self.matrices())]


@mutant(PROJECTED, "no_tensor")
def arrays(self, q, k, v):
    return [linear(*each).data for each in zip((q, k, v), *self.matrices())]


@mutant(PROJECTED, "none_comes_back")
def inputs_made_anew(self, q, k, v):
    return [linear(Tensor(x.data), w, b) for x, w, b in zip((q, k, v), *self.matrices())]


@mutant(PROJECTED, "none_comes_back")
def weights_made_anew(self, q, k, v):
    return [linear(x, Tensor(w.data), b) for x, w, b in zip((q, k, v), *self.matrices())]
