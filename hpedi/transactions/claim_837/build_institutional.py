"""From the drafts of an institutional claim to what only such a claim says (837I X223A2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from hpedi.claims.claim import Diagnosis, Institutional, OccurrenceCode, ProcedureCode, ValueCode
from hpedi.claims.parties import Provider
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.draft import ClaimDraft
from hpedi.transactions.claim_837.elements import Elements
from hpedi.transactions.claim_837.parties import Parties
from hpedi.transactions.claim_837.values import read_day, read_diagnosis, read_place, read_quantity, read_span

STATEMENT, ADMISSION, DISCHARGE = "434", "435", "096"
ADMITTING: Final = frozenset({"ABJ", "BJ"})
VISIT_REASON: Final = frozenset({"APR", "PR"})
EXTERNAL_CAUSE: Final = frozenset({"ABN", "BN"})
PROCEDURE: Final = frozenset({"BBR", "BR", "CAH", "BBQ", "BQ"})
DRG, OCCURRENCE, OCCURRENCE_SPAN, VALUE, CONDITION, TREATMENT = "DR", "BH", "BI", "BE", "BG", "TC"
_COMPONENTS, _D8_LENGTH = 9, 8
_NO_DAY, _NOTHING = date.min, Decimal(0)


class _Code(NamedTuple):
    """A composite of an HI segment, and where it stands."""

    parts: list[str]
    text: str
    position: int
    element: int


class InstitutionalBuilder:
    """Makes the institutional parts of claims, for one set."""

    __slots__ = ("_elements", "_parties")

    def __init__(self, elements: Elements, parties: Parties) -> None:
        """Begin.

        Args:
            elements: Reads elements.
            parties: Makes the models of providers.
        """
        self._elements = elements
        self._parties = parties

    def statement_dates(self, draft: ClaimDraft) -> DateSpan | None:
        """Return the days that a claim is for; None, and noted, where they are missing or cannot be read."""
        segment = draft.dates.get(STATEMENT)
        if segment is None:
            self._elements.problems.add("claim-incomplete", draft.segment[1], loop="2300", segment_id="DTP")
            return None
        return self._elements.dates(self._elements.split(segment[0]), segment[1], "2300")

    def admission(self, draft: ClaimDraft) -> tuple[date | None, str]:
        """Return the day of admission, and its hour as HHMM where it is told."""
        segment = draft.dates.get(ADMISSION)
        if segment is None:
            return None, ""
        value = self._elements.split(segment[0])[3]
        day = read_day(value[:_D8_LENGTH])
        if day is None:
            self._elements.problems.add("claim-date", segment[1], loop="2300", segment_id="DTP", element=3)
        return day, value[_D8_LENGTH:]

    def institutional(self, draft: ClaimDraft, statement_dates: DateSpan, admission_hour: str) -> Institutional:
        """Make what only an institutional claim says."""
        elements = self._elements
        codes = list(self._codes(draft))
        of_kind = {code.parts[0]: code.parts[1] for code in codes}
        claim_code = next((elements.split(text) for text, _ in draft.further if text.startswith("CL1")), [""] * 4)
        discharge = draft.dates.get(DISCHARGE)
        return Institutional(
            facility_code=read_place(elements.split(draft.segment[0])[5], elements.component)[0],
            statement_dates=statement_dates,
            admission_hour=admission_hour,
            admission_type=claim_code[1],
            admission_source=claim_code[2],
            patient_status=claim_code[3],
            discharge_hour="" if discharge is None else elements.split(discharge[0])[3],
            drg=of_kind.get(DRG, ""),
            procedures=tuple([self._procedure(code) for code in codes if code.parts[0] in PROCEDURE]),
            occurrences=tuple([self._occurrence(code) for code in codes if code.parts[0] == OCCURRENCE]),
            occurrence_spans=tuple([self._occurrence(code) for code in codes if code.parts[0] == OCCURRENCE_SPAN]),
            values=tuple([self._value(code) for code in codes if code.parts[0] == VALUE]),
            conditions=tuple([code.parts[1] for code in codes if code.parts[0] == CONDITION]),
            treatments=tuple([code.parts[1] for code in codes if code.parts[0] == TREATMENT]),
            admitting_diagnosis=next(iter(self._diagnoses(codes, ADMITTING)), None),
            visit_reasons=self._diagnoses(codes, VISIT_REASON),
            external_causes=self._diagnoses(codes, EXTERNAL_CAUSE),
            attending=self._provider(draft, "71"),
            operating=self._provider(draft, "72"),
            other_operating=self._provider(draft, "ZZ"),
        )

    def _codes(self, draft: ClaimDraft) -> Iterator[_Code]:
        elements = self._elements
        for text, position in draft.codes:
            for number, composite in enumerate(text.split(elements.element)[1:], 1):
                if composite:
                    yield _Code(elements.components(composite, _COMPONENTS), composite, position, number)

    def _diagnoses(self, codes: list[_Code], kinds: frozenset[str]) -> tuple[Diagnosis, ...]:
        component = self._elements.component
        made = [read_diagnosis(code.text, component) for code in codes if code.parts[0] in kinds]
        return tuple([diagnosis for diagnosis in made if diagnosis is not None])

    def _procedure(self, code: _Code) -> ProcedureCode:
        day = read_day(code.parts[3])
        if day is None:
            self._unreadable("claim-date", code)
        return ProcedureCode(qualifier=code.parts[0], code=code.parts[1], date=day or _NO_DAY)

    def _occurrence(self, code: _Code) -> OccurrenceCode:
        span = read_span(code.parts[2], code.parts[3])
        if span is None:
            self._unreadable("claim-date", code)
        return OccurrenceCode(code=code.parts[1], dates=span or DateSpan(_NO_DAY, _NO_DAY))

    def _value(self, code: _Code) -> ValueCode:
        amount = read_quantity(code.parts[4])
        if amount is None:
            self._unreadable("claim-amount", code)
        return ValueCode(code=code.parts[1], amount=_NOTHING if amount is None else amount)

    def _unreadable(self, kind: str, code: _Code) -> None:
        self._elements.problems.add(kind, code.position, loop="2300", segment_id="HI", element=code.element)

    def _provider(self, draft: ClaimDraft, role: str) -> Provider | None:
        return self._parties.provider(draft.providers.get(role))
