"""Who is let in at once, and from where."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from hpedi.intake.sftp.doors import Doors, origin_of
from tests.intake.sftp.clients import openssh
from tests.intake.sftp.serving import Served, serving, usual_limits

pytestmark = pytest.mark.storeless

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_house_has_one_origin(address: str, origin: str) -> None:
    """All addresses of an IPv6 house are one; of IPv4 each is its own, however it is written."""
    assert origin_of(address) == origin


def test_each_address_has_a_share_of_those_who_sign_in() -> None:
    """Two of three places for one address; who signed in or left makes room."""
    doors = Doors(usual_limits(connections_signing_in=3, connections_of_address=2))
    for _each in range(2):
        assert doors.admits("a")
        doors.came("a")
    assert (doors.admits("a"), doors.admits("b")) == (False, True)
    doors.came("b")
    assert not doors.admits("c")
    doors.signed_in("a", "lakes")
    assert (doors.admits("a"), doors.admits("c"), doors.of_partner["lakes"]) == (True, True, 1)
    doors.left("a", "lakes")
    doors.left("a")
    doors.left("b")
    assert (doors.connections, doors.signing_in, doors.of_partner) == (0, {}, {})


def test_who_only_knocks_keeps_nobody_else_out(tmp_path: Path, keys: Path) -> None:
    """One address that opens connections and says nothing has its share of the places, and others sign in."""
    with serving(tmp_path / "home", keys, usual_limits(connections_of_address=2)) as served, ExitStack() as knocking:
        assert [_is_let_in(knocking, served, HERE) for _each in range(3)] == [True, True, False]
        assert _is_let_in(knocking, served, ELSEWHERE)
        knocking.close()
        served.wait_until_alone()
        assert openssh(served, "ls\n").returncode == 0


def _is_let_in(knocking: ExitStack, served: Served, address: str) -> bool:
    """Connect from an address and say nothing; say whether the server began to talk."""
    line = socket.create_connection((HERE, served.port), timeout=20, source_address=(address, 0))
    knocking.enter_context(line)
    try:
        return line.recv(8) == b"SSH-2.0-"
    except ConnectionResetError:
        return False
