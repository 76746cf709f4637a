"""Compare training steps of minigrad and PyTorch on the CPU: `python benchmarks/cpu.py [--threads 2] [case ...]`."""

import argparse
import sys
from functools import partial

import cases
import harness
import language
import sequences
import torch
import vision

RESNET20 = vision.residual((16, 32, 64), 3, projection=False)
LSTM, GRU = sequences.recurrent("LSTM"), sequences.recurrent("GRU")
RESNET18 = vision.residual((64, 128, 256, 512), 2, projection=True)

CASES = {
    "mlp-64-sgd": ("MLP 784-256-128-10, batch 64, SGD with momentum", partial(cases.mlp, 64, "SGD"), 0.80),
    "mlp-64-adam": ("MLP 784-256-128-10, batch 64, Adam", partial(cases.mlp, 64, "Adam"), 0.80),
    "mlp-256-sgd": ("MLP 784-256-128-10, batch 256, SGD with momentum", partial(cases.mlp, 256, "SGD"), 0.90),
    "mlp-256-adam": ("MLP 784-256-128-10, batch 256, Adam", partial(cases.mlp, 256, "Adam"), 0.90),
    "lenet": ("LeNet-5, batch 64", partial(vision.network, vision.lenet, 64, (1, 28, 28)), 1.10),
    "cnn-64": ("CIFAR CNN, batch 64", partial(vision.network, vision.cifar_cnn, 64), 0.85),
    "cnn-128": ("CIFAR CNN, batch 128", partial(vision.network, vision.cifar_cnn, 128), 0.85),
    "resnet20-64": ("ResNet-20, batch 64", partial(vision.network, RESNET20, 64), 1.20),
    "resnet20-128": ("ResNet-20, batch 128", partial(vision.network, RESNET20, 128), 1.20),
    "resnet18-32": ("ResNet-18 at 32 x 32, batch 32", partial(vision.network, RESNET18, 32), None),
    "lstm-64": ("LSTM classifier, 64 steps, batch 64", partial(sequences.network, LSTM, 64, 64), 1.10),
    "lstm-128": ("LSTM classifier, 128 steps, batch 64", partial(sequences.network, LSTM, 64, 128), 1.10),
    "gru-64": ("GRU classifier, 64 steps, batch 64", partial(sequences.network, GRU, 64, 64), 0.95),
    "gru-128": ("GRU classifier, 128 steps, batch 64", partial(sequences.network, GRU, 64, 128), 0.95),
    "encoder": (
        "Transformer encoder, 128 steps, batch 32",
        partial(sequences.network, sequences.encoder, 32, 128),
        1.00,
    ),
    "gpt": ("GPT of char_gpt, 128 characters, batch 32", language.gpt, 1.00),
    "minilm": ("fine-tuning MiniLM, 32 tokens, batch 16", language.minilm, 1.00),
    "small-ops": ("chain of 2,000 small ops, forward and backward", cases.small_ops, 1.00),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], help="which cases; all by default")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch and, by OPENBLAS_NUM_THREADS, NumPy")
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for sentence in harness.warnings():
        print(f"warning: {sentence}", file=sys.stderr)
    print(harness.machine(), end="\n\n")
    print(harness.HEADER)
    for name in arguments.cases or CASES:
        title, make, target = CASES[name]
        print(harness.compare(title, make(), rounds=arguments.rounds, target=target).row(), flush=True)


if __name__ == "__main__":
    main()
