"""The inbox of one partner: uploads are staged, and published when they are whole.

A staged file keeps the name that its sender gave it, in a folder that no other program looks at. It is published, in
one step and never over another file, when its sender closed it or gave it its real name and its interchanges have all
ended or it is plainly no X12. What a broken connection left is published once it is whole and nobody goes on with it,
or as it is when its time is over, so that its sender is answered.

All of it is called from one event loop; between its awaits nothing else happens to this inbox.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from asyncssh import (
    SFTPFailure,
    SFTPFileAlreadyExists,
    SFTPNoSuchFile,
    SFTPPermissionDenied,
    SFTPQuotaExceeded,
)

from hpedi.intake.moving import move_new
from hpedi.intake.sftp.limits import SftpLimits
from hpedi.intake.sftp.quota import Quota
from hpedi.intake.sftp.staged import WITH_HOLES, Condition, Judged, entries_in, judge, look, mark_of, sync
from hpedi.intake.sftp.tree import is_temporary
from hpedi.log import log

Apart: TypeAlias = Callable[..., Awaitable[Any]]
"""Calls a function that waits for the disk in a thread, and returns what it returns."""

HANDED_IN: Final[frozenset[Condition]] = frozenset({"complete", "not x12"})
"""What is published when its sender closed it."""

LEFT_WHOLE: Final[frozenset[Condition]] = frozenset({"complete"})
"""What is published after its connection broke."""

ANYTHING: Final[frozenset[Condition]] = frozenset({"empty", "open", "complete", "not x12"})
"""What is published when its time is over; never what has holes: it costs its sender nothing, and us all its size."""

_OPEN_FLAGS: Final = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REMEMBERED_SECONDS: Final = 10
"""For so long a file that was published and taken is still told of: clients ask for its size after an upload."""

_MOST_REMEMBERED: Final = 500
_WAITS: Final = "a file of this name waits to be taken: remove it first, or send under another name"
_NOT_ALL: Final = "not all of the file was written: send it again"


@dataclass(slots=True, eq=False)
class Upload:
    """A staged file that a session has open.

    Attributes:
        name: Its name now.
        session: Who has it open.
        descriptor: Of the file.
        appends: All is written at its end.
        is_lost: Another connection of the partner went on with it, or it was removed.
        has_failed: Something of it could not be written.
    """

    name: str
    session: object
    descriptor: int
    appends: bool = False
    is_lost: bool = False
    has_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a file is opened for writing: as in SFTP's own flags."""

    creates: bool = False
    truncates: bool = False
    is_exclusive: bool = False
    appends: bool = False


@dataclass(slots=True)
class Inbox:
    """What a partner sends.

    Attributes:
        folder: The partner's delivery folder.
        staging: Descriptor of the folder of staged files.
        waiting: Descriptor of the folder of published ones.
        limits: What is granted.
        apart: Where the disk is waited for.
        uploads: Those that are open.
        quota: How much waits.
    """

    folder: str
    staging: int
    waiting: int
    limits: SftpLimits
    apart: Apart
    uploads: set[Upload] = field(default_factory=set)
    quota: Quota = field(init=False)
    _judged: dict[str, Judged] = field(default_factory=dict)
    _published: dict[str, tuple[os.stat_result, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing counted."""
        self.quota = Quota(self.limits)

    def close(self) -> None:
        """Let go of the folders."""
        os.close(self.staging)
        os.close(self.waiting)

    # --- what is there ---

    def files(self) -> Iterator[tuple[str, os.stat_result]]:
        """Yield what is staged or waits, as it is read from the disk; of two of one name the staged one."""
        yield from entries_in(self.staging)
        yield from (entry for entry in entries_in(self.waiting) if look(self.staging, entry[0]) is None)

    def look(self, name: str) -> os.stat_result:
        """Return what a file is; one that was taken a moment ago is told as it was, as clients ask after an upload.

        Raises:
            SFTPNoSuchFile: There is none.
        """
        found = look(self.staging, name) or look(self.waiting, name)
        if found is None and name in self._published:
            was, at = self._published[name]
            found = was if time.monotonic() - at < _REMEMBERED_SECONDS else None
        if found is None:
            raise SFTPNoSuchFile("there is no such file")
        return found

    # --- writing ---

    async def open(self, name: str, how: Opening, session: object) -> Upload:
        """Open a staged file, or a new one.

        Raises:
            SFTPFileAlreadyExists: A file of this name waits; or one is asked for exclusively, and there is one.
            SFTPNoSuchFile: There is none, and none is to be made.
            SFTPQuotaExceeded: The partner has too many files waiting.
        """
        if self.quota.is_old:
            self.quota.count(await self.apart(self._sizes))
        if look(self.waiting, name) is not None:
            raise SFTPFileAlreadyExists(_WAITS)
        is_there = look(self.staging, name) is not None
        if is_there and how.is_exclusive:
            raise SFTPFileAlreadyExists("there is such a file already")
        if not is_there and not how.creates:
            raise SFTPNoSuchFile("there is no such file")
        if not is_there:
            self.quota.add_file()
        self._lose(name, but=session)
        flags = _OPEN_FLAGS | (0 if is_there else os.O_CREAT | os.O_EXCL) | (os.O_TRUNC if how.truncates else 0)
        descriptor = os.open(name, flags, 0o600, dir_fd=self.staging)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise SFTPPermissionDenied("this is no file")
        upload = Upload(name, session, descriptor, appends=how.appends)
        self.uploads.add(upload)
        return upload

    def write(self, upload: Upload, offset: int, data: bytes) -> int:
        """Write bytes at their place; return how many.

        Raises:
            SFTPFailure: The upload is not this session's any more.
            SFTPQuotaExceeded: The file or all files together grow too large.
        """
        _check_held(upload)
        size = os.fstat(upload.descriptor).st_size
        start = size if upload.appends else offset
        try:
            self.quota.grow(size, start + len(data))
            rest = memoryview(data)
            while rest:
                written = os.pwrite(upload.descriptor, rest, start)
                start += written
                rest = rest[written:]
        except (OSError, SFTPQuotaExceeded):
            upload.has_failed = True
            raise
        return len(data)

    def resize(self, upload: Upload, size: int) -> None:
        """Cut or lengthen a file that is open.

        Raises:
            SFTPFailure: The upload is not this session's any more.
            SFTPQuotaExceeded: It would grow too large.
        """
        _check_held(upload)
        self.quota.grow(os.fstat(upload.descriptor).st_size, size)
        os.ftruncate(upload.descriptor, size)

    def resize_named(self, name: str, size: int) -> None:
        """Cut or lengthen a staged file; one that is published has the size that it has.

        Raises:
            SFTPNoSuchFile: There is none.
            SFTPPermissionDenied: It is published.
            SFTPQuotaExceeded: It would grow too large.
        """
        found = self.look(name)
        if found.st_size == size:
            return
        if look(self.staging, name) is None:
            raise SFTPPermissionDenied("the file is handed in: it is not changed any more")
        descriptor = os.open(name, _OPEN_FLAGS, dir_fd=self.staging)
        try:
            self.quota.grow(found.st_size, size)
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)

    async def sync(self, upload: Upload) -> None:
        """Bring what was written to the disk."""
        await self.apart(os.fsync, upload.descriptor)

    def drop(self, upload: Upload) -> None:
        """Close an upload that its sender did not close: what came stays staged."""
        self.uploads.discard(upload)
        os.close(upload.descriptor)

    async def finish(self, upload: Upload) -> None:
        """Close an upload: it is on the disk then, and published if it is whole.

        Raises:
            SFTPFailure: Not all of it was kept, or a file of its name was published meanwhile.
        """
        try:
            _check_held(upload)
            if upload.has_failed:
                raise SFTPFailure(_NOT_ALL)
            await self.apart(sync, upload.descriptor, self.staging)
            if upload.is_lost or self._open_under(upload.name) != [upload]:
                return
        finally:
            self.drop(upload)
        await self._publish_handed_in(upload.name)

    # --- names ---

    async def rename(self, name: str, new_name: str, *, replaces: bool) -> None:
        """Give a file that is still here another name; a staged one with its real name is published if it is whole.

        Args:
            name: Its name.
            new_name: The other one.
            replaces: A staged file of the other name goes.

        Raises:
            SFTPNoSuchFile: There is none.
            SFTPFileAlreadyExists: Another one has the name.
        """
        if name == new_name:
            self.look(name)
            return
        self._published.pop(name, None)
        if look(self.waiting, new_name) is not None:
            raise SFTPFileAlreadyExists(_WAITS)
        folder = self._folder_of(name)
        if look(self.staging, new_name) is not None:
            if not replaces:
                raise SFTPFileAlreadyExists("there is such a file already")
            self._lose(new_name)
            os.unlink(new_name, dir_fd=self.staging)
        if folder == self.staging:
            os.rename(name, new_name, src_dir_fd=self.staging, dst_dir_fd=self.staging)
            for upload in self._open_under(name):
                upload.name = new_name
            await self.apart(sync, self.staging)
            if not self._open_under(new_name):
                await self._publish_handed_in(new_name)
        else:
            move_new(self.waiting, name, self.staging if is_temporary(new_name) else self.waiting, new_name)
            await self.apart(sync, self.waiting, self.staging)

    async def remove(self, name: str) -> None:
        """Remove a file that nobody took yet.

        Raises:
            SFTPNoSuchFile: There is none.
        """
        self._published.pop(name, None)
        folder = self._folder_of(name)
        os.unlink(name, dir_fd=folder)
        if folder == self.staging:
            self._lose(name)
        self.quota.take_file()
        await self.apart(sync, folder)

    # --- what is left over ---

    async def sweep(self) -> None:
        """Publish what was left staged: what is whole when it has settled, anything when its time is over."""
        staged: dict[str, os.stat_result] = await self.apart(dict, entries_in(self.staging))
        now = time.time()
        self._judged = {name: each for name, each in self._judged.items() if name in staged}
        for name, found in staged.items():
            age = now - found.st_mtime
            if is_temporary(name) or self._open_under(name) or age < self.limits.settle_after:
                continue
            if found.st_nlink > 1:  # a kill came between its link and its unlink: it is published
                os.unlink(name, dir_fd=self.staging)
            else:
                wanted = ANYTHING if age >= self.limits.incomplete_after else LEFT_WHOLE
                await self._publish_left(name, wanted)

    async def _publish_left(self, name: str, wanted: Collection[Condition]) -> None:
        if look(self.waiting, name) is None and await self._condition(name) in wanted:
            self._move(name, arrives_now=self._judged[name].state not in LEFT_WHOLE)
            await self.apart(sync, self.waiting, self.staging)

    # --- parts ---

    def _sizes(self) -> list[int]:
        return [found.st_size for _name, found in self.files()]

    async def _publish_handed_in(self, name: str) -> None:
        """Publish a staged file that its sender handed in, if it is so; its arrival is now.

        Raises:
            SFTPFailure: It has holes.
            SFTPFileAlreadyExists: Another one of its name waits.
        """
        condition = None if is_temporary(name) else await self._condition(name)
        if condition == WITH_HOLES:
            log.warning("an upload has holes", partner=self.folder)
            raise SFTPFailure(_NOT_ALL)
        if condition not in HANDED_IN:
            return
        if look(self.waiting, name) is not None:
            raise SFTPFileAlreadyExists(_WAITS)
        self._move(name, arrives_now=True)
        await self.apart(sync, self.waiting, self.staging)

    async def _condition(self, name: str) -> Condition | None:
        """Return what a staged file is; None where it is gone, changes, or somebody has it open."""
        judged, found = self._judged.get(name), look(self.staging, name)
        if found is None:
            return None
        if judged is None or judged.mark != mark_of(found):
            judged = await self.apart(judge, self.staging, name)
            found = look(self.staging, name)
            if judged is None or found is None or judged.mark != mark_of(found):
                return None
            self._judged[name] = judged
        return None if self._open_under(name) else judged.state

    def _move(self, name: str, *, arrives_now: bool) -> None:
        """Publish a file; one that nobody closed arrived with its last byte if it is whole, and else only now."""
        if arrives_now:
            now = time.time_ns()
            os.utime(name, ns=(now, now), dir_fd=self.staging, follow_symlinks=False)
        was = os.stat(name, dir_fd=self.staging, follow_symlinks=False)
        try:
            move_new(self.staging, name, self.waiting, name)
        except FileExistsError:
            raise SFTPFileAlreadyExists(_WAITS) from None
        self._judged.pop(name, None)
        while len(self._published) >= _MOST_REMEMBERED:
            del self._published[next(iter(self._published))]
        self._published.pop(name, None)
        self._published[name] = (was, time.monotonic())
        log.info("file uploaded", partner=self.folder, bytes=was.st_size)

    def _folder_of(self, name: str) -> int:
        """Return the descriptor of the folder that a file is in.

        Raises:
            SFTPNoSuchFile: There is none.
        """
        for folder in (self.staging, self.waiting):
            if look(folder, name) is not None:
                return folder
        raise SFTPNoSuchFile("there is no such file")

    def _open_under(self, name: str) -> list[Upload]:
        return [each for each in self.uploads if each.name == name and not each.is_lost]

    def _lose(self, name: str, but: object = None) -> None:
        """Take a staged file from those who have it open, but from one session."""
        for upload in self._open_under(name):
            upload.is_lost = upload.is_lost or but is None or upload.session is not but


def _check_held(upload: Upload) -> None:
    if upload.is_lost:
        raise SFTPFailure("another connection went on with this file, or it was removed")
