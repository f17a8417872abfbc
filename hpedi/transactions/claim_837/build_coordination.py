"""From the drafts of other payers to their models: who they are, and what they decided on the claim and its lines."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import LineAdjudication, OtherPayer
from hpedi.claims.details import AdjudicationInformation
from hpedi.transactions.claim_837.draft import NOTHING, DecisionDraft, OtherPayerDraft, Placed
from hpedi.transactions.claim_837.elements import Elements
from hpedi.transactions.claim_837.parties import Parties
from hpedi.transactions.claim_837.values import read_count, read_procedure

REMARKS = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
"""The elements of a MIA and a MOA that are remark codes."""
_VALUES = {"MIA": (1, 3, 4, *range(6, 20), 24), "MOA": (1, 2, 8, 9)}


class CoordinationBuilder:
    """Makes the models of other payers, for one set."""

    __slots__ = ("_elements", "_parties")

    def __init__(self, elements: Elements, parties: Parties) -> None:
        """Begin.

        Args:
            elements: Reads elements.
            parties: Makes names.
        """
        self._elements = elements
        self._parties = parties

    def other_payer(self, draft: OtherPayerDraft) -> OtherPayer:
        """Make another payer of a 2320 and its 2330."""
        elements, split = self._elements, self._elements.split
        level, insurance = split(draft.level[0]), split(draft.insurance[0])
        subscriber, payer = split(draft.subscriber[0]), split(draft.payer[0])
        return OtherPayer(
            payer_responsibility=level[1],
            relationship=level[2],
            claim_filing=level[9],
            group_number=level[3],
            group_name=level[4],
            insurance_type=level[5],
            subscriber=self._parties.name(draft.subscriber),
            subscriber_is_person=subscriber[2] != "2",
            subscriber_member_id=subscriber[9],
            benefits_assigned=insurance[3],
            release_of_information=insurance[6],
            payer_name=payer[3],
            payer_id=payer[9],
            paid=elements.amount_at(draft.amounts, "D", "2320"),
            remaining=elements.amount_at(draft.amounts, "EAF", "2320"),
            non_covered=elements.amount_at(draft.amounts, "A8", "2320"),
            adjustments=self._adjustments(draft.adjustments, "2320"),
            inpatient=self._information(draft.inpatient),
            outpatient=self._information(draft.outpatient),
            adjudicated_on=elements.day(draft.dates.get("573"), "2330B"),
            references=tuple([(cut[1], cut[2]) for cut in (split(text) for text, _ in draft.references)]),
        )

    def decision(self, draft: DecisionDraft, line_procedure: str, line_revenue_code: str = "") -> LineAdjudication:
        """Make what another payer decided on a line.

        Args:
            draft: The 2430.
            line_procedure: The procedure of the line as sent: a decision on the same is not given it again.
            line_revenue_code: The revenue code of the line, likewise.
        """
        elements = self._elements
        cut, position = elements.split(draft.service[0]), draft.service[1]
        of_line = cut[3] == line_procedure
        qualifier, code, modifiers, _ = ("HC", "", (), "") if of_line else read_procedure(cut[3], elements.component)
        return LineAdjudication(
            payer_id=cut[1],
            paid=elements.amount(cut[2], position, "2430", "SVD", 2),
            code=code,
            code_qualifier=qualifier,
            modifiers=modifiers,
            revenue_code="" if cut[4] == line_revenue_code else cut[4],
            units=elements.quantity(cut[5], position, "2430", "SVD", 5),
            bundled_into=read_count(cut[6]) if cut[6] else None,
            adjustments=self._adjustments(draft.adjustments, "2430"),
            paid_on=elements.day(draft.dates.get("573"), "2430"),
            remaining=elements.amount_at(draft.amounts, "EAF", "2430"),
        )

    def _information(self, segment: Placed) -> AdjudicationInformation | None:
        """Make what a MIA or MOA tells."""
        if segment is NOTHING:
            return None
        cut, position = self._elements.split(segment[0]), segment[1]
        at = [number for number in _VALUES[cut[0]] if cut[number]]
        return AdjudicationInformation(
            values=tuple(
                [(number, self._elements.quantity(cut[number], position, "2320", cut[0], number)) for number in at]
            ),
            remarks=tuple([cut[number] for number in REMARKS[cut[0]] if cut[number]]),
        )

    def _adjustments(self, segments: Sequence[Placed], loop: str) -> tuple[Adjustment, ...]:
        """Make the adjustments of CAS segments: up to six of reason, amount and quantity in each."""
        made: list[Adjustment] = []
        for text, position in segments:
            cut = self._elements.split(text)
            for at in range(2, 20, 3):
                if cut[at]:
                    amount = self._elements.amount(cut[at + 1], position, loop, "CAS", at + 1)
                    quantity = self._elements.maybe_quantity(cut, position, loop, at + 2)
                    made.append(Adjustment(cut[1], cut[at], amount, quantity))
        return tuple(made)
