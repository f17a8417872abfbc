"""What AK1 and AK2 copy of the GS and ST they answer: as sent where X231A1 can carry it, else what comes nearest.

A 999 is due most where headers are bad, and must be valid itself. What is malformed may be PHI besides. Source:
005010X231A1 AK101, AK102, AK201, AK202.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SET_OF_GROUP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BE": "834",
        "HB": "271",
        "HC": "837",
        "HI": "278",
        "HN": "277",
        "HP": "835",
        "HR": "276",
        "HS": "270",
        "RA": "820",
    }
)
"""The functional groups that a 999 answers (AK101) and their transaction sets (AK201)."""

_SET_ID: Final = re.compile("[A-Z0-9]{3}")
_SET_CONTROL_NUMBER: Final = re.compile("[!-~][ -~]{2,7}[!-~]")
_GROUP_CONTROL_NUMBER: Final = re.compile("[0-9]{1,9}")
_NO_SET_ID, _NO_SET_CONTROL_NUMBER, _NO_GROUP_CONTROL_NUMBER = "000", "0000", "0"
_VERSION_LENGTH = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHeader:
    """The headers of a transaction set as sent."""

    functional_id: str  # GS01
    set_id: str  # ST01
    control_number: str  # ST02
    version: str  # ST03

    @property
    def set_id_answered(self) -> str:
        """AK201: ST01, or the set of the group where ST01 is none that a 999 knows.

        A group of another kind cannot be answered in the words of X231A1: of its sets any well-formed ST01 is copied.
        """
        if self.set_id in SET_OF_GROUP.values():
            return self.set_id
        return SET_OF_GROUP.get(self.functional_id, self.set_id if _SET_ID.fullmatch(self.set_id) else _NO_SET_ID)

    @property
    def control_number_answered(self) -> str:
        """AK202: ST02, or zeros where it is malformed."""
        return self.control_number if _SET_CONTROL_NUMBER.fullmatch(self.control_number) else _NO_SET_CONTROL_NUMBER

    @property
    def version_answered(self) -> str:
        """AK203: ST03."""
        return self.version[:_VERSION_LENGTH]


def group_control_number_answered(control_number: str) -> str:
    """Return AK102: GS06, or zero where it is malformed."""
    return control_number if _GROUP_CONTROL_NUMBER.fullmatch(control_number) else _NO_GROUP_CONTROL_NUMBER
