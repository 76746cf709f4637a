"""Mistakes that are made in lesson 3.9."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.models.sampling import softmax, top_k, top_p
from minigrad.ops import cat, reshape, transpose
from minigrad.ops.loss import cross_entropy
from minigrad.tensor import Tensor

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


@mistake(
    BLOCK,
    "The norms are exchanged: norm1 stands before attention, norm2 before the network.",
    "两个归一化换了位置：norm1 在注意力前面，norm2 在网络前面。",
)
def norms_exchanged(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm2(x), cache))
    return x + self.dropout(self.network(self.norm1(x)))


@mistake(
    BLOCK,
    "The second branch reads norm1 of the x that came in. It reads norm2 of the sum that the first branch has made.",
    "第二条支路读的是传进来的 x 的 norm1。它应该读第一条支路得出的和的 norm2。",
)
def norm_kept(self, x, cache=None):
    seen = self.norm1(x)
    return x + self.dropout(self.attention(seen, cache)) + self.dropout(self.network(seen))


@mistake(
    BLOCK,
    "The network's result is added to norm2 of x, and so x itself is lost. Add it to x.",
    "网络的结果加到了 norm2 的输出上，x 本身就丢了。应该加到 x 上。",
)
def added_to_the_second_norm(self, x, cache=None):
    x = self.norm2(x + self.dropout(self.attention(self.norm1(x), cache)))
    return x + self.dropout(self.network(x))


@mistake(
    BLOCK,
    "norm2 is applied to what the network gives. It belongs before the network: the network looks at the norm.",
    "norm2 用在了网络的结果上。它应该在网络前面：网络看的是归一化之后的那一份。",
)
def norm_of_the_result(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm1(x), cache))
    return x + self.dropout(self.norm2(self.network(x)))


@mistake(
    BLOCK,
    "Nothing is added: x does not run past either branch. Add what each branch gives to x.",
    "什么都没有加：两条支路旁边都没有 x 走的路。每条支路的结果都要加到 x 上。",
)
def nothing_added(self, x, cache=None):
    return self.dropout(self.network(self.norm2(self.dropout(self.attention(self.norm1(x), cache)))))


@mistake(
    BLOCK,
    "Only the first branch has dropout. What the network gives goes through self.dropout as well.",
    "只有第一条支路做了 dropout。网络的结果也要经过 self.dropout。",
)
def dropout_of_the_first(self, x, cache=None):
    x = x + self.dropout(self.attention(self.norm1(x), cache))
    return x + self.network(self.norm2(x))


@mistake(
    BLOCK,
    "Dropout acts on what goes into a branch. It acts on what comes out, before that is added to x.",
    "dropout 作用在了支路的输入上。它应该作用在支路的结果上，然后再加到 x 上。",
)
def dropout_before(self, x, cache=None):
    x = x + self.attention(self.dropout(self.norm1(x)), cache)
    return x + self.network(self.dropout(self.norm2(x)))


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


@mistake(
    LOSS,
    "These targets are in rows time by time and the scores sequence by sequence: score and target of a row belong to "
    "different places. Reshape both without a transpose.",
    "目标按时间排行，得分按序列排行：同一行的得分和目标不是同一个位置的。两者都直接 reshape，不要转置。",
)
def targets_mixed(scores, targets):
    return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(transpose(targets, 0, 1), -1))


@mistake(
    LOSS,
    "A softmax has been applied before cross_entropy, which has one inside. It takes the scores as they are.",
    "在 cross_entropy 之前已经做了一次 softmax，而它里面本来就有。直接把得分交给它。",
)
def softmax_twice(scores, targets):
    e = scores.exp()
    return cross_entropy(reshape(e / e.sum(-1, keepdim=True), -1, scores.shape[-1]), reshape(targets, -1))


@mistake(
    LOSS,
    "The mean is divided by the number of sequences once more. cross_entropy divides by all n · t rows already.",
    "平均值又除了一次序列数。cross_entropy 已经除以全部 n · t 行了。",
)
def divided_again(scores, targets):
    return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1)) / scores.shape[0]


@mutant(LOSS, "gradient_lost")
def loss_by_numpy(scores, targets):
    rows, labels = scores.data.reshape(-1, scores.shape[-1]), targets.data.reshape(-1)
    logs = np.log(np.exp(rows).sum(axis=1)) - rows[np.arange(len(labels)), labels]
    return Tensor(logs.mean())


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
    "At the first call the new ones come back twice: they were kept, and then joined to themselves. Where self.layers "
    "has nothing for this layer, they are all there is.",
    "第一次调用时，新的键和值出现了两遍：先存了下来，又和自己接在一起。self.layers 里还没有这一层时，新的就是全部。",
)
def joined_to_themselves(self, layer, k, v):
    old_k, old_v = self.layers.setdefault(layer, (k, v))
    self.layers[layer] = cat([old_k, k], 2), cat([old_v, v], 2)
    return self.layers[layer]


@mutant(EXTENDED, "old_ones_cut_off")
def old_ones_detached(self, layer, k, v):
    if layer in self.layers:
        k, v = [cat([old.detach(), new], 2) for old, new in zip(self.layers[layer], (k, v))]
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
    "Only the new keys and values come back: the old ones are not joined, or the first call has kept nothing in "
    "self.layers. The queries must see all places that were read.",
    "返回的只有新的键和值：旧的没有接上，或者第一次调用没有存进 self.layers。查询要能看到读过的全部位置。",
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


@mistake(
    EXTENDED,
    "length was changed here. GPT.forward counts the places itself, once for all layers; if they are counted here as "
    "well, the next token is taken for one further on.",
    "这里改了 length。位置由 GPT.forward 自己数，所有层一共只数一次；这里再数，下一个词元就会被当成更后面的。",
)
def counts_too(self, layer, k, v):
    self.length += k.shape[2]
    if layer in self.layers:
        k, v = [cat([old, new], 2) for old, new in zip(self.layers[layer], (k, v))]
    self.layers[layer] = k, v
    return k, v


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


@mistake(
    TOP_K,
    "Of equal scores at the border some went and some stayed. Those that are equal to the k-th highest all stay: there "
    "is no reason to prefer one.",
    "边界上得分相等的，有的去掉了，有的留下了。等于第 k 高的全都留下：没有理由偏向其中哪一个。",
)
def exactly_k_from_the_end(scores, k):
    kept = np.full_like(scores, -np.inf)
    best = np.argsort(scores)[-k:]
    kept[best] = scores[best]
    return kept


@mistake(
    TOP_K,
    "Those that stay have become probabilities. They stay scores: the softmax comes at the end, in next_token.",
    "留下的变成了概率。它们应该还是得分：softmax 最后才做，在 next_token 里。",
)
def probabilities_kept(scores, k):
    return scores if k >= len(scores) else np.where(scores < np.sort(scores)[-k], -np.inf, softmax(scores))


@mistake(
    TOP_K,
    "The k highest went and the others stayed: in np.where(condition, a, b) a stands where the condition is true.",
    "去掉的是最高的 k 个，留下的是其余的：np.where(条件, a, b) 在条件成立的地方取 a。",
)
def the_others_stay(scores, k):
    return scores if k >= len(scores) else np.where(scores < np.sort(scores)[-k], scores, -np.inf)


@mistake(
    TOP_K,
    "A very low score is not -∞: with a high temperature even -1e9 can be drawn. Use -np.inf.",
    "再低的得分也不是 -∞：温度很高时，连 -1e9 也可能被抽到。要用 -np.inf。",
)
def only_low(scores, k):
    return scores if k >= len(scores) else np.where(scores < np.sort(scores)[-k], -1e9, scores)


@mistake(
    TOP_K,
    "Equal scores were counted once. The k-th highest of all V scores is asked for: with 3, 3, 1 the second is 3.",
    "相等的得分只数了一次。要的是全部 V 个得分里第 k 高的：3、3、1 里第二高的是 3。",
)
def equal_ones_as_one(scores, k):
    different = np.unique(scores)
    return np.where(scores < different[max(-k, -len(different))], -np.inf, scores)


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


@mutant(TOP_P, "none_stays")
def each_alone_or_none(scores, p):
    return np.where(softmax(scores) >= p, scores, -np.inf)


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


@mistake(
    TOP_P,
    "One too many stays where the sum is exactly p: of four that are alike, two have 0.5 together. A token is taken "
    "only while those before it have less than p.",
    "总和恰好等于 p 时多留了一个：四个一样可能的，两个加起来就是 0.5。前面的加起来还小于 p，才再取一个。",
)
def one_after_p(scores, p):
    order, q = ranked(scores)
    return kept_of(scores, order[np.cumsum(q) - q <= p])


@mistake(
    TOP_P,
    "Probabilities are summed in the order of the tokens. The likeliest come first: sort before you sum.",
    "概率是按词元的次序相加的。最可能的要排在前面：先排序，再相加。",
)
def unsorted(scores, p):
    q = softmax(scores)
    return np.where((np.cumsum(q) - q < p) | (scores == scores.max()), scores, -np.inf)


@mistake(
    TOP_P,
    "Those that should stay went, and the others stayed.",
    "该留下的去掉了，该去掉的留下了。",
)
def the_rest_stays(scores, p):
    order, q = ranked(scores)
    return kept_of(scores, order[np.cumsum(q) - q >= p])


@mistake(
    TOP_P,
    "Probabilities came back in the place of the scores. next_token takes the softmax of what you return.",
    "返回的是概率，不是得分。next_token 会对返回的内容再做 softmax。",
)
def probabilities_returned(scores, p):
    order, q = ranked(scores)
    return np.where(
        np.isfinite(kept_of(scores, order[(np.cumsum(q) - q < p) | (order == order[0])])), softmax(scores), -np.inf
    )


@mistake(
    TOP_P,
    "The first p · V tokens stay. p is a share of the probability, not of the number of tokens.",
    "留下的是前 p · V 个词元。p 是概率的份额，不是词元个数的份额。",
)
def share_of_tokens(scores, p):
    order, _ = ranked(scores)
    return kept_of(scores, order[: max(1, round(p * len(order)))])


@mistake(
    TOP_P,
    "Those with at least p times the highest probability stay. Asked for are the likeliest that have p together.",
    "留下的是概率不小于最高概率 p 倍的。要的是最可能的几个，加起来达到 p。",
)
def share_of_the_highest(scores, p):
    order, q = ranked(scores)
    return kept_of(scores, order[q >= p * q[0]])


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
    "p is applied before k. First k: p then speaks of what k has left.",
    "p 用在了 k 之前。先做 k：p 说的是 k 留下的那些里的份额。",
)
def p_first(scores, rng, temperature=1.0, k=None, p=None):
    if temperature == 0:
        return int(scores.argmax())
    scores = chosen(scores / temperature, None, p)
    return draw(chosen(scores, k, None), rng)


@mistake(
    NEXT,
    "p has no effect where k is given: both may be given, and then p comes after k.",
    "给了 k，p 就不起作用了：两个可以同时给，这时先做 k，再做 p。",
)
def p_or_k(scores, rng, temperature=1.0, k=None, p=None):
    if temperature == 0:
        return int(scores.argmax())
    return draw(chosen(scores / temperature, k, p if k is None else None), rng)


@mistake(
    NEXT,
    "With p = 0 it counts as not given: `if p:` is false for 0. Ask `p is not None`; of p = 0 the likeliest is left.",
    "p = 0 被当成没有给：`if p:` 对 0 不成立。要问 `p is not None`；p = 0 时只剩最可能的。",
)
def zero_is_none(scores, rng, temperature=1.0, k=None, p=None):
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores / temperature, k, p or None), rng)


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


@mistake(
    NEXT,
    "The token was not drawn by `rng`, whose state is as before. With another generator a seed does not tell what will "
    "be written, or every call draws the same.",
    "词元不是用 `rng` 抽的，它的状态没有变。另用一个生成器，同一个种子就写不出同样的内容，或者每次都抽到同一个。",
)
def rng_not_used(scores, rng, temperature=1.0, k=None, p=None):
    other = np.random.default_rng(int(1e6 * np.abs(scores).sum()))
    return int(scores.argmax()) if temperature == 0 else draw(chosen(scores / temperature, k, p), other)


@mistake(
    NEXT,
    "The place in the sorted order came back, not the token: order[...] says which token stands there.",
    "返回的是排序之后的位置，不是词元：order[...] 才说那里是哪个词元。",
)
def rank_returned(scores, rng, temperature=1.0, k=None, p=None):
    if temperature == 0:
        return int(scores.argmax())
    return draw(np.sort(chosen(scores / temperature, k, p))[::-1], rng)


@mutant(NEXT, "no_int")
def score_drawn(scores, rng, temperature=1.0, k=None, p=None):
    if temperature == 0:
        return int(scores.argmax())
    scores = chosen(scores / temperature, k, p)
    return rng.choice(scores, p=softmax(scores))


@mutant(NEXT, "no_int")
def probabilities(scores, rng, temperature=1.0, k=None, p=None):
    return softmax(scores)


@mutant(NEXT, "nothing")
def no_token(scores, rng, temperature=1.0, k=None, p=None):
    return None


@mutant(NEXT, "not_the_likeliest")
def temperature_0_is_like_1(scores, rng, temperature=1.0, k=None, p=None):
    return draw(chosen(scores / (temperature or 1), k, p), np.random.default_rng(5) if temperature == 0 else rng)
