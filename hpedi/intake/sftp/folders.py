"""The folders of partners in the workspace, reached by descriptors and never through a symbolic link.

They are inbox/<folder>/, outbox/<folder>/, archive/<folder>/ and staging/<folder>/ below it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hpedi.findings import Unavailable
from hpedi.intake.sftp.inbox import Apart, Inbox
from hpedi.intake.sftp.limits import SftpLimits
from hpedi.intake.sftp.staged import FOLDER_FLAGS, entries_in
from hpedi.intake.sftp.tree import Area, is_name
from hpedi.safekeeping.whole_files import TEMPORARY_SUFFIX

STAGING: Final = "staging"
INBOX: Final = "inbox"

_FILE_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


_SHOWN: Final = frozenset({stat.S_IFREG, stat.S_IFDIR})
"""Kinds of entries that a partner sees; others do not exist."""


def open_folder(at: int, parts: Sequence[str], *, makes: bool = False) -> int:
    """Open a folder below another one, a step at a time, and return its descriptor.

    Args:
        at: Descriptor of where to begin.
        parts: The names on the way.
        makes: Folders that are not there are made, for their owner only.

    Raises:
        OSError: It is not there, or a step is no folder.
    """
    descriptor = os.dup(at)
    try:
        for part in parts:
            if not is_name(part):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            if makes:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=descriptor)
            step = os.open(part, FOLDER_FLAGS, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = step
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class Folders:
    """All partners' folders, and the inboxes that are in use."""

    def __init__(self, home: Path, limits: SftpLimits, apart: Apart) -> None:
        """Open the workspace.

        Raises:
            Unavailable: Another server has it.
        """
        self._home = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._limits = limits
        self._apart = apart
        self._inboxes: dict[str, tuple[Inbox, int]] = {}
        self._staging = open_folder(self._home, (STAGING,), makes=True)
        try:
            fcntl.flock(self._staging, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable("another SFTP server is at work in this workspace") from None

    def close(self) -> None:
        """Let go of everything."""
        for inbox, _users in self._inboxes.values():
            inbox.close()
        self._inboxes.clear()
        os.close(self._staging)
        os.close(self._home)

    @property
    def in_use(self) -> bool:
        """Whether anybody holds an inbox."""
        return bool(self._inboxes)

    def hold(self, folder: str) -> Inbox:
        """Return the inbox of a partner's folder, the same for all who use it at the same time; `release` it then."""
        inbox, users = self._inboxes.get(folder) or (self._inbox(folder), 0)
        self._inboxes[folder] = inbox, users + 1
        return inbox

    def release(self, folder: str) -> None:
        """Say that one user less has an inbox."""
        if folder in self._inboxes:  # else all are closed already
            inbox, users = self._inboxes.pop(folder)
            if users > 1:
                self._inboxes[folder] = inbox, users - 1
            else:
                inbox.close()

    def _inbox(self, folder: str) -> Inbox:
        staging = open_folder(self._home, (STAGING, folder), makes=True)
        try:
            waiting = open_folder(self._home, (INBOX, folder), makes=True)
        except OSError:
            os.close(staging)
            raise
        return Inbox(folder=folder, staging=staging, waiting=waiting, limits=self._limits, apart=self._apart)

    def with_staged_files(self) -> tuple[str, ...]:
        """Return the folders below staging in which anything is, and those that cannot be opened."""
        found = dict(entries_in(self._staging, shown=(stat.S_IFDIR,)))
        return tuple(name for name in sorted(found) if self._holds_any(name))

    def _holds_any(self, name: str) -> bool:
        try:
            with self.opened((STAGING, name)) as folder, os.scandir(folder) as entries:
                return any(entries)
        except OSError:
            return True

    @contextmanager
    def opened(self, parts: Sequence[str]) -> Iterator[int]:
        """Open a folder of the workspace for a while."""
        descriptor = open_folder(self._home, parts)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def look(self, area: Area, folder: str, below: Sequence[str]) -> os.stat_result:
        """Return what a file or folder of a partner is, below one of its areas.

        Raises:
            FileNotFoundError: There is none, or it is something else.
        """
        if not below:  # also where nothing was put into it yet
            return os.fstat(self._home)
        _check_written(below[-1])
        with self.opened((area, folder, *below[:-1])) as parent:
            found = os.stat(below[-1], dir_fd=parent, follow_symlinks=False)
        if stat.S_IFMT(found.st_mode) not in _SHOWN:
            raise FileNotFoundError
        return found

    def listed(self, area: Area, folder: str, below: Sequence[str]) -> Iterator[tuple[str, os.stat_result]]:
        """Yield the files and folders in a folder of a partner as they are read; not links, nor what is being written.

        Raises:
            FileNotFoundError: There is no such folder; an area in which nothing was put yet is empty.
        """
        try:
            with self.opened((area, folder, *below)) as opened:
                for name, found in entries_in(opened, shown=_SHOWN):
                    if not name.endswith(TEMPORARY_SUFFIX):
                        yield name, found
        except FileNotFoundError:
            if below:
                raise

    def open_file(self, area: Area, folder: str, below: Sequence[str]) -> int:
        """Open a file of a partner for reading, and return its descriptor.

        Raises:
            FileNotFoundError: There is none, or it is no plain file.
            OSError: It is a symbolic link.
        """
        _check_written(below[-1])
        with self.opened((area, folder, *below[:-1])) as parent:
            descriptor = os.open(below[-1], _FILE_FLAGS, dir_fd=parent)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError
        return descriptor


def _check_written(name: str) -> None:
    """Hide a file of outbox or archive that is being written.

    Raises:
        FileNotFoundError: It is.
    """
    if name.endswith(TEMPORARY_SUFFIX):
        raise FileNotFoundError
