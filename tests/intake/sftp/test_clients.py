"""What partners' own programs do: upload, resume, rename, list, download, each as the program does it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.intake.sftp.clients import SECONDS, lftp, need, openssh, paramiko_sftp, ssh_options, sshfs
from tests.intake.sftp.serving import LARGER, NO_X12, WHOLE, Served

pytestmark = pytest.mark.storeless


@pytest.fixture
def local(served: Served) -> Path:
    """Where the client's files lie."""
    folder = served.home.parent
    (folder / "claims.837").write_bytes(LARGER)
    (folder / "half.837").write_bytes(LARGER[: len(LARGER) // 2])
    return folder


def test_openssh_uploads_lists_and_downloads(served: Served, local: Path) -> None:
    """`put` hands a whole file in, `ls` shows it, `get` fetches an answer and its download is told."""
    served.deliver("lakes", "answer.999", b"AK9")
    served.deliver("lakes", "test/trial.999", b"AK9*T")
    ran = openssh(
        served,
        "put claims.837 inbox/claims.837\nls -l inbox\nls outbox\nget outbox/answer.999\nget outbox/test/trial.999\n",
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"{len(LARGER)}" in ran.stdout
    assert "answer.999" in ran.stdout
    assert served.waiting("lakes") == {"claims.837": LARGER}
    assert served.staged("lakes") == {}
    assert (local / "answer.999").read_bytes() == b"AK9"
    assert [(each.partner.id, each.folder, each.name, each.size) for each in served.roll.downloads] == [
        ("lakes", "outbox/lakes", "answer.999", 3),
        ("lakes", "outbox/lakes/test", "trial.999", 5),
    ]


def test_openssh_resumes(served: Served, local: Path) -> None:
    """What is not whole stays in sight, unpublished; `reput` goes on where it ended."""
    assert openssh(served, "put half.837 inbox/claims.837\n").returncode == 0
    assert served.waiting("lakes") == {}
    listed = openssh(served, "ls -l inbox\nreput claims.837 inbox/claims.837\n")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert f"{len(LARGER) // 2}" in listed.stdout
    assert served.waiting("lakes") == {"claims.837": LARGER}
    assert served.staged("lakes") == {}


def test_openssh_renames_and_removes_what_is_here(served: Served, local: Path) -> None:
    """A file that waits may be renamed and removed; one under a temporary name is handed in by its renaming."""
    ran = openssh(
        served,
        "put claims.837 inbox/claims.part\nput claims.837 inbox/second.837\nput claims.837 inbox/third.837\n"
        "rename inbox/claims.part inbox/claims.837\nrename inbox/second.837 inbox/other.837\nrm inbox/third.837\n",
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(served.waiting("lakes")) == ["claims.837", "other.837"]
    assert served.staged("lakes") == {}


def test_a_file_that_waits_takes_the_name_of_an_unfinished_one(served: Served, local: Path) -> None:
    """Renamed over it, it waits under that name, and the unfinished one is gone; a name of nobody ends nothing."""
    for name, source in (("whole.837", "claims.837"), ("half.837", "half.837")):
        assert openssh(served, f"put {source} inbox/{name}\n").returncode == 0
    assert openssh(served, "rename inbox/nobody.837 inbox/half.837\n").returncode == 1
    assert sorted(served.staged("lakes")) == ["half.837"]
    assert openssh(served, "rename inbox/whole.837 inbox/half.837\n").returncode == 0
    assert served.waiting("lakes") == {"half.837": LARGER}
    assert served.staged("lakes") == {}


def test_what_is_being_delivered_is_not_seen(served: Served) -> None:
    """A file of the outbox that is still being written is neither listed nor read."""
    served.deliver("lakes", "whole.835", b"ISA")
    served.deliver("lakes", "begun.835.part", b"IS")
    with paramiko_sftp(served) as client:
        assert client.listdir("/outbox") == ["whole.835"]
        for ask in (client.stat, client.open):
            with pytest.raises(FileNotFoundError):
                ask("/outbox/begun.835.part")


def test_openssh_keeps_times_to_itself(served: Served, local: Path) -> None:
    """`put -p` succeeds, and the arrival is still when the upload was closed, not what the client says."""
    old = (local / "claims.837").stat().st_mtime - 1_000_000
    os.utime(local / "claims.837", (old, old))
    assert openssh(served, "put -p claims.837 inbox/claims.837\n").returncode == 0
    assert (served.home / "inbox/lakes/claims.837").stat().st_mtime > old + 900_000


def test_a_second_file_of_a_name_is_refused_while_the_first_waits(served: Served, local: Path) -> None:
    """Nothing that waits is written over; once it was taken, the name is free."""
    assert openssh(served, "put claims.837 inbox/claims.837\n").returncode == 0
    (local / "claims.837").write_bytes(WHOLE)
    assert openssh(served, "put claims.837 inbox/claims.837\n").returncode == 1
    assert served.waiting("lakes") == {"claims.837": LARGER}
    (served.home / "inbox/lakes/claims.837").unlink()
    assert openssh(served, "put claims.837 inbox/claims.837\n").returncode == 0
    assert served.waiting("lakes") == {"claims.837": WHOLE}


def test_what_is_read_in_part_is_not_picked_up(served: Served) -> None:
    """A download is told when the end was read and the file closed: not of a part, nor of a broken link."""
    served.deliver("lakes", "answer.999", b"AK9" * 1_000)
    with paramiko_sftp(served) as client:
        with client.open("/outbox/answer.999") as part:
            assert part.read(10) == b"AK9AK9AK9A"
        with client.open("/outbox/answer.999") as beyond:
            beyond.seek(1 << 62)
            assert beyond.read(10) == b""
        left_open = client.open("/outbox/answer.999", bufsize=0)
        assert len(left_open.read(3_000)) == 3_000
    served.wait_until_alone()
    assert served.roll.downloads == []
    with paramiko_sftp(served) as client, client.open("/outbox/answer.999") as whole:
        assert len(whole.read()) == 3_000
    assert [each.name for each in served.roll.downloads] == ["answer.999"]


def test_scp_of_today_speaks_sftp(served: Served, local: Path) -> None:
    """`scp` hands a file in and fetches one, over SFTP."""
    need("scp")
    served.deliver("lakes", "answer.999", b"AK9")
    for words in (["claims.837", "lakes@127.0.0.1:inbox/"], ["lakes@127.0.0.1:outbox/answer.999", "got"]):
        command = ["scp", "-q", *ssh_options(served, "lakes"), *words]
        ran = subprocess.run(command, cwd=local, capture_output=True, timeout=SECONDS, check=False)
        assert (ran.returncode, ran.stderr) == (0, b"")
    assert served.waiting("lakes") == {"claims.837": LARGER}
    assert (local / "got").read_bytes() == b"AK9"


@pytest.mark.parametrize("temporary", ["no", "yes"])
def test_lftp_uploads(served: Served, local: Path, temporary: str) -> None:
    """Lftp's `put` hands in, plain and through a temporary name of its own; `get` fetches."""
    served.deliver("lakes", "answer.999", b"AK9")
    ran = lftp(
        served,
        f"set xfer:use-temp-file {temporary}; put claims.837 -o inbox/claims.837; put half.837 -o inbox/half.837; "
        "get outbox/answer.999",
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert served.waiting("lakes") == {"claims.837": LARGER}
    assert list(served.staged("lakes").values()) == [LARGER[: len(LARGER) // 2]]
    assert (local / "answer.999").read_bytes() == b"AK9"


def test_lftp_resumes(served: Served, local: Path) -> None:
    """`put -c` goes on with what was staged."""
    assert lftp(served, "put half.837 -o inbox/claims.837").returncode == 0
    ran = lftp(served, "put -c claims.837 -o inbox/claims.837")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert served.waiting("lakes") == {"claims.837": LARGER}


def test_the_way_of_winscp(served: Served) -> None:
    """A .filepart is written, resumed, given its times, the target removed, and renamed: then it is handed in."""
    with paramiko_sftp(served) as client:
        with client.open("/inbox/claims.837.filepart", "w") as upload:
            upload.write(LARGER[:100_000])
        assert served.waiting("lakes") == {}
        with client.open("/inbox/claims.837.filepart", "a") as upload:
            upload.write(LARGER[100_000:])
        client.utime("/inbox/claims.837.filepart", (1, 1))
        client.chmod("/inbox/claims.837.filepart", 0o644)
        with pytest.raises(FileNotFoundError):
            client.remove("/inbox/claims.837")
        client.rename("/inbox/claims.837.filepart", "/inbox/claims.837")
        client.utime("/inbox/claims.837", (1, 1))
    assert served.waiting("lakes") == {"claims.837": LARGER}


def test_paramiko_looks_after_its_upload(served: Served, local: Path) -> None:
    """Paramiko's `put` asks for the size afterwards, which is told also when somebody took the file meanwhile."""
    with paramiko_sftp(served) as client:
        assert client.put(str(local / "claims.837"), "/inbox/claims.837").st_size == len(LARGER)
        (served.home / "inbox/lakes/claims.837").rename(served.home / "taken")
        assert client.stat("/inbox/claims.837").st_size == len(LARGER)
        assert client.listdir("/inbox") == []
        client.truncate("/inbox/claims.837", len(LARGER))
        with pytest.raises(PermissionError):
            client.truncate("/inbox/claims.837", 1)
        client.put(str(local / "half.837"), "/inbox/claims.837")
        client.remove("/inbox/claims.837")
        with pytest.raises(FileNotFoundError):
            client.stat("/inbox/claims.837")


def test_sshfs_copies(served: Served, local: Path, tmp_path: Path) -> None:
    """`cp` into a mounted inbox hands in, whatever order it writes in; the outbox is read, and read only."""
    served.deliver("lakes", "answer.999", b"AK9" * 1_000)
    with sshfs(served, tmp_path / "mounted") as mounted:
        (mounted / "inbox" / "claims.837").write_bytes(LARGER)
        with (mounted / "inbox" / "backwards.837").open("wb") as out:
            out.seek(1_000)
            out.write(LARGER[1_000:])
            out.seek(0)
            out.write(LARGER[:1_000])
        assert (mounted / "outbox" / "answer.999").read_bytes() == b"AK9" * 1_000
        with pytest.raises(PermissionError):
            (mounted / "outbox" / "mine.837").write_bytes(WHOLE)
    assert served.waiting("lakes") == {"claims.837": LARGER, "backwards.837": LARGER}
    assert [each.name for each in served.roll.downloads] == ["answer.999"]


def test_what_is_no_x12_is_handed_in_when_it_is_closed(served: Served) -> None:
    """A file that holds no interchange is published, so that its sender is told; an empty one waits for its bytes."""
    with paramiko_sftp(served) as client:
        for name, content in (("list.csv", NO_X12), ("nothing.837", b"")):
            with client.open(f"/inbox/{name}", "w") as upload:
                upload.write(content)
    assert served.waiting("lakes") == {"list.csv": NO_X12}
    assert served.staged("lakes") == {"nothing.837": b""}


def test_partners_do_not_see_each_other(served: Served, local: Path) -> None:
    """Under the same paths each finds its own, uploads and answers alike."""
    for user in ("lakes", "hills"):
        served.deliver(user, "answer.999", user.encode())
        assert openssh(served, "put claims.837 inbox/of.837\nget outbox/answer.999\n", user=user).returncode == 0
        assert (local / "answer.999").read_bytes() == user.encode()
    assert served.waiting("lakes") == served.waiting("hills") == {"of.837": LARGER}
    refused = openssh(served, "get outbox/../../hills/answer.999\n")
    assert refused.returncode == 1
    assert "not found" in refused.stderr
