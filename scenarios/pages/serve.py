"""The page with the engine behind it, on this machine alone: every setting is asked."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from ifonly.inference.errors import IfonlyError, QueryError

from .packing import packed
from .whatif import rendered

if TYPE_CHECKING:
    from .asking import Asking, Setting
    from .levers import Lever

__all__ = ["DRAWS", "Served", "serve"]

LOOPBACK = "127.0.0.1"
LONGEST = 10_000  # bytes of a question
DRAWS = 400  # as many as a picture shows


@dataclass(frozen=True, eq=False)
class Served:
    """A page and the engine that answers it.

    Attributes
    ----------
    page : dict
        What `contents` returns.
    asking : Asking
    levers : tuple of Lever
    token : str
        What a request must know.
    """

    page: dict[str, Any]
    asking: Asking
    levers: tuple[Lever, ...]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def html(self) -> str:
        """Return the page, which knows where to ask."""
        return rendered(self.page, token=self.token)

    def answer(self, question: Any) -> dict[str, Any]:
        """Return the effects of one setting, on the observed units and on new ones.

        Parameters
        ----------
        question : object
            As it came: a list with, for each lever, a mapping with ``kind`` and ``value``.

        Returns
        -------
        dict

        Raises
        ------
        QueryError
            If it is no setting of the levers, or the engine refuses it.
        """
        setting = self._setting(question)
        with self._lock:  # one question at a time: they share what is compiled
            found = {}
            for name, new in (("observed", False), ("new", True)):
                values = self.asking.means([setting], new=new)[:, 0]
                found[name] = {"draws": packed(values), "mean": float(values.mean())}
            return found

    def _setting(self, question: Any) -> Setting:
        if not isinstance(question, list) or len(question) != len(self.levers):
            raise QueryError(f"a setting has one move for each of the {len(self.levers)} levers")
        found = {}
        for lever, move in zip(self.levers, question, strict=True):
            kind, value = (move or {}).get("kind"), (move or {}).get("value")
            if kind == "as":
                continue
            if kind not in lever.kinds or not isinstance(value, int | float):
                raise QueryError(
                    f"{lever.name!r} is moved by {', '.join(lever.kinds)} and a number"
                )
            if not np.isfinite(value) or (lever.whole and value % 1):
                raise QueryError(f"{lever.name!r} cannot be moved by {value}")
            found[lever.name] = lever.move(kind, float(value))
        return found


def serve(served: Served, ready: Callable[[str], None], port: int = 0) -> None:
    """Serve the page on the loopback address until it is interrupted.

    Parameters
    ----------
    served : Served
    ready : callable
        Told the address, which holds the token.
    port : int
        0 for any that is free.
    """
    server = _Server(served, port)
    ready(f"http://{LOOPBACK}:{server.server_port}/?token={served.token}")
    try:
        server.serve_forever()
    finally:
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, served: Served, port: int) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.served = served


class _Handler(BaseHTTPRequestHandler):
    """Answers two requests: the page, and the effect of a setting."""

    server: _Server

    def do_GET(self) -> None:
        """Send the page to who knows the token."""
        url = urlsplit(self.path)
        given = parse_qs(url.query).get("token", [""])[0]
        if self._is_trusted(given) and url.path == "/":
            self._send(
                HTTPStatus.OK, self.server.served.html().encode(), "text/html; charset=utf-8"
            )

    def do_POST(self) -> None:
        """Send the effect of a setting."""
        if not self._is_trusted(self.headers.get("X-Token", "")):
            return
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/effect" or not 0 < length <= LONGEST:
            self._send(HTTPStatus.NOT_FOUND, b"{}")
            return
        try:
            body = self.server.served.answer(json.loads(self.rfile.read(length)))
            self._send(HTTPStatus.OK, json.dumps(body).encode())
        except (IfonlyError, ValueError) as error:
            words = json.dumps({"error": str(error)})
            self._send(HTTPStatus.BAD_REQUEST, words.encode())

    def _is_trusted(self, token: str) -> bool:
        """Return whether the request comes from our own page; where not, refuse it."""
        port = self.server.server_port
        here = {f"{LOOPBACK}:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        is_ours = (
            self.headers.get("Host") in here
            and (origin is None or urlsplit(origin).netloc in here)
            and secrets.compare_digest(token.encode(), self.server.served.token.encode())
        )
        if not is_ours:
            self._send(HTTPStatus.FORBIDDEN, b"{}")
        return is_ours

    def _send(self, status: HTTPStatus, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to the command."""
