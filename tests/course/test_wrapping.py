"""Lines are broken where Chinese may be broken, and English as Rich breaks it."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from minigrad.course.wrapping import CLOSING, OPENING, WrappedMarkdown, wrapped

TEXTS = (
    "因为 L = 2x + 6x = 8x，x 的梯度应该是 8（拓扑序：x, u, v, L）。从末尾往前走；每条边只走一次。",
    "  → 对每个输入问一句：forward 里它被乘上了什么？返回梯度的顺序要与输入的顺序一致。",
    "The chain rule multiplies: gradient of the input = upstream gradient · local derivative.",
    "minigrad.ops.elementwise:Mul.backward，很长的名字",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [12, 20, 41, 80])
def test_lines_fit_lose_nothing_and_keep_marks_where_they_belong(text, width):
    lines = wrapped(Text(text), width).plain.split("\n")
    assert max(map(cell_len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert not any(line.lstrip().startswith(tuple(CLOSING)) for line in lines)
    assert not any(line.rstrip().endswith(tuple(OPENING)) for line in lines)


def test_chinese_fills_its_lines():
    text = "梯度" * 30 + " x " + "梯度" * 30
    assert min(cell_len(line) for line in wrapped(Text(text), 40).plain.split("\n")[:-1]) >= 39


def test_english_is_broken_as_rich_breaks_it():
    text = TEXTS[2] * 3
    console = Console(file=io.StringIO(), width=40)
    console.print(text)
    lines = console.file.getvalue().splitlines()
    assert wrapped(Text(text), 40).plain.split("\n") == [line.rstrip() for line in lines]


@pytest.mark.parametrize("width", [30, 45, 80])
def test_a_cell_of_a_table_is_wrapped_not_cut_off(width):
    answer = "管用，只要够大：ReLU、dropout、数据增强、两块 GPU，再加上很多很多照片和很多很多天的训练"
    console = Console(file=io.StringIO(), width=width)
    console.print(WrappedMarkdown(f"| 网络 | 数 | 回答 |\n|---|---:|---|\n| 深 | 12 | {answer} |\n| 浅 |  | 短 |"))
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    said = "".join("".join(lines).split())
    assert "…" not in said
    assert answer.replace(" ", "") in said.replace("深12", "")
    assert all(word in console.file.getvalue() for word in ("ReLU", "dropout", "12"))
