"""Mistakes that are made in lesson 3.9."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.models.sampling import softmax, top_k, top_p
from minigrad.ops import cat, reshape, transpose
from minigrad.ops.loss import cross_entropy

GPT, SAMPLING = "minigrad.models.gpt:", "minigrad.models.sampling:"
BLOCK, LOSS, EXTENDED = GPT + "Block.forward", GPT + "next_token_loss", GPT + "Cache.extended"
TOP_K, TOP_P, NEXT = SAMPLING + "top_k", SAMPLING + "top_p", SAMPLING + "next_token"


# --------------------------------------------------------------------------------------------------------------- block


@mistake(
    BLOCK,
    "The norm stands behind the sum, as in the Transformer of 2017. Here it stands before each branch: x itself is "
    "never normalised, only what attention and network look at.",
    "归一化放到了相加之后，那是 2017 年 Transformer 的写法。这里它在每条支路的前面："
    "x 本身从不归一化，归一化的只是注意力和网络看到的那一份。",
)
def norm_behind(self, x, cache=None):
    x = self.norm1(x + self.dropout(self.attention(x, cache)))
    return self.norm2(x + self.dropout(self.network(x)))


@mistake(
    BLOCK,
    "x is not added to what attention gives: the way past the first branch is missing.",
    "注意力的结果没有加上 x：少了绕过第一条支路的那条路。",
)
def first_not_added(self, x, cache=None):
    x = self.dropout(self.attention(self.norm1(x), cache))
    return x + self.dropout(self.network(self.norm2(x)))


@mistake(
    BLOCK,
    "The result is that of the network alone: what came before it is not added.",
    "返回的只是网络的结果，没有加上它前面的 x。",
)
def second_not_added(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm1(x), cache))
    return self.dropout(self.network(self.norm2(x)))


@mistake(
    BLOCK,
    "Attention's result is added to the normalised x, and so x itself is lost. Add it to x.",
    "注意力的结果加到了归一化之后的 x 上，x 本身就丢了。应该加到 x 上。",
)
def added_to_the_norm(self, x, cache=None):
    seen = self.norm1(x)
    x = seen + self.dropout(self.attention(seen, cache))
    return x + self.dropout(self.network(self.norm2(x)))


@mistake(
    BLOCK,
    "Both branches start from the x that came in. The second one starts from the sum of the first: what attention "
    "found is what the network works on.",
    "两条支路都从传进来的 x 开始了。第二条应该从第一条的和开始：注意力找到的东西，正是要交给网络处理的。",
)
def side_by_side(self, x, cache=None):
    return x + self.dropout(self.attention(self.norm1(x), cache)) + self.dropout(self.network(self.norm2(x)))


@mistake(
    BLOCK,
    "norm1 is used in both branches. Each has weights of its own: the second branch has norm2.",
    "两条支路都用了 norm1。它们各有各的权重：第二条用 norm2。",
)
def one_norm(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm1(x), cache))
    return x + self.dropout(self.network(self.norm1(x)))


@mistake(
    BLOCK,
    "The network comes first, and then attention. It is the other way round.",
    "先做了网络，再做注意力。次序反了。",
)
def network_first(self, x, cache=None):
    x = x + self.dropout(self.network(self.norm2(x)))
    return x + self.dropout(self.attention(self.norm1(x), cache))


@mistake(
    BLOCK,
    "The second branch has no norm: the network gets x as it is.",
    "第二条支路没有归一化：网络直接拿到了 x。",
)
def second_norm_missing(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm1(x), cache))
    return x + self.dropout(self.network(x))


@mistake(
    BLOCK,
    "Nothing is dropped in training: what each branch gives goes through self.dropout before it is added.",
    "训练时没有做 dropout：每条支路的结果要先经过 self.dropout，再加上去。",
)
def nothing_dropped(self, x, cache=None):
    x = x + self.attention(self.norm1(x), cache)
    return x + self.network(self.norm2(x))


@mistake(
    BLOCK,
    "Dropout is applied to the sum, so that parts of x are lost too. Only what the branch gives is dropped.",
    "dropout 作用在和上，x 也跟着丢了一部分。只应作用在支路的结果上。",
)
def sum_dropped(self, x, cache=None):
    x = self.dropout(x + self.attention(self.norm1(x), cache))
    return self.dropout(x + self.network(self.norm2(x)))


@mistake(
    BLOCK,
    "The cache does not reach the attention: when a text is read in pieces, the second piece knows nothing of the "
    "first. self.attention(·, cache).",
    "cache 没有交给注意力：分几段读一份文本时，第二段对第一段一无所知。应写 self.attention(·, cache)。",
)
def cache_left_out(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm1(x)))
    return x + self.dropout(self.network(self.norm2(x)))


@mutant(BLOCK, "nothing")
def block_of_nothing(self, x, cache=None):
    return None


@mutant(BLOCK, "no_tensor")
def block_of_arrays(self, x, cache=None):
    return x.detach().numpy()


# ---------------------------------------------------------------------------------------------------------------- loss


@mistake(
    LOSS,
    "Scores and targets are shifted once more. The targets that come in are one place on already; with the shift the "
    "loss asks for the token after the next.",
    "得分和目标又错开了一位。传进来的 targets 已经往后挪过；再挪，损失问的就是再下一个词元了。",
)
def shifted_again(scores, targets):
    if scores.shape[1] == 1:
        return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1))
    scores, targets = scores[:, :-1], targets[:, 1:]
    return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1))


@mistake(
    LOSS,
    "Only the last place counts. Each of the t places foretells its own next token, and each is a sample: that is why "
    "a GPT learns t things from one sequence.",
    "只算了最后一个位置。t 个位置各自预测自己的下一个词元，每个都是样本：所以 GPT 从一个序列里能学到 t 次。",
)
def last_place_only(scores, targets):
    return cross_entropy(scores[:, -1], targets[:, -1])


@mistake(
    LOSS,
    "This is the sum over the places of each sequence, and the mean over sequences alone. Divide by all n · t places.",
    "这是先在每个序列里求和、再只对序列取平均。应该除以全部 n · t 个位置。",
)
def summed_over_time(scores, targets):
    loss = cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1))
    return loss * float(targets.shape[1])


@mistake(
    LOSS,
    "The scores are put in rows time by time and the targets sequence by sequence: score and target of a row belong to "
    "different places. Reshape both without a transpose.",
    "得分按时间排行，目标按序列排行：同一行的得分和目标不是同一个位置的。两者都直接 reshape，不要转置。",
)
def rows_mixed(scores, targets):
    return cross_entropy(reshape(transpose(scores, 0, 1), -1, scores.shape[-1]), reshape(targets, -1))


@mistake(
    LOSS,
    "This is the sum over all places; the mean is asked for.",
    "这是全部位置的和；要的是平均值。",
)
def all_summed(scores, targets):
    return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1), reduction="sum")


@mutant(LOSS, "nothing")
def no_loss(scores, targets):
    return None


# --------------------------------------------------------------------------------------------------------------- cache


@mistake(
    EXTENDED,
    "What is returned is not kept: at the third call the keys of the second are missing. self.layers[layer] = k, v.",
    "返回的内容没有存下来：第三次调用时，第二次的键就没有了。要写 self.layers[layer] = k, v。",
)
def not_kept(self, layer, k, v):
    if layer in self.layers:
        k, v = [cat([old, new], 2) for old, new in zip(self.layers[layer], (k, v))]
        return k, v
    self.layers[layer] = k, v
    return k, v


@mistake(
    EXTENDED,
    "The new keys stand before the old ones. Time goes on from left to right: old ones first.",
    "新的键接到了旧的前面。时间从左往右走：旧的在前。",
)
def new_ones_first(self, layer, k, v):
    if layer in self.layers:
        k, v = [cat([new, old], 2) for old, new in zip(self.layers[layer], (k, v))]
    self.layers[layer] = k, v
    return k, v


@mistake(
    EXTENDED,
    "All layers share one entry: the keys of one layer are joined to those of another. Look them up under `layer`.",
    "各层共用了一个条目：一层的键接到了另一层的后面。要用 layer 作键去查。",
)
def one_for_all_layers(self, layer, k, v):
    if "all" in self.layers:
        k, v = [cat([old, new], 2) for old, new in zip(self.layers["all"], (k, v))]
    self.layers["all"] = k, v
    return k, v


@mistake(
    EXTENDED,
    "Only the new keys and values come back. The queries must see all places that were read: join the old ones.",
    "返回的只有新的键和值。查询要能看到读过的全部位置：要接上旧的。",
)
def only_the_new(self, layer, k, v):
    self.layers[layer] = k, v
    return k, v


@mistake(
    EXTENDED,
    "What is kept are the new keys alone, not what is returned: at the third call those of the first are gone.",
    "存下来的只是新的键，不是返回的全部：第三次调用时，第一次的就没有了。",
)
def only_the_new_kept(self, layer, k, v):
    whole = [cat([old, new], 2) for old, new in zip(self.layers[layer], (k, v))] if layer in self.layers else (k, v)
    self.layers[layer] = k, v
    return tuple(whole)


@mutant(EXTENDED, "raised")
def never_empty(self, layer, k, v):
    k, v = [cat([old, new], 2) for old, new in zip(self.layers[layer], (k, v))]
    self.layers[layer] = k, v
    return k, v


# --------------------------------------------------------------------------------------------------------------- top-k


@mistake(
    TOP_K,
    "The others became 0, and a score of 0 is no small one: e⁰ = 1. Only -∞ has probability 0.",
    "其余的变成了 0，而得分 0 并不小：e⁰ = 1。只有 -∞ 的概率才是 0。",
)
def zeros_for_the_others(scores, k):
    return scores if k >= len(scores) else np.where(scores < np.sort(scores)[-k], 0.0, scores)


@mistake(
    TOP_K,
    "One too many stays: the k-th highest stands at [-k], not at [-k - 1].",
    "多留了一个：第 k 高的在 [-k]，不在 [-k - 1]。",
)
def one_more(scores, k):
    return scores if k >= len(scores) else np.where(scores < np.sort(scores)[-k - 1], -np.inf, scores)


@mistake(
    TOP_K,
    "The k lowest stay. np.sort goes up: the highest stand at its end.",
    "留下的是最低的 k 个。np.sort 从小到大排：最高的在末尾。",
)
def lowest_ones(scores, k):
    return scores if k >= len(scores) else np.where(scores > np.sort(scores)[k - 1], -np.inf, scores)


@mistake(
    TOP_K,
    "The k-th highest itself went: one that is equal to the border stays, only lower ones go.",
    "第 k 高的自己也被去掉了：等于边界的要留下，只去掉更低的。",
)
def border_gone(scores, k):
    return scores if k >= len(scores) else np.where(scores <= np.sort(scores)[-k], -np.inf, scores)


@mistake(
    TOP_K,
    "The scores came back sorted. The place of a score is the token that it belongs to: keep the order.",
    "得分被排了序。得分的位置就是它所属的词元：次序不能变。",
)
def sorted_scores(scores, k):
    ordered = np.sort(scores)[::-1]
    return np.where(np.arange(len(scores)) < k, ordered, -np.inf)


@mistake(
    TOP_K,
    "Of equal scores at the border some went and some stayed. Those that are equal to the k-th highest all stay: there "
    "is no reason to prefer one.",
    "边界上得分相等的，有的去掉了，有的留下了。等于第 k 高的全都留下：没有理由偏向其中哪一个。",
)
def exactly_k(scores, k):
    kept = np.full_like(scores, -np.inf)
    best = np.argsort(-scores, kind="stable")[:k]
    kept[best] = scores[best]
    return kept


@mutant(TOP_K, "raised")
def more_than_there_are(scores, k):
    return np.where(scores < np.sort(scores)[-k], -np.inf, scores)


# --------------------------------------------------------------------------------------------------------------- top-p


def kept_of(scores, chosen):
    kept = np.full_like(scores, -np.inf)
    kept[chosen] = scores[chosen]
    return kept


def ranked(scores):
    order = np.argsort(-scores, kind="stable")
    q = softmax(scores[order])
    return order, q


@mistake(
    TOP_P,
    "It stops one too early: those that stay do not reach p yet. The one by which the sum reaches p belongs to them.",
    "早停了一个：留下的加起来还没到 p。让总和达到 p 的那一个也要留下。",
)
def one_too_few(scores, p):
    order, q = ranked(scores)
    return kept_of(scores, order[(np.cumsum(q) <= p + 1e-12) | (np.arange(len(q)) == 0)])


@mistake(
    TOP_P,
    "One too many stays: those before it have reached p already.",
    "多留了一个：排在它前面的加起来已经到 p 了。",
)
def one_too_many(scores, p):
    order, q = ranked(scores)
    before = np.cumsum(q) - q
    return kept_of(scores, order[: int((before < p).sum()) + 1])


@mistake(
    TOP_P,
    "This looks at each probability alone: those of at least p. Asked for are the likeliest that have p together.",
    "这是单看每个概率，留下不小于 p 的。要的是最可能的几个，加起来达到 p。",
)
def each_alone(scores, p):
    order, q = ranked(scores)
    return kept_of(scores, order[(q >= p) | (np.arange(len(q)) == 0)])


@mistake(
    TOP_P,
    "The scores themselves were summed up. They are no probabilities: take softmax(scores) first.",
    "直接把得分加起来了。得分不是概率：要先算 softmax(scores)。",
)
def scores_summed(scores, p):
    order = np.argsort(-scores, kind="stable")
    before = np.cumsum(scores[order]) - scores[order]
    return kept_of(scores, order[(before < p) | (np.arange(len(order)) == 0)])


@mistake(
    TOP_P,
    "The least likely stay: the order must go from the highest score down.",
    "留下的是最不可能的：次序要从最高分往下排。",
)
def least_likely(scores, p):
    order = np.argsort(scores, kind="stable")
    q = softmax(scores[order])
    return kept_of(scores, order[(np.cumsum(q) - q < p) | (np.arange(len(q)) == 0)])


@mistake(
    TOP_P,
    "The places in the sorted order were used as places in scores. order says where each of them was: order[...].",
    "把排序之后的位置当成了 scores 里的位置。每个原来在哪里，要看 order：order[...]。",
)
def places_in_order(scores, p):
    _, q = ranked(scores)
    return np.where((np.cumsum(q) - q < p) | (np.arange(len(q)) == 0), scores, -np.inf)


@mistake(
    TOP_P,
    "With p = 0 nothing stays, and from nothing nothing can be drawn. The likeliest always stays.",
    "p = 0 时什么都没留下，就没有东西可抽了。最可能的那个总要留下。",
)
def maybe_none(scores, p):
    order, q = ranked(scores)
    return kept_of(scores, order[np.cumsum(q) - q < p])


@mistake(
    TOP_P,
    "The others became 0, and a score of 0 is no small one: e⁰ = 1. Only -∞ has probability 0.",
    "其余的变成了 0，而得分 0 并不小：e⁰ = 1。只有 -∞ 的概率才是 0。",
)
def zeros_in_their_place(scores, p):
    order, q = ranked(scores)
    kept = kept_of(scores, order[(np.cumsum(q) - q < p) | (np.arange(len(q)) == 0)])
    return np.where(np.isneginf(kept), 0.0, kept)


# ---------------------------------------------------------------------------------------------------------- next token


def draw(scores, rng):
    return int(rng.choice(len(scores), p=softmax(scores)))


def chosen(scores, k, p):
    scores = scores if k is None else top_k(scores, k)
    return scores if p is None else top_p(scores, p)


@mistake(
    NEXT,
    "The scores are multiplied by the temperature, so that a high one makes the likely likelier. Divide by it.",
    "得分乘了温度，于是温度越高，越偏向可能的。应该除以温度。",
)
def multiplied(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores * temperature, k, p), rng)


@mistake(
    NEXT,
    "The temperature has no effect.",
    "温度没有起作用。",
)
def temperature_ignored(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores, k, p), rng)


@mistake(
    NEXT,
    "The likeliest is always taken; it is to be drawn, with the probabilities, unless the temperature is 0.",
    "总是取最可能的；除非温度是 0，否则应该按概率抽。",
)
def always_the_likeliest(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax())


@mistake(
    NEXT,
    "All that are left are drawn alike. rng.choice needs their probabilities: p=softmax(scores).",
    "剩下的被当成一样可能来抽了。rng.choice 需要它们的概率：p=softmax(scores)。",
)
def all_alike(scores, rng, temperature=1.0, k=None, p=None):
    if temperature == 0:
        return int(scores.argmax())
    return int(rng.choice(np.flatnonzero(np.isfinite(chosen(scores / temperature, k, p)))))


@mistake(
    NEXT,
    "k has no effect: top_k(scores, k) where k is given.",
    "k 没有起作用：给了 k 就要做 top_k(scores, k)。",
)
def k_ignored(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores / temperature, None, p), rng)


@mistake(
    NEXT,
    "p has no effect: top_p(scores, p) where p is given.",
    "p 没有起作用：给了 p 就要做 top_p(scores, p)。",
)
def p_ignored(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores / temperature, k, None), rng)


@mistake(
    NEXT,
    "p is applied before the temperature: it then speaks of probabilities with which nothing is drawn. First the "
    "temperature, then k and p.",
    "p 用在了温度之前：这时它说的概率，并不是抽取时用的概率。先温度，再 k 和 p。",
)
def temperature_last(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores, k, p) / temperature, rng)


@mutant(NEXT, "no_int")
def probabilities(scores, rng, temperature=1.0, k=None, p=None):
    return softmax(scores)


@mutant(NEXT, "nothing")
def no_token(scores, rng, temperature=1.0, k=None, p=None):
    return None


@mutant(NEXT, "not_the_likeliest")
def temperature_0_is_like_1(scores, rng, temperature=1.0, k=None, p=None):
    return draw(chosen(scores / (temperature or 1), k, p), np.random.default_rng(5) if temperature == 0 else rng)
