"""A backup as one file: a line that says which workspace key opens it, and an encrypted stream of members.

The line is JSON and tells nothing of what is inside. Behind it lie frames (length, AES-256-GCM under a key made for
this backup, which the workspace key wraps), each bound to its number, to the line and, the last, to being the last: a
frame that is changed, moved, left out or cut off does not open. What a frame holds begins with one byte:

    H  the head, as JSON
    N  the name of a member that begins
    D  some of its bytes
    E  its end: size and SHA-256, as JSON
    M  the manifest of all members, as JSON; the last frame
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from hpedi.safekeeping.key_ring import KEY_BYTES, KeyMissing, KeyRing, WorkspaceKey
from hpedi.safekeeping.vault import CHUNK_BYTES, Vault

FORMAT: Final = "hpedi-backup-1"
_LONGEST_LINE: Final = 4096
_HEAD, _NAME, _DATA, _END, _MANIFEST = b"H", b"N", b"D", b"E", b"M"


class NoBackup(Exception):
    """A file is no backup, is damaged, or opens with another key; says which and what to do."""


class BackupLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of a backup, for everybody to read.

    Attributes:
        format: `FORMAT`.
        id: The backup's own id, made by chance.
        workspace: The id of the workspace.
        made_at: When the books were read, UTC.
        key: The fingerprint of the workspace key that opens it.
        wrapped: The backup's key, wrapped by the workspace key.
    """

    format: str
    id: str
    workspace: str
    made_at: datetime
    key: str
    wrapped: bytes


class BackupHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known before the members are read.

    Attributes:
        database: The kind of database: sqlite or postgresql.
        revision: The schema of the books.
        anchored_as: What the anchor of the audit log calls the workspace.
        anchor: The line of the anchor for the newest seal; empty where the log has none.
        seal: The number of the newest seal; 0 where there is none.
        sequences: Where the database's own counters stand, by table.
    """

    database: str
    revision: str
    anchored_as: str
    anchor: str
    seal: int
    sequences: dict[str, int]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """What a member comes to: its bytes, their SHA-256 (hex), and for a table its rows."""

    size: int
    sha256: str
    rows: int = 0


@dataclass(slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        members: By name: `table/<name>` and `home/<path in the workspace>`.
    """

    members: dict[str, Member] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberToWrite:
    """A member and its bytes in pieces; of a table each piece comes with how many rows it holds."""

    name: str
    pieces: Iterable[tuple[bytes, int]]


@dataclass(frozen=True, slots=True)
class Begun:
    """A member begins."""

    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the member that began."""

    content: bytes


# --- writing ---------------------------------------------------------------------------------------------------------


def new_line(workspace: str, key: WorkspaceKey, made_at: datetime) -> tuple[BackupLine, Vault]:
    """Return the first line of a new backup, and the vault that seals its frames."""
    backup_id, backup_key = os.urandom(16).hex(), os.urandom(KEY_BYTES)
    line = BackupLine(
        format=FORMAT,
        id=backup_id,
        workspace=workspace,
        made_at=made_at,
        key=key.name,
        wrapped=key.wrap(backup_key, _context(backup_id)),
    )
    return line, Vault(backup_key)


def written(line: BackupLine, vault: Vault, head: BackupHead, members: Iterable[MemberToWrite]) -> Iterator[bytes]:
    """Yield the bytes of a backup."""
    text = msgspec.json.encode(line)
    yield text + b"\n"
    yield from vault.seal_stream(_frames(head, members), _frame_context(line.id, text))


def _frames(head: BackupHead, members: Iterable[MemberToWrite]) -> Iterator[bytes]:
    yield _HEAD + msgspec.json.encode(head)
    manifest = Manifest()
    for member in members:
        yield _NAME + member.name.encode()
        digest, size, rows = hashlib.sha256(), 0, 0
        for content, count in member.pieces:
            digest.update(content)
            size, rows = size + len(content), rows + count
            yield _DATA + content
        told = Member(size=size, sha256=digest.hexdigest(), rows=rows)
        manifest.members[member.name] = told
        yield _END + msgspec.json.encode(told)
    yield _MANIFEST + msgspec.json.encode(manifest)


# --- reading ---------------------------------------------------------------------------------------------------------


class BackupFile:
    """A backup that somebody reads, opened with a workspace key."""

    def __init__(self, path: Path, keys: Iterable[WorkspaceKey]) -> None:
        """Read the first line, and open the backup with one of some workspace keys.

        Raises:
            NoBackup: It is none, or none of the keys opens it.
        """
        self.path = path
        with path.open("rb") as file:
            self._text = file.readline(_LONGEST_LINE).removesuffix(b"\n")
        self.line = read_line(path)
        self.manifest = Manifest()
        by_name = {key.name: key for key in keys}
        key = by_name.get(self.line.key)
        if key is None:
            given = ", ".join(by_name) or "none"
            raise NoBackup(
                f"the backup opens with the workspace key {self.line.key}, and not with the one given ({given}): "
                f"give the key that was in use on {self.line.made_at:%Y-%m-%d}, in $HPEDI_KEY or --key-file"
            )
        try:
            self._vault = Vault(KeyRing.of_one(key.unwrap(self.line.wrapped, _context(self.line.id))))
        except KeyMissing:
            raise NoBackup("the first line of the backup was altered: bring another copy of it") from None

    def head(self) -> BackupHead:
        """Return the head.

        Raises:
            NoBackup: The file was altered.
        """
        return msgspec.json.decode(next(self._frames())[1:], type=BackupHead)

    def verify(self) -> Manifest:
        """Read all of it, hold every member against its digest and the manifest, and return that.

        Raises:
            NoBackup: The file was altered or cut.
        """
        for _part in self.parts():
            pass
        return self.manifest

    def parts(self) -> Iterator[Begun | Piece]:
        """Yield members and their bytes, in the order in which they were written; `manifest` stands at the end.

        Raises:
            NoBackup: The file was altered or cut.
        """
        found, name, digest, size = Manifest(), "", hashlib.sha256(), 0
        for frame in self._frames():
            kind, content = frame[:1], frame[1:]
            if kind == _NAME:
                name, digest, size = content.decode(), hashlib.sha256(), 0
                yield Begun(name)
            elif kind == _DATA:
                digest.update(content)
                size += len(content)
                yield Piece(content)
            elif kind == _END:
                found.members[name] = told = msgspec.json.decode(content, type=Member)
                self._check(name, is_same=(told.size, told.sha256) == (size, digest.hexdigest()))
            elif kind == _MANIFEST:
                self.manifest = msgspec.json.decode(content, type=Manifest)
                self._check("manifest", is_same=self.manifest == found)

    def _check(self, name: str, *, is_same: bool) -> None:
        if not is_same:
            raise NoBackup(f"{name} in the backup is not what its digest says: bring another copy of the backup")

    def _frames(self) -> Iterator[bytes]:
        try:
            context = _frame_context(self.line.id, self._text)
            yield from self._vault.open_stream(self.path, context, start=len(self._text) + 1)
        except KeyMissing:
            raise NoBackup("the backup was altered or cut: bring another copy of it") from None


def read_line(path: Path) -> BackupLine:
    """Return the first line of a backup, which no key is needed for.

    Raises:
        NoBackup: It is none, or of a format that this version does not know.
    """
    with path.open("rb") as file:
        text = file.readline(_LONGEST_LINE)
    try:
        line = msgspec.json.decode(text, type=BackupLine)
    except msgspec.MsgspecError:
        raise NoBackup("the file is no backup of hpedi") from None
    if line.format != FORMAT:
        raise NoBackup(f"the backup is of the format {line.format}, which this version of hpedi does not know")
    return line


def _context(backup_id: str) -> str:
    return f"backup/{backup_id}"


def _frame_context(backup_id: str, text: bytes) -> str:
    return f"{_context(backup_id)}/{hashlib.sha256(text).hexdigest()}"


def file_pieces(path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes of a file in pieces, as members take them."""
    with path.open("rb") as file:
        while content := file.read(CHUNK_BYTES):
            yield content, 0
