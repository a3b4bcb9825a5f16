"""The server: the page's own files, one WebSocket, and nothing else."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from experiments.app.bundle import standalone
from experiments.app.engine import Engine
from experiments.app.session import Session

PAGES_AT_ONCE = 24
TRY_LATER = 1013
POLICY_VIOLATION = 1008
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


def create_app(engine: Engine, port: int) -> Starlette:
    """Make the application.

    Parameters
    ----------
    engine : Engine
        Runs the model.
    port : int
        Port it will be served on; other hosts and origins are refused.

    Returns
    -------
    Starlette
        ``app.state.pages`` holds the open sessions.
    """
    files = page_files()
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
    pages: set[Session] = set()

    async def page(request: Request) -> Response:
        name = request.path_params.get("path") or "index.html"
        if name not in files:
            return PlainTextResponse("There is no such page.", status_code=404)
        content, kind = files[name]
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})

    async def portable(_: Request) -> Response:
        return Response(standalone(files), media_type=TYPES[".html"])

    async def socket(websocket: WebSocket) -> None:
        if websocket.headers.get("origin") not in {f"http://{host}" for host in hosts}:
            await websocket.close(POLICY_VIOLATION)
            return
        await websocket.accept()
        if len(pages) >= PAGES_AT_ONCE:
            await websocket.close(TRY_LATER, "too many pages are open; close one")
            return
        session = Session(websocket, engine)
        pages.add(session)
        try:
            await session.serve()
        finally:
            pages.discard(session)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=engine.warm_up, daemon=True).start()
        yield
        engine.close()

    app = Starlette(
        routes=[
            WebSocketRoute("/socket", socket),
            Route("/standalone.html", portable),
            Route("/", page),
            Route("/{path:path}", page),
        ],
        middleware=[Middleware(Guard, hosts=frozenset(hosts))],
        lifespan=lifespan,
    )
    app.state.pages = pages
    return app


def page_files() -> dict[str, tuple[bytes, str]]:
    """Read every file of the page into memory, by its path.

    A request can only name one of these, so that no path leads anywhere else.
    """
    found: dict[str, tuple[bytes, str]] = {}
    root = resources.files("experiments.app") / "page"

    def collect(folder: Any, prefix: str) -> None:
        for entry in folder.iterdir():
            if entry.is_dir():
                collect(entry, f"{prefix}{entry.name}/")
            elif (kind := TYPES.get("." + entry.name.rpartition(".")[2])) is not None:
                found[prefix + entry.name] = (entry.read_bytes(), kind)

    collect(root, "")
    return found


class Guard:
    """Refuses requests for other hosts, and tells the browser what the page may do.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    hosts : frozenset of str
        ``Host`` headers that are answered, so that no foreign name can be pointed here.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts
        sockets = " ".join(f"ws://{host}" for host in sorted(hosts))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            f"img-src 'self' data: blob:; connect-src 'self' {sockets}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        names = [v for k, v in scope["headers"] if k == b"host"]
        if len(names) != 1 or names[0].decode("latin-1") not in self.hosts:
            await self._refuse(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        text = "This page answers to its own address only: see what allegiance app printed."
        await PlainTextResponse(text, status_code=421)(scope, receive, send)
