"""Mistakes that are made in lesson 3.7."""

from minigrad.course.mutants import mistake, mutant
from minigrad.ops import reshape, transpose
from minigrad.ops.linalg import linear

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
    "first. "
    "The last dimension is cut into [num_heads, d], not into [d, num_heads].",
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


@mutant(CUT, "shape")
def not_exchanged(self, x):
    return reshape(x, *x.shape[:2], self.num_heads, self.embed_dim // self.num_heads)


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
    "all d "
    "numbers of the first head, then all of the second.",
    "各个头的数交错了：先是每个头的第一个数，再是每个头的第二个数。并排的意思是：第一个头的 d 个数放完，"
    "再放第二个头的。",
)
def interleaved(self, y):
    return reshape(y.permute(0, 2, 3, 1), y.shape[0], y.shape[2], self.embed_dim)


@mistake(
    JOINED,
    "The heads were added up; they are put side by side.",
    "把各个头加起来了；应该并排放。",
)
def added_up(self, y):
    total = y.sum(1)
    return total.repeat(1, 1, self.num_heads)


@mistake(
    JOINED,
    "The heads stand in the opposite order.",
    "头的次序反了。",
)
def last_one_first(self, y):
    return reshape(transpose(y.flip(1), 1, 2), y.shape[0], y.shape[2], self.embed_dim)


@mutant(JOINED, "shape_only")
def not_joined(self, y):
    return transpose(y, 1, 2)


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
    "All three were made of q. In self-attention that is no matter; in cross-attention keys and values come from "
    "elsewhere.",
    "三个都是由 q 算出来的。自注意力里没有区别；交叉注意力里，键和值来自别处。",
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


@mutant(PROJECTED, "count")
def two_of_three(self, q, k, v):
    weights, biases = self.matrices()
    return [linear(*each) for each in zip((q, k), weights, biases)]
