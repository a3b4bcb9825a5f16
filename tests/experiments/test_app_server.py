"""The server of the page: its own files and nothing else, to this computer and nobody else."""

import http.client
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing

import pytest

pytest.importorskip("starlette", reason="the extra [app] is not installed")
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from experiments.app.bundle import standalone
from experiments.app.command import HOST, open_port
from experiments.app.engine import Engine
from experiments.app.server import create_app, page_files
from experiments.errors import UserError

PORT = 1917
ADDRESS = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(Engine("tiny"), PORT), base_url=ADDRESS) as client:
        yield client


def test_the_page_comes_with_a_policy_that_lets_nothing_in_from_elsewhere(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "<title>1917" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", sorted(page_files()))
def test_no_file_of_the_page_names_another_host(path):
    content, kind = page_files()[path]
    if kind == "font/woff2" or path == "fonts/OFL.txt":
        return
    found = set(re.findall(r"https?://[^\s\"'`)]+", content.decode()))
    assert found <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    "path",
    [
        "/../command.py",
        "/js/../../command.py",
        "/%2e%2e/command.py",
        "/..%2fcommand.py",
        "/js/%2e%2e/%2e%2e/session.py",
        "//etc/passwd",
        "/%00",
        "/js/",
        "/page/index.html",
        "/..\\command.py",
    ],
)
def test_no_path_leads_out_of_the_folder_of_the_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.text == "There is no such page."


def test_a_raw_request_for_a_file_outside_is_refused_too(served):
    with closing(http.client.HTTPConnection(HOST, served)) as connection:
        connection.putrequest("GET", "/../../../../etc/passwd", skip_host=True)
        connection.putheader("Host", f"{HOST}:{served}")
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 404
        assert answer.read() == b"There is no such page."


def test_nothing_can_be_posted(client):
    assert client.post("/", content=b"x").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "0.0.0.0:1917", ""])
def test_another_host_name_is_not_answered(client, host):
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "its own address only" in answer.text


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:80"])
def test_a_page_of_another_origin_cannot_open_the_socket(client, origin):
    headers = {} if origin is None else {"origin": origin}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"ws://127.0.0.1:{PORT}/socket", headers=headers),
    ):
        pass
    assert refused.value.code == 1008


def test_another_host_name_cannot_open_the_socket(client):
    headers = {"origin": ADDRESS}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("ws://evil.example/socket", headers=headers),
    ):
        pass
    assert refused.value.code == 1008
    with client.websocket_connect(f"ws://127.0.0.1:{PORT}/socket", headers=headers):
        pass  # the same origin at the page's own address is let in


def test_the_portable_page_needs_no_other_file():
    html = standalone(page_files())
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=\"(?!data:)", html)
    assert "import {" not in html
    assert "url(fonts" not in html
    assert "url(../fonts" not in html
    assert html.count("class History") == 1


def test_a_port_that_is_taken_is_refused_by_name():
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"--port {port} cannot be used .* Name another"):
            open_port(port)


def test_without_a_wish_a_free_port_is_found_though_the_usual_one_is_taken():
    with open_port(None) as first, open_port(None) as second:
        assert first.getsockname()[0] == second.getsockname()[0] == "127.0.0.1"
        assert first.getsockname()[1] != second.getsockname()[1]


@pytest.fixture(scope="module")
def command():
    arguments = [sys.executable, "-m", "experiments.cli", "app", "--no-browser", "--size", "tiny"]
    with subprocess.Popen(
        [*arguments, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def served(command):
    line = command.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)/  \(this computer only\)", line)
    assert found, line + command.stderr.read()
    return int(found[1])


def other_addresses():
    """Addresses of this machine that are not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [a for a in [probe.getsockname()[0]] if not a.startswith("127.")]


def test_the_command_listens_on_the_loopback_address_alone(served):
    with socket.create_connection((HOST, served), timeout=5):
        pass
    # 127.0.0.2 is this machine as well: a server on all addresses would answer there.
    for address in ("127.0.0.2", *other_addresses()):
        with pytest.raises(OSError, match=r"refused|timed out|unreachable|assign"):
            socket.create_connection((address, served), timeout=2)


def test_ctrl_c_ends_the_command_cleanly(command, served):
    with socket.create_connection((HOST, served), timeout=5):
        command.send_signal(signal.SIGINT)
        assert command.wait(timeout=20) == 0
    assert "The page is closed." in command.stdout.read()
    assert command.stderr.read() == ""
