"""Typical mistakes in lesson 2.6."""

from .mistake import HELPFUL, NAMED, Mistake

MISTAKES = [
    Mistake(
        "2.6",
        "LeNet5.forward",
        "second_convolution_before_pool",
        "both convolutions, then both pools",
        """
        x = self.relu(self.conv2(self.relu(self.conv1(x))))
        x = self.pool(self.pool(x))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "nothing_returned",
        "the last line lacks return",
        """
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        x = self.relu(self.fc1(self.flatten(x)))
        self.fc3(self.relu(self.fc2(x)))
        """,
        "nothing",
        NAMED,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "fc2_forgotten",
        "the second linear layer is left out",
        """
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        return self.fc3(self.relu(self.fc1(self.flatten(x))))
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "new_layers",
        "makes new layers in forward",
        """
        x = self.pool(self.relu(Conv2d(1, 6, 5, padding=2)(x)))
        x = self.pool(self.relu(self.conv2(x)))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))
        """,
        "unused",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.6",
        "LeNet5.forward",
        "data_taken",
        "x.data between the layers",
        """
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(Tensor(x.data))))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))
        """,
        "cut_off",
        NAMED,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "one_stage_short",
        "range(depth - 1): one convolution too few in each stage",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth - 1):
                layers.append(Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(BatchNorm2d(width))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
        return layers
        """,
        "another_layer",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "norm_of_inputs",
        "BatchNorm2d with the number of inputs",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth):
                layers.append(Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(BatchNorm2d(channels))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
        return layers
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "returned_in_loop",
        "return stands inside of the outer loop",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth):
                layers.append(Conv2d(channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(BatchNorm2d(width))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
            return layers
        """,
        "another_layer",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "convolutions",
        "five_by_five",
        "kernels of 5",
        """
        layers, channels = [], 3
        for depth, width in zip(depths, WIDTHS):
            for _ in range(depth):
                layers.append(Conv2d(channels, width, 5, padding=2))
                if batch_norm:
                    layers.append(BatchNorm2d(width))
                layers.append(ReLU())
                channels = width
            layers.append(MaxPool2d(2))
        return layers
        """,
        "another_layer",
        NAMED,
    ),
    Mistake(
        "2.6",
        "Shortcut.forward",
        "channels_doubled",
        "zeros to twice the channels, whatever self.channels is",
        """
        extra = input.shape[1] // 2
        places = input.permute(0, 2, 3, 1)[:, :: self.stride, :: self.stride]
        return pad(places, (extra, extra)).permute(0, 3, 1, 2)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "Shortcut.forward",
        "ones",
        "ones in place of zeros",
        """
        before, odd = divmod(self.channels - input.shape[1], 2)
        places = input.permute(0, 2, 3, 1)[:, :: self.stride, :: self.stride]
        return pad(places, (before, before + odd), value=1.0).permute(0, 3, 1, 2)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "Shortcut.forward",
        "columns_padded",
        "the zeros go beside the columns, not to the channels",
        """
        before, odd = divmod(self.channels - input.shape[1], 2)
        return pad(input[:, :, :: self.stride, :: self.stride], (before, before + odd))
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "product",
        "F(x) · x in place of the sum",
        """
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y * (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "x_overwritten",
        "x is overwritten, and added to itself",
        """
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        if self.residual:
            x = x + (x if self.shortcut is None else self.shortcut(x))
        return self.relu(x)
        """,
        "x_overwritten",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "difference",
        "F(x) - x in place of the sum",
        """
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y - (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)
        """,
        "difference",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.6",
        "CifarBlock.forward",
        "convolutions_exchanged",
        "the second convolution first",
        """
        y = self.relu(self.bn1(self.conv2(x)))
        y = self.bn2(self.conv1(y))
        if self.residual:
            y = y + (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)
        """,
        "wrong",
        HELPFUL,
    ),
]
