"""What a rule may say of a service line; a rule that says nothing lets it pass."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Denies:
    """The whole line is denied.

    Attributes:
        reason: A name of the payer's reasons, whose codes are sent.
        parameter: The dated parameter that says so, in words.
        source: Where it stands.
        inputs: What was compared, as named texts.
    """

    reason: str
    parameter: str = ""
    source: str = ""
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeniesUnits:
    """Some units of the line are denied; what remains of it is priced.

    Attributes:
        reason: A name of the payer's reasons, whose codes are sent.
        units: How many units (or days) are denied; fewer than are billed.
        parameter: The dated parameter that says so, in words.
        source: Where it stands.
        inputs: What was compared, as named texts.
    """

    reason: str
    units: Decimal
    parameter: str = ""
    source: str = ""
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """The line stands and draws on an authorisation.

    Attributes:
        authorization: Its id.
        units: Units or days drawn, as it counts.
        counts_units: It counts the units of the line, so that units which later edits deny are not used of it.
        excess: Units of the line beyond what it has left.
        parameter: The dated parameter that says so, in words.
        source: Where it stands.
        inputs: What was compared, as named texts.
    """

    authorization: str
    units: Decimal
    counts_units: bool = True
    excess: DeniesUnits | None = None
    parameter: str = ""
    source: str = ""
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pends:
    """The whole claim waits.

    Attributes:
        reason: Our pend code or the feature it needs.
        message: What it waits for, in a sentence.
        status277: Claim status, where not the usual one of pended claims.
        line: The service line concerned; 0 for the claim.
    """

    reason: str
    message: str
    status277: str = ""
    line: int = 0


Verdict: TypeAlias = "Denies | DeniesUnits | Draws | Pends | None"
