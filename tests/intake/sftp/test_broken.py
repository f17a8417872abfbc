"""Connections that break at any byte, and a server that is killed at any instant: nothing partial, nothing lost."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.intake.sftp.clients import openssh, paramiko_sftp
from tests.intake.sftp.serving import LARGER, NO_X12, WHOLE, Served, serving, usual_limits
from tests.shared import PROJECT

pytestmark = pytest.mark.storeless

TWO = LARGER + WHOLE
"""Two interchanges: where the first one ends, the file looks whole."""


@contextmanager
def cutting(port: int, after: int) -> Iterator[int]:
    """Pass a connection on, and break it when the client has sent so many bytes; yields the port to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as front:
        thread = threading.Thread(target=_pass_on, args=(front, port, after), daemon=True)
        thread.start()
        yield int(front.getsockname()[1])
    thread.join(10)


def _pass_on(front: socket.socket, port: int, after: int) -> None:
    client, _address = front.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        left = after
        with suppress(OSError):
            while left > 0 and (data := client.recv(min(left, 16_384))):
                server.sendall(data)
                left -= len(data)
        for each in (client, server):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not a farewell
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        back.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)


@pytest.mark.parametrize("content", [LARGER, TWO, NO_X12 * 10_000], ids=["one interchange", "two", "no X12"])
def test_cut_at_random_bytes(served: Served, content: bytes) -> None:
    """A connection cut anywhere publishes nothing, wherever the bytes that came end; the next one goes on."""
    local = served.home.parent / "claims.837"
    local.write_bytes(content)
    overhead = 3_500
    places = random.Random(len(content))  # noqa: S311  # the same places each time
    for _ in range(6):
        with cutting(served.port, places.randrange(overhead, overhead + len(content))) as port:
            assert openssh(served, "put claims.837 inbox/claims.837\n", port=port).returncode != 0
        assert served.waiting("lakes") == {}
        for name, came in served.staged("lakes").items():
            assert (name, content.startswith(came)) == ("claims.837", True)
    with cutting(served.port, 1 << 40) as port:
        went_on = "reput" if served.staged("lakes") else "put"
        assert openssh(served, f"{went_on} claims.837 inbox/claims.837\n", port=port).returncode == 0
    assert served.waiting("lakes") == {"claims.837": content}


def test_what_broke_off_where_an_interchange_ends(tmp_path: Path, keys: Path) -> None:
    """What looks whole after a break is left for its sender for a while, then taken; what is not, is taken at last."""
    with serving(tmp_path / "home", keys, usual_limits(settle_after=60, incomplete_after=3_600)) as served:
        staging = served.home / "staging" / "lakes"
        staging.mkdir(parents=True)
        written = {"whole.837": WHOLE, "half.837": LARGER[:1_000], "list.csv": NO_X12, "on.part": WHOLE, ".on": WHOLE}
        ages = {}
        for age in (30, 90, 3_700):
            for name, content in written.items():
                (staging / name).write_bytes(content)
                os.utime(staging / name, (time.time() - age,) * 2)
            served.sweep()
            ages[age] = sorted(served.waiting("lakes"))
        assert ages == {30: [], 90: ["whole.837"], 3_700: ["half.837", "list.csv", "whole.837"]}
        assert served.waiting("lakes")["half.837"] == LARGER[:1_000]
        arrived = {each.name: each.stat().st_mtime for each in (served.home / "inbox/lakes").iterdir()}
        assert arrived["half.837"] > time.time() - 60 > arrived["whole.837"]  # taken now; whole since its last byte
        assert sorted(served.staged("lakes")) == [".on", "on.part", "whole.837"]  # the first whole.837 still waits


def test_staged_files_that_cannot_be_listed(served: Served) -> None:
    """Where staging was moved away, what was in it stays as it is, and the server goes on and takes new files."""
    with paramiko_sftp(served) as client, client.open("/inbox/half.837", "w") as upload:
        upload.write(WHOLE[:100])
    (served.home / "staging").rename(served.home / "staging.old")
    served.sweep()
    assert (served.home / "staging.old/lakes/half.837").stat().st_size == 100
    served.wait_until_alone()
    with paramiko_sftp(served) as client, client.open("/inbox/whole.837", "w") as upload:
        upload.write(WHOLE)
    assert served.waiting("lakes") == {"whole.837": WHOLE}
    assert served.listener._caretaker is not None
    assert not served.listener._caretaker.done()


def test_a_kill_between_two_names(tmp_path: Path, keys: Path) -> None:
    """Where a file has both its names, because a kill came between them, it is not published once more."""
    with serving(tmp_path / "home", keys, usual_limits(settle_after=0)) as served:
        staging, taken = served.home / "staging" / "lakes", served.home / "taken"
        staging.mkdir(parents=True)
        (staging / "claims.837").write_bytes(WHOLE)
        taken.hardlink_to(staging / "claims.837")
        served.sweep()
        assert served.waiting("lakes") == served.staged("lakes") == {}


@contextmanager
def process(home: Path, keys: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a server as a process, and kill it at the end of the block."""
    command = [sys.executable, "-m", "tests.intake.sftp.alone", str(home), str(keys)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running, int(running.stdout.readline())
        finally:
            running.kill()


def test_killed_at_any_instant(tmp_path: Path, keys: Path) -> None:
    """What a client was told is handed in is there after a kill; what waits is whole; no file is there twice."""
    home = tmp_path / "home"
    told: dict[str, int] = {}
    for number in range(30):
        (tmp_path / f"{number}.837").write_bytes(LARGER + WHOLE.replace(b"000000905", b"%09d" % number))
    moments = random.Random(7)  # noqa: S311  # the same moments each time
    names = iter(range(30))
    while len(told) < 6:
        with process(home, keys) as (running, port):
            served = Served(home=home, keys=keys, port=port, roll=None, listener=None, loop=None)  # type: ignore[arg-type]
            threading.Timer(moments.uniform(0.1, 0.5), running.kill).start()
            while running.poll() is None:
                number = next(names)
                put = "".join(f"put {number}.837 inbox/{number}{end}\n" for end in (".837", ".part"))
                told[f"{number}"] = openssh(served, f"{put}rename inbox/{number}.part inbox/{number}b.837\n").returncode
        for name, content in served.waiting("lakes").items():
            assert content == (tmp_path / f"{name.removesuffix('.837').removesuffix('b')}.837").read_bytes()
    with process(home, keys):
        until = time.monotonic() + 10
        done = {f"{number}{end}" for number, code in told.items() if code == 0 for end in (".837", "b.837")}
        while not done <= set(served.waiting("lakes")) and time.monotonic() < until:
            time.sleep(0.1)
    assert done <= set(served.waiting("lakes"))
    assert not set(served.waiting("lakes")) & set(served.staged("lakes"))
