"""Mistakes that are made in lesson 3.10."""

import math

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.models.finetuning import within
from minigrad.ops.shape import concatenate
from minigrad.tensor import Tensor

EMBEDDINGS = "minigrad.models.bert:BertEmbeddings.forward"
OUTPUT = "minigrad.models.bert:BertOutput.forward"
POOL = "minigrad.models.bert:mean_pool"
GROUPS = "minigrad.recipes.finetune_bert:decay_groups"
RATE = "minigrad.recipes.finetune_bert:share_of_rate"


# --------------------------------------------------------------------------------------------------------- embeddings


def checked(self, input_ids):
    if input_ids.shape[1] > self.position_embeddings.num_embeddings:
        raise ValueError("too many tokens")


def parts(self, input_ids, token_type_ids, first=0):
    """What the words, their places and their segments mean, the places counted from `first`."""
    checked(self, input_ids)
    places = (np.arange(input_ids.shape[1]) + first) % self.position_embeddings.num_embeddings
    places = self.position_embeddings(Tensor(places))
    return self.word_embeddings(input_ids), places, self.token_type_embeddings(token_type_ids)


@mistake(
    EMBEDDINGS,
    "The places are missing: without them attention cannot tell 'dog bites man' from 'man bites dog'. Add "
    "self.position_embeddings of the numbers 0 to t - 1.",
    "缺了位置：没有位置，注意力分不出“狗咬人”和“人咬狗”。要加上 0 到 t - 1 的 self.position_embeddings。",
)
def places_missing(self, input_ids, token_type_ids):
    words, _, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words + segments))


@mistake(
    EMBEDDINGS,
    "The segments are missing: add self.token_type_embeddings(token_type_ids). Row 0 is no row of zeros; weights that "
    "were trained with it need it, also where there is one text only.",
    "缺了片段：要加上 self.token_type_embeddings(token_type_ids)。第 0 行并不是全零；权重是带着它训练出来的，"
    "只有一个文本时也要加。",
)
def segments_missing(self, input_ids, token_type_ids):
    words, places, _ = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words + places))


@mistake(
    EMBEDDINGS,
    "All tokens are taken to be of segment 0; token_type_ids says which it is.",
    "所有词元都当成了第 0 段；是哪一段，由 token_type_ids 决定。",
)
def always_the_first_segment(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, Tensor(token_type_ids.data * 0))
    return self.dropout(self.LayerNorm(words + places + segments))


@mistake(
    EMBEDDINGS,
    "The sum is not normalised: self.LayerNorm comes before the dropout.",
    "求和之后没有归一化：dropout 之前还要经过 self.LayerNorm。",
)
def norm_missing(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(words + places + segments)


@mistake(
    EMBEDDINGS,
    "Only the words are normalised. LayerNorm is for the sum of all three.",
    "只归一化了词。LayerNorm 的输入应该是三者之和。",
)
def words_normalised(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words) + places + segments)


@mistake(
    EMBEDDINGS,
    "Each of the three was normalised by itself. Add first, and normalise the sum.",
    "三者是分别归一化的。应该先相加，再对和归一化。",
)
def each_normalised(self, input_ids, token_type_ids):
    words, places, segments = [self.LayerNorm(part) for part in parts(self, input_ids, token_type_ids)]
    return self.dropout(words + places + segments)


@mistake(
    EMBEDDINGS,
    "The dropout is missing; in evaluation nothing is seen of that, in training it is.",
    "缺了 dropout：评估时看不出来，训练时就看得出来。",
)
def dropout_missing(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.LayerNorm(words + places + segments)


@mistake(
    EMBEDDINGS,
    "Dropout stands before the norm; the norm then takes zeros for values and scales the others. First normalise, then "
    "drop.",
    "dropout 放到了归一化前面，归一化会把置零的数也当成数值。应该先归一化，再 dropout。",
)
def dropout_first(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.LayerNorm(self.dropout(words + places + segments))


@mistake(
    EMBEDDINGS,
    "Places are counted from 1. The first token stands at place 0.",
    "位置是从 1 数起的。第一个词元的位置是 0。",
)
def places_from_one(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids, first=1)
    return self.dropout(self.LayerNorm(words + places + segments))


@mistake(
    EMBEDDINGS,
    "Words and segments have changed tables: input_ids are for word_embeddings, token_type_ids for "
    "token_type_embeddings.",
    "词和片段的表用反了：input_ids 查 word_embeddings，token_type_ids 查 token_type_embeddings。",
)
def tables_exchanged(self, input_ids, token_type_ids):
    _, places, _ = parts(self, input_ids, token_type_ids)
    words = self.word_embeddings(token_type_ids)
    segments = self.token_type_embeddings(Tensor(input_ids.data % self.token_type_embeddings.num_embeddings))
    return self.dropout(self.LayerNorm(words + places + segments))


@mistake(
    EMBEDDINGS,
    "All tokens have place 0.",
    "所有词元的位置都成了 0。",
)
def one_place(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words + places[:1] + segments))


@mistake(
    EMBEDDINGS,
    "The three were multiplied; they are to be added.",
    "三者是相乘的，应该相加。",
)
def multiplied(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words * places * segments))


@mistake(
    EMBEDDINGS,
    "More tokens than there are positions must raise ValueError, and yours did not: compare t with "
    "self.position_embeddings.num_embeddings first.",
    "词元比位置表长时，应该抛出 ValueError，你的代码没有：请先比较 t 和 self.position_embeddings.num_embeddings。",
)
def too_long_accepted(self, input_ids, token_type_ids):
    places = self.position_embeddings(Tensor(np.arange(input_ids.shape[1])))
    segments = self.token_type_embeddings(token_type_ids)
    return self.dropout(self.LayerNorm(self.word_embeddings(input_ids) + segments + places))


@mistake(
    EMBEDDINGS,
    "A text that just fits raised ValueError: as many tokens as there are positions are allowed, only more are not.",
    "正好放得下的文本也抛出了 ValueError：词元和位置一样多是可以的，更多才不行。",
)
def longest_refused(self, input_ids, token_type_ids):
    if input_ids.shape[1] >= self.position_embeddings.num_embeddings:
        raise ValueError("too many tokens")
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words + places + segments))


@mutant(EMBEDDINGS, "raised")
def counted_along_the_batch(self, input_ids, token_type_ids):
    places = self.position_embeddings(Tensor(np.arange(input_ids.shape[0])))
    segments = self.token_type_embeddings(token_type_ids)
    return self.dropout(self.LayerNorm(self.word_embeddings(input_ids) + segments + places))


@mutant(EMBEDDINGS, "raised")
def side_by_side(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(concatenate([words, segments, words * 0 + places], -1)))


@mutant(EMBEDDINGS, "cut_off")
def table_as_array(self, input_ids, token_type_ids):
    words, _, segments = parts(self, input_ids, token_type_ids)
    places = Tensor(self.position_embeddings.weight.data[: input_ids.shape[1]])
    return self.dropout(self.LayerNorm(words + segments + places))


@mutant(EMBEDDINGS, "array_returned")
def an_array(self, input_ids, token_type_ids):
    words, places, segments = parts(self, input_ids, token_type_ids)
    return self.dropout(self.LayerNorm(words + places + segments)).detach().numpy()


# -------------------------------------------------------------------------------------------------------- end of a part


@mistake(
    OUTPUT,
    "What came in was not added: the way around the layer is missing, + input.",
    "没有加上输入：少了绕过这一层的那条路，也就是 + input。",
)
def no_way_around(self, x, input):
    return self.LayerNorm(self.dropout(self.dense(x)))


@mistake(
    OUTPUT,
    "input is added after the norm. In BERT the norm is the last thing: LayerNorm(... + input).",
    "input 加在了归一化之后。在 BERT 里，归一化是最后一步：LayerNorm(... + input)。",
)
def norm_inside(self, x, input):
    return self.LayerNorm(self.dropout(self.dense(x))) + input


@mistake(
    OUTPUT,
    "Both summands were normalised by themselves. Normalise their sum.",
    "两个加数是分别归一化的。应该对它们的和归一化。",
)
def both_normalised(self, x, input):
    return self.LayerNorm(self.dropout(self.dense(x))) + self.LayerNorm(input)


@mistake(
    OUTPUT,
    "The sum was not normalised.",
    "求和之后没有归一化。",
)
def not_normalised(self, x, input):
    return self.dropout(self.dense(x)) + input


@mistake(
    OUTPUT,
    "Dropout was applied to the sum. It is for the new part only: the way around is to let everything through.",
    "dropout 作用在了和上。它只用于新算出来的那一部分，绕过去的那条路要原样通过。",
)
def sum_dropped(self, x, input):
    return self.LayerNorm(self.dropout(self.dense(x) + input))


@mistake(
    OUTPUT,
    "Dropout is the last thing here. It comes before input is added, and the norm after that.",
    "dropout 成了最后一步。它应该在加上 input 之前，加完之后才是归一化。",
)
def dropped_last(self, x, input):
    return self.dropout(self.LayerNorm(self.dense(x) + input))


@mistake(
    OUTPUT,
    "The dropout is missing; in evaluation nothing is seen of that, in training it is.",
    "缺了 dropout：评估时看不出来，训练时就看得出来。",
)
def nothing_dropped(self, x, input):
    return self.LayerNorm(self.dense(x) + input)


@mistake(
    OUTPUT,
    "self.dense was given the dropped x. Dropout comes behind the linear layer.",
    "dropout 用在了 x 上，然后才是 self.dense。dropout 应该放在全连接层后面。",
)
def x_dropped(self, x, input):
    return self.LayerNorm(self.dense(self.dropout(x)) + input)


@mistake(
    OUTPUT,
    "x and the linear layer have no part in it: this is LayerNorm(input).",
    "没有用到 x 和全连接层：这只是 LayerNorm(input)。",
)
def input_alone(self, x, input):
    return self.LayerNorm(input)


@mutant(OUTPUT, "raised")
def exchanged(self, x, input):
    return self.LayerNorm(self.dropout(self.dense(input)) + x)


@mutant(OUTPUT, "cut_off")
def way_around_cut(self, x, input):
    return self.LayerNorm(self.dropout(self.dense(x)) + input.detach())


# ------------------------------------------------------------------------------------------------------- mean of tokens


def there(x, mask):
    return mask.to(x.dtype).reshape(*mask.shape, 1)


@mistake(
    POOL,
    "Padding was counted: this is the mean over all t places. A short sentence in a long batch would be pulled "
    "towards what stands at its padding.",
    "填充也算进去了：这是全部 t 个位置的平均。短句放进长的批里，就会被填充处的值带偏。",
)
def padding_counted(x, mask):
    return x.mean(1)


@mistake(
    POOL,
    "Padding was left out of the sum, but the sum was divided by t, the length of the batch. Divide by how many tokens "
    "the sentence has: the sum of its mask.",
    "求和时去掉了填充，却除以了整批的长度 t。应该除以这个句子的词元个数，也就是它那一行 mask 之和。",
)
def divided_by_length(x, mask):
    return (x * there(x, mask)).sum(1) / x.shape[1]


@mistake(
    POOL,
    "This is the sum over the tokens, not the mean: divide by their number.",
    "这是各词元之和，不是平均：还要除以词元个数。",
)
def summed(x, mask):
    return (x * there(x, mask)).sum(1)


@mistake(
    POOL,
    "The sum was divided by the tokens of the whole batch. Each sentence has a number of its own: sum mask along "
    "dimension 1.",
    "除以了整批的词元总数。每个句子有自己的个数：要沿第 1 维对 mask 求和。",
)
def divided_by_all(x, mask):
    return (x * there(x, mask)).sum(1) / mask.to(x.dtype).sum()


@mistake(
    POOL,
    "The sum was divided by the number of tokens plus 1. To protect from 0, use clamp(min=1).",
    "除数是词元个数加 1。要防止除以 0，请用 clamp(min=1)。",
)
def one_too_many(x, mask):
    w = there(x, mask)
    return (x * w).sum(1) / (w.sum(1) + 1)


@mistake(
    POOL,
    "This is the first token alone, as BERT's pooler takes it. Here all tokens count.",
    "这只是第一个词元，BERT 的 pooler 才这样取。这里每个词元都要算。",
)
def first_token(x, mask):
    return x[:, 0]


@mistake(
    POOL,
    "This is the last token alone, as a GPT would be asked. Here all tokens count.",
    "这只是最后一个词元，用 GPT 时才这样取。这里每个词元都要算。",
)
def last_token(x, mask):
    lengths = mask.data.sum(axis=1)
    return x[np.arange(len(lengths)), np.maximum(lengths - 1, 0)]


@mistake(
    POOL,
    "A sentence without any token gives NaN: 0 / 0. Divide by at least 1: .clamp(min=1).",
    "一个词元也没有的句子，结果是 NaN：0 / 0。除数至少要是 1：.clamp(min=1)。",
)
def nothing_by_nothing(x, mask):
    w = there(x, mask)
    return (x * w).sum(1) / w.sum(1)


@mistake(
    POOL,
    "The mean was taken over the padding: the mask is True at the tokens.",
    "取的是填充处的平均：mask 在词元处为 True。",
)
def padding_alone(x, mask):
    w = 1 - there(x, mask)
    return (x * w).sum(1) / w.sum(1).clamp(min=1.0)


@mistake(
    POOL,
    "The first places were taken, as many as there are tokens. mask says where tokens are; they need not come first.",
    "取了最前面的若干个位置。词元在哪里由 mask 说了算，不一定都在最前面。",
)
def first_places(x, mask):
    lengths = mask.data.sum(axis=1, keepdims=True)
    w = Tensor((np.arange(x.shape[1]) < lengths).astype(x.dtype)[..., None])
    return (x * w).sum(1) / w.sum(1).clamp(min=1.0)


@mistake(
    POOL,
    "The mean was taken over the numbers of each token, along the last dimension. Tokens are dimension 1: y is [n, d].",
    "沿最后一维，对每个词元的各个数取了平均。词元在第 1 维：y 的形状是 [n, d]。",
)
def over_features(x, mask):
    w = there(x, mask)
    return (x * w).mean(-1)


@mistake(
    POOL,
    "Sentences were averaged with each other: dimension 0 is the batch, the tokens are dimension 1.",
    "把不同的句子平均到了一起：第 0 维是批，词元在第 1 维。",
)
def over_batch(x, mask):
    w = there(x, mask)
    return (x * w).sum(0) / w.sum(0).clamp(min=1.0)


@mistake(
    POOL,
    "This is the largest value over the tokens, not their mean.",
    "这是各词元的最大值，不是平均。",
)
def largest(x, mask):
    return (x - 1e4 * (1 - there(x, mask))).max(1).values * there(x, mask).max(1).values


@mutant(POOL, "cut_off")
def pooled_arrays(x, mask):
    w = mask.data.astype(x.dtype)[..., None]
    return Tensor((x.data * w).sum(axis=1) / np.maximum(w.sum(axis=1), 1).astype(x.dtype))


@mutant(POOL, "array_returned")
def pooled_as_array(x, mask):
    return pooled_arrays(x, mask).numpy()


# ----------------------------------------------------------------------------------------------------- parameter groups


def grouped(model, rates, weight_decay, decays=lambda name, p: p.ndim > 1, under=None, frozen_too=False, empty=False):
    """decay_groups with another rule which parameters decay, or which belong to a part."""
    under = under or (lambda name, part: within(name, (part,)))
    groups = []
    for part, rate in rates.items():
        mine = [(n, p) for n, p in model.named_parameters() if under(n, part) and (p.requires_grad or frozen_too)]
        for decay, wanted in ((weight_decay, True), (0.0, False)):
            params = [p for n, p in mine if bool(decays(n, p)) is wanted]
            if params or empty:
                groups.append({"params": params, "lr": rate, "weight_decay": decay})
    return groups


@mistake(
    GROUPS,
    "Everything decays, biases and norms too. A bias, and the weight and bias of a norm, have one dimension: they go "
    "into a group with weight_decay 0.",
    "所有参数都做了权重衰减，包括偏置和归一化。偏置、归一化的权重和偏置都只有一维：它们要放进 weight_decay 为 0 的组。",
)
def everything_decays(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, lambda name, p: True)


@mistake(
    GROUPS,
    "Nothing decays: matrices get weight_decay as it was given.",
    "什么都没有衰减：矩阵要用传进来的 weight_decay。",
)
def nothing_decays(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, lambda name, p: False)


@mistake(
    GROUPS,
    "The weights of the norms decay. They are called weight like those of linear layers, so the name does not tell; "
    "ask for p.ndim > 1.",
    "归一化的权重也衰减了。它们和全连接层的一样叫 weight，光看名字分不出来；请看 p.ndim > 1。",
)
def biases_by_name(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, lambda name, p: not name.endswith("bias"))


@mistake(
    GROUPS,
    "Norms were looked for by name, and one that is called otherwise decays. p.ndim > 1 finds matrices whatever they "
    "are called.",
    "按名字找归一化层，名字不同的就漏掉了，照样衰减。用 p.ndim > 1 判断矩阵，叫什么名字都行。",
)
def norms_by_name(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, lambda name, p: not name.endswith("bias") and "LayerNorm" not in name)


@mistake(
    GROUPS,
    "Biases and norms decay, matrices do not: it is the other way round.",
    "偏置和归一化衰减了，矩阵没有：正好反了。",
)
def decay_reversed(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, lambda name, p: p.ndim == 1)


@mistake(
    GROUPS,
    "The table of embeddings does not decay. It is a matrix too.",
    "嵌入表没有衰减。它也是矩阵。",
)
def tables_left_out(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, lambda name, p: p.ndim > 1 and "words" not in name)


@mistake(
    GROUPS,
    "The group without decay has no 'weight_decay'. Then the optimizer takes its own, 0.01 for AdamW: write 0.0.",
    "不衰减的组里没有写 'weight_decay'。优化器就会用自己的默认值（AdamW 是 0.01）：要写上 0.0。",
)
def zero_not_written(model, rates, weight_decay):
    groups = grouped(model, rates, weight_decay)
    return [{k: v for k, v in group.items() if v or k != "weight_decay"} for group in groups]


@mistake(
    GROUPS,
    "The groups have no 'lr': all parts would learn at the rate of the optimizer.",
    "组里没有 'lr'：各部分都会用优化器的学习率。",
)
def rates_not_written(model, rates, weight_decay):
    return [{k: v for k, v in group.items() if k != "lr"} for group in grouped(model, rates, weight_decay)]


@mistake(
    GROUPS,
    "All parts have the same rate. Each part has its own in rates.",
    "所有部分的学习率都一样。每个部分在 rates 里有自己的学习率。",
)
def one_rate(model, rates, weight_decay):
    return [{**group, "lr": next(iter(rates.values()))} for group in grouped(model, rates, weight_decay)]


@mistake(
    GROUPS,
    "All parts have the rate of the last one. Each part has its own in rates.",
    "所有部分都用了最后一个部分的学习率。每个部分在 rates 里有自己的学习率。",
)
def last_rate(model, rates, weight_decay):
    return [{**group, "lr": list(rates.values())[-1]} for group in grouped(model, rates, weight_decay)]


@mistake(
    GROUPS,
    "Frozen parameters are in the groups. Leave out those whose requires_grad is False.",
    "组里有冻结的参数。requires_grad 为 False 的要去掉。",
)
def frozen_included(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, frozen_too=True)


@mistake(
    GROUPS,
    "'layer1' got the parameters of layer10: its name begins with the same letters. within(name, (part,)) looks for "
    "the dot.",
    "'layer1' 拿走了 layer10 的参数，因为名字开头相同。within(name, (part,)) 会看后面有没有点。",
)
def begins_alike(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, under=lambda name, part: name.startswith(part))


@mistake(
    GROUPS,
    "The part '' is to be the whole model. within(name, (part,)) knows that.",
    "'' 指整个模型。within(name, (part,)) 会处理这种情况。",
)
def whole_is_nothing(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, under=lambda name, part: name.startswith(f"{part}."))


@mistake(
    GROUPS,
    "A part was taken for its letters: within takes several names, so one name goes into a tuple: within(name, "
    "(part,)).",
    "部分的名字被拆成了字母：within 要的是若干个名字，一个名字要放进元组：within(name, (part,))。",
)
def letters(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, under=lambda name, part: within(name, part))


@mistake(
    GROUPS,
    "Each part has all parameters of the model. It is to have those whose name lies within it.",
    "每个部分都装了整个模型的参数。只该装名字属于这个部分的。",
)
def all_in_each(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, under=lambda name, part: True)


@mistake(
    GROUPS,
    "There are groups without parameters; leave them out.",
    "有的组里没有参数；空的组要去掉。",
)
def empty_kept(model, rates, weight_decay):
    return grouped(model, rates, weight_decay, empty=True)


@mistake(
    GROUPS,
    "The groups hold names. named_parameters() gives pairs; the second of each, the parameter itself, belongs into "
    "'params'.",
    "组里装的是名字。named_parameters() 给出的是一对一对的；放进 'params' 的应该是第二个，也就是参数本身。",
)
def names_in_groups(model, rates, weight_decay):
    names = {id(p): name for name, p in model.named_parameters()}
    return [{**g, "params": [names[id(p)] for p in g["params"]]} for g in grouped(model, rates, weight_decay)]


@mutant(GROUPS, "no_groups")
def by_part(model, rates, weight_decay):
    return dict(enumerate(grouped(model, rates, weight_decay)))


@mutant(GROUPS, "nothing")
def groups_not_returned(model, rates, weight_decay):
    grouped(model, rates, weight_decay)


# ------------------------------------------------------------------------------------------------------------- the rate


def falling(rise, steps, t):
    return max(0.0, (steps - t) / max(steps - rise, 1))


@mistake(
    RATE,
    "f(0) is 0: the first step would change nothing, and was for nothing. Steps are counted from 0, so the rise is "
    "(t + 1) / (rise + 1).",
    "f(0) 是 0：第一步什么也不改变，白走了。步数从 0 数起，所以上升段是 (t + 1) / (rise + 1)。",
)
def begins_at_zero(rise, steps, t):
    return t / rise if t < rise else falling(rise, steps, t)


@mistake(
    RATE,
    "1 is reached a step too early, and then again at t = rise. The rise is (t + 1) / (rise + 1): the step after it "
    "has 1.",
    "早一步到了 1，在 t = rise 时又是 1。上升段是 (t + 1) / (rise + 1)：它之后的那一步才是 1。",
)
def one_too_early(rise, steps, t):
    return (t + 1) / rise if t < rise else falling(rise, steps, t)


@mistake(
    RATE,
    "There is no rise: in the first `rise` steps f grows from 1 / (rise + 1).",
    "没有上升段：最初 `rise` 步里，f 要从 1 / (rise + 1) 涨上去。",
)
def no_rise(rise, steps, t):
    return 1.0 if t < rise else falling(rise, steps, t)


@mistake(
    RATE,
    "f never falls: after the rise it goes down to 0 in a straight line.",
    "f 一直没有下降：上升之后，应该沿直线降到 0。",
)
def no_fall(rise, steps, t):
    return (t + 1) / (rise + 1) if t < rise else 1.0


@mistake(
    RATE,
    "f falls as if it had begun at t = 0, and so it jumps down after the rise. It has steps - rise steps to fall: "
    "(steps - t) / (steps - rise).",
    "下降段好像是从 t = 0 开始的，上升之后 f 会突然掉下去。下降用的是 steps - rise 步：(steps - t) / (steps - rise)。",
)
def falls_from_the_start(rise, steps, t):
    return (t + 1) / (rise + 1) if t < rise else max(0.0, (steps - t) / steps)


@mistake(
    RATE,
    "The last step has rate 0, and was for nothing. The last is t = steps - 1; f is 0 only at t = steps.",
    "最后一步的学习率是 0，白走了。最后一步是 t = steps - 1；t = steps 时 f 才是 0。",
)
def last_step_lost(rise, steps, t):
    return (t + 1) / (rise + 1) if t < rise else max(0.0, (steps - 1 - t) / max(steps - rise, 1))


@mistake(
    RATE,
    "f gets negative after `steps`: a training that goes on would climb up the loss. max(0.0, ...) keeps it at 0.",
    "`steps` 之后 f 变成了负数：再训练下去，损失就要往上爬。用 max(0.0, ...) 让它停在 0。",
)
def below_zero(rise, steps, t):
    return (t + 1) / (rise + 1) if t < rise else (steps - t) / max(steps - rise, 1)


@mistake(
    RATE,
    "f falls along half a cosine. Here it is a straight line.",
    "f 沿半个余弦下降。这里要的是直线。",
)
def cosine(rise, steps, t):
    if t < rise:
        return (t + 1) / (rise + 1)
    return 0.5 + 0.5 * math.cos(math.pi * min(1.0, (t - rise) / max(steps - rise, 1)))


@mistake(
    RATE,
    "Whole numbers were divided with //, which rounds down: f is 0 or 1. Write / instead.",
    "整数相除用了 //，它会向下取整：f 不是 0 就是 1。请用 /。",
)
def whole_division(rise, steps, t):
    return (t + 1) // (rise + 1) if t < rise else max(0, (steps - t) // max(steps - rise, 1))


@mistake(
    RATE,
    "The rise takes a step more than `rise`: at t = rise f is 1 already and begins to fall.",
    "上升段多了一步：t = rise 时 f 已经是 1，从那里开始下降。",
)
def rises_too_long(rise, steps, t):
    return (t + 1) / (rise + 2) if t <= rise else falling(rise, steps, t)


@mutant(RATE, "raised")
def divided_by_nothing(rise, steps, t):
    return (t + 1) / (rise + 1) if t < rise else max(0.0, (steps - t) / (steps - rise))


@mutant(RATE, "nothing")
def rate_not_returned(rise, steps, t):
    falling(rise, steps, t)
