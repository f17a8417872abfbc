"""`hpedi serve --processes 2`: any of them answers, one that dies is replaced, none is left behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.inquired import inquiry, segments_of
from tests.pipeline.conftest import Demo
from tests.web.envelopes import ASKED
from tests.web.test_process import process, request, whole

WITHIN_SECONDS = 60.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")


def children_of(keeper: int) -> set[int]:
    """Return the processes that a process started."""
    return {int(each) for each in Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()}


def is_gone(pid: int) -> bool:
    """Say whether a process has ended; one that nobody waited for is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ask(port: int, key: str) -> bytes:
    """Ask over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_SECONDS)
    headers = {"Content-Type": "application/edi-x12", "Authorization": f"Bearer {key}"}
    connection.request("POST", "/x12", inquiry(ASKED), headers)
    body = connection.getresponse().read()
    connection.close()
    return body


def test_one_that_dies_is_replaced_and_what_is_in_hand_is_answered_at_the_end(demo: Demo, riverbend: str) -> None:
    """One of two is killed: the other answers, then there are two again; a request in hand at SIGTERM is answered."""
    with process(demo.workspace.home, "--processes", "2") as (running, port):
        until(lambda: len(children_of(running.pid)) == 2)
        assert segments_of(ask(port, riverbend), "EB*1")
        first, _second = before = children_of(running.pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: len(children_of(running.pid) - {first}) == 2)
        assert len(children_of(running.pid) & before) == 1
        assert all(segments_of(ask(port, riverbend), "EB*1") for _request in range(6))
        children, sent = children_of(running.pid), request(riverbend, inquiry(ASKED))
        with socket.create_connection(("127.0.0.1", port), timeout=WITHIN_SECONDS) as connection:
            connection.sendall(sent[:-50])
            time.sleep(0.5)
            running.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(sent[-50:])
            answer = whole(connection)
        assert running.wait(WITHIN_SECONDS) == ExitCode.OK
        told = running.stderr.read() if running.stderr else ""
    assert segments_of(answer.partition(b"\r\n\r\n")[2], "IEA")
    assert all(map(is_gone, children))
    assert '"event":"server process ended"' in told
    assert demo.workspace.sealer.verify().is_whole


def test_none_is_left_behind_where_the_one_that_keeps_them_is_killed(demo: Demo) -> None:
    """A kill of the keeper is heard by the others; they end, and the port is free again."""
    with process(demo.workspace.home, "--processes", "2") as (running, port):
        until(lambda: len(children_of(running.pid)) == 2)
        children = children_of(running.pid)
        running.kill()
        until(lambda: all(map(is_gone, children)))
        with socket.create_server(("127.0.0.1", port)):
            pass
