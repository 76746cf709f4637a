"""No test here touches the network beyond this machine, the user's cache, or the user's MINIGRAD_DATA."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from minigrad.datasets import download

LOOPBACK = ("127.0.0.1", "::1", "localhost", "")


@pytest.fixture(autouse=True)
def _on_this_machine_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    strayed = []

    def guarded(function: Callable, host_of: Callable[..., Any]) -> Callable:
        def call(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args)
            if host not in LOOPBACK:
                strayed.append(host)
                raise OSError(f"the tests reach out to {host}")
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(socket, "getaddrinfo", guarded(socket.getaddrinfo, lambda host, *rest: host))
    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect, lambda self, address: address[0]))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("MINIGRAD_DATA", raising=False)
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "PROBE_SECONDS", 2.0)
    monkeypatch.setattr(download, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(download, "READ_SECONDS", 1.0)
    yield
    assert not strayed


class Mirror:
    """An HTTP server on 127.0.0.1 that serves `files`, rightly or, as `fault` says, wrongly.

    `fault`: '' none, 'missing' 404 for everything, 'truncated' half of each body, 'corrupt' one byte changed, 'silent'
    no answer at all, 'stalling' half of each body and then silence.
    `after`: a mirror that answers HEAD requests first. `ranges`: it can send the rest of a file alone.
    """

    def __init__(self, files: dict[str, bytes], fault: str = "", after: "Mirror | None" = None, ranges: bool = False):
        self.files, self.fault, self.after, self.ranges = files, fault, after, ranges
        self.sent: list[int] = []
        self.answered = threading.Event()
        self.requests: list[str] = []
        self.encodings: set[str] = set()
        self.closing = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                mirror.answer(self, with_body=False)

            def do_GET(self) -> None:
                mirror.answer(self, with_body=True)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/data/"

    def answer(self, handler: BaseHTTPRequestHandler, with_body: bool) -> None:
        name = handler.path.rpartition("/")[2]
        self.requests.append(f"{handler.command} {name}")
        self.encodings.add(handler.headers["Accept-Encoding"])
        if self.fault == "silent":
            self.closing.wait(10)
            return
        if not with_body and self.after is not None:
            self.after.answered.wait(1)
            self.closing.wait(0.2)
        self.answered.set()
        body = self.files.get(name)
        if body is None or self.fault == "missing":
            handler.send_error(404)
            return
        start = self.start(handler.headers["Range"])
        if start and start >= len(body):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        body = body[start:]
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if with_body:
            self.send(handler, body)

    def start(self, wanted: str | None) -> int:
        """Where in the file to start, by the request's Range."""
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0

    def send(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if self.fault == "corrupt":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if self.fault in ("truncated", "stalling"):
            body = body[: len(body) // 2]
        self.sent.append(len(body))
        handler.wfile.write(body)
        if self.fault == "stalling":
            self.closing.wait(10)

    def got(self) -> list[str]:
        """The names of the files that were downloaded, in order."""
        return [request.removeprefix("GET ") for request in self.requests if request.startswith("GET ")]

    def close(self) -> None:
        if self.closing.is_set():
            return
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Mirror]]:
    """Makes mirrors, and closes them in the end."""
    mirrors = []

    def make(*args: Any, **kwargs: Any) -> Mirror:
        mirrors.append(Mirror(*args, **kwargs))
        return mirrors[-1]

    yield make
    for mirror in mirrors:
        mirror.close()
