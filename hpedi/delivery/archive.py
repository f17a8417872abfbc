"""What stood long enough: files of outboxes move to the archive, and go from there when their retention is over.

Only what the books keep sealed is ever moved or deleted; what else somebody laid into a folder stays. Quarantine notes
and the sealed bytes beside them go after a time of their own: the bytes stay among the files that arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from hpedi.findings import Unavailable

OUTBOX, ARCHIVE, QUARANTINE = "outbox", "archive", "quarantine"

Delivered: TypeAlias = Callable[[str, Collection[str]], Mapping[str, datetime]]
"""Says of names in a folder (outbox/...) when each was delivered; one that the books do not know is absent."""

_SEALED, _REASON = ".sealed", ".reason.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long files stand; None for ever.

    Attributes:
        archived: After so long in the outbox a file moves to the archive.
        deleted: So long after its delivery it is deleted from outbox or archive.
        quarantined: So long what is in quarantine stands.
    """

    archived: timedelta | None
    deleted: timedelta | None
    quarantined: timedelta | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many files were moved to the archive, and how many were deleted."""

    archived: int = 0
    deleted: int = 0


def clear(home: Path, retention: Retention, now: datetime, delivered: Delivered) -> Cleared:
    """Archive and delete what stood long enough.

    Args:
        home: The workspace.
        retention: How long files stand.
        now: The moment.
        delivered: Says when files were delivered.

    Raises:
        Unavailable: A folder cannot be written.
    """
    try:
        archived = deleted = 0
        for root in (OUTBOX, ARCHIVE):
            for folder, names in _folders(home / root):
                within = folder.relative_to(home / root)
                for name, at in delivered(str(OUTBOX / within), names).items():
                    if _is_over(at, retention.deleted, now):
                        deleted += _deleted(folder / name)
                    elif root == OUTBOX and _is_over(at, retention.archived, now):
                        archived += _moved(folder / name, home / ARCHIVE / within / name)
        deleted += sum(_deleted(path) for path in _old_of_quarantine(home / QUARANTINE, retention.quarantined, now))
    except OSError as error:
        raise Unavailable(f"cannot clear the folders ({error.strerror})") from None
    return Cleared(archived, deleted)


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield every folder below a root with the names of its files; links are not followed."""
    for path in sorted(root.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            names = [each.name for each in path.iterdir() if each.is_file() and not each.is_symlink()]
            if names:
                yield path, names


def _is_over(since: datetime, allowed: timedelta | None, now: datetime) -> bool:
    return allowed is not None and now - since >= allowed


def _moved(path: Path, to: Path) -> int:
    to.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # another watcher moved it
        path.rename(to)
        return 1
    return 0


def _deleted(path: Path) -> int:
    with suppress(FileNotFoundError):
        path.unlink()
        return 1
    return 0


def _old_of_quarantine(folder: Path, allowed: timedelta | None, now: datetime) -> Iterator[Path]:
    """Yield what stands long enough, bytes first: the note tells since when, as they are as old as the stored file."""
    for suffix in (_SEALED, _REASON):
        for path in folder.glob(f"*{suffix}"):
            note = path.with_name(path.name.removesuffix(suffix) + _REASON)
            with suppress(FileNotFoundError):
                told = note if note.exists() else path
                if _is_over(datetime.fromtimestamp(told.stat().st_mtime, now.tzinfo), allowed, now):
                    yield path
