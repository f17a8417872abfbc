"""What an examiner decides of a claim in place of a rule."""

from __future__ import annotations

from datetime import date

from hpedi.claims.model import Model
from hpedi.money import Usd


class Override(Model, frozen=True, kw_only=True):
    """What somebody decided of a claim.

    Attributes:
        by: Who.
        on: The day.
        note: Why, in their words.
        waived: Edits, pend codes, policies and authorisation rows that are not applied.
        interest: US dollars of interest, in place of what is worked out when the claim is paid; None: as worked out.
        version: Of the decision that `interest` is for: what is paid of the claim later earns its own.
        denials: Lines that are denied, each with the name of a reason of the payer; line 0 is every line.
        prices: Lines whose price is set, each with the US dollars allowed for it; line 0 is the claim, where the
            contract prices it as one.
    """

    by: str
    on: date
    note: str
    waived: tuple[str, ...] = ()
    denials: tuple[tuple[int, str], ...] = ()
    prices: tuple[tuple[int, Usd], ...] = ()
    interest: Usd | None = None
    version: int = 0
