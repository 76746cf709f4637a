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


@mutant(FORWARD, "raised")
def not_sorted(self, ids):
    words, lengths = self.dropout(self.embedding(ids)), lengths_of(ids.cpu().numpy())
    return self.head(self.last_state(self.network(pack_padded_sequence(words, lengths, batch_first=True))[1]))


@mutant(FORWARD, "nothing")
def no_scores(self, ids):
    return None
