"""From judged claims to the 277CA: each claim accepted with our number or refused with its status codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from hpedi.acceptance.judgement import ClaimJudgement
from hpedi.acceptance.verdicts import Verdict
from hpedi.claims.parties import Name, Provider
from hpedi.claims.submission import SubmissionHeader
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.findings import Finding
from hpedi.money import ZERO
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import AnsweredClaim, AnsweredLine, ClaimAcknowledgment, ClaimStatus, Party
from hpedi.transactions.claim_837.placed_lines import PlacedLine
from hpedi.transactions.claim_837.read import PlacedClaim

_UNREADABLE = "claim-incomplete"
_NOT_SENT = "UNKNOWN"
_NPI, _TAX_ID, _MEMBER_ID, _SUBMITTER, _REVENUE_CODE = "XX", "FI", "MI", "46", "NU"


def answered_claim(judged: ClaimJudgement, *, received: date, payer_claim_control_number: str = "") -> AnsweredClaim:
    """Return what a 277CA says of a claim whose set is not refused.

    Args:
        judged: The claim.
        received: Stands for days of service that cannot be read.
        payer_claim_control_number: Our number for it, if it is accepted.
    """
    placed = judged.placed
    is_refused = judged.verdict is Verdict.REJECTED
    return AnsweredClaim(
        billing=_billing(placed.billing),
        patient=_patient(placed),
        patient_control_number=placed.patient_control_number or _NOT_SENT,
        charged=ZERO if placed.charged is None else placed.charged,
        statuses=claim_statuses(judged.findings) if is_refused else (),
        payer_claim_control_number="" if is_refused else payer_claim_control_number,
        clearinghouse_trace=placed.clearinghouse_trace,
        bill_type=placed.bill_type,
        service_dates=placed.dates or DateSpan(received, received),
        lines=_lines_at_fault(placed, judged.findings) if is_refused else (),
    )


def claim_statuses(findings: Sequence[Finding]) -> tuple[ClaimStatus, ...]:
    """Return the distinct statuses of a refused claim's errors, in the order found; never empty."""
    fallback = FINDING_KINDS[_UNREADABLE].sent.status
    return _statuses(findings) or (ClaimStatus(*(fallback or ())),)


def claim_acknowledgment(
    header: SubmissionHeader,
    claims: Sequence[AnsweredClaim],
    *,
    payer_name: str,
    payer_id: str,
    reference: str,
    created: datetime,
    received: date,
) -> ClaimAcknowledgment:
    """Return the 277CA of one 837 set.

    Args:
        header: The head of the set.
        claims: Its claims in order.
        payer_name: Our name.
        payer_id: Our payer id.
        reference: Our reference for this answer (BHT03 and the payer's trace).
        created: The instant of the answer, in local time.
        received: The day the set was received.
    """
    submitter = header.submitter or Name(last=header.submitter_id or _NOT_SENT)
    return ClaimAcknowledgment(
        reference=reference,
        created=created,
        payer_name=payer_name,
        payer_id=payer_id,
        payer_trace=reference,
        received=received,
        answered=created.date(),
        submitter=Party(
            is_person=header.submitter_is_person and header.submitter is not None,
            name=submitter,
            id_qualifier=_SUBMITTER,
            id=header.submitter_id or _NOT_SENT,
        ),
        submission_trace=header.reference or _NOT_SENT,
        claims=claims,
    )


def _statuses(findings: Iterable[Finding]) -> tuple[ClaimStatus, ...]:
    sent = [finding.kind.sent.status for finding in findings if finding.is_error]
    return tuple(dict.fromkeys(ClaimStatus(*status) for status in sent if status))


def _lines_at_fault(placed: PlacedClaim, findings: Iterable[Finding]) -> tuple[AnsweredLine, ...]:
    """Return the lines in which errors with a status lie, in the order of the claim.

    A line with neither procedure nor revenue code is not told: a 277CA could not name it (2220D SVC01 is required).
    """
    of_lines: dict[int, tuple[PlacedLine, list[Finding]]] = {}
    for finding in findings:
        if finding.is_error and finding.kind.sent.status and finding.where.segment is not None:
            line = placed.lines.holding(finding.where.segment)
            if line is not None and ((line.qualifier and line.code) or line.revenue_code):
                of_lines.setdefault(line.first_segment, (line, []))[1].append(finding)
    return tuple(_line(line, of_line) for _, (line, of_line) in sorted(of_lines.items(), key=lambda each: each[0]))


def _line(line: PlacedLine, findings: Sequence[Finding]) -> AnsweredLine:
    """Return a line; one without a procedure goes by its revenue code."""
    has_procedure = bool(line.qualifier and line.code)
    return AnsweredLine(
        procedure=(line.qualifier, line.code, *line.modifiers) if has_procedure else (_REVENUE_CODE, line.revenue_code),
        charged=ZERO if line.charged is None else line.charged,
        revenue_code=line.revenue_code if has_procedure else "",
        units=line.units,
        statuses=_statuses(findings),
        control_number=line.control_number or _NOT_SENT,
        prescription=line.prescription,
        service_dates=line.dates,
    )


def _billing(provider: Provider | None) -> Party:
    if provider is None:
        return Party(is_person=False, name=Name(last=_NOT_SENT), id_qualifier=_TAX_ID, id=_NOT_SENT)
    qualifier, identifier = (_NPI, provider.npi) if provider.npi else (_TAX_ID, provider.tax_id or _NOT_SENT)
    name = provider.name or Name(last=_NOT_SENT)
    return Party(is_person=provider.is_person, name=name, id_qualifier=qualifier, id=identifier)


def _patient(placed: PlacedClaim) -> Party:
    """A patient is a person to a 277CA; one whose subscriber is an organisation goes by the organisation's name."""
    subscriber = placed.subscriber
    named = placed.patient or subscriber
    name = Name(last=_NOT_SENT) if named is None else named.name
    member_id = "" if subscriber is None else subscriber.member_id
    return Party(is_person=True, name=name, id_qualifier=_MEMBER_ID, id=member_id or _NOT_SENT)
