"""What an inquiry looks for: what is left empty does not matter. The store is told besides whose data it may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSought:
    """Payments: by check or EFT number, and dated from a day to a day."""

    number: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSought:
    """Claims: by our number, by the sender's (CLM01), and by their first day of service."""

    number: str = ""
    patient_account: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsAsked:
    """Claims by any of these, for many inquiries at once, of whom the asker may see.

    Attributes:
        numbers: Our numbers.
        patient_accounts: The senders' numbers (CLM01).
        members: Member ids of subscribers, for claims whose service began from `since` to `until`.
        npis: The billing providers whose claims may be seen.
    """

    numbers: tuple[str, ...] = ()
    patient_accounts: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    since: date = date.min
    until: date = date.max
    npis: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSought:
    """Decisions that stand, by claim, payee, member, plan, first day of service, or all that came after a claim's.

    Attributes:
        claims: Our numbers.
        provider: Our id of the payee.
        member: Our id of the member.
        members: Our ids of several.
        plan: Plan id.
        since: First day of service, or later.
        until: First day of service, or earlier.
        after: Our number of a claim: decisions of `members` that became final after its first one.
    """

    claims: tuple[str, ...] = ()
    provider: str = ""
    member: str = ""
    members: tuple[str, ...] = ()
    plan: str = ""
    since: date | None = None
    until: date | None = None
    after: str = ""
