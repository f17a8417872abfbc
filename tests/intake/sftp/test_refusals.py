"""What must not be, tried through real clients; each with a rightful request that works."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import paramiko
import pytest
from msgspec import structs

from hpedi.reference.partners import PartnerState
from tests.intake.sftp.clients import SECONDS, ask_for, lftp, need, openssh, paramiko_sftp, signed_in, ssh_options
from tests.intake.sftp.serving import DAY, LARGER, WHOLE, Served, serving, usual_limits

pytestmark = pytest.mark.storeless

SECRET = b"SECRET OF THE MACHINE"


@pytest.fixture
def around(served: Served) -> Path:
    """Files outside of what a partner sees, another's files, and links that somebody planted."""
    folder = served.home.parent
    (folder / "claims.837").write_bytes(WHOLE)
    (folder / "secret").write_bytes(SECRET)
    (served.home / "hpedi.toml").write_bytes(SECRET)
    served.deliver("lakes", "answer.999", b"AK9")
    served.deliver("hills", "answer.999", SECRET)
    served.deliver("lakes", "test/trial.999", b"AK9")
    outbox = served.home / "outbox" / "lakes"
    (outbox / "link.999").symlink_to(folder / "secret")
    (outbox / "up").symlink_to(folder)
    os.mkfifo(outbox / "pipe.999")
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    """Return all plain files below a folder."""
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and not each.is_symlink()
    }


ATTEMPTS = (
    "get ../../secret stolen",
    "get /../../secret stolen",
    "get /hpedi.toml stolen",
    "get ../hpedi.toml stolen",
    "get outbox/../../../secret stolen",
    "get /outbox/../../hills/answer.999 stolen",
    "get /outbox/link.999 stolen",
    "get /outbox/up/secret stolen",
    "get /outbox/pipe.999 stolen",
    "get /etc/passwd stolen",
    "get /proc/self/environ stolen",
    "put claims.837 outbox/claims.837",
    "put claims.837 archive/claims.837",
    "put claims.837 claims.837",
    "put claims.837 outbox/up/claims.837",
    "put claims.837 inbox/../../claims.837",
    "put claims.837 inbox/deeper/claims.837",
    "put claims.837 /tmp/claims-escaped.837",
    "put claims.837 outbox/answer.999",
    "rm outbox/answer.999",
    "rm ../hpedi.toml",
    "rename outbox/answer.999 outbox/other.999",
    "rename outbox/answer.999 inbox/answer.999",
    "rename inbox/mine.837 outbox/mine.837",
    "rename inbox/mine.837 ../mine.837",
    "rename inbox/mine.837 /tmp/mine-escaped.837",
    "symlink /etc/passwd inbox/link",
    "symlink ../../secret inbox/link",
    "ln outbox/answer.999 inbox/answer.999",
    "ln inbox/mine.837 inbox/hard.837",
    "mkdir inbox/folder",
    "mkdir /folder",
    "rmdir inbox",
    "rmdir outbox/test",
    "df",
    "chmod 777 outbox/answer.999",
    "get inbox/mine.837 stolen",
    "ls outbox/up",
)


def test_nothing_escapes_through_openssh(served: Served, around: Path) -> None:
    """Of all attempts none succeeds, reads, writes or moves anything; what is rightful in between works."""
    assert openssh(served, "put claims.837 inbox/mine.837\n").returncode == 0
    before = everything(around)
    ran = openssh(served, "".join(f"-{each}\nls -1 outbox\n" for each in ATTEMPTS))
    assert ran.returncode == 0
    assert ran.stdout.count("outbox/answer.999\noutbox/test\n") >= len(ATTEMPTS)
    assert len(ran.stderr.splitlines()) >= len(ATTEMPTS)
    assert "SECRET" not in ran.stdout + ran.stderr
    assert "link.999" not in ran.stdout.replace("get /outbox/link.999", "")
    after = everything(around)
    after.pop("known_hosts", None)
    before.pop("known_hosts", None)
    assert after == before
    assert not Path("/tmp/claims-escaped.837").exists()  # noqa: S108  # where the attempt would have put it
    control = openssh(served, "get outbox/answer.999 got\nget outbox/test/trial.999 got\nrm inbox/mine.837\n")
    assert (control.returncode, control.stderr) == (0, "")
    assert (around / "got").read_bytes() == b"AK9"


def test_nothing_escapes_through_lftp(served: Served, around: Path) -> None:
    """The same in the ways of lftp: mirrored links, a way up, a deletion."""
    for attempt in (
        "get /hpedi.toml -o stolen",
        "get ../../secret -o stolen",
        "rm outbox/answer.999",
        "mkdir inbox/a",
        "mv outbox/answer.999 inbox/x",
        "put claims.837 -o outbox/claims.837",
        "ln -s /etc/passwd inbox/link",
    ):
        assert lftp(served, attempt).returncode != 0, attempt
    assert lftp(served, "mirror outbox mirrored").returncode == 0
    assert everything(around / "mirrored") == {"answer.999": b"AK9", "test/trial.999": b"AK9"}
    assert not (around / "stolen").exists()
    assert served.waiting("lakes") == {}


@pytest.mark.parametrize(
    "name",
    [b"a\0b", b"a\nb", b"a\x1bb", b"\xff\xfe", "a\u202eb".encode(), "a\u2028b".encode(), b"x" * 201, b"x" * 5_000],
    ids=repr,
)
def test_names_that_no_file_has(served: Served, name: bytes) -> None:
    """A name with NUL, control characters, other bytes than UTF-8, or too long is refused wherever it stands."""
    with paramiko_sftp(served) as client:
        for request in (
            lambda: client.open(b"/inbox/" + name, "w"),
            lambda: client.stat(b"/inbox/" + name),
            lambda: client.rename(b"/inbox/good.837", b"/inbox/" + name),
            lambda: client.remove(b"/outbox/" + name),
        ):
            with pytest.raises(OSError, match=r"name|path"):
                request()
        with client.open("/inbox/größe 100% (März).837", "w") as upload:
            upload.write(WHOLE)
    assert served.waiting("lakes") == {"größe 100% (März).837": WHOLE}


@pytest.mark.parametrize(
    "asked",
    [["echo", "here"], ["-tt"], ["-s", "shell"], ["scp", "-t", "inbox"], ["-N", "-R", "0:127.0.0.1:1"]],
    ids=" ".join,
)
def test_there_is_nothing_but_sftp(served: Served, asked: list[str]) -> None:
    """A command, a terminal, another subsystem, scp and a forwarded port are refused; SFTP on the same key works."""
    need("ssh")
    options, words = [each for each in asked if each.startswith("-")], [each for each in asked if each[0] != "-"]
    if options == ["-N", "-R"]:
        options, words = ["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"], []
    ran = subprocess.run(
        ["ssh", *ssh_options(served, "lakes"), *options, "lakes@127.0.0.1", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode != 0
    assert ran.stdout == b""
    assert openssh(served, "ls\n").returncode == 0


def test_no_way_through_to_other_machines(served: Served) -> None:
    """Forwarded connections are refused, so the server is nobody's bridge."""
    for kind in ("direct-tcpip", "x11", "tun@openssh.com"):
        with socket.create_server(("127.0.0.1", 0)) as behind, signed_in(served) as transport:
            behind.settimeout(0.1)
            with pytest.raises(paramiko.SSHException):
                transport.open_channel(kind, behind.getsockname(), ("127.0.0.1", 1))
            with pytest.raises(TimeoutError):
                behind.accept()
    with signed_in(served) as transport:
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", 0)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        assert sorted(client.listdir("/")) == ["archive", "inbox", "outbox"]


EXTENDED = (
    "hardlink@openssh.com",
    "copy-data",
    "statvfs@openssh.com",
    "ranges@asyncssh.com",
    "expand-path@openssh.com",
)


@pytest.mark.parametrize("request_name", EXTENDED)
def test_requests_that_are_not_offered(served: Served, request_name: str) -> None:
    """Requests beyond the protocol are refused by the server itself, whatever a client was told; a good one works."""
    served.deliver("lakes", "answer.999", b"AK9")
    with paramiko_sftp(served) as client:
        with pytest.raises(OSError, match="Unsupported"):
            client._request(paramiko.sftp.CMD_EXTENDED, request_name, "/outbox/answer.999", "/inbox/hard.999")
        with client.open("/inbox/claims.part", "w") as upload:
            upload.write(WHOLE)
        client.posix_rename("/inbox/claims.part", "/inbox/claims.837")
    assert served.waiting("lakes") == {"claims.837": WHOLE}


def test_handles_of_nobody(served: Served) -> None:
    """A handle that was never given, or closed, or is another session's, does nothing."""
    with paramiko_sftp(served) as one, paramiko_sftp(served, "hills") as other:
        upload = one.open("/inbox/claims.837", "w")
        for client, handle in ((other, upload.handle), (one, b"\0\0\1\0"), (one, b"")):
            for request in (
                (paramiko.sftp.CMD_WRITE, handle, paramiko.sftp.int64(0), b"ISA"),
                (paramiko.sftp.CMD_READ, handle, paramiko.sftp.int64(0), 10),
                (paramiko.sftp.CMD_CLOSE, handle),
                (paramiko.sftp.CMD_READDIR, handle),
            ):
                with pytest.raises(OSError, match="handle"):
                    client._request(*request)
        upload.write(WHOLE)
        upload.close()
    assert served.waiting("lakes") == {"claims.837": WHOLE}


def test_a_planted_link_in_place_of_a_folder(served: Served, tmp_path: Path) -> None:
    """Where a partner's inbox is a link to somewhere else, the partner is not served; others are."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (served.home / "inbox").mkdir()
    (served.home / "inbox" / "lakes").symlink_to(elsewhere)
    (tmp_path / "claims.837").write_bytes(WHOLE)
    assert openssh(served, "put claims.837 inbox/claims.837\n").returncode != 0
    assert openssh(served, "put claims.837 inbox/claims.837\n", user="hills").returncode == 0
    assert list(elsewhere.iterdir()) == []


# --- signing in ------------------------------------------------------------------------------------------------------


def test_only_the_partners_own_key_opens(served: Served) -> None:
    """Another's key, a stranger's, another's name and no name: refused and kept; the right pair signs in."""
    for user, key in (("lakes", "hills"), ("lakes", "stranger"), ("nobody", "lakes"), ("root", "stranger")):
        assert openssh(served, "ls\n", user=user, key=key).returncode == 255
        served.wait_until_alone()
    assert openssh(served, "ls\n").returncode == 0
    assert served.roll.sign_ins == [
        ("lakes", "refused"),
        ("lakes", "refused"),
        ("nobody", "refused"),
        ("root", "refused"),
        ("lakes", "signed in"),
    ]


def test_there_are_no_passwords(served: Served) -> None:
    """Passwords and keyboard questions are not even asked for."""
    with paramiko.Transport(("127.0.0.1", served.port)) as transport:
        transport.start_client(timeout=SECONDS)
        with pytest.raises(paramiko.BadAuthenticationType) as refused:
            transport.auth_password("lakes", "lakes")
        assert refused.value.allowed_types == ["publickey"]


@pytest.mark.parametrize(
    ("state", "opens"), [("draft", False), ("testing", True), ("live", True), ("suspended", False)]
)
def test_states(served: Served, state: PartnerState, opens: bool) -> None:  # noqa: FBT001  # a table
    """Partners in testing and live sign in; drafts and suspended ones do not."""
    served.roll.partners["lakes"] = structs.replace(served.roll.partners["lakes"], state=state)
    assert (openssh(served, "ls\n").returncode == 0) is opens


@pytest.mark.parametrize(
    ("added", "revoked", "opens"),
    [
        (DAY, None, True),
        (DAY.replace(day=3), None, False),
        (DAY.replace(day=1), DAY, False),
        (DAY.replace(day=1), DAY.replace(day=3), True),
    ],
)
def test_days_of_a_key(served: Served, added: object, revoked: object, opens: bool) -> None:  # noqa: FBT001
    """A key opens from the day it was added until the day before the one it is revoked on."""
    lakes = served.roll.partners["lakes"]
    key = structs.replace(lakes.keys[0], added=added, revoked=revoked)
    served.roll.partners["lakes"] = structs.replace(lakes, keys=(key,))
    assert (openssh(served, "ls\n").returncode == 0) is opens


def test_a_key_that_is_revoked_ends_its_connection(served: Served) -> None:
    """Who is suspended or loses the key in the middle is out within seconds."""
    with paramiko_sftp(served) as client:
        assert client.listdir("/inbox") == []
        served.roll.partners["lakes"] = structs.replace(served.roll.partners["lakes"], state="suspended")
        with pytest.raises((EOFError, OSError, paramiko.SSHException)):
            ask_for(client, 10.0)


def test_an_address_that_fails_too_often_is_locked_out(tmp_path: Path, keys: Path) -> None:
    """After so many refusals one after the other nobody of the address is let in, not even with the right key."""
    with serving(tmp_path / "home", keys, usual_limits(failures=2)) as served:
        for key, code in (("stranger", 255), ("lakes", 0), ("stranger", 255), ("stranger", 255), ("lakes", 255)):
            assert openssh(served, "ls\n", key=key).returncode == code
            served.wait_until_alone()
    assert served.roll.sign_ins.count(("lakes", "signed in")) == 1


def test_so_many_keys_and_no_more(tmp_path: Path, keys: Path) -> None:
    """A connection that tries one key after the other is ended."""
    with serving(tmp_path / "home", keys, usual_limits(keys_offered=2)) as served:
        with paramiko.Transport(("127.0.0.1", served.port)) as transport:
            transport.start_client(timeout=SECONDS)
            for each in ("hills", "stranger", "lakes"):
                key = paramiko.Ed25519Key.from_private_key_file(str(keys / each))
                with pytest.raises((paramiko.SSHException, EOFError)):
                    transport.auth_publickey("lakes", key)
        assert openssh(served, "ls\n").returncode == 0


# --- how much --------------------------------------------------------------------------------------------------------


def test_sizes_and_counts(tmp_path: Path, keys: Path) -> None:
    """A file that grows too large, too many bytes and too many files are refused; the rest is taken."""
    limits = usual_limits(file_bytes=len(LARGER), waiting_files=3, waiting_bytes=2 * len(LARGER) + 10)
    with serving(tmp_path / "home", keys, limits) as served:
        (tmp_path / "fits").write_bytes(LARGER)
        (tmp_path / "large").write_bytes(LARGER + b" ")
        (tmp_path / "small").write_bytes(b"ISA")
        assert openssh(served, "put large inbox/large\n").returncode == 1
        assert openssh(served, "rm inbox/large\nput fits inbox/1\nput fits inbox/2\n").returncode == 0
        assert openssh(served, "put fits inbox/3\n").returncode == 1
        assert openssh(served, "rm inbox/3\nput small inbox/3\n").returncode == 0
        assert openssh(served, "put small inbox/4\n").returncode == 1
        with paramiko_sftp(served) as client, pytest.raises(OSError, match="at most"):
            client.truncate("/inbox/3", len(LARGER) + 1)
        assert sorted(served.waiting("lakes")) == ["1", "2"]
        assert sorted(served.staged("lakes")) == ["3"]


def test_connections_and_sessions_at_once(tmp_path: Path, keys: Path) -> None:
    """A partner has so many connections, a connection so many sessions, a session so many files; others are let in."""
    with serving(tmp_path / "home", keys, usual_limits(connections_of_partner=1, channels=2, open_files=2)) as served:
        with paramiko_sftp(served) as client:
            assert openssh(served, "ls\n").returncode == 255
            assert openssh(served, "ls\n", user="hills").returncode == 0
            transport = client.get_channel().get_transport()
            for _each in range(3):  # one that was closed counts no more
                second = paramiko.SFTPClient.from_transport(transport)
                assert second is not None
                with pytest.raises(paramiko.ChannelException):
                    paramiko.SFTPClient.from_transport(transport)
                second.close()
                served.wait_until_one_session()
            held = [client.open(f"/inbox/{number}", "w") for number in range(2)]
            with pytest.raises(OSError, match="too many files"):
                client.open("/inbox/2", "w")
            for each in held:
                each.close()
            client.open("/inbox/2", "w").close()
        served.wait_until_alone()
        assert openssh(served, "ls\n").returncode == 0


def test_whoever_is_silent_is_let_go(tmp_path: Path, keys: Path) -> None:
    """Neither who never signs in nor who asks for nothing any more stays."""
    with serving(tmp_path / "home", keys, usual_limits(sign_in_seconds=1, idle_seconds=1)) as served:
        with (
            socket.create_connection(("127.0.0.1", served.port), timeout=10) as silent,
            paramiko_sftp(served) as client,
        ):
            while silent.recv(65_536):
                pass
            time.sleep(3.5)
            with pytest.raises((EOFError, OSError, paramiko.SSHException)):
                client.listdir("/")
        assert served.roll.sign_ins == [("lakes", "signed in")]


def test_a_reader_that_does_not_read_costs_no_memory(served: Served) -> None:
    """Answers are not made faster than they are taken: requests that are only sent wait in the client's own window."""
    served.deliver("lakes", "large.835", bytes(4_000_000))
    with paramiko_sftp(served) as client:
        remote = client.open("/outbox/large.835", "r")
        channel = client.get_channel()
        assert channel is not None
        channel.in_window_threshold = 1 << 40  # the window is never opened again
        for number in range(300):
            client._async_request(type(None), paramiko.sftp.CMD_READ, remote.handle, _offset(number), 262_144)
        time.sleep(0.5)
        writers = [gate for gate in served.listener._gates if gate.is_at_work]
        buffered = sum(
            sum(len(data) for data, _kind in channel._send_buf)
            for gate in writers
            if gate._connection is not None
            for channel in gate._connection._channels.values()
        )
        assert 0 < buffered < 2_000_000


def _offset(number: int) -> int:
    return paramiko.sftp.int64((number * 262_144) % 4_000_000)  # type: ignore[no-any-return]
