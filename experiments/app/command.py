"""``allegiance app``: open the page of the class room."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Sequence

from experiments.errors import EXIT_FINE, UserError, how_to_install

HOST = "127.0.0.1"
PREFERRED_PORT = 1917
SIZES = ("desk", "tiny", "full")
EPILOG = """\
The page is served on this computer alone (127.0.0.1) and needs no network. End with Ctrl-C.
examples:
  allegiance app
  allegiance app --port 8080 --no-browser
"""


def main(arguments: Sequence[str]) -> int:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after ``allegiance app``.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    UserError
        If the extra is not installed, or the port cannot be had.
    """
    given = _parser().parse_args(list(arguments))
    try:
        import uvicorn

        from experiments.app.engine import Engine
        from experiments.app.server import create_app
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "websockets"):
            raise
        raise UserError(
            f"the page needs {error.name}, which is not installed. {how_to_install('app')}"
        ) from error
    listening = open_port(given.port)
    port = listening.getsockname()[1]
    address = f"http://{HOST}:{port}/"
    config = uvicorn.Config(
        create_app(Engine(given.size), port),
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=64_000,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_worth_saying)
    print(f"The page is at {address}  (this computer only). Ctrl-C ends it.", flush=True)
    if not given.no_browser:
        threading.Timer(0.8, webbrowser.open, (address,)).start()
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # this is how it is meant to end
    finally:
        listening.close()
    print("The page is closed.")
    return EXIT_FINE


def open_port(wanted: int | None) -> socket.socket:
    """Listen on the loopback address.

    Parameters
    ----------
    wanted : int or None
        The port asked for; without one, 1917 or else any that is free.

    Returns
    -------
    socket.socket
        Bound to 127.0.0.1.

    Raises
    ------
    UserError
        If the port asked for is taken or not allowed.
    """
    for port in (wanted,) if wanted is not None else (PREFERRED_PORT, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere it would let two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if wanted is not None:
                raise UserError(
                    f"--port {wanted} cannot be used ({error.strerror}). Name another, or leave "
                    "it out and a free one is found."
                ) from error
        else:
            return listening
    raise UserError("no port is free on 127.0.0.1. Close a program that listens there.")


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says when a browser still holds a connection at the end."""
    return "graceful shutdown exceeded" not in record.getMessage()


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, got {text!r}")
    return port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="allegiance app",
        description="Open the page of the class room: 1917 day by day, and what if.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, help="port to listen on (default: 1917 or any free)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    parser.add_argument(
        "--size", choices=SIZES, default="desk", help="number of agents (default: desk, 31,000)"
    )
    return parser
