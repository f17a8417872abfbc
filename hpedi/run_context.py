"""Who runs, and when it is, for a core that reads no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody on whose behalf something is done.

    Attributes:
        id: Our identifier, for example `system:operator` or `partner:lakes`.
        kind: `person`, `partner` or `system`.
        name: For people to read.
    """

    id: str
    kind: str
    name: str


OPERATOR = Principal("system:operator", "system", "Built-in operator")


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a command hands to the core.

    Attributes:
        principal: Who does it.
        instant: The moment of the run, with its time zone; handed in, so that a repeated run gives the same bytes.
        as_of: The business date of the run (payment date, adjudication date).
    """

    principal: Principal
    instant: datetime
    as_of: date
