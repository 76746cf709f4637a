"""Mistakes that are made in lesson 2.6."""

from minigrad.course.mutants import mistake, mutant
from minigrad.functional import softmax
from minigrad.models.vgg import WIDTHS
from minigrad.nn import AvgPool2d, BatchNorm2d, Conv2d, MaxPool2d, ReLU
from minigrad.ops.shape import concatenate, pad

LENET = "minigrad.models.lenet:LeNet5.forward"
VGG = "minigrad.models.vgg:convolutions"
SHORTCUT = "minigrad.models.resnet_cifar:Shortcut.forward"
BLOCK = "minigrad.models.resnet_cifar:CifarBlock.forward"


# --------------------------------------------------------------------------------------------------------------- LeNet


def features(self, x):
    x = self.pool(self.relu(self.conv1(x)))
    return self.pool(self.relu(self.conv2(x)))


@mutant(LENET, "raised")
def pooled_once(self, x):
    x = self.relu(self.conv2(self.pool(self.relu(self.conv1(x)))))
    return self.fc3(self.relu(self.fc2(self.relu(self.fc1(self.flatten(x))))))


@mutant(LENET, "raised")
def not_flattened(self, x):
    return self.fc3(self.relu(self.fc2(self.relu(self.fc1(features(self, x))))))


@mistake(
    LENET,
    "The numbers are flattened with the channels last; fc1 expects channel after channel, as the memory of [n, c, h, "
    "w] reads: all 25 places of channel 0, then those of channel 1. self.flatten does just that.",
    "展平时把通道放到了最后；fc1 要的是一个通道接一个通道，也就是 [n, c, h, w] 本来的顺序：先是通道 0 的全部 25 个"
    "位置，再是通道 1 的。直接用 self.flatten 就行。",
)
def channels_last(self, x):
    x = self.flatten(features(self, x).permute(0, 2, 3, 1))
    return self.fc3(self.relu(self.fc2(self.relu(self.fc1(x)))))


@mistake(
    LENET,
    "Images are mixed up: after flattening, row i must hold the 400 numbers of image i and of no other. Dimension 0 "
    "stays where it is.",
    "不同图片的数混在一起了：展平之后，第 i 行应该只有第 i 张图片的 400 个数。第 0 维要留在原位。",
)
def images_mixed(self, x):
    x = features(self, x)
    x = x.permute(1, 2, 3, 0).reshape(x.shape[0], -1)
    return self.fc3(self.relu(self.fc2(self.relu(self.fc1(x)))))


@mistake(
    LENET,
    "The ReLU after conv1 is missing: conv1, a pool and conv2 follow each other, and all negative numbers go on.",
    "conv1 后面少了 ReLU：conv1、池化、conv2 直接相连，负数全都传了下去。",
)
def first_relu_missing(self, x):
    x = self.pool(self.relu(self.conv2(self.pool(self.conv1(x)))))
    return self.fc3(self.relu(self.fc2(self.relu(self.fc1(self.flatten(x))))))


@mistake(
    LENET,
    "No ReLU stands between the linear layers: fc1, fc2 and fc3 in a row are a single linear function.",
    "全连接层之间没有 ReLU：fc1、fc2、fc3 连在一起只是一个线性函数。",
)
def linear_in_a_row(self, x):
    return self.fc3(self.fc2(self.fc1(self.flatten(features(self, x)))))


@mistake(
    LENET,
    "The ReLU after fc2 is missing: fc2 and fc3 in a row are a single linear function.",
    "fc2 后面少了 ReLU：fc2 和 fc3 连在一起只是一个线性函数。",
)
def one_relu_missing(self, x):
    return self.fc3(self.fc2(self.relu(self.fc1(self.flatten(features(self, x))))))


@mistake(
    LENET,
    "No ReLU follows the convolutions. A convolution is linear; without something curved in between, depth adds "
    "nothing.",
    "卷积后面没有 ReLU。卷积是线性的，中间没有非线性，层数再多也没有用。",
)
def convolutions_without_relu(self, x):
    x = self.flatten(self.pool(self.conv2(self.pool(self.conv1(x)))))
    return self.fc3(self.relu(self.fc2(self.relu(self.fc1(x)))))


@mistake(
    LENET,
    "A ReLU stands after fc3, too, and cuts off all negative scores. The scores are left as they are.",
    "fc3 后面也加了 ReLU，负的分数全被截成了 0。分数应该原样返回。",
)
def scores_cut(self, x):
    return self.relu(self.fc3(self.relu(self.fc2(self.relu(self.fc1(self.flatten(features(self, x))))))))


@mistake(
    LENET,
    "These are probabilities. A model gives scores; the softmax is part of the loss, cross_entropy (lesson 1.6).",
    "返回的是概率。模型只给出分数；softmax 属于损失函数 cross_entropy（见 1.6 课）。",
)
def probabilities(self, x):
    return softmax(self.fc3(self.relu(self.fc2(self.relu(self.fc1(self.flatten(features(self, x))))))), -1)


# ----------------------------------------------------------------------------------------------------------------- VGG


def built(depths, batch_norm, padding=1, norm_first=True, pool_each=False, relu=True, last_pool=True, bias=True):
    """VGG's layers with one thing different."""
    layers, channels = [], 3
    for stage, (depth, width) in enumerate(zip(depths, WIDTHS)):
        for _ in range(depth):
            layers.append(Conv2d(channels, width, 3, padding=padding, bias=bias))
            after = [BatchNorm2d(width)] * batch_norm + [ReLU()] * relu
            layers += after if norm_first else after[::-1]
            layers += [MaxPool2d(2)] * pool_each
            channels = width
        if not pool_each and (last_pool or stage < len(depths) - 1):
            layers.append(MaxPool2d(2))
    return layers


@mistake(
    VGG,
    "The convolutions have no padding: each takes two rows and two columns away, and 32x32 are used up after a few "
    "layers. padding=1 keeps the size with a 3x3 kernel.",
    "卷积没有填充：每层都会少两行两列，32x32 的图片几层就用完了。3x3 的卷积核用 padding=1 才能保持大小。",
)
def no_padding(depths, batch_norm):
    return built(depths, batch_norm, padding=0)


@mistake(
    VGG,
    "The convolutions have no bias. VGG's have one, as a convolution has unless it is told otherwise: without it, the "
    "public weights do not fit.",
    "卷积没有偏置。VGG 的卷积有偏置，不写 bias=False 就有；没有偏置，公开的权重就对不上。",
)
def no_bias(depths, batch_norm):
    return built(depths, batch_norm, bias=False)


@mistake(
    VGG,
    "Batch norm stands after ReLU; it belongs between the convolution and its ReLU.",
    "批归一化放在了 ReLU 后面；它应该在卷积和 ReLU 之间。",
)
def norm_after_relu(depths, batch_norm):
    return built(depths, batch_norm, norm_first=False)


@mistake(
    VGG,
    "batch_norm is not looked at: there is a batch norm whether it is asked for or not.",
    "没有看 batch_norm：不管要不要，都加了批归一化。",
)
def norm_always(depths, batch_norm):
    return built(depths, True)


@mistake(
    VGG,
    "batch_norm is not looked at: with batch_norm=True, a BatchNorm2d(width) follows every convolution.",
    "没有看 batch_norm：batch_norm=True 时，每个卷积后面都要有一个 BatchNorm2d(width)。",
)
def norm_never(depths, batch_norm):
    return built(depths, False)


@mistake(
    VGG,
    "There is a pool after every convolution. One stands at the end of each stage: take it out of the inner loop.",
    "每个卷积后面都有池化。每个阶段结束时才有一个：把它移出内层循环。",
)
def pooled_each_time(depths, batch_norm):
    return built(depths, batch_norm, pool_each=True)


@mistake(
    VGG,
    "The last stage has no pool; all five end with one.",
    "最后一个阶段没有池化；五个阶段都以池化结束。",
)
def last_pool_missing(depths, batch_norm):
    return built(depths, batch_norm, last_pool=False)


@mistake(
    VGG,
    "No ReLU follows the convolutions: two 3x3 convolutions in a row are then just one of 5x5.",
    "卷积后面没有 ReLU：这样两个连续的 3x3 卷积就只是一个 5x5 卷积。",
)
def no_relu(depths, batch_norm):
    return built(depths, batch_norm, relu=False)


@mistake(
    VGG,
    "The number of input channels does not follow: after the first convolution of a stage, the next one gets `width` "
    "channels. Set channels = width at the end of each round of the inner loop.",
    "输入通道数没有跟上：一个阶段的第一个卷积之后，下一个卷积收到的是 `width` 个通道。"
    "内层循环每一轮末尾要写 channels = width。",
)
def channels_stand_still(depths, batch_norm):
    layers, channels = [], 3
    for depth, width in zip(depths, WIDTHS):
        for _ in range(depth):
            layers.append(Conv2d(channels, width, 3, padding=1))
            layers += [BatchNorm2d(width)] * batch_norm + [ReLU()]
        channels = width
        layers.append(MaxPool2d(2))
    return layers


@mistake(
    VGG,
    "The same layer stands in the list several times, and so its weights are shared. A list times a number repeats the "
    "object; make a new Conv2d in every round.",
    "同一个层在列表里出现了好几次，权重也就共用了。列表乘以整数只是重复同一个对象；每一轮都要新建一个 Conv2d。",
)
def one_layer_repeated(depths, batch_norm):
    layers, channels = [], 3
    for depth, width in zip(depths, WIDTHS):
        for inputs, times in ((channels, 1), (width, depth - 1)):
            conv = Conv2d(inputs, width, 3, padding=1)
            layers += [conv, *[BatchNorm2d(width)] * batch_norm, ReLU()] * times
        channels = width
        layers.append(MaxPool2d(2))
    return layers


# ------------------------------------------------------------------------------------------------------------ Shortcut


def padded(places, before, after):
    """Channels of zeros before and after."""
    return pad(places, (0, 0, 0, 0, before, after))


@mistake(
    SHORTCUT,
    "All channels of zeros stand after those of the input. Half of them belong before: the input's channels are in the "
    "middle.",
    "补零的通道全放在了输入通道的后面。应该前后各一半，输入的通道在中间。",
)
def zeros_after(self, input):
    return padded(input[:, :, :: self.stride, :: self.stride], 0, self.channels - input.shape[1])


@mistake(
    SHORTCUT,
    "All channels of zeros stand before those of the input. Half of them belong after: the input's channels are in the "
    "middle.",
    "补零的通道全放在了输入通道的前面。应该前后各一半，输入的通道在中间。",
)
def zeros_before(self, input):
    return padded(input[:, :, :: self.stride, :: self.stride], self.channels - input.shape[1], 0)


@mistake(
    SHORTCUT,
    "The odd channel of zeros stands before the input's channels; when the zeros cannot be shared out evenly, one more "
    "goes after them.",
    "多出来的一个补零通道放在了前面；补零的通道数是奇数时，多的那个放在后面。",
)
def odd_one_before(self, input):
    after, odd = divmod(self.channels - input.shape[1], 2)
    return padded(input[:, :, :: self.stride, :: self.stride], after + odd, after)


@mistake(
    SHORTCUT,
    "One channel is lost where the number of new ones is odd: dividing by 2 twice rounds down twice. After the input "
    "stand all that are left.",
    "要补的通道数是奇数时少了一个：两边都除以 2，就舍了两次。后面应该补上剩下的全部。",
)
def odd_channel_lost(self, input):
    half = (self.channels - input.shape[1]) // 2
    return padded(input[:, :, :: self.stride, :: self.stride], half, half)


@mistake(
    SHORTCUT,
    "The stride is not applied: the result is as large as the input, and F(x) is smaller. Take every stride-th row and "
    "column, [:, :, ::stride, ::stride].",
    "没有用上步幅：结果和输入一样大，而 F(x) 更小。每隔 stride 取一行、一列：[:, :, ::stride, ::stride]。",
)
def stride_forgotten(self, input):
    before, odd = divmod(self.channels - input.shape[1], 2)
    return padded(input, before, before + odd)


@mutant(SHORTCUT, "shape")
def stride_for_rows_only(self, input):
    before, odd = divmod(self.channels - input.shape[1], 2)
    return padded(input[:, :, :: self.stride], before, before + odd)


@mistake(
    SHORTCUT,
    "The places are right, the channels of zeros are missing: the result must have self.channels of them.",
    "位置取对了，但没有补上全零的通道：结果应该有 self.channels 个通道。",
)
def no_channels_added(self, input):
    return input[:, :, :: self.stride, :: self.stride]


@mistake(
    SHORTCUT,
    "The places begin in the wrong row and column: places 0, stride, 2 · stride, ... are taken, as the convolution "
    "beside it does.",
    "取的位置从错误的行和列开始了：应该取第 0、stride、2 · stride、…… 个，和旁边的卷积一致。",
)
def begins_late(self, input):
    before, odd = divmod(self.channels - input.shape[1], 2)
    late = self.stride - 1
    return padded(input[:, :, late :: self.stride, late :: self.stride], before, before + odd)


@mistake(
    SHORTCUT,
    "The places are averaged. Option A takes one number of each square, without computing anything.",
    "对每一块求了平均。选项 A 只从每一块里取一个数，不做任何计算。",
)
def averaged(self, input):
    before, odd = divmod(self.channels - input.shape[1], 2)
    return padded(AvgPool2d(self.stride, ceil_mode=True)(input), before, before + odd)


@mistake(
    SHORTCUT,
    "The input's channels are repeated. The new channels are zeros, so that the block adds nothing there but F(x).",
    "把输入的通道重复了一遍。新的通道应该全是 0，这样那里的结果就只有 F(x)。",
)
def channels_repeated(self, input):
    places = input[:, :, :: self.stride, :: self.stride]
    return concatenate([places] * (self.channels // input.shape[1] + 1), 1)[:, : self.channels]


# --------------------------------------------------------------------------------------------------------------- Block


def shortcut_of(self, x):
    return x if self.shortcut is None else self.shortcut(x)


@mistake(
    BLOCK,
    "The shortcut is forgotten: nothing is added to F(x), as in the plain network. If self.residual is True, x is "
    "added: as it is where self.shortcut is None, and self.shortcut(x) where it is not.",
    "忘了捷径：F(x) 上什么都没加，和普通网络一样。self.residual 为真时要加上 x：self.shortcut 是 None 就直接加，否则加 "
    "self.shortcut(x)。",
)
def shortcut_forgotten(self, x):
    y = self.relu(self.bn1(self.conv1(x)))
    return self.relu(self.bn2(self.conv2(y)))


@mistake(
    BLOCK,
    "The activation comes before the sum, not after it: relu(F(x)) + x. Then a block can only add, never take away.",
    "激活放在了求和之前，而不是之后：relu(F(x)) + x。这样残差块只能加，不能减。",
)
def activated_before_the_sum(self, x):
    y = self.relu(self.bn1(self.conv1(x)))
    y = self.relu(self.bn2(self.conv2(y)))
    return y + shortcut_of(self, x) if self.residual else y


@mistake(
    BLOCK,
    "F(x) is activated before the sum, too. Then a block can only add to x, never take away: one ReLU, after the sum.",
    "求和之前对 F(x) 也做了激活。这样残差块对 x 只能加，不能减：只在求和之后用一次 ReLU。",
)
def activated_twice(self, x):
    y = self.relu(self.bn1(self.conv1(x)))
    y = self.relu(self.bn2(self.conv2(y)))
    return self.relu(y + shortcut_of(self, x)) if self.residual else y


@mistake(
    BLOCK,
    "The sum is not activated: the last step is ReLU, in the plain network too.",
    "求和之后没有激活：最后一步是 ReLU，普通网络也一样。",
)
def not_activated(self, x):
    y = self.relu(self.bn1(self.conv1(x)))
    y = self.bn2(self.conv2(y))
    return y + shortcut_of(self, x) if self.residual else y


@mistake(
    BLOCK,
    "The shortcut starts in the wrong place: what is added is the result of the first convolution, not the block's "
    "input. Keep x, and give the intermediate results another name.",
    "捷径的起点不对：加上的是第一个卷积的结果，而不是这个块的输入。留着 x，中间结果另起名字。",
)
def shortcut_from_the_middle(self, x):
    y = self.relu(self.bn1(self.conv1(x)))
    z = self.bn2(self.conv2(y))
    return self.relu(z + y if self.residual else z)


@mutant(BLOCK, "raised")
def shapes_not_fitted(self, x):
    y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
    return self.relu(y + x if self.residual else y)


@mistake(
    BLOCK,
    "x is added even if self.residual is False: then the plain network is a residual one, and the comparison is void.",
    "self.residual 为 False 时也加了 x：这样普通网络也成了残差网络，就没法比较了。",
)
def never_plain(self, x):
    y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
    return self.relu(y + shortcut_of(self, x) if y.shape == x.shape or self.residual else y)


@mistake(
    BLOCK,
    "The batch norms are exchanged: bn1 belongs to conv1, bn2 to conv2. Shapes do not show it, a checkpoint does.",
    "两个批归一化弄反了：bn1 跟着 conv1，bn2 跟着 conv2。形状上看不出来，一加载检查点就露馅了。",
)
def norms_exchanged(self, x):
    y = self.bn1(self.conv2(self.relu(self.bn2(self.conv1(x)))))
    return self.relu(y + shortcut_of(self, x) if self.residual else y)


@mistake(
    BLOCK,
    "bn1 is used after both convolutions; bn2 belongs to conv2. Each keeps means and variances of its own.",
    "两个卷积后面用的都是 bn1；conv2 后面应该是 bn2。每个批归一化都有自己的均值和方差。",
)
def one_norm_twice(self, x):
    y = self.bn1(self.conv2(self.relu(self.bn1(self.conv1(x)))))
    return self.relu(y + shortcut_of(self, x) if self.residual else y)


@mistake(
    BLOCK,
    "No ReLU stands between the two convolutions: F is then nearly a single linear one.",
    "两个卷积之间没有 ReLU：这样 F 差不多就是一个线性的卷积。",
)
def no_relu_inside(self, x):
    y = self.bn2(self.conv2(self.bn1(self.conv1(x))))
    return self.relu(y + shortcut_of(self, x) if self.residual else y)


@mistake(
    BLOCK,
    "ReLU stands before batch norm inside the block; the order is convolution, batch norm, ReLU.",
    "块内的 ReLU 放在了批归一化前面；顺序是卷积、批归一化、ReLU。",
)
def relu_before_norm(self, x):
    y = self.bn2(self.conv2(self.bn1(self.relu(self.conv1(x)))))
    return self.relu(y + shortcut_of(self, x) if self.residual else y)


@mistake(
    BLOCK,
    "Batch norm comes after the sum: it belongs to F alone, so that x is passed on as it is.",
    "批归一化放到了求和之后：它只属于 F，这样 x 才能原样通过。",
)
def norm_after_the_sum(self, x):
    y = self.conv2(self.relu(self.bn1(self.conv1(x))))
    return self.relu(self.bn2(y + shortcut_of(self, x) if self.residual else y))


@mistake(
    BLOCK,
    "F(x) was added to itself: x had been overwritten on the way. Give the inside of the block a name of its own, y, "
    "and keep x for the sum.",
    "F(x) 加的是它自己：x 在半路上被覆盖了。块里面的结果另起一个名字 y，把 x 留到最后求和。",
)
def x_overwritten(self, x):
    x = self.relu(self.bn1(self.conv1(x)))
    x = self.bn2(self.conv2(x))
    if self.residual:
        x = x + (x if self.shortcut is None or x.shape[1] == self.conv2.out_channels else self.shortcut(x))
    return self.relu(x)


@mistake(
    BLOCK,
    "x was taken away from F(x); it is added.",
    "从 F(x) 里减去了 x；应该是加上。",
)
def difference(self, x):
    y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
    return self.relu(y - shortcut_of(self, x) if self.residual else y)
