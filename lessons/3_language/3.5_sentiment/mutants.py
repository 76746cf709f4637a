"""Mistakes that are made in lesson 3.5."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.functional import dropout
from minigrad.models.recurrent_classifier import highest
from minigrad.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from minigrad.ops import where
from minigrad.tensor import Tensor
from minigrad.text.padding import lengths_of

LENGTHS = "minigrad.text.padding:lengths_of"
MODEL = "minigrad.models.recurrent_classifier:"
LAST, HIGHEST, FORWARD = (
    MODEL + "RecurrentClassifier.last_state",
    MODEL + "highest",
    MODEL + "RecurrentClassifier.forward",
)


# ------------------------------------------------------------------------------------------------------------- lengths


def checked(ids):
    if ids.shape[1] == 0:
        raise ValueError("no places")


@mistake(
    LENGTHS,
    "All places that are not padding are counted. A 0 in the middle of a row is then missing from its length; only the "
    "padding at the end does not count.",
    "数的是所有不是填充的位置。行中间的 0 就被漏掉了；只有末尾的填充不算。",
)
def counted_everywhere(ids, padding=0):
    checked(ids)
    return np.maximum((ids != padding).sum(axis=1), 1)


@mistake(
    LENGTHS,
    "This is the number of the last word, counted from 0. A length is one more.",
    "这是最后一个词的编号，从 0 数起。长度要再加 1。",
)
def number_of_the_last(ids, padding=0):
    checked(ids)
    return np.maximum(ids.shape[1] - 1 - (ids != padding)[:, ::-1].argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "The row ends at its first padding; a 0 in the middle cuts off the rest.",
    "把第一个填充当成了行尾；中间有个 0，后面的就被切掉了。",
)
def first_padding(ids, padding=0):
    checked(ids)
    padded = np.concatenate([ids == padding, np.ones((len(ids), 1), bool)], axis=1)
    return np.maximum(padded.argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "A row of nothing but padding has the full length here. argmax gives 0 where there is no True at all: ask "
    "any(axis=1).",
    "整行都是填充时，这里得到了全长。没有一个 True 时 argmax 给出 0：要用 any(axis=1) 问一下。",
)
def empty_rows_are_full(ids, padding=0):
    checked(ids)
    return ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1)


@mistake(
    LENGTHS,
    "A row of nothing but padding has the length 0, and a network cannot go along no steps. It counts as 1.",
    "整行都是填充的，长度成了 0，网络没法走零步。它应该算 1。",
)
def empty_rows_are_nothing(ids, padding=0):
    checked(ids)
    last = ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1)
    return np.where((ids != padding).any(axis=1), last, 0)


@mistake(
    LENGTHS,
    "The padding is taken to be 0 always; it is the argument `padding`.",
    "把填充一律当成 0 了；它是参数 padding。",
)
def always_zero(ids, padding=0):
    checked(ids)
    return np.where((ids != 0).any(axis=1), ids.shape[1] - (ids != 0)[:, ::-1].argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "All places that are not padding are counted: a 0 in the middle is missing from the length, and a row of nothing "
    "but padding gets 0.",
    "数的是所有不是填充的位置：行中间的 0 被漏掉了，整行都是填充的得到 0。",
)
def only_counted(ids, padding=0):
    checked(ids)
    return (ids != padding).sum(axis=1)


@mistake(
    LENGTHS,
    "This is the number of the last word, counted from 0. A length is one more.",
    "这是最后一个词的编号，从 0 数起。长度要再加 1。",
)
def number_of_the_last_word(ids, padding=0):
    checked(ids)
    last = ids.shape[1] - 1 - (ids != padding)[:, ::-1].argmax(axis=1)
    return np.where((ids != padding).any(axis=1), last, 1)


@mistake(
    LENGTHS,
    "This is where the first padding stands. A row without padding has none, so argmax gives 0; and a 0 in the middle "
    "is no end.",
    "这是第一个填充的位置。没有填充的行找不到它，argmax 就给出 0；而且中间的 0 不是行尾。",
)
def place_of_the_first_padding(ids, padding=0):
    checked(ids)
    return np.maximum((ids == padding).argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "[::-1] turns the rows of the batch round. The places of each row are meant: [:, ::-1].",
    "[::-1] 翻转的是各行的顺序。要翻转的是每行的位置：[:, ::-1]。",
)
def rows_turned_round(ids, padding=0):
    checked(ids)
    last = ids.shape[1] - (ids != padding)[::-1].argmax(axis=1)
    return np.where((ids != padding).any(axis=1), last, 1)


@mistake(
    LENGTHS,
    "Every row has the length of the batch here. The padding at its end does not count.",
    "每一行都得到了整批的长度。末尾的填充不算。",
)
def as_long_as_the_batch(ids, padding=0):
    checked(ids)
    return np.full(len(ids), ids.shape[1])


@mutant(LENGTHS, "raised")
def no_rows_refused(ids, padding=0):
    if len(ids) == 0:
        raise ValueError("no rows")
    checked(ids)
    return np.where((ids != padding).any(axis=1), ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "argmax finds the first word of each row here. Read backwards, [:, ::-1], it finds the last.",
    "这里的 argmax 找到的是每行的第一个词。倒着读，[:, ::-1]，找到的才是最后一个。",
)
def not_backwards(ids, padding=0):
    checked(ids)
    there = ids != padding
    return np.where(there.any(axis=1), ids.shape[1] - there.argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "This is how many places at the end are padding. Asked for is how many come before them: t minus that.",
    "这是末尾有多少个填充。要的是它们之前有多少个位置：用 t 去减。",
)
def how_many_are_padding(ids, padding=0):
    checked(ids)
    there = ids != padding
    return np.where(there.any(axis=1), there[:, ::-1].argmax(axis=1), 1)


@mistake(
    LENGTHS,
    "Padding is cut off at the beginning of a row, too. Only that at its end does not count.",
    "行首的填充也切掉了。只有末尾的不算。",
)
def cut_at_both_ends(ids, padding=0):
    checked(ids)
    places = [np.flatnonzero(row != padding) for row in ids]
    return np.array([at[-1] - at[0] + 1 if len(at) else 1 for at in places])


@mistake(
    LENGTHS,
    "A batch of texts of no places raised something else than a ValueError. (assert raises an AssertionError.)",
    "一个位置都没有的一批文本，抛出的不是 ValueError。（assert 抛出的是 AssertionError。）",
)
def another_error(ids, padding=0):
    assert ids.shape[1] > 0
    return np.where((ids != padding).any(axis=1), ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1), 1)


@mutant(LENGTHS, "no_error")
def nothing_refused(ids, padding=0):
    if ids.shape[1] == 0:
        return np.ones(len(ids), int)
    return np.where((ids != padding).any(axis=1), ids.shape[1] - (ids != padding)[:, ::-1].argmax(axis=1), 1)


# ----------------------------------------------------------------------------------------------------------- last state


def h_of(state):
    return state[0] if isinstance(state, tuple) else state


@mistake(
    LAST,
    "These are the states of the lowest layer. The uppermost one comes last: h[-directions:].",
    "这是最下面一层的状态。最上面的层排在最后：h[-directions:]。",
)
def lowest_layer(self, state):
    h, directions = h_of(state), len(self.network.directions)
    return h[:directions].transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "This is c, what an LSTM keeps to itself. h is what it shows: the first of the pair.",
    "这是 c，LSTM 自己留着的。它给别人看的是 h：一对里的第一个。",
)
def inner_state(self, state):
    h, directions = state[1] if isinstance(state, tuple) else state, len(self.network.directions)
    return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "The states of different texts are mixed: n must come to the front before both directions are joined.",
    "不同文本的状态混在一起了：要先把 n 挪到前面，再把两个方向并起来。",
)
def texts_mixed(self, state):
    h, directions = h_of(state), len(self.network.directions)
    return h[-directions:].reshape(h.shape[1], -1)


@mistake(
    LAST,
    "The directions stand the other way round: forward first, then backward.",
    "两个方向反了：先正向，后反向。",
)
def backward_first(self, state):
    h, directions = h_of(state), len(self.network.directions)
    return h[-directions:].flip(0).transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "One row of h is left out: with two directions the last state is two rows, the way forward and the way back.",
    "少了 h 的一行：有两个方向时，最后的状态是两行，正向和反向。",
)
def last_row_only(self, state):
    return h_of(state)[-1]


@mistake(
    LAST,
    "Both directions are added up. Put them side by side: [n, directions · hidden].",
    "把两个方向加在一起了。应该并排放：[n, 方向数 · hidden]。",
)
def directions_added(self, state):
    return h_of(state)[-len(self.network.directions) :].sum(0)


@mistake(
    LAST,
    "The last rows of h belong to the directions of the uppermost layer; here it is as many rows as there are layers.",
    "h 的最后几行属于最上面一层的各个方向；这里取的行数是层数。",
)
def rows_of_layers(self, state):
    h = h_of(state)
    return h[-self.network.num_layers :].transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "Always two rows are taken; a network of one direction has one in each layer. Ask len(self.network.directions).",
    "总是取两行；只有一个方向的网络每层只有一行。要看 len(self.network.directions)。",
)
def always_two_rows(self, state):
    h = h_of(state)
    return h[-2:].transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "These are the states of all layers. Only the uppermost one is meant.",
    "这是所有层的状态。只要最上面一层的。",
)
def all_layers(self, state):
    h = h_of(state)
    return h.transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "The directions are a dimension of their own still. Join them with the numbers of the state: reshape(n, -1).",
    "方向还是单独的一维。要把它和状态的各个数并起来：reshape(n, -1)。",
)
def directions_not_joined(self, state):
    return h_of(state)[-len(self.network.directions) :].transpose(0, 1)


@mistake(
    LAST,
    "The two directions are averaged. They stand side by side, [n, 2 · hidden].",
    "两个方向取了平均。它们要并排放，[n, 2 · hidden]。",
)
def directions_averaged(self, state):
    return h_of(state)[-len(self.network.directions) :].mean(0)


@mistake(
    LAST,
    "The directions still have a dimension of their own. First n to the front, transpose(0, 1), and then both side by "
    "side: reshape(n, -1).",
    "两个方向还各占一维。先用 transpose(0, 1) 把 n 挪到前面，再并排放好：reshape(n, -1)。",
)
def directions_apart(self, state):
    return h_of(state)[-len(self.network.directions) :]


@mistake(
    LAST,
    "state[0] is h only where state is a pair, that of an LSTM. Of an RNN and a GRU it is the lowest layer.",
    "state 是一对（LSTM）时，state[0] 才是 h。对 RNN 和 GRU，它是最下面一层。",
)
def first_of_any_state(self, state):
    h = state[0]
    return h[-len(self.network.directions) :].transpose(0, 1).reshape(h.shape[1], -1)


@mistake(
    LAST,
    "The numbers are right, but no gradient finds its way back through this result: NumPy remembers nothing. Compute "
    "with tensors: cat, reshape, transpose.",
    "数是对的，但梯度没法穿过它传回去：NumPy 什么都不记。要用张量来算：cat、reshape、transpose。",
)
def state_without_gradient(self, state):
    h, directions = h_of(state), len(self.network.directions)
    return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1).detach()


@mutant(LAST, "nothing")
def no_state(self, state):
    return None


# -------------------------------------------------------------------------------------------------------------- highest


@mistake(
    HIGHEST,
    "The zeros behind the end of short texts take part, and win where all real values are negative. Put -∞ there.",
    "短文本末尾后面的 0 也参加了比较，真实的值都是负数时就是它赢。那里要换成 -∞。",
)
def zeros_take_part(output, lengths):
    return pad_packed_sequence(output, batch_first=True)[0].amax(1)


@mistake(
    HIGHEST,
    "These are the lowest values.",
    "这是最小值。",
)
def lowest(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    return where(Tensor((np.arange(padded.shape[1]) < lengths[:, None])[..., None]), padded, np.inf).amin(1)


@mistake(
    HIGHEST,
    "This is the mean over the steps; the highest value is asked for.",
    "这是各步的平均值；要的是最大值。",
)
def mean_of_steps(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    return padded.sum(1) / Tensor(lengths[:, None].astype(padded.dtype))


@mistake(
    HIGHEST,
    "The last word of each text is left out: its steps are those below its length, arange(t) < length.",
    "每条文本漏了最后一个词：属于它的是小于长度的各步，arange(t) < 长度。",
)
def last_word_left_out(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    there = np.arange(padded.shape[1]) < np.maximum(lengths[:, None] - 1, 1)
    return where(Tensor(there[..., None]), padded, -np.inf).amax(1)


@mistake(
    HIGHEST,
    "The highest over all texts, not over the steps of each. The steps are dimension 1.",
    "这是在各条文本之间取的最大值，不是每条文本的各步。步是第 1 维。",
)
def over_the_texts(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    there = np.arange(padded.shape[1]) < lengths[:, None]
    return where(Tensor(there[..., None]), padded, -np.inf).amax(0)


@mistake(
    HIGHEST,
    "The highest of the numbers of each state. Asked for is the highest of each number, over the steps: dimension 1.",
    "这是每个状态内部各数的最大值。要的是每个数在各步里的最大值：沿第 1 维。",
)
def over_the_numbers(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    there = np.arange(padded.shape[1]) < lengths[:, None]
    return where(Tensor(there[..., None]), padded, -np.inf).amax(2)


def masked(output, lengths):
    """The states [n, t, width], and True at the steps of each text."""
    padded, _ = pad_packed_sequence(output, batch_first=True)
    return padded, Tensor((np.arange(padded.shape[1]) < lengths[:, None])[..., None])


@mistake(
    HIGHEST,
    "-∞ stands at the words, and the padding is compared. where(there, x, y) takes x where there is True.",
    "-∞ 放到有词的地方去了，比的成了填充。where(there, x, y) 在 there 为 True 的地方取 x。",
)
def words_forbidden(output, lengths):
    padded, there = masked(output, lengths)
    return where(there, -np.inf, padded).amax(1)


@mistake(
    HIGHEST,
    "0 times -∞ is NaN. Do not multiply; choose: where(there, padded, -np.inf).",
    "0 乘 -∞ 是 NaN。不要乘，要选：where(there, padded, -np.inf)。",
)
def zero_times_infinity(output, lengths):
    padded, there = masked(output, lengths)
    there = Tensor(there.numpy().astype(padded.dtype))
    return (padded * there + (1 - there) * -np.inf).amax(1)


@mistake(
    HIGHEST,
    "These are the states of the last step; asked for is the highest value of each number over all steps.",
    "这是最后一步的状态；要的是每个数在各步里的最大值。",
)
def last_step(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    return padded[np.arange(len(lengths)), lengths - 1]


@mistake(
    HIGHEST,
    "All texts are cut to the shortest. Each has steps of its own: lengths says how many.",
    "所有文本都切得和最短的一样长了。每条有自己的步数，见 lengths。",
)
def cut_to_the_shortest(output, lengths):
    return pad_packed_sequence(output, batch_first=True)[0][:, : int(lengths.min())].amax(1)


@mistake(
    HIGHEST,
    "States that are 0 are taken for padding. A state can be 0, too: lengths says where a text ends.",
    "把等于 0 的状态都当成了填充。状态本身也可能是 0：文本在哪里结束，要看 lengths。",
)
def zeros_are_padding(output, lengths):
    padded, _ = pad_packed_sequence(output, batch_first=True)
    return where(padded == 0, -np.inf, padded).amax(1)


@mistake(
    HIGHEST,
    ".max(1) returns two things, the values and their places. Take .max(1).values, or .amax(1).",
    ".max(1) 返回两样东西：最大值和它们的位置。用 .max(1).values，或者 .amax(1)。",
)
def values_and_places(output, lengths):
    padded, there = masked(output, lengths)
    return where(there, padded, -np.inf).max(1)


@mistake(
    HIGHEST,
    "The numbers are right, but no gradient finds its way back through this result: NumPy remembers nothing. Compute "
    "with tensors: where, amax, stack.",
    "数是对的，但梯度没法穿过它传回去：NumPy 什么都不记。要用张量来算：where、amax、stack。",
)
def highest_without_gradient(output, lengths):
    return highest(output, lengths).detach()


@mutant(HIGHEST, "nothing")
def nothing_found(output, lengths):
    return None


# -------------------------------------------------------------------------------------------------------------- forward


def read(self, ids, words, lengths, drop=True):
    packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
    output, state = self.network(packed)
    seen = self.last_state(state) if self.pool == "last" else highest(output, lengths)
    return self.head(self.dropout(seen) if drop else seen)


@mistake(
    FORWARD,
    "Every text was read to the end of the batch, padding included: the same text gets other scores beside a longer "
    "one. "
    "Hand lengths_of(...) to pack_padded_sequence.",
    "每条文本都连填充一起读到了最后：同一条文本，旁边放一条更长的，得分就变了。要把 lengths_of(...) 交给 "
    "pack_padded_sequence。",
)
def padding_read(self, ids):
    return read(self, ids, self.dropout(self.embedding(ids)), np.full(len(ids), ids.shape[1]))


@mistake(
    FORWARD,
    "No gradient comes back to the embedding: on the way from its vectors to the scores something left the graph.",
    "梯度传不回嵌入：从词向量到得分的路上，有一步离开了计算图。",
)
def words_without_gradient(self, ids):
    return read(self, ids, self.dropout(self.embedding(ids).detach()), lengths_of(ids.cpu().numpy()))


@mistake(
    FORWARD,
    "The words go into the network without dropout.",
    "词没有经过 dropout 就进了网络。",
)
def words_not_dropped(self, ids):
    return read(self, ids, self.embedding(ids), lengths_of(ids.cpu().numpy()))


@mistake(
    FORWARD,
    "What the head sees does not go through dropout.",
    "输出层看到的没有经过 dropout。",
)
def states_not_dropped(self, ids):
    return read(self, ids, self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy()), drop=False)


@mistake(
    FORWARD,
    "self.pool is not asked: always the last state.",
    "没有看 self.pool：总是取最后的状态。",
)
def always_last(self, ids):
    lengths = lengths_of(ids.cpu().numpy())
    words = self.dropout(self.embedding(ids))
    _, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
    return self.head(self.dropout(self.last_state(state)))


@mistake(
    FORWARD,
    "There is no dropout: it belongs before the network, and before the head.",
    "没有 dropout：网络之前和输出层之前各要一次。",
)
def nothing_dropped(self, ids):
    return read(self, ids, self.embedding(ids), lengths_of(ids.cpu().numpy()), drop=False)


@mistake(
    FORWARD,
    "The scores go through dropout. It belongs before the head, on what the head sees.",
    "得分经过了 dropout。它应该在输出层之前，作用于输出层看到的东西。",
)
def scores_dropped(self, ids):
    return self.dropout(read(self, ids, self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy()), drop=False))


@mistake(
    FORWARD,
    "The scores are those of the texts sorted by length. They must come in the order of ids; enforce_sorted=False sees "
    "to that.",
    "得分是按长度排序之后的文本的。它们应该按 ids 原来的顺序；enforce_sorted=False 会处理好。",
)
def sorted_for_good(self, ids):
    order = np.argsort(-lengths_of(ids.cpu().numpy()))
    ids = ids[order]
    return read(self, ids, self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy()))


@mistake(
    FORWARD,
    "With pool='last' this takes the highest values. Ask self.pool.",
    "pool='last' 时这里取的是最大值。要看 self.pool。",
)
def always_highest(self, ids):
    lengths = lengths_of(ids.cpu().numpy())
    words = self.dropout(self.embedding(ids))
    output, _ = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
    return self.head(self.dropout(highest(output, lengths)))


@mistake(
    FORWARD,
    "These are probabilities. Scores are asked for: cross-entropy makes its softmax itself.",
    "这是概率。要的是得分：softmax 由交叉熵自己来做。",
)
def probabilities(self, ids):
    return read(self, ids, self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy())).softmax(1)


@mistake(
    FORWARD,
    "There is a tanh between the vector of a text and the head; nothing belongs there but dropout.",
    "文本的向量和输出层之间多了一个 tanh；那里只有 dropout。",
)
def tanh_before_the_head(self, ids):
    lengths = lengths_of(ids.cpu().numpy())
    words = self.dropout(self.embedding(ids))
    output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
    seen = self.last_state(state) if self.pool == "last" else highest(output, lengths)
    return self.head(self.dropout(seen.tanh()))


def run_through(self, ids):
    """(output, state, lengths), right."""
    lengths = lengths_of(ids.cpu().numpy())
    words = self.dropout(self.embedding(ids))
    return *self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)), lengths


def seen_by_the_head(self, ids):
    output, state, lengths = run_through(self, ids)
    return self.last_state(state) if self.pool == "last" else highest(output, lengths)


@mistake(
    FORWARD,
    "Numbers are dropped in evaluation, too. self.dropout(...) knows whether the network is training; "
    "functional.dropout must be told: training=self.training.",
    "评估时也在做 dropout。self.dropout(...) 知道网络是不是在训练；functional.dropout 要由你告诉它："
    "training=self.training。",
)
def dropped_in_evaluation(self, ids):
    lengths, p = lengths_of(ids.cpu().numpy()), self.dropout.p
    packed = pack_padded_sequence(dropout(self.embedding(ids), p), lengths, batch_first=True, enforce_sorted=False)
    output, state = self.network(packed)
    return self.head(dropout(self.last_state(state) if self.pool == "last" else highest(output, lengths), p))


@mistake(
    FORWARD,
    "The lengths count what is not 0; a 0 in the middle is then missing. That is what lengths_of is for.",
    "长度数的是不为 0 的位置，中间的 0 就被漏掉了。lengths_of 就是干这个的。",
)
def words_counted(self, ids):
    lengths = np.maximum((ids.cpu().numpy() != 0).sum(axis=1), 1)
    return read(self, ids, self.dropout(self.embedding(ids)), lengths)


@mistake(
    FORWARD,
    "The embedding of the padding gets a gradient. self.embedding(ids) knows that row 0 is not learned; indexing its "
    "weight does not.",
    "填充的嵌入也得到了梯度。self.embedding(ids) 知道第 0 行不学；直接索引它的 weight 就不知道了。",
)
def padding_is_learned(self, ids):
    return read(self, ids, self.dropout(self.embedding.weight[ids]), lengths_of(ids.cpu().numpy()))


@mistake(
    FORWARD,
    "The last step of the unpacked output was taken. Behind the end of a short text it is 0; the state that the "
    "network returns is the one behind the last word.",
    "取的是解开打包之后的最后一步。短文本到那里已经结束，是 0；网络返回的 state 才是最后一个词之后的状态。",
)
def last_step_of_the_batch(self, ids):
    output, _, lengths = run_through(self, ids)
    padded, _ = pad_packed_sequence(output, batch_first=True)
    return self.head(self.dropout(padded[:, -1] if self.pool == "last" else highest(output, lengths)))


@mistake(
    FORWARD,
    "The last step of each text's output was taken. For the way back that is its first step: it has read one word. "
    "self.last_state(state) has both ways behind all words.",
    "取的是每条文本输出的最后一步。对反向来说那是它的第一步，只读了一个词。"
    "self.last_state(state) 里，两个方向都读完了全部。",
)
def last_step_of_each_text(self, ids):
    output, _, lengths = run_through(self, ids)
    padded, _ = pad_packed_sequence(output, batch_first=True)
    last = padded[np.arange(len(lengths)), lengths - 1]
    return self.head(self.dropout(last if self.pool == "last" else highest(output, lengths)))


@mistake(
    FORWARD,
    "What reaches last_state is the network's output, not its state. The network returns (output, state), in this "
    "order.",
    "交给 last_state 的是网络的输出，不是状态。网络返回的次序是 (output, state)。",
)
def output_for_state(self, ids):
    output, _, lengths = run_through(self, ids)
    return self.head(self.dropout(self.last_state(output) if self.pool == "last" else highest(output, lengths)))


@mistake(
    FORWARD,
    "The numbers are right, but no gradient finds its way back through the scores. Compute with tensors; NumPy "
    "remembers nothing.",
    "数是对的，但梯度没法穿过得分传回去。要用张量来算；NumPy 什么都不记。",
)
def scores_without_gradient(self, ids):
    return self.head(self.dropout(seen_by_the_head(self, ids))).detach()


@mutant(FORWARD, "raised")
def not_sorted(self, ids):
    words, lengths = self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy())
    return self.head(self.last_state(self.network(pack_padded_sequence(words, lengths, batch_first=True))[1]))


@mutant(FORWARD, "nothing")
def no_scores(self, ids):
    return None
