"""What CAQH CORE lays down for envelopes over HTTP, as dated data: mappings/inquiries/core_connectivity.yaml."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec

from hpedi.mappings_folder import mapping
from hpedi.reference.dated import Dated, Entry, in_force

SUCCESS, VERSION_MISMATCH, UNAUTHORIZED, NOT_SUPPORTED = "Success", "VersionMismatch", "UnAuthorized", "NotSupported"
SENDER, RECEIVER = "Sender", "Receiver"
"""Whose fault it is that there is no answer: codes of SOAP faults too."""
REQUIRED, ILLEGAL = "Required", "Illegal"
"""They follow the name of the field at fault."""
ERROR = "error"


class CoreRule(Dated, frozen=True, kw_only=True):
    """The rule of a span of days; the fields are told in the file."""

    source: str
    rule_version: str
    mode: str
    other_modes: tuple[str, ...]
    requests: dict[str, str]
    other_requests: tuple[str, ...]
    responses: dict[str, str]
    longest: dict[str, int]
    errors: dict[str, str]

    def message(self, code: str) -> str:
        """Return what is said with an error code, for example `PayloadTypeRequired`."""
        for ending in (REQUIRED, ILLEGAL):
            if code.endswith(ending):
                return self.errors[ending].format(field=code.removesuffix(ending))
        return self.errors[code]


class _CoreFile(Entry, frozen=True, kw_only=True):
    versions: tuple[CoreRule, ...]


@lru_cache(maxsize=8)
def core_rule(day: date) -> CoreRule:
    """Return the rule in force on a day.

    Raises:
        LookupError: None is.
    """
    file = msgspec.yaml.decode(mapping("inquiries/core_connectivity.yaml").read_bytes(), type=_CoreFile)
    rule = in_force(file.versions, day)
    if rule is None:
        raise LookupError(f"no rule of CORE connectivity is in force on {day}")
    return rule
