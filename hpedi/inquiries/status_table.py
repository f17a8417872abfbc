"""The table of claim status answers as dated data: mappings/inquiries/claim_status.yaml, read from bytes.

It says with which categories, codes and entities each state of a claim is told; which state a claim is in is not
decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from hpedi.reference.dated import Dated, Entry, in_force
from hpedi.transactions.ack_277ca.model import ClaimStatus

DECISION: Final = "decision"
"""Stands for the status that the decision, the pend or the 277CA has itself."""


class State(StrEnum):
    """What may have become of a claim, or of an inquiry; each has its row in the table, which says what it means."""

    IN_PROCESS = "in_process"
    PENDED = "pended"
    AWAITING_PAYMENT = "awaiting_payment"
    FINALISED = "finalised"
    REVISED = "revised"
    PAID_TO_MEMBER = "paid_to_member"
    REPLACED = "replaced"
    VOIDED = "voided"
    VOID = "void"
    REFUSED = "refused"
    REFUSED_SET = "refused_set"
    NOT_FOUND = "not_found"
    TOO_MANY = "too_many"
    NOTHING_TO_SEARCH_BY = "nothing_to_search_by"
    DATES_UNREADABLE = "dates_unreadable"
    CHARGE_UNREADABLE = "charge_unreadable"
    BIRTH_DATE_UNREADABLE = "birth_date_unreadable"
    LINE_NOT_FOUND = "line_not_found"
    PAYER_NOT_US = "payer_not_us"
    PROVIDER_ID_WRONG = "provider_id_wrong"


class StateRow(Entry, frozen=True, kw_only=True):
    """A state: what it means, and what it is told with."""

    state: State
    means: str
    statuses: tuple[str, ...]


class StatusTable(Dated, frozen=True, kw_only=True):
    """The table in force in a span of days; see the head of the file for what its parts are."""

    states: tuple[StateRow, ...]
    pends: Mapping[str, tuple[str, ...]]
    entities: Mapping[str, str]
    at_claims: Mapping[str, str]
    adjustments: Mapping[str, str]
    denied_line: str
    categories: Mapping[str, str]
    codes: Mapping[str, str]
    most_claims: int
    longest_claim_days: int
    source: str

    def of(self, state: State, decided: Sequence[str] = ()) -> tuple[ClaimStatus, ...]:
        """Return what a state is told with; `decided` stands where the row says `decision`."""
        row = next(each for each in self.states if each.state is state)
        own = [self._of_claim(self.status(text)) for text in decided]
        told = [own if each == DECISION else [self.status(each)] for each in row.statuses]
        return tuple(dict.fromkeys(status for statuses in told for status in statuses))

    def of_pend(self, reason: str, own: str) -> tuple[ClaimStatus, ...]:
        """Return what a claim that waits is told with, by why it waits; `own` is the status of the pend."""
        return self.of(State.PENDED, self.pends.get(reason, (own,)))

    def says(self, status: ClaimStatus) -> str:
        """Return a status in words, for a person; what there are no words for goes by its code."""
        words = (self.categories.get(status.category, status.category), self.codes.get(status.code, status.code))
        return ": ".join(dict.fromkeys(words))

    def status(self, text: str) -> ClaimStatus:
        """Return a status, with the entity that its code needs where it names none."""
        category, code, entity, *_ = [*text.split(":"), "", ""]
        return ClaimStatus(category, code, entity or self.entities.get(code, ""))

    def _of_claim(self, status: ClaimStatus) -> ClaimStatus:
        """Return a status with an entity that the 277 allows at a claim."""
        return replace(status, entity=self.at_claims.get(status.entity, status.entity))


class StatusTables(Entry, frozen=True, kw_only=True):
    """The tables of all days."""

    versions: tuple[StatusTable, ...]

    def on(self, day: date) -> StatusTable:
        """Return the table in force on the day of an inquiry.

        Raises:
            LookupError: There is none: inquiries of before it began are not answered.
        """
        table = in_force(self.versions, day)
        if table is None:
            raise LookupError("no table of claim status answers is in force on this day")
        return table


def load_status_tables(content: bytes) -> StatusTables:
    """Read the YAML of mappings/inquiries/claim_status.yaml.

    Raises:
        ValueError: A state has no row, or more than one: a bug of mappings.
    """
    tables = msgspec.yaml.decode(content, type=StatusTables)
    if any(sorted(row.state for row in table.states) != sorted(State) for table in tables.versions):
        raise ValueError("a table of claim status answers needs one row for each state")
    return tables
