"""One open page: its requests, its runs, its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from experiments.app import exports
from experiments.app.biography import person_year, unit_frame
from experiments.app.engine import Engine, Stopped
from experiments.app.ensemble import run_ensemble
from experiments.app.messages import (
    BadRequestError,
    BusyError,
    Ensemble,
    Export,
    History,
    PersonYear,
    Request,
    Run,
    Unit,
    read_message,
)
from experiments.app.packing import pack
from experiments.app.stage import greeting
from sim.record import Record

FRAMES_WAITING = 8
QUESTIONS_WAITING = 8
RECORDS_KEPT = 4
BAD_MESSAGES = 40
"""A page that sends so many bad messages is not ours; its connection is closed."""
POLICY_VIOLATION = 1008


class Session:
    """One connection, with models of its own.

    A run or an ensemble makes way for the next one asked for. Questions (a unit, a person, a
    file) wait in a short queue. Frames wait in a bounded queue, so that a page that reads
    slowly slows its own run and nothing else.

    Parameters
    ----------
    socket : WebSocket
        Accepted.
    engine : Engine
        Shared.
    """

    def __init__(self, socket: WebSocket, engine: Engine) -> None:
        self.socket = socket
        self.engine = engine
        self._loop = asyncio.get_running_loop()
        self._frames: asyncio.Queue[bytes | str] = asyncio.Queue(FRAMES_WAITING)
        self._questions: asyncio.Queue[Unit | PersonYear | Export] = asyncio.Queue(
            QUESTIONS_WAITING
        )
        self._gone = threading.Event()
        self._stop = threading.Event()
        self._job: asyncio.Task[None] | None = None
        self._lived: dict[History, Record] = {}

    async def serve(self) -> None:
        """Greet, then answer until the page goes away."""
        tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._answer())]
        try:
            hello = await self._in_thread(lambda: greeting(self.engine))
            await self._frames.put(json.dumps(hello, ensure_ascii=False))
            await self._listen()
        except (WebSocketDisconnect, RuntimeError):
            pass  # the page has gone, in the middle of a message perhaps
        finally:
            self._gone.set()
            self._stop.set()
            for task in (*tasks, self._job):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task

    async def _listen(self) -> None:
        n_bad = 0
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            number: Any = None
            try:
                text = message.get("text")
                if text is None:
                    raise BadRequestError("a message must be text.")
                request = read_message(text, self.engine.scenarios)
                number = request.id
                await self._take(request)
            except BadRequestError as error:
                n_bad += not isinstance(error, BusyError)
                await self._say(number, str(error))
                if n_bad >= BAD_MESSAGES:
                    await self.socket.close(POLICY_VIOLATION, "too many bad messages")
                    return

    async def _take(self, request: Request) -> None:
        if isinstance(request, Run | Ensemble):
            self._stop.set()
            if self._job is not None:
                with contextlib.suppress(asyncio.CancelledError):
                    await self._job
            self._stop = threading.Event()
            self._job = asyncio.create_task(self._work(request, self._stop))
            return
        try:
            self._questions.put_nowait(request)
        except asyncio.QueueFull:
            raise BusyError(
                f"{QUESTIONS_WAITING} questions are waiting already. Ask again when they are "
                "answered."
            ) from None

    async def _work(self, request: Run | Ensemble, stop: threading.Event) -> None:
        emit = self._emitter(stop)

        def run() -> None:
            if isinstance(request, Run):
                for slot, history in request.histories:
                    record = self.engine.stream(request.id, slot, history, emit, stop)
                    self._keep(history, record)
            else:
                run_ensemble(
                    self.engine, request.id, request.histories, emit, stop,
                    with_parameters=request.with_parameters,
                )  # fmt: skip

        await self._guarded(request.id, run)

    async def _answer(self) -> None:
        while True:
            question = await self._questions.get()
            await self._guarded(question.id, partial(self._reply, question))

    def _reply(self, question: Unit | PersonYear | Export) -> None:
        emit = self._emitter(self._gone)
        if isinstance(question, Unit):
            emit(unit_frame(self.engine, question.id, question.history, question.unit, self._gone))
        elif isinstance(question, PersonYear):
            emit(
                pack(
                    person_year(
                        self.engine, question.id, question.history, question.person, self._gone
                    ),
                    {},
                )
            )
        else:
            emit(self._file(question))

    def _file(self, question: Export) -> bytes:
        import numpy as np

        if question.format == "yaml":
            _, history = question.histories[-1]
            name, content = f"{exports.MINE}.yaml", exports.as_settings(self.engine, history)
        else:
            lived = {slot: (h, self._record(h)) for slot, h in question.histories}
            make = exports.vote_table if question.format == "votes" else exports.share_table
            table = make(self.engine, lived)
            if question.format == "parquet":
                name, content = "allegiance_shares.parquet", exports.as_parquet(table)
            else:
                kind = "votes" if question.format == "votes" else "shares"
                name, content = f"allegiance_{kind}.csv", exports.as_csv(table)
        header = {"type": "file", "id": question.id, "name": name}
        return pack(header, {"content": np.frombuffer(content, dtype=np.uint8)})

    def _record(self, history: History) -> Record:
        if history not in self._lived:
            record = self.engine.live(self.engine.model(history), self._gone)
            self._keep(history, record)
        return self._lived[history]

    def _keep(self, history: History, record: Record) -> None:
        self._lived[history] = record
        for old in list(self._lived)[:-RECORDS_KEPT]:
            self._lived.pop(old, None)

    async def _guarded(self, number: int, work: Callable[[], None]) -> None:
        """Do work in a thread; tell the page what went wrong, if something did."""
        try:
            await self._in_thread(work)
        except Stopped:
            pass
        except (BadRequestError, ValueError) as error:
            await self._say(number, str(error))
        except Exception as error:  # one page's fault must not end the server
            await self._say(number, f"{type(error).__name__}: {error}")

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await self._loop.run_in_executor(self.engine.callers, work)

    def _emitter(self, stop: threading.Event) -> Callable[[bytes], None]:
        """Return a function for threads that queues a frame, and waits while the queue is full."""

        def emit(frame: bytes) -> None:
            waiting = asyncio.run_coroutine_threadsafe(self._frames.put(frame), self._loop)
            while True:
                try:
                    waiting.result(timeout=0.1)
                except TimeoutError:
                    if stop.is_set() or self._gone.is_set():
                        waiting.cancel()
                        raise Stopped from None
                else:
                    return

        return emit

    async def _say(self, number: Any, message: str) -> None:
        text = json.dumps({"type": "error", "id": number, "message": message}, ensure_ascii=False)
        await self._frames.put(text)

    async def _send(self) -> None:
        while True:
            frame = await self._frames.get()
            try:
                if isinstance(frame, str):
                    await self.socket.send_text(frame)
                else:
                    await self.socket.send_bytes(frame)
            except (WebSocketDisconnect, RuntimeError):
                self._gone.set()
                self._stop.set()
                return
