"""What click says about wrong usage and in its help, in Chinese where that is the user's language.

Click asks gettext for each of its sentences, by a function `_`, and gettext knows none but English ones. Here it asks
minigrad's table instead; a sentence that is not in it, such as one of a newer click, stays English.
"""

import click

from .errors import UnknownNameError
from .language import say

CHINESE = {
    "Usage:": "用法:",
    "Usage: ": "用法: ",
    "Options": "选项",
    "Positional arguments": "参数",
    "Commands": "命令",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用 {command} {option} 查看说明。",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少 {param_type}",
    "Missing command.": "缺少命令。",
    "No such option {name!r}.": "没有 {name} 这个选项。",
    "No such option: {name}": "没有 {name} 这个选项",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是其中之一：{possibilities}？",
    "(Possible options: {possibilities})": "是不是其中之一：{possibilities}？",
    "Got unexpected extra argument ({args})": "多出一个参数：{args}",
    "Got unexpected extra arguments ({args})": "多出几个参数：{args}",
    "Option {name!r} does not take a value.": "选项 {name} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name} 后面要写一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name} 后面要写 {nargs} 个值。",
    "{value!r} is not {choice}.": "'{value}' 不是 {choice}。",
    "{value!r} is not one of {choices}.": "'{value}' 不在 {choices} 之中。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 范围内。",
    "{value!r} is not a valid {number_type}.": "'{value}' 不是数。",
    "{name} {filename!r} does not exist.": "'{filename}' 不存在。",
    "{name} {filename!r} is a file.": "'{filename}' 是文件，应当是目录。",
    "{name} {filename!r} is a directory.": "'{filename}' 是目录，应当是文件。",
    "{name} {filename!r} is not readable.": "'{filename}' 不可读。",
    "{name} {filename!r} is not writable.": "'{filename}' 不可写。",
    "{name} {filename!r} is not executable.": "'{filename}' 不可执行。",
}


def translated(text: str) -> str:
    """A sentence of click's in the user's language; English where the name of the language is itself what is wrong."""
    try:
        return say(text, CHINESE.get(text, text))
    except UnknownNameError:
        return text


def translated_number(one: str, many: str, count: int) -> str:
    """The sentence for one thing, or that for several."""
    return translated(one if count == 1 else many)


def speak_the_users_language() -> None:
    """From here on, click asks `translated`."""
    for module in (click.core, click.exceptions, click.types, click.parser, click.formatting, click.decorators):
        if hasattr(module, "_"):
            setattr(module, "_", translated)  # noqa: B010 (mypy knows no such name)
        if hasattr(module, "ngettext"):
            setattr(module, "ngettext", translated_number)  # noqa: B010
