"""Requests of one session, answered: /inbox takes files, /outbox and /archive give them, all else is refused.

What clients ask beside their files (times, rights, owners) is agreed to and ignored: they would call an upload failed
otherwise. Links, folders of their own, and anything outside the three areas are refused.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, NoReturn
from weakref import WeakSet

from asyncssh import (
    FXF_APPEND,
    FXF_CREAT,
    FXF_EXCL,
    FXF_TRUNC,
    FXF_WRITE,
    SFTPAttrs,
    SFTPFailure,
    SFTPName,
    SFTPNoSuchFile,
    SFTPOpUnsupported,
    SFTPPermissionDenied,
    SFTPServer,
    SSHServerChannel,
)

from hpedi.intake.sftp.folders import Folders
from hpedi.intake.sftp.inbox import Apart, Inbox, Opening, Upload
from hpedi.intake.sftp.reading import Reading
from hpedi.intake.sftp.reception import Download, Reception
from hpedi.intake.sftp.shown import attrs_of, file_attrs, folder_attrs
from hpedi.intake.sftp.tree import AREAS, Area, Place, place_of
from hpedi.reference.partners import Partner

DELIVERED_BELOW: Final = "outbox"
"""Where the files of outbox and archive were placed when they were delivered."""

NAMES_AT_A_TIME: Final = 128
"""As many as asyncssh puts into one answer."""

_WRITES: Final = FXF_WRITE | FXF_APPEND | FXF_CREAT | FXF_TRUNC | FXF_EXCL
_NOT_THERE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})


class Listing:
    """A folder that a session lists: read on as it asks, so that no more of it is held than one answer has."""

    def __init__(self, names: Iterator[SFTPName], apart: Apart) -> None:
        """List names; `apart` waits for the disk from which they come."""
        self._names = names
        self._apart = apart
        self._at_hand: Iterator[SFTPName] = iter(())

    def __aiter__(self) -> AsyncIterator[SFTPName]:
        """Go on where it stopped."""
        return self

    async def __anext__(self) -> SFTPName:
        """Return the next one."""
        for name in self._at_hand:
            return name
        with _not_there():
            self._at_hand = iter(await self._apart(_some_of, self._names))
        for name in self._at_hand:
            return name
        raise StopAsyncIteration


def _some_of(names: Iterator[SFTPName]) -> list[SFTPName]:
    return list(islice(names, NAMES_AT_A_TIME))


class Rooms(SFTPServer):
    """What one session of a partner may do.

    Attributes:
        is_over: The session ended: what is still open was not closed by the partner.
    """

    def __init__(
        self,
        channel: SSHServerChannel[bytes],
        partner: Partner,
        folders: Folders,
        reception: Reception,
        open_files: int,
    ) -> None:
        """Open the partner's folders."""
        super().__init__(channel)
        self.is_over = False
        self._has_left = False
        self._partner = partner
        self._folder = partner.delivery_folder
        self._folders = folders
        self._reception = reception
        self._most = open_files
        self._inbox: Inbox = folders.hold(self._folder)
        self._open: set[Upload | Reading] = set()
        self._listings: WeakSet[Listing] = WeakSet()

    @property
    def is_at_work(self) -> bool:
        """Whether a file is open."""
        return bool(self._open)

    def exit(self) -> None:
        """Let go of everything, once."""
        if self._has_left:
            return
        self._has_left = True
        for opened in self._open:
            self._drop(opened)
        self._folders.release(self._folder)

    def _drop(self, opened: Upload | Reading) -> None:
        if isinstance(opened, Upload):
            self._inbox.drop(opened)
        else:
            opened.close()

    # --- files ---

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Upload | Reading:  # noqa: ARG002
        """Open a file: of the inbox to write, of the others to read."""
        if len(self._open) >= self._most:
            raise SFTPFailure("too many files are open: close some")
        place = place_of(path)
        opened = await self._open_upload(place, pflags) if pflags & _WRITES else self._open_reading(place)
        self._open.add(opened)
        return opened

    async def _open_upload(self, place: Place, pflags: int) -> Upload:
        how = Opening(
            creates=bool(pflags & FXF_CREAT),
            truncates=bool(pflags & FXF_TRUNC),
            is_exclusive=bool(pflags & FXF_EXCL) and bool(pflags & FXF_CREAT),
            appends=bool(pflags & FXF_APPEND),
        )
        return await self._inbox.open(_in_inbox(place), how, self)

    def _open_reading(self, place: Place) -> Reading:
        area = place.area
        if area is None or not place.below:
            raise SFTPFailure("this is a folder")
        if area == "inbox":
            raise SFTPPermissionDenied("what is in the inbox is not read back")
        with _not_there():
            return Reading(place, self._folders.open_file(area, self._folder, place.below))

    async def close(self, file_obj: object) -> None:
        """Close a file; what a partner closed is on the disk then, and handed in if it is whole."""
        opened = _opened(file_obj)
        if self.is_over:
            return  # dropped at the exit
        if isinstance(opened, Upload):
            try:
                await self._inbox.finish(opened)
            finally:
                self._open.discard(opened)
            return
        self._open.discard(opened)
        opened.close()
        if opened.is_whole:
            self._reception.note_download(self._download(opened))

    def _download(self, reading: Reading) -> Download:
        *below, name = reading.place.below
        folder = "/".join((DELIVERED_BELOW, self._folder, *below))
        return Download(partner=self._partner, folder=folder, name=name, size=reading.octets, at=datetime.now(UTC))

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Return bytes of a file of outbox or archive."""
        if not isinstance(file_obj, Reading):
            raise SFTPPermissionDenied("what is in the inbox is not read back")
        return file_obj.read(offset, size)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write bytes of an upload."""
        return self._inbox.write(_upload(file_obj), offset, data)

    async def fsync(self, file_obj: object) -> None:
        """Bring an upload to the disk."""
        await self._inbox.sync(_upload(file_obj))

    # --- what is there ---

    def stat(self, path: bytes) -> SFTPAttrs:
        """Return what a file or folder is."""
        place = place_of(path)
        area = place.area
        with _not_there():
            if area == "inbox" and place.below:
                return file_attrs(area, self._inbox.look(_in_inbox(place)))
            if area is None:
                return folder_attrs(None, self._folders.look("inbox", self._folder, ()))
            return attrs_of(area, self._folders.look(area, self._folder, place.below))

    def lstat(self, path: bytes) -> SFTPAttrs:
        """Return what a file or folder is: there are no links."""
        return self.stat(path)

    def fstat(self, file_obj: object) -> SFTPAttrs:
        """Return what an open file is."""
        opened = _opened(file_obj)
        area: Area | None = "inbox" if isinstance(opened, Upload) else opened.place.area
        return file_attrs(area, os.fstat(opened.descriptor))

    def scandir(self, path: bytes) -> Listing:
        """List a folder."""
        place = place_of(path)
        area = place.area
        if len(self._listings) >= self._inbox.limits.listings:
            raise SFTPFailure("too many folders are open: close some")
        if area == "inbox" and place.below:
            raise SFTPNoSuchFile("there are no folders in the inbox")
        if area is not None:
            with _not_there():
                found = self._folders.look(area, self._folder, place.below)
            if not stat.S_ISDIR(found.st_mode):
                raise SFTPNoSuchFile("this is no folder")
        listing = Listing(self._names(area, place.below), self._inbox.apart)
        self._listings.add(listing)
        return listing

    def _names(self, area: Area | None, below: tuple[str, ...]) -> Iterator[SFTPName]:
        here = folder_attrs(area, self._folders.look("inbox", self._folder, ()))
        yield from (SFTPName(name, attrs=here) for name in (b".", b".."))
        if area is None:
            yield from (SFTPName(each.encode(), attrs=folder_attrs(each, _NOTHING)) for each in AREAS)
            return
        entries = self._inbox.files() if area == "inbox" else self._folders.listed(area, self._folder, below)
        yield from (SFTPName(name.encode(), attrs=attrs_of(area, found)) for name, found in entries)

    def realpath(self, path: bytes) -> bytes:
        """Return a path without `.` and `..`."""
        return place_of(path).path

    def format_user(self, uid: int | None) -> str:  # noqa: ARG002
        """Return whose a file is: the partner's own."""
        return self._partner.id

    def format_group(self, gid: int | None) -> str:  # noqa: ARG002
        """Return whose a file is: the partner's own."""
        return self._partner.id

    # --- changes ---

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Cut or lengthen a staged file; times, rights and owners are agreed to and ignored."""
        place = place_of(path)
        name = _in_inbox(place)
        if attrs.size is not None:
            self._inbox.resize_named(name, attrs.size)

    def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Do what `setstat` does: there are no links."""
        self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Do what `setstat` does, to an open file."""
        upload = _upload(file_obj)
        if attrs.size is not None:
            self._inbox.resize(upload, attrs.size)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename a file of the inbox that is still here."""
        await self._inbox.rename(_in_inbox(place_of(oldpath)), _in_inbox(place_of(newpath)), replaces=False)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename a file of the inbox that is still here; an unfinished one of the other name goes."""
        await self._inbox.rename(_in_inbox(place_of(oldpath)), _in_inbox(place_of(newpath)), replaces=True)

    async def remove(self, path: bytes) -> None:
        """Remove a file of the inbox that nobody took yet."""
        await self._inbox.remove(_in_inbox(place_of(path)))

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:  # noqa: ARG002
        """Refuse."""
        _refuse_folder(path)

    def rmdir(self, path: bytes) -> None:
        """Refuse."""
        _refuse_folder(path)

    def readlink(self, path: bytes) -> bytes:
        """Refuse: there are no links."""
        place_of(path)
        raise SFTPNoSuchFile("there are no links")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse."""
        _refuse_link(oldpath, newpath)

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse."""
        _refuse_link(oldpath, newpath)

    def statvfs(self, path: bytes) -> Any:  # noqa: ARG002
        """Refuse: the file system is nobody's business."""
        raise SFTPOpUnsupported("not told")

    def fstatvfs(self, file_obj: object) -> Any:  # noqa: ARG002
        """Refuse: the file system is nobody's business."""
        raise SFTPOpUnsupported("not told")


_NOTHING: Final = os.stat_result((0,) * 10)


def _in_inbox(place: Place) -> str:
    """Return the name of a file in the inbox.

    Raises:
        SFTPPermissionDenied: It is elsewhere.
    """
    if place.area != "inbox" or not place.below:
        raise SFTPPermissionDenied("only files in /inbox are written, renamed and removed")
    if len(place.below) > 1:
        raise SFTPNoSuchFile("there are no folders in the inbox")
    return place.below[0]


def _refuse_folder(path: bytes) -> NoReturn:
    place_of(path)
    raise SFTPPermissionDenied("there are no folders but /inbox, /outbox and /archive")


def _refuse_link(*paths: bytes) -> NoReturn:
    for path in paths:
        place_of(path)
    raise SFTPPermissionDenied("there are no links")


def _opened(file_obj: object) -> Upload | Reading:
    if not isinstance(file_obj, Upload | Reading):
        raise TypeError("this server opened no such file")
    return file_obj


def _upload(file_obj: object) -> Upload:
    if not isinstance(file_obj, Upload):
        raise SFTPPermissionDenied("only files in /inbox are written")
    return file_obj


@contextmanager
def _not_there() -> Iterator[None]:
    """Say that there is no such file where one is hidden: links and what is no file do not exist."""
    try:
        yield
    except OSError as error:
        if error.errno in _NOT_THERE or error.errno is None:
            raise SFTPNoSuchFile("there is no such file") from None
        raise
