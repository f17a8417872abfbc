"""Who runs, and when it is, for a core that reads no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody on whose behalf something is done.

    Attributes:
        id: Our identifier, for example `system:operator` or `person:examiner`; at most 80 characters.
        kind: `person`, `partner` (a machine of an organisation) or `system`.
        name: For people to read.
        roles: What the principal works as: names of mappings/access/roles.yaml.
        organisation: The organisation that the principal belongs to; empty for those of the payer.
    """

    id: str
    kind: str
    name: str
    roles: frozenset[str] = frozenset()
    organisation: str = ""

    @property
    def on_behalf_of(self) -> str:
        """Whose interest it is in: the organisation of the principal; empty for the payer's own."""
        return f"organisation:{self.organisation}" if self.organisation else ""


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
