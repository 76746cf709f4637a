"""Mistakes that are made in lesson 3.5."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
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


@mutant(FORWARD, "raised")
def not_sorted(self, ids):
    words, lengths = self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy())
    return self.head(self.last_state(self.network(pack_padded_sequence(words, lengths, batch_first=True))[1]))


@mutant(FORWARD, "nothing")
def no_scores(self, ids):
    return None
