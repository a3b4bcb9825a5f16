"""One open page: the real model answers it, and it shares nothing with another."""

import itertools
import json
import re
import threading
import time

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra [app] is not installed")
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from experiments.app.engine import Engine, Stopped
from experiments.app.messages import History
from experiments.app.packing import KINDS
from experiments.app.parameters import knowledge
from experiments.app.server import create_app
from experiments.app.session import BAD_MESSAGES
from sim.calendar_os import N_DAYS
from sim.model import RevolutionModel
from sim.streams import replicate_seed

PORT = 1917
ORIGIN = {"origin": f"http://127.0.0.1:{PORT}"}
SOCKET = f"ws://127.0.0.1:{PORT}/socket"
BASE = {"scenarios": [], "parameters": {}, "seed": 0}


@pytest.fixture(scope="module")
def engine():
    return Engine("tiny")


@pytest.fixture(scope="module")
def client(engine):
    with TestClient(create_app(engine, PORT), base_url=f"http://127.0.0.1:{PORT}") as client:
        yield client


class Page:
    """A page as the server sees it."""

    def __init__(self, socket):
        self.socket = socket
        self.world = self.read()[0]

    def ask(self, kind, **rest):
        self.socket.send_text(json.dumps({"id": 1, "type": kind, **rest}))

    def read(self):
        message = self.socket.receive()
        if message["type"] == "websocket.close":
            raise WebSocketDisconnect(message["code"])
        if message.get("text") is not None:
            return json.loads(message["text"]), {}
        return unpack(message["bytes"])

    def until(self, kind):
        """Read frames up to one of a kind."""
        frames = []
        while not frames or frames[-1][0]["type"] not in (kind, "error"):
            frames.append(self.read())
        assert frames[-1][0]["type"] == kind, frames[-1][0]
        return frames

    def run(self, history=None, slot="b", number=1):
        self.ask("run", id=number, histories={slot: history or BASE})
        return [f for f in self.until("end") if f[0].get("id") == number]


def unpack(frame):
    """Read a frame as the page does."""
    length = int.from_bytes(frame[:4], "little")
    header = json.loads(frame[4 : 4 + length])
    arrays = {}
    for entry in header["arrays"]:
        start = 4 + length + entry["offset"]
        assert start % 8 == 0
        dtype, n = np.dtype(KINDS[entry["kind"]]), int(np.prod(entry["shape"]))
        arrays[entry["name"]] = np.frombuffer(frame, dtype, n, start).reshape(entry["shape"])
    return header, arrays


def read_to_the_end(page):
    while True:
        page.read()


@pytest.fixture
def page(client):
    with client.websocket_connect(SOCKET, headers=ORIGIN) as socket:
        yield Page(socket)


def days(frames):
    """Join the days of a run."""
    parts = [arrays for header, arrays in frames if header["type"] == "days"]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def test_the_greeting_describes_the_world(page, engine):
    world = page.world
    assert [p["id"] for p in world["parties"]] == ["NP", "KD", "RSR", "LSR", "ME", "MI", "BO"]
    assert len(world["places"]) == 17
    assert {s["id"] for s in world["scenarios"]} == set(engine.scenarios) >= {"no_revolt"}
    assert all(e["account"] and e["source"] for e in world["events"])
    assert all(abs(sum(b["electors"].values()) - 1) < 1e-9 for b in world["bodies"])
    assert len(world["documented"]) > 15
    shares = [d for d in world["documented"] if d["ask"]]
    assert all(abs(sum(d["values"]) - 1) < 1e-3 for d in shares)


def test_two_thirds_of_the_electors_of_the_petrograd_soviet_are_soldiers(page):
    soviet = next(b for b in page.world["bodies"] if b["id"] == "petrograd_soviet")
    assert soviet["electors"] == pytest.approx(
        {"petrograd_workers": 370 / 1100, "petrograd_garrison": 730 / 1100}
    )


def test_the_days_are_those_of_the_model_itself(page, engine):
    lived = days(page.run())
    model = RevolutionModel(
        engine.prepared(()).settings, parameters=knowledge().centre, seed=replicate_seed(0, 0)
    )
    record = model.run()
    np.testing.assert_array_equal(lived["private"][:, :-1], record.private_count)
    np.testing.assert_array_equal(lived["private"][:, -1], record.village_count.sum(axis=1))
    np.testing.assert_array_equal(lived["public"][:, :-1], record.public_count)
    np.testing.assert_array_equal(lived["seats"], record.seats)


def test_a_run_comes_in_pieces_without_gaps(page):
    frames = page.run()
    spans = [(h["first"], h["stop"]) for h, _ in frames if h["type"] == "days"]
    assert spans[0][0] == 0
    assert spans[-1][1] == N_DAYS
    assert all(one[1] == two[0] for one, two in itertools.pairwise(spans))


def test_a_scenario_changes_nothing_before_its_first_event(page):
    base = days(page.run())["private"]
    other = days(page.run({**BASE, "scenarios": ["no_revolt"]}))["private"]
    before = 177  # 25 August, when the revolt begins
    np.testing.assert_array_equal(base[:before], other[:before])
    assert (base[before:] != other[before:]).any()


def test_an_event_that_is_switched_off_is_not_announced(page):
    (begin, _), *_ = page.run({**BASE, "scenarios": ["no_revolt"]})
    assert "kornilov" not in {event["id"] for event in begin["events"]}
    assert "july_days" in {event["id"] for event in begin["events"]}


@pytest.mark.parametrize("value", [1e308, -5, float("nan"), "fast", None, [1], True])
def test_a_wild_slider_is_answered_in_words_and_the_page_goes_on(page, value):
    page.ask("run", histories={"b": {**BASE, "parameters": {"discredit": value}}})
    header, _ = page.read()
    assert header["type"] == "error"
    assert "discredit must be a number from 0 to 20" in header["message"]
    assert page.run()[-1][0]["type"] == "end"


def test_bytes_are_not_a_message(page):
    page.socket.send_bytes(b"\x00\x01")
    assert page.read()[0]["message"] == "a message must be text."


def test_a_page_that_sends_nothing_but_nonsense_is_sent_away(page):
    for _ in range(BAD_MESSAGES):
        page.socket.send_text("{")
    with pytest.raises(WebSocketDisconnect) as closed:
        read_to_the_end(page)
    assert closed.value.code == 1008


def test_two_pages_do_not_share_their_histories(client, page):
    with client.websocket_connect(SOCKET, headers=ORIGIN) as socket:
        other = Page(socket)
        changed = {**BASE, "parameters": {"grievance_weight": 0.5}}
        page.ask("run", histories={"b": BASE})
        other.ask("run", histories={"b": changed})
        one, two = (days(each.until("end"))["private"] for each in (page, other))
        alone = days(page.run())["private"]
    np.testing.assert_array_equal(one, alone)
    assert (one != two).any()


def test_a_page_that_is_closed_stops_its_runs(client, engine):
    with client.websocket_connect(SOCKET, headers=ORIGIN) as socket:
        page = Page(socket)
        page.ask("ensemble", histories={"a": BASE, "b": {**BASE, "seed": 1}})
        page.until("progress")
        assert eventually(lambda: engine.n_active > 0)
    assert eventually(lambda: engine.n_active == 0 and not client.app.state.pages)
    for _ in range(20):  # and nothing starts again
        time.sleep(0.01)
        assert engine.n_active == 0


def eventually(holds, seconds=10.0):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)
    return holds()


def test_a_new_wish_takes_the_place_of_an_ensemble(page):
    page.ask("ensemble", id=1, histories={"b": BASE})
    page.until("progress")
    frames = page.run(number=2)
    assert frames[-1][0] == {**frames[-1][0], "type": "end", "id": 2}


def test_the_ensemble_of_two_equal_histories_differs_by_nothing(page):
    page.ask("ensemble", histories={"a": BASE, "b": BASE})
    frames = page.until("difference")
    bands = {h["slot"]: arrays for h, arrays in frames if h["type"] == "bands"}
    np.testing.assert_array_equal(bands["a"]["places"], bands["b"]["places"])
    difference = frames[-1][1]["places"]
    assert set(np.unique(difference)) <= {10_000, 65_535}


def test_intervals_are_ordered_and_hold_the_record_of_many_runs(page):
    page.ask("ensemble", histories={"b": BASE})
    arrays = page.until("bands")[-1][1]
    low, middle, high = arrays["places"].astype(int)
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (low < high).any()
    assert (arrays["votes"][0] <= arrays["votes"][2]).all()


def test_everybody_of_a_factory_is_shown_on_every_day(page):
    place = page.world["places"][0]
    page.ask("unit", history=BASE, unit=place["first_unit"] + 2)
    header, arrays = page.until("unit")[-1]
    assert header["size"] == place["units"][2] == len(header["people"])
    assert arrays["allegiance"].shape == (len(header["people"]), N_DAYS)


def test_a_person_is_the_same_one_in_the_factory_and_alone(page, engine):
    page.ask("unit", history=BASE, unit=0)
    header, arrays = page.until("unit")[-1]
    person = header["people"][0]
    page.ask("person", history=BASE, person=person)
    year = page.until("person")[-1][0]
    names = [p["id"] for p in page.world["parties"]]
    shown = ["" if code == 255 else names[code] for code in arrays["allegiance"][0]]
    assert year["days"] == shown
    turned = [e for e in year["entries"] if e["kind"] in ("start", "turned", "newcomer")]
    before = engine.model(History((), (), 0)).state.population.allegiance[person]
    assert turned[0]["party"] == names[before]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"kind": "unit", "unit": 10**6}, "unit must be below 373, got 1000000"),
        ({"kind": "person", "person": 2**31 - 1}, r"person must be below \d+, got 2147483647"),
    ],
)
def test_who_does_not_exist_is_said_not_to(page, question, told):
    page.ask(question.pop("kind"), history=BASE, **question)
    header, _ = page.read()
    assert header["type"] == "error"
    assert re.search(told, header["message"])


def test_a_page_that_asks_too_much_at_once_is_told_to_wait(page):
    for number in range(60):
        page.ask("person", id=number, history=BASE, person=0)
    said = [page.read()[0] for _ in range(60)]
    refused = [header for header in said if header["type"] == "error"]
    assert refused
    assert "questions are waiting already" in refused[0]["message"]
    assert any(header["type"] == "person" for header in said)


def test_the_loop_answers_while_models_run(page, client):
    page.ask("ensemble", histories={"a": BASE, "b": BASE})
    started = time.monotonic()
    assert client.get("/favicon.svg").status_code == 200
    assert time.monotonic() - started < 2.0


def test_a_stopped_run_leaves_no_count_behind():
    engine = Engine("tiny")  # one of its own: on the shared one runs of a left page may still end
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped, match=r"^$"):
        engine.live(engine.model(History((), (), 0)), stop)
    assert engine.n_active == 0
