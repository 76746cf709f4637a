"""The number that an answer gives: 6, -0.5, 1/3, 25 %, 2e-3, 2^10, 2 x 10^3, 三分之一, 负二."""

import re

from .phrases import tidy

DECIMAL = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?"
NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)])[+-])?(?P<base>{DECIMAL})"
    rf"(?:\s?(?:\^|\*\*)\s?(?P<power>[+-]?\d+)|\s?/\s?(?P<over>{DECIMAL})|\s?[x*×]\s?10\^?(?P<ten>[+-]?\d+)|\s?(?P<percent>%))?"
)
UNTIL_TWELVE = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
WORDS = {"one half": "1/2", "half": "1/2", "one third": "1/3", "third": "1/3", "one quarter": "1/4", "quarter": "1/4"}
WORDS |= {word: str(number) for number, word in enumerate(UNTIL_TWELVE)}
SO = re.compile(r"\b(?:so|therefore|hence|thus|gives|answer is|result is)\b|所以|因此|答案是|结果是|得到|等于|->|=>|→")
FIRST = re.compile(rf"\W*?({NUMBER.pattern.replace('?P<', '?P<_')})\s*(?:,(?!\d)|;|because\b|since\b|as\b|因为|\.\s)")
REASON = re.compile(r"\s*(?:because|since|as|where|for|因为|由于)")
ENGLISH = re.compile(rf"\b(?:{'|'.join(WORDS)})\b")
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
CHINESE = re.compile(rf"负?[{''.join([*DIGITS, *UNITS])}]+(?:点[{''.join(DIGITS)}]+)?")
SHARE = re.compile(rf"({CHINESE.pattern})分之({CHINESE.pattern})")
MINUS = re.compile(r"(?:\bminus |\bnegative |负)(?=[\d.])")
NO_NUMBER = re.compile(r"一(?:个|种|般|样|些|起|直|定|下|次|共|层|步)|十分|万一|[a-z_]+\d+|第[\d一二三四五六七八九十]+")


def numbers_in(text: str) -> list[float]:
    """The numbers that `text` offers as an answer, in their order. Of an equation, that is what stands last.

    'two times three, 2 * 3 = 6' offers 6; '6 or 5' offers both.
    """
    text = MINUS.sub("-", NO_NUMBER.sub(lambda match: " " * len(match[0]), tidy(text)))
    if not re.search(r"\d", text):
        text = ENGLISH.sub(lambda match: WORDS[match[0]], text)
        text = text.replace("一半", "二分之一")
        text = SHARE.sub(lambda match: f"{chinese(match[2])}/{chinese(match[1])}", text)
        text = CHINESE.sub(lambda match: f"{chinese(match[0]):g}", text)
    text = text[max((match.end() for match in SO.finditer(text) if re.search(r"\d", text[match.end() :])), default=0) :]
    text = text.replace("≈", "=")
    first = FIRST.match(text)
    if first:
        return [value(match) for match in NUMBER.finditer(first[1])]
    parts = re.split(r"[\n;。]|,(?=\s)|[.](?=\s|$)", text)
    equations = [i for i, part in enumerate(parts) if re.search(r"=.*\d", part)]
    if equations:  # what stands before the last one was the way there
        behind = [part for part in parts[equations[-1] + 1 :] if not REASON.match(part)]
        parts = [parts[i].rpartition("=")[2] for i in equations] + behind
    return [value(match) for part in parts for match in NUMBER.finditer(part)]


def value(match: re.Match[str]) -> float:
    """What a number that NUMBER found amounts to."""
    base = as_float(match["base"])
    if match["power"]:
        base = power(base, int(match["power"]))
    elif match["over"]:
        over = as_float(match["over"])
        base = base / over if over else float("nan")
    elif match["ten"]:
        base *= power(10.0, int(match["ten"]))
    elif match["percent"]:
        base /= 100
    return -base if (match["sign"] or "").startswith("-") else base


def power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except (OverflowError, ZeroDivisionError):
        return float("inf")


def as_float(text: str) -> float:
    return float(text.replace(",", ""))


def chinese(text: str) -> float:
    """The number that Chinese digits write: 二十三 is 23, 一百零五 105, 零点五 0.5, 负二 -2."""
    sign = -1 if text.startswith("负") else 1
    whole, _, places = text.removeprefix("负").partition("点")
    total = part = digit = 0
    for character in whole:
        if character in DIGITS:
            digit = DIGITS[character] if part == 0 or digit == 0 else digit * 10 + DIGITS[character]
        elif character == "万":
            total, part, digit = (total + part + digit) * 10000, 0, 0
        else:
            part += (digit or 1) * UNITS[character]
            digit = 0
    fraction = sum(DIGITS[c] / 10 ** (i + 1) for i, c in enumerate(places))
    return sign * (total + part + digit + fraction)
