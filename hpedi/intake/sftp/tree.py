"""What a partner sees: `/` with inbox, outbox and archive, and the names that files in them may have.

A client's path is only ever taken apart here; no path is put together from it. `..` goes up in the virtual tree and
stops at its root.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from asyncssh import SFTPInvalidFilename, SFTPNoSuchFile

Area: TypeAlias = Literal["inbox", "outbox", "archive"]

AREAS: Final[tuple[Area, ...]] = ("inbox", "outbox", "archive")

TEMPORARY_ENDINGS: Final = (".filepart", ".part", ".partial", ".tmp")
"""How clients name what they are still writing; a point at the beginning says so too."""

_LONGEST_NAME: Final = 200
"""Bytes: whoever takes a file puts the moment of its arrival before the name, and a file system holds 255."""

_DEEPEST: Final = 6
_LONGEST_PATH: Final = 4096
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the virtual tree.

    Attributes:
        parts: The names on the way to it; none at its root.
    """

    parts: tuple[str, ...] = ()

    @property
    def area(self) -> Area | None:
        """The area that it is or lies in; None at the root.

        Raises:
            SFTPNoSuchFile: There is no such area.
        """
        if not self.parts:
            return None
        for area in AREAS:
            if self.parts[0] == area:
                return area
        raise SFTPNoSuchFile("there is no such folder")

    @property
    def below(self) -> tuple[str, ...]:
        """The names below its area."""
        return self.parts[1:]

    @property
    def path(self) -> bytes:
        """The path that a client may write for it."""
        return ("/" + "/".join(self.parts)).encode()


def place_of(path: bytes) -> Place:
    """Return what a client's path stands for.

    Raises:
        SFTPInvalidFilename: A name in it is none that a file may have.
    """
    if len(path) > _LONGEST_PATH:
        raise SFTPInvalidFilename("the path is too long")
    parts: list[str] = []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(_name(part))
    if len(parts) > _DEEPEST:
        raise SFTPInvalidFilename("the path is too deep")
    return Place(tuple(parts))


def _name(part: bytes) -> str:
    try:
        name = part.decode()
    except UnicodeDecodeError:
        raise SFTPInvalidFilename("a name must be UTF-8") from None
    if not is_name(name):
        raise SFTPInvalidFilename(f"a name has at most {_LONGEST_NAME} bytes and no control characters")
    return name


def is_name(name: str) -> bool:
    """Say whether a file may have a name."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        return False
    is_printable = name.isascii() and name.isprintable()
    return (is_printable or not any(unicodedata.category(each) in _UNPRINTABLE for each in name)) and (
        len(name.encode(errors="replace")) <= _LONGEST_NAME
    )


def is_temporary(name: str) -> bool:
    """Say whether a name is one that clients give to what they will rename when it is whole."""
    return name.startswith(".") or name.casefold().endswith(TEMPORARY_ENDINGS)
