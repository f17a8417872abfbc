"""A backup as a file: what goes in comes out, and nothing that was changed or cut is taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.safekeeping.backup_file import (
    BackupFile,
    BackupHead,
    Begun,
    MemberToWrite,
    NoBackup,
    Piece,
    new_line,
    read_line,
    written,
)
from hpedi.safekeeping.key_ring import WorkspaceKey

KEY = WorkspaceKey(bytes(range(32)))
AT = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)
HEAD = BackupHead(database="sqlite", revision="0004", anchored_as="w", anchor="", seal=0, sequences={})
Members = dict[str, list[bytes]]
MEMBERS: Members = {"table/claim": [b"one", b"two"], "home/files/x.sealed": [b"ZYXWAVOR" * 9], "home/empty": []}


def laid(path: Path, members: Members) -> Path:
    """Write a backup."""
    line, vault = new_line("w", KEY, AT)
    pieces = [MemberToWrite(name, [(piece, 1) for piece in parts]) for name, parts in members.items()]
    path.write_bytes(b"".join(written(line, vault, HEAD, pieces)))
    return path


def read(path: Path, keys: Iterable[WorkspaceKey] = (KEY,)) -> dict[str, bytes]:
    """Read a backup."""
    found: dict[str, bytes] = {}
    name = ""
    for part in BackupFile(path, keys).parts():
        if isinstance(part, Begun):
            name = part.name
            found[name] = b""
        elif isinstance(part, Piece):
            found[name] += part.content
    return found


@given(st.dictionaries(st.text(max_size=20), st.lists(st.binary(max_size=300), max_size=4), max_size=4))
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, members: Members) -> None:
    """Whatever members there are, they come back in their order with their bytes and the head."""
    path = laid(tmp_path_factory.mktemp("backup") / "b", members)
    assert list(read(path).items()) == [(name, b"".join(parts)) for name, parts in members.items()]
    assert BackupFile(path, [KEY]).head() == HEAD


def test_the_manifest_tells_sizes_digests_and_rows(tmp_path: Path) -> None:
    """Each member's bytes, their SHA-256 and its rows stand in the manifest."""
    manifest = BackupFile(laid(tmp_path / "b", MEMBERS), [KEY]).verify()
    told = manifest.members["table/claim"]
    assert (told.size, told.sha256, told.rows) == (6, sha256(b"onetwo").hexdigest(), 2)
    assert set(manifest.members) == set(MEMBERS)


def test_only_the_first_line_can_be_read_without_the_key(tmp_path: Path) -> None:
    """Which key opens it and when it was made are plain; names of members and their bytes are not."""
    path = laid(tmp_path / "b", MEMBERS)
    assert (read_line(path).key, read_line(path).made_at, read_line(path).workspace) == (KEY.name, AT, "w")
    content = path.read_bytes()
    assert not any(hidden in content for hidden in (b"ZYXWAVOR", b"claim", b"sealed", b"0004"))


def test_another_key_is_told_by_fingerprint(tmp_path: Path) -> None:
    """Who gives another key learns which one it takes, of which day, and where to give it."""
    other = WorkspaceKey(bytes(range(1, 33)))
    with pytest.raises(NoBackup, match=rf"{KEY.name}.*{other.name}.*2026-03-16.*HPEDI_KEY"):
        BackupFile(laid(tmp_path / "b", MEMBERS), [other])


def test_every_byte_counts(tmp_path: Path) -> None:
    """A backup of which any one byte is another is refused, never read otherwise."""
    content = laid(tmp_path / "b", MEMBERS).read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        (tmp_path / "c").write_bytes(changed)
        with pytest.raises(NoBackup):
            read(tmp_path / "c")


def test_a_backup_that_was_cut_is_refused(tmp_path: Path) -> None:
    """Wherever it ends too early, also between two frames, it is refused; so is one that goes on."""
    content = laid(tmp_path / "b", MEMBERS).read_bytes()
    for size in range(len(content)):
        (tmp_path / "c").write_bytes(content[:size])
        with pytest.raises(NoBackup):
            read(tmp_path / "c")
    (tmp_path / "c").write_bytes(content + b"\0")
    with pytest.raises(NoBackup):
        read(tmp_path / "c")


def test_frames_of_two_backups_do_not_mix(tmp_path: Path) -> None:
    """The first line of one backup before the frames of another opens nothing."""
    one = laid(tmp_path / "a", MEMBERS).read_bytes().split(b"\n", 1)
    other = laid(tmp_path / "b", MEMBERS).read_bytes().split(b"\n", 1)
    (tmp_path / "c").write_bytes(one[0] + b"\n" + other[1])
    with pytest.raises(NoBackup):
        read(tmp_path / "c")


def test_a_format_of_later_is_told(tmp_path: Path) -> None:
    """A backup of a format that this version does not know says so."""
    path = laid(tmp_path / "b", MEMBERS)
    path.write_bytes(path.read_bytes().replace(b"hpedi-backup-1", b"hpedi-backup-9"))
    with pytest.raises(NoBackup, match="hpedi-backup-9"):
        read_line(path)
