"""A workspace, what a conversation prints, and a server on loopback that plays a language model."""

import io
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rich.console import Console

from minigrad.course.workspace import Workspace
from minigrad.language import set_language
from minigrad.tutor.conversation import Conversation
from minigrad.tutor.reading import typed


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("MINIGRAD_LLM", "MINIGRAD_LLM_MODEL", "MINIGRAD_LLM_KEY", "MINIGRAD_LLM_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    set_language("en")
    yield
    set_language(None)


@pytest.fixture
def workspace(tmp_path):
    workspace, _ = Workspace.start(tmp_path / "ws")
    return workspace


@pytest.fixture
def talk(workspace):
    """Holds a conversation with what is typed; returns what is printed, lines unbroken."""

    def hold(questions, text, voice=lambda console: None, similar=None):
        console = Console(file=io.StringIO(), width=1000, highlight=False)
        lines = text.splitlines(keepends=True)
        conversation = Conversation(
            workspace, console, typed(lines, lambda told: console.print(told, markup=False)), voice(console), similar
        )
        conversation.about(questions)
        return console.file.getvalue()

    return hold


class ModelServer:
    """A server with OpenAI's protocol. `behaviour` is called with the handler of each request; `requests` are kept."""

    def __init__(self):
        self.requests, self.behaviour = [], lambda handler: handler.stream("All ", "right.")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append((self.path, dict(self.headers), body))
                outer.behaviour(self)

            def begin(self, status=200, kind="text/event-stream", **headers):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def event(self, data):
                self.wfile.write(f"data: {data}\n\n".encode())
                self.wfile.flush()

            def piece(self, text):
                self.event(json.dumps({"choices": [{"delta": {"content": text}, "finish_reason": None}]}))

            def stream(self, *pieces, end=True):
                self.begin()
                for text in pieces:
                    self.piece(text)
                if end:
                    self.event("[DONE]")

            def stall(self, seconds):
                time.sleep(seconds)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def model():
    server = ModelServer()
    yield server
    server.server.shutdown()
    server.server.server_close()
