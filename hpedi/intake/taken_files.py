"""Files that a watcher took: claimed by rename, in a folder that is the watcher's own as long as it lives.

    taken/<watcher>/<partner's folder>/<arrival in ns>~<name>

A watcher holds the lock (flock) of its folder; the system gives it back when the process ends, however it ends. What a
dead watcher left is adopted by whoever gets that lock. A rename succeeds once: of many watchers one takes a file.

A rename takes a file from nobody who has it open: what is written to it afterwards must not be lost. So a file that
became another one since it was taken goes back to where it came from. Who deletes one of a foreign folder had better
wait some time before.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from hpedi.findings import Unavailable
from hpedi.intake.drop_folders import DropFolder, Dropped, identity_of, opened_folder
from hpedi.intake.moving import move_new

MARK: Final = "~"
OWNER_ONLY: Final = 0o700
_LONGEST_NAME: Final = 220
"""Bytes of a partner's name that are kept: with the moment before it a name has at most 255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file in the hands of a watcher.

    Attributes:
        path: Where it lies now.
        partner: The partner's folder name.
        name: As the partner named it: not to be shown or logged.
        moment: When it arrived, in nanoseconds since 1970.
        size: In bytes.
        written_at: When it was last written to, in nanoseconds since 1970.
        came_from: The drop folder that it came out of; None where it was taken before, maybe by a watcher that died.
    """

    path: Path
    partner: str
    name: str
    moment: int
    size: int
    written_at: int
    came_from: DropFolder | None = None

    @property
    def is_new(self) -> bool:
        """Whether it came out of its drop folder just now."""
        return self.came_from is not None

    @property
    def is_foreign(self) -> bool:
        """Whether another server filled it before our eyes, and may have it open yet."""
        return self.came_from is not None and self.came_from.is_foreign


class CannotTake(Exception):
    """A file cannot be renamed into the workspace; the message says why, and names no file."""


class TakenFiles:
    """The files of one living watcher."""

    def __init__(self, root: Path, name: str) -> None:
        """Begin to live under a name, or under it and a number where another watcher lives by it.

        Raises:
            Unavailable: The folder cannot be made.
        """
        self._root = root
        try:
            self._lock, self.id = _begin(root, name)
        except OSError as error:
            raise Unavailable(f"cannot write to the folder {root.name} ({error.strerror})") from None

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self._root / self.id

    def close(self) -> None:
        """Give the folder up; what still lies in it is for others to adopt."""
        _remove_empty(self.folder)
        os.close(self._lock)

    def waiting(self) -> list[Taken]:
        """Return the files that lie there, in the order of arrival; what is no file is left alone."""
        found = [taken for path in self.folder.glob(f"*/*{MARK}*") if (taken := _taken(path)) is not None]
        return sorted(found, key=lambda each: (each.moment, each.name))

    def take(self, dropped: Dropped) -> Taken | None:
        """Take a file out of its drop folder; None where somebody else did, or it is not what it was any more.

        One that was written to in between lies in its folder again.

        Raises:
            CannotTake: It lies where nothing can be renamed into the workspace.
            Unavailable: The workspace cannot be written.
        """
        with opened_folder(dropped.folder.path) as folder:
            if folder is None:
                return None
            try:
                if identity_of(os.stat(dropped.name, dir_fd=folder, follow_symlinks=False)) != dropped.identity:
                    return None  # it is looked at again: there may be more to come
                to = self._place(dropped.folder.partner, dropped.moment, dropped.name)
                os.rename(dropped.name, to, src_dir_fd=folder)
            except OSError as error:
                if error.errno in _REASONS:
                    raise CannotTake(_REASONS[error.errno]) from None
                if error.errno != errno.ENOENT or not self.folder.is_dir():
                    raise Unavailable(f"cannot write to the folder {self._root.name} ({error.strerror})") from None
                return None
        taken = _taken(to, came_from=dropped.folder)
        if taken is not None and not dropped.is_same(taken.size, taken.written_at):
            self._put_back(taken)
            return None
        return taken

    def let_go(self, taken: Taken) -> None:
        """Delete a file that is done with, unless somebody wrote to it: then it is to be taken in once more."""
        try:
            found = taken.path.lstat()
        except FileNotFoundError:
            return
        if (found.st_size, found.st_mtime_ns) != (taken.size, taken.written_at):
            self._put_back(taken)
        else:
            taken.path.unlink(missing_ok=True)

    def _put_back(self, taken: Taken) -> None:
        """Lay a file where it came from; where that cannot be, it is another arrival."""
        if taken.came_from is not None:
            with opened_folder(taken.path.parent) as ours, opened_folder(taken.came_from.path) as theirs:
                if ours is not None and theirs is not None:
                    with suppress(OSError):
                        move_new(ours, taken.path.name, theirs, taken.name)
                        return
        self.again(taken)

    def adopt(self) -> int:
        """Take over the files of watchers that are dead; return how many there were.

        Raises:
            Unavailable: They cannot be renamed.
        """
        try:
            return sum(self._adopt(each) for each in sorted(self._root.iterdir()) if each.name != self.id)
        except OSError as error:
            raise Unavailable(f"cannot write to the folder {self._root.name} ({error.strerror})") from None

    def _adopt(self, folder: Path) -> int:
        adopted = 0
        with opened_folder(folder) as lock:
            if lock is None or not _is_held(lock, folder):
                return 0
            for path in sorted(folder.glob(f"*/*{MARK}*")):
                moment, _mark, name = path.name.partition(MARK)
                if moment.isdigit():
                    path.rename(self._place(path.parent.name, int(moment), name))
                    adopted += 1
            _remove_empty(folder)
        return adopted

    def again(self, taken: Taken) -> Taken:
        """Let a file be another arrival: what arrived at the same moment under the same name was another one."""
        to = self._place(taken.partner, taken.moment + 1, taken.name)
        taken.path.rename(to)
        return _taken(to, came_from=taken.came_from) or taken

    def _place(self, partner: str, moment: int, name: str) -> Path:
        """Return where a file is to lie; nothing lies there yet."""
        folder = self.folder / partner
        folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
        kept = os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])
        places = (folder / f"{each}{MARK}{kept}" for each in count(moment))
        return next(place for place in places if not os.path.lexists(place))


_REASONS: Final = {
    errno.EXDEV: "it lies on another file system than the workspace",
    errno.EACCES: "the folder may not be written to",
    errno.EPERM: "the folder may not be written to",
}


def _begin(root: Path, name: str) -> tuple[int, str]:
    """Make a folder and hold its lock; one of the same name that a dead watcher left is as good."""
    root.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    for number in count(1):
        folder = root / (name if number == 1 else f"{name}-{number}")
        folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
        with suppress(FileNotFoundError):  # somebody adopted it between two steps
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if _is_held(lock, folder):
                return lock, folder.name
            os.close(lock)
    raise AssertionError("numbers do not end")


def _is_held(descriptor: int, folder: Path) -> bool:
    """Try to get the lock of a folder that was opened; say whether it was to be had and the folder is still that one.

    Between two steps somebody may have adopted and removed it, and a watcher of the same name have begun another.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), folder.lstat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # there are files left
        for each in folder.iterdir():
            each.rmdir()
        folder.rmdir()


def _taken(path: Path, *, came_from: DropFolder | None = None) -> Taken | None:
    """Return a file that lies in a watcher's folder; None where it is none: a link put in its place is removed."""
    moment, _mark, name = path.name.partition(MARK)
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        path.unlink()
    if not stat.S_ISREG(found.st_mode) or not moment.isdigit():
        return None
    return Taken(
        path=path,
        partner=path.parent.name,
        name=name,
        moment=int(moment),
        size=found.st_size,
        written_at=found.st_mtime_ns,
        came_from=came_from,
    )
