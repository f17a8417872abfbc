"""A member's accounting of disclosures: when, to whom, what, and for what purpose (45 CFR 164.528).

What counts, and what the accounting must list, is data: mappings/audit/disclosures.yaml, handed in as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, tzinfo
from typing import Final

import msgspec

from hpedi.audit.entry import AuditEntry
from hpedi.reference.dated import Entry

UNDESCRIBED: Final = "other"
"""The purpose of a disclosure that no row describes."""


class Purpose(Entry, frozen=True, kw_only=True):
    """Why data is disclosed.

    Attributes:
        accounted: An accounting must list it.
        source: The paragraph that says so.
    """

    accounted: bool
    source: str


class Described(Entry, frozen=True, kw_only=True):
    """What a disclosure is about; `result` is empty where the result of the entry does not matter."""

    action: str
    result: str = ""
    what: str
    purpose: str


class DisclosureTerms(Entry, frozen=True, kw_only=True):
    """What counts as a disclosure, by purpose and action, and for how many years it is accounted for."""

    years: int
    purposes: Mapping[str, Purpose]
    disclosures: tuple[Described, ...]

    def since(self, day: date) -> date:
        """Return the first day that an accounting asked for on a day goes back to."""
        is_leap_day = (day.month, day.day) == (2, 29)
        return day.replace(year=day.year - self.years, day=28 if is_leap_day else day.day)


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the accounting.

    Attributes:
        on: The day, where the payer is.
        to: To whom: our id or name of the folder.
        what: What was disclosed.
        purpose: Why.
        accounted: Whether the accounting must list it.
        source: The paragraph that says so.
        subject: Where to look further, for example `outbox:12`.
    """

    on: date
    to: str
    what: str
    purpose: str
    accounted: bool
    source: str
    subject: str


def load_disclosure_terms(content: bytes) -> DisclosureTerms:
    """Read mappings/audit/disclosures.yaml.

    Raises:
        LookupError: It names a purpose that it does not describe, or describes a disclosure twice.
    """
    terms = msgspec.yaml.decode(content, type=DisclosureTerms)
    if len({(each.action, each.result) for each in terms.disclosures}) < len(terms.disclosures):
        raise LookupError("a disclosure is described twice")
    unknown = {each.purpose for each in terms.disclosures} | {UNDESCRIBED}
    if not unknown <= terms.purposes.keys():
        raise LookupError("a purpose of disclosure is not described")
    return terms


def disclosures(entries: Iterable[AuditEntry], terms: DisclosureTerms, zone: tzinfo) -> Iterator[Disclosure]:
    """Yield the disclosures among entries about a member, in their order."""
    for entry in entries:
        if entry.recipient:
            described = _described(entry, terms.disclosures)
            purpose = terms.purposes[described.purpose]
            yield Disclosure(
                on=entry.at.astimezone(zone).date(),
                to=entry.recipient,
                what=described.what,
                purpose=described.purpose,
                accounted=purpose.accounted,
                source=purpose.source,
                subject=entry.subject,
            )


def _described(entry: AuditEntry, known: Iterable[Described]) -> Described:
    for each in known:
        if each.action == entry.action and each.result in {"", entry.result}:
            return each
    return Described(action=entry.action, what=entry.action, purpose=UNDESCRIBED)
