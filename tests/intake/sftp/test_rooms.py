"""Listings: all that is there is told, and little of it is held, however many are open."""

from __future__ import annotations

import gc
from pathlib import Path

import paramiko
import pytest
from asyncssh import SFTPName

from tests.intake.sftp.clients import paramiko_sftp
from tests.intake.sftp.serving import WHOLE, Served, serving, usual_limits

pytestmark = pytest.mark.storeless

FILES = 300


def names_held() -> int:
    """Count the names that the server, which runs in this process, holds."""
    gc.collect()
    return sum(isinstance(each, SFTPName) for each in gc.get_objects())


def test_a_listing_is_read_on_as_it_is_asked_for(served: Served) -> None:
    """Of a folder of hundreds an open listing holds no more names than one answer has; read to its end it has all."""
    with paramiko_sftp(served) as client:
        client.listdir("/inbox")
        for area in ("staging", "inbox", "outbox"):
            (served.home / area / "lakes").mkdir(parents=True, exist_ok=True)
        for number in range(FILES):
            (served.home / "staging" / "lakes" / f".{number}").touch()
            (served.home / "outbox" / "lakes" / f"{number}").touch()
        for area in ("staging", "inbox"):
            (served.home / area / "lakes" / "twice.837").write_bytes(WHOLE)
        before = names_held()
        opened = []
        for area in ("inbox", "outbox", "inbox"):
            _kind, answer = client._request(paramiko.sftp.CMD_OPENDIR, f"/{area}")
            opened.append(answer.get_binary())
            client._request(paramiko.sftp.CMD_READDIR, opened[-1])
        assert names_held() - before <= len(opened) * 130
        for handle in opened:
            client._request(paramiko.sftp.CMD_CLOSE, handle)
        assert sorted(client.listdir("/inbox")) == sorted([*(f".{number}" for number in range(FILES)), "twice.837"])
        assert sorted(client.listdir("/outbox")) == sorted(str(number) for number in range(FILES))


def test_so_many_listings_and_no_more(tmp_path: Path, keys: Path) -> None:
    """A session that keeps folders open is refused one more until it closes one."""
    with serving(tmp_path / "home", keys, usual_limits(listings=2)) as served, paramiko_sftp(served) as client:
        opened = [client._request(paramiko.sftp.CMD_OPENDIR, "/inbox")[1].get_binary() for _each in range(2)]
        with pytest.raises(OSError, match="too many folders"):
            client.listdir("/outbox")
        client._request(paramiko.sftp.CMD_CLOSE, opened[0])
        assert client.listdir("/outbox") == []
