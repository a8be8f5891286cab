"""A server of one file that breaks off, forgets what it was asked, or answers nonsense, as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    data: bytes
    breaks_after: list[int] = field(default_factory=list)
    "Bytes after which the next answers break off"
    ranges: bool = True
    status: int = 0
    "Answered to everything, when set"
    asked: list[str | None] = field(default_factory=list)
    "The ranges that were asked for"
    url: str = ""
    moved_to: str = ""


@contextmanager
def serving(served: Served) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            served.asked.append(wanted)
            if served.status or served.moved_to:
                self.send_response(served.status or 302)
                self.send_header("Location", served.moved_to)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = int(wanted[6:-1]) if wanted and served.ranges else 0
            if start >= len(served.data):
                self.send_error(416)
                return
            body = served.data[start:]
            self.send_response(206 if wanted and served.ranges else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            breaks = served.breaks_after.pop(0) if served.breaks_after else len(body)
            self.wfile.write(body[:breaks])
            self.close_connection = True

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/model.zip"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
