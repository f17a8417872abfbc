"""Files and folders as a partner sees them: sizes and times are true, owners and rights are the partner's own."""

from __future__ import annotations

import os
import stat
from typing import Final

from asyncssh import FILEXFER_TYPE_DIRECTORY, FILEXFER_TYPE_REGULAR, SFTPAttrs

from hpedi.intake.sftp.tree import Area

_FOLDER_RIGHTS: Final[dict[Area | None, int]] = {None: 0o500, "inbox": 0o700, "outbox": 0o500, "archive": 0o500}
_FILE_RIGHTS: Final[dict[Area | None, int]] = {"inbox": 0o200, "outbox": 0o400, "archive": 0o400}


def folder_attrs(area: Area | None, found: os.stat_result) -> SFTPAttrs:
    """Return how a folder is shown."""
    return _attrs(FILEXFER_TYPE_DIRECTORY, stat.S_IFDIR | _FOLDER_RIGHTS[area], found)


def file_attrs(area: Area | None, found: os.stat_result) -> SFTPAttrs:
    """Return how a file is shown."""
    return _attrs(FILEXFER_TYPE_REGULAR, stat.S_IFREG | _FILE_RIGHTS[area], found)


def attrs_of(area: Area | None, found: os.stat_result) -> SFTPAttrs:
    """Return how a file or folder is shown."""
    return folder_attrs(area, found) if stat.S_ISDIR(found.st_mode) else file_attrs(area, found)


def _attrs(kind: int, permissions: int, found: os.stat_result) -> SFTPAttrs:
    return SFTPAttrs(
        type=kind,
        size=found.st_size if kind == FILEXFER_TYPE_REGULAR else 0,
        uid=0,
        gid=0,
        permissions=permissions,
        atime=int(found.st_mtime),
        mtime=int(found.st_mtime),
        nlink=1,
    )
