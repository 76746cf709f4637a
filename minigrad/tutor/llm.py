"""A language model behind any server that speaks the OpenAI chat-completions protocol, such as a local Ollama.

Nothing is sent anywhere unless the user named a server. The key is read from MINIGRAD_LLM_KEY, goes to that server
alone, encrypted or within this machine, and is never printed or written.
"""

import ipaddress
import json
import os
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ..errors import MinigradError
from ..language import say

if TYPE_CHECKING:  # it is loaded when something is sent
    import requests

OLLAMA = "http://localhost:11434"
MODEL = "qwen3:8b"
CONNECT, SILENCE, TOTAL = 5.0, 30.0, 180.0  # seconds to answer at all, between two pieces, for a whole reply
LONGEST = 6000  # characters of a reply; the rest is not read
LINE = 1 << 20  # bytes of one line of a stream


class LanguageModelError(MinigradError):
    """The server gave no reply that can be used; the sentence says why."""


@dataclass(frozen=True)
class Server:
    """Where a language model is, and its name. The key is not shown."""

    url: str
    model: str = MODEL
    key: str = field(default="", repr=False)
    silence: float = SILENCE

    @property
    def place(self) -> str:
        """Its address without what may be secret in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))


def server(url: str | None) -> Server | None:
    """The server that the user named: by `url`, else by MINIGRAD_LLM; None if neither is given.

    MINIGRAD_LLM_MODEL is the name of the model, MINIGRAD_LLM_KEY the key, MINIGRAD_LLM_TIMEOUT the longest silence in
    seconds (30). Raises LanguageModelError for what is no address.
    """
    url = (url or os.environ.get("MINIGRAD_LLM", "")).strip()
    if not url:
        return None
    parts = address(url)
    if parts is None:
        raise LanguageModelError(
            say(
                f"'{url}' is no address of a server; expected one such as {OLLAMA} or https://HOST/v1",
                f"'{url}' 不是服务器地址；应该是 {OLLAMA} 或 https://主机/v1 这样的地址",
            )
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = f"{path or '/v1'}/chat/completions"
    key = os.environ.get("MINIGRAD_LLM_KEY", "").strip()
    if not (key.isascii() and key.isprintable()):
        raise LanguageModelError(
            say(
                "MINIGRAD_LLM_KEY holds characters that no key has; expected letters, digits and signs of ASCII",
                "MINIGRAD_LLM_KEY 里有密钥不会有的字符；应该只有 ASCII 的字母、数字和符号",
            )
        )
    if key and parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise LanguageModelError(
            say(
                f"MINIGRAD_LLM_KEY would go to {parts.hostname} unencrypted; use https, or unset it",
                f"MINIGRAD_LLM_KEY 会以明文发给 {parts.hostname}；请改用 https，或去掉这个变量",
            )
        )
    return Server(
        urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")),
        os.environ.get("MINIGRAD_LLM_MODEL", "") or MODEL,
        key,
        seconds(os.environ.get("MINIGRAD_LLM_TIMEOUT", "")),
    )


def address(url: str) -> SplitResult | None:
    """The parts of the address of a server; None if it is none."""
    try:
        parts = urlsplit(url)
        return parts if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else None
    except ValueError:  # such as http://[::1, or a port of 99999
        return None


def seconds(text: str) -> float:
    """The longest silence that MINIGRAD_LLM_TIMEOUT allows. LanguageModelError if it is no number above 0."""
    try:
        value = float(text or SILENCE)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise LanguageModelError(
            say(
                f"MINIGRAD_LLM_TIMEOUT is '{text}'; expected seconds above 0",
                f"MINIGRAD_LLM_TIMEOUT 是 '{text}'；应该是大于 0 的秒数",
            )
        )
    return value


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def stream(at: Server, messages: list[dict[str, str]]) -> Iterator[str]:
    """The reply to `messages`, piece by piece as it arrives, without control characters.

    Raises LanguageModelError when the server is away, refuses, falls silent, breaks off, or sends what is no reply.
    """
    import requests
    import urllib3

    try:
        yield from pieces(at, messages)
    except requests.exceptions.ConnectTimeout as error:
        raise away(at, say("it does not answer", "没有响应")) from error
    except (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError) as error:
        raise away(at, say(f"silent for {at.silence:g} seconds", f"{at.silence:g} 秒没有回音")) from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise away(at, say("no connection", "无法连接或连接中断")) from error


def pieces(at: Server, messages: list[dict[str, str]]) -> Iterator[str]:
    import requests

    headers = {"Authorization": f"Bearer {at.key}"} if at.key else {}
    body: dict[str, Any] = {"model": at.model, "messages": messages, "stream": True, "temperature": 0.3}
    length, ended = 0, False
    session = requests.Session()
    session.trust_env = not is_this_machine(urlsplit(at.url).hostname or "")  # no proxy between this machine and itself
    with (
        session,
        session.post(
            at.url,
            json=body,
            headers=headers,
            auth=lambda request: request,  # or requests would look for a password of this host in ~/.netrc
            stream=True,
            timeout=(CONNECT, at.silence),
            allow_redirects=False,  # what the learner typed goes to the server that was named, and to no other
        ) as response,
    ):
        if response.status_code != 200:
            raise away(at, say(f"it answered with status {response.status_code}", f"返回状态 {response.status_code}"))
        for data in events(at, response):
            if data == "[DONE]":
                ended = True
                break
            text, ends = content(at, data)
            ended |= ends
            length += len(text)
            if length > LONGEST:
                raise away(at, say(f"its reply is longer than {LONGEST:,} characters", f"回答超过 {LONGEST:,} 个字符"))
            if text:
                yield printable(text)
    if not ended:
        raise away(at, say("its reply broke off", "回答中断了"))


def events(at: Server, response: "requests.Response") -> Iterator[str]:
    """The data of each event of a stream; the whole body where the server sends it in one piece."""
    left, is_stream = b"", "text/event-stream" in response.headers.get("Content-Type", "")
    for chunk in chunks(at, response):
        *lines, left = (left + chunk).split(b"\n") if is_stream else [left + chunk]
        if len(left) > LINE:
            break
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].decode("utf-8", "replace").strip()
    if not is_stream:
        yield left.decode("utf-8", "replace")


def chunks(at: Server, response: "requests.Response") -> Iterator[bytes]:
    """The bytes of a reply, as they arrive. LanguageModelError where they go on for longer than TOTAL."""
    begin = time.monotonic()
    while chunk := response.raw.read1(1 << 16, decode_content=True):
        if time.monotonic() - begin > TOTAL:
            raise away(at, say(f"its reply takes longer than {TOTAL:g} seconds", f"{TOTAL:g} 秒内没有答完"))
        yield chunk


def content(at: Server, data: str) -> tuple[str, bool]:
    """The text of one event (or of a whole reply), and whether the reply ends with it."""
    try:
        reply: Any = json.loads(data)
        if not reply["choices"]:  # some servers end with an event that only counts tokens
            return "", False
        choice = reply["choices"][0]
        part = choice.get("delta") or choice.get("message") or {}
        text = part.get("content") or ""
        if not isinstance(text, str):
            raise TypeError("content is no text")
        return text, choice.get("finish_reason") is not None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise away(at, say("what it sends is no reply", "返回的内容不是回答")) from error


def printable(text: str) -> str:
    """Without control characters, which could steer a terminal, and halves of characters, which cannot be written."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def away(at: Server, why: str) -> LanguageModelError:
    return LanguageModelError(say(f"{at.place}: {why}", f"{at.place}：{why}"))
