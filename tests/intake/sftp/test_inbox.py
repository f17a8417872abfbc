"""Uploads with holes, and disks that are full: what is not all there is never taken for a file."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from pathlib import Path

import paramiko
import pytest

from tests.intake.sftp.clients import paramiko_sftp
from tests.intake.sftp.serving import LARGER, NO_X12, WHOLE, Served, serving, usual_limits

pytestmark = pytest.mark.storeless

SAID = 50_000_000
"""Bytes: what a size says that nobody sent."""


@pytest.mark.parametrize("sent", [NO_X12[:6], WHOLE], ids=["no x12", "a whole interchange"])
@pytest.mark.parametrize("how", ["a size", "far behind the end"])
def test_what_was_not_sent_is_not_handed_in(served: Served, sent: bytes, how: str) -> None:
    """A file that got its size from nothing is refused when it is closed or renamed; sent whole it is taken."""
    with paramiko_sftp(served) as client:
        for name in ("claims.837", "claims.part"):
            upload = client.open(f"/inbox/{name}", "w")
            upload.write(sent)
            if how == "a size":
                upload.truncate(SAID)
            else:
                upload.seek(SAID)
                upload.write(b" ")
            upload.flush()
            with pytest.raises(OSError, match="not all") if name == "claims.837" else nullcontext():
                client._request(paramiko.sftp.CMD_CLOSE, upload.handle)
        with pytest.raises(OSError, match="not all"):
            client.rename("/inbox/claims.part", "/inbox/renamed.837")
        assert sorted(served.staged("lakes")) == ["claims.837", "renamed.837"]
        with client.open("/inbox/claims.837", "w") as again:
            again.write(LARGER)
    assert served.waiting("lakes") == {"claims.837": LARGER}


def test_a_hole_is_not_swept_up(tmp_path: Path, keys: Path) -> None:
    """What a broken connection left with a hole in it stays, however old; what it left unfinished is taken."""
    with serving(tmp_path / "home", keys, usual_limits(settle_after=0, incomplete_after=1)) as served:
        staged = served.home / "staging" / "lakes"
        staged.mkdir(parents=True)
        for name, size in (("hole.837", SAID), ("half.837", 200)):
            with (staged / name).open("wb") as out:
                out.write(WHOLE[:200])
                out.truncate(size)
            os.utime(staged / name, (1, 1))
        served.sweep()
        assert served.waiting("lakes") == {"half.837": WHOLE[:200]}
        assert sorted(served.staged("lakes")) == ["hole.837"]


def test_a_full_disk_is_told_to_both(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A client whose upload meets a full disk is refused, and the log says why; with room it goes on."""

    def full(*_given: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with paramiko_sftp(served) as client, client.open("/inbox/claims.837", "w") as upload:
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match=r"space|Failure"):
            upload.write(WHOLE)
        said = capsys.readouterr()
        assert "the disk takes no uploads" in said.out + said.err
        assert f"errno={errno.ENOSPC}" in said.out + said.err
        assert "claims.837" not in said.out + said.err
