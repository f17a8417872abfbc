"""A file moved to a name where nothing stands: never over another file, and at no instant under both names.

Linux does it in one step. Where a file system cannot, a link and an unlink do it, and a kill between the two leaves
both names: whoever finds a staged file with two names removes the staged one.
"""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Final

_NO_REPLACE: Final = 1  # RENAME_NOREPLACE of linux/fs.h
_CANNOT: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.EPERM})
_LIBRARY: Final = ctypes.CDLL(None, use_errno=True)


def move_new(source: int, name: str, target: int, new_name: str) -> None:
    """Move a file from a folder into another one, or to another name.

    Args:
        source: Descriptor of the folder that it is in.
        name: Its name there.
        target: Descriptor of the folder that it goes to.
        new_name: Its name there.

    Raises:
        FileExistsError: Something stands under the new name.
        FileNotFoundError: It is not there any more.
    """
    if not _renamed(source, os.fsencode(name), target, os.fsencode(new_name)):
        os.link(name, new_name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        os.unlink(name, dir_fd=source)


def _renamed(source: int, name: bytes, target: int, new_name: bytes) -> bool:
    """Rename in one step; say whether the system can."""
    rename = getattr(_LIBRARY, "renameat2", None)
    if rename is None:
        return False
    if rename(source, name, target, new_name, _NO_REPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number))
