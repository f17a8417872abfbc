"""From the placed segments of an 837P, 837I or 837D to claims, one at a time, while the set is still being walked.

Nothing is parsed a second time: the walk says where each segment stands, this takes its elements. Bad data is never
raised: a claim that cannot be read is handed out without a model and with findings. What the guide found wrong is not
judged here. Source: 005010X222A1, 005010X223A2, 005010X224A2.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Final

import msgspec

from hpedi.claims.claim import Claim
from hpedi.claims.parties import Patient, Provider, Subscriber
from hpedi.claims.submission import SubmissionHeader
from hpedi.findings import Finding, Where
from hpedi.guides.nodes import SegmentNode
from hpedi.guides.walk import PlacedBatch
from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.build import ClaimBuilder
from hpedi.transactions.claim_837.claim_types import GUIDES, INSTITUTIONAL, PROFESSIONAL
from hpedi.transactions.claim_837.draft import ClaimDraft, SetDraft
from hpedi.transactions.claim_837.elements import Elements
from hpedi.transactions.claim_837.parties import Parties
from hpedi.transactions.claim_837.placed_lines import PlacedLines
from hpedi.transactions.claim_837.problems import Problems
from hpedi.transactions.claim_837.steps import STEPS, Step
from hpedi.x12.events import Delimiters, SegmentBatch


class PlacedClaim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A claim with its place in the set.

    Attributes:
        ordinal: Its number in the set, from 1.
        first_segment: Position of its CLM in the set, ST being 1.
        last_segment: Position of its last segment.
        claim: The claim; None where it cannot be read whole. What follows is then known as far as it can be read.
        patient_control_number: CLM01 as sent.
        charged: CLM02.
        billing: The billing provider above it.
        subscriber: The subscriber above it.
        patient: The patient above it, where not the subscriber.
        readable_dates: Days of service of a claim that cannot be read whole; None where none can be read.
        clearinghouse_trace: REF*D9.
        bill_type: CLM05-1 and CLM05-3 of an institutional claim.
        lines: Its service lines as sent.
        findings: What cannot be read.
    """

    ordinal: int
    first_segment: int
    last_segment: int
    claim: Claim | None
    patient_control_number: str
    charged: Usd | None
    billing: Provider | None
    subscriber: Subscriber | None
    patient: Patient | None
    readable_dates: DateSpan | None
    clearinghouse_trace: str
    bill_type: str
    lines: PlacedLines
    findings: tuple[Finding, ...] = ()

    @property
    def dates(self) -> DateSpan | None:
        """Its days of service; None where none can be read."""
        return self.readable_dates if self.claim is None else DateSpan(self.claim.first_date, self.claim.last_date)


class ClaimReader:
    """Reads the claims of one 837 transaction set."""

    def __init__(
        self,
        delimiters: Delimiters,
        where: Where = Where(),  # noqa: B008  frozen
        *,
        claim_type: str = PROFESSIONAL,
        makes_models: bool = True,
    ) -> None:
        """Begin a set.

        Args:
            delimiters: Those of its interchange.
            where: The set, for findings: file, interchange, group and set.
            claim_type: P, I or D; `claim_types` says which by the guide.
            makes_models: Without it claims are told by what stands above and in them alone: for guides that we have no
                models of.
        """
        self._makes_models = makes_models
        self._delimiters = delimiters
        self._where = where
        self._batches = _Batches()
        self._problems = Problems(where, self._batches.byte_offset, GUIDES[claim_type])
        self._elements = Elements(delimiters.element, delimiters.component, self._problems)
        self._parties = Parties(self._elements)
        self._claim_type = claim_type
        self._has_bill_type = claim_type == INSTITUTIONAL or not makes_models
        self._draft = SetDraft(delimiters.element, self._finish)
        self._finished: list[PlacedClaim] = []
        self._ordinal = 0
        self._position = 0

    @cached_property
    def _builder(self) -> ClaimBuilder:
        """What makes the claims; made with the first one, for a file may have thousands of sets without any."""
        return ClaimBuilder(self._claim_type, self._elements, self._parties)

    @property
    def header(self) -> SubmissionHeader:
        """The head of the submission, as far as it was read."""
        return self._parties.header(self._draft)

    def read(self, placed: PlacedBatch) -> list[PlacedClaim]:
        """Take the next segments of the set.

        Returns:
            The claims that ended with them; the one under way is kept for the next call.
        """
        batch, draft, steps = placed.batch, self._draft, _STEPS_BY_NODE
        self._batches.take(batch, None if draft.claim is draft.nowhere else draft.claim.segment[1])
        position = batch.first_position
        for node, text in zip(placed.nodes, placed.texts, strict=True):
            step = steps[node]
            if step is not None:
                step(draft, text, position)
            position += 1
        self._position = position - 1
        return self._handed_out()

    def close(self) -> list[PlacedClaim]:
        """End the set and hand out the claim under way, if there is one."""
        self._finish(self._position)
        del self._draft.finish  # it holds the reader: without cycles all of it goes at once
        return self._handed_out()

    def where_of(self, placed: PlacedClaim) -> Where:
        """Return the place of a claim's CLM; asked for after the next `read`, without its byte offset."""
        return replace(
            self._where,
            segment=placed.first_segment,
            byte_offset=self._batches.byte_offset(placed.first_segment),
            loop="2300",
            segment_id="CLM",
        )

    def _handed_out(self) -> list[PlacedClaim]:
        finished, self._finished = self._finished, []
        return finished

    def _finish(self, last_segment: int) -> None:
        """Make the claim under way, now that its last segment is known."""
        draft = self._draft
        claim = draft.claim
        if claim is draft.nowhere:
            return
        draft.claim = draft.nowhere
        self._model_levels()
        model = self._builder.claim(draft, claim) if self._makes_models else None
        problems = self._problems.taken()
        self._ordinal += 1
        self._finished.append(
            PlacedClaim(
                ordinal=self._ordinal,
                first_segment=claim.segment[1],
                last_segment=last_segment,
                claim=model,
                patient_control_number=self._number(claim) if model is None else model.patient_control_number,
                charged=self._builder.charged(claim) if model is None else model.charged,
                billing=draft.billing_model,
                subscriber=draft.subscriber_model,
                patient=draft.patient_model,
                readable_dates=self._builder.service_dates(claim) if model is None else None,
                clearinghouse_trace=claim.references.get("D9", ""),
                bill_type=self._builder.bill_type(claim) if model is None or self._has_bill_type else "",
                lines=PlacedLines(claim.lines, self._delimiters.element, self._delimiters.component),
                findings=problems if self._makes_models else (),
            )
        )

    def _number(self, claim: ClaimDraft) -> str:
        return self._elements.split(claim.segment[0])[1]

    def _model_levels(self) -> None:
        """Make the models of the levels in force, once for all claims below them."""
        draft, parties = self._draft, self._parties
        if draft.billing_model is None:
            draft.billing_model = parties.provider(draft.billing)
        if draft.subscriber_model is None:
            draft.subscriber_model = parties.subscriber(draft.subscriber)
        if draft.payer_model is None:
            draft.payer_model = parties.payer(draft.payer)
        if draft.patient_model is None and draft.patient is not None:
            draft.patient_model = parties.patient(draft.patient)


class _Batches:
    """The batches that the claim under way stands in: all whose places may still be asked for."""

    __slots__ = ("_batches",)

    def __init__(self) -> None:
        self._batches: list[SegmentBatch] = []

    def take(self, batch: SegmentBatch, since: int | None) -> None:
        """Take the next one, and drop those that end before a position; without one, all."""
        ended = batch.first_position if since is None else since
        self._batches = [each for each in self._batches if each.first_position + len(each.texts) > ended]
        self._batches.append(batch)

    def byte_offset(self, position: int) -> int | None:
        for batch in self._batches:
            if 0 <= position - batch.first_position < len(batch.texts):
                return batch.byte_offset(position - batch.first_position)
        return None


class _StepsByNode(dict[SegmentNode | None, Step | None]):
    """The step of each node of the guides, found once a node."""

    def __missing__(self, node: SegmentNode | None) -> Step | None:
        step = None
        if node is not None:
            step = _ends_set if node.segment_id == "SE" else STEPS.get((node.loop_id, node.segment_id))
        self[node] = step
        return step


def _ends_set(draft: SetDraft, _text: str, position: int) -> None:
    draft.finish(position - 1)


_STEPS_BY_NODE: Final = _StepsByNode()
