"""One 270 or 276 answered while its sender waits: the 271 or 277, or the 999 or TA1 that refuses it.

Nothing of the inquiry is kept but its audit rows, which commit before the answer is given out; so no control number is
held against earlier ones. Answers are made by what a file would be answered by.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from hpedi.acceptance.acknowledge import Answer, AnswerNumbers, DueGroup, acknowledge, answer_to, groups_due
from hpedi.acceptance.interchange_checks import check_addresses
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.verdicts import Verdict
from hpedi.findings import Finding
from hpedi.partners.identities import partner_of
from hpedi.partners.ownership import not_owned
from hpedi.pipeline.agreed import Agreed, ReceiptTerms, limits_by
from hpedi.pipeline.answer_inquiries import ANSWERERS, answers_due, written_answers
from hpedi.pipeline.asking import PURPOSE, Asking
from hpedi.pipeline.granting import asker
from hpedi.pipeline.inquirers import Inquirer
from hpedi.pipeline.interchange_numbers import counter_of, group_counter_of
from hpedi.pipeline.ports import Books, Work
from hpedi.reference.partners import Partner
from hpedi.run_context import RunContext
from hpedi.x12.events import InterchangeStart
from hpedi.x12.reader import read_x12

SUBJECT: Final = "real time"
ACKNOWLEDGED, REFUSED = "999", "TA1"
"""Kinds of answer that refuse: a set or group, an interchange."""


Result = TypeVar("Result")


class Commit(Protocol):
    """Makes a short change on behalf of somebody, perhaps together with others; it is committed on return."""

    def __call__(self, context: RunContext, change: Callable[[Work], Result], /) -> Result:
        """Make it, and return what it returns."""


class NotOneInquiry(Exception):
    """What was sent is no X12, or another thing than one interchange with one 270 or 276."""


class NotTheSenders(Exception):
    """What was sent names an ISA06 or GS02 that is not the sender's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTimeAnswer:
    """An answer: 271, 277, 999 or TA1, and its interchange."""

    kind: str
    content: bytes


def answer_now(
    books: Books,
    commit: Commit,
    context: RunContext,
    terms: ReceiptTerms,
    partner: Partner,
    content: bytes,
    *,
    reference_number: str,
    set_ids: Container[str] = ANSWERERS,
) -> RealTimeAnswer:
    """Answer an inquiry, and leave its audit rows.

    Args:
        books: What it is answered from.
        commit: What commits audit rows and numbers.
        context: Who asks (a machine of an organisation), and when.
        terms: What judging needs.
        partner: The trading partner that the sender's organisation is.
        content: The interchange.
        reference_number: Our number of the answer.
        set_ids: ST01 of what is answered.

    Raises:
        NotOneInquiry: It is no X12, or not one set of these.
        NotTheSenders: It names somebody else as its sender.
    """
    events = list(read_x12([content], terms.limits, limits_for=limits_by(terms)))
    if not_owned(events, partner, terms.reference.partners):
        commit(context, lambda work: _record(work, "not the sender's own"))
        raise NotTheSenders
    judged = _one_judged(list(judge(events, _judging(terms, partner))))
    refusal = _refusal(judged)
    if refusal:
        return _refused(commit, context, partner, judged, refusal)
    if not all(each.id in set_ids and each.inquiry is not None for group in judged.groups for each in group.sets):
        raise NotOneInquiry
    due, told = _read(books, context, terms, judged, reference_number)

    def keep(work: Work) -> AnswerNumbers:
        work.audit.add(told)
        return _numbers(work, partner, judged, 1)

    answer = answer_to(judged, commit(context, keep), [due])
    return RealTimeAnswer(kind=due.set_id, content=_written(answer, partner))


def _judging(terms: ReceiptTerms, partner: Partner) -> Judging:
    agreed = Agreed(terms)
    agreed.sender = partner
    payer = terms.reference.payer

    def check(start: InterchangeStart) -> Sequence[Finding]:
        return list(check_addresses(start, payer, partner_of(start, terms.reference.partners)))

    return Judging(
        guide_for=agreed.guide_for,
        sets_of_group=terms.sets_of_group,
        known_version=terms.known_version,
        may_send=agreed.may_send,
        plan_for=agreed.plan_for,
        check_interchange=check,
        reads_inquiries=True,
    )


def _one_judged(found: Sequence[InterchangeJudgement | Finding]) -> InterchangeJudgement:
    match [each for each in found if isinstance(each, InterchangeJudgement)]:
        case [judged] if len(found) == 1 and (_is_at_most_one(judged)):
            return judged
        case _:
            raise NotOneInquiry


def _is_at_most_one(judged: InterchangeJudgement) -> bool:
    """Say whether there is one set; in what is refused there may be none."""
    sets = sum(len(group.sets) for group in judged.groups)
    return sets == 1 or (not sets and bool(_refusal(judged)))


def _refusal(judged: InterchangeJudgement) -> str:
    """Return what refuses an interchange or what is in it; empty where its sets are to be answered."""
    if judged.noted.verdict is Verdict.REJECTED:
        return REFUSED
    groups = [group.noted.verdict is Verdict.REJECTED for group in judged.groups]
    sets = [each.syntax is Verdict.REJECTED for group in judged.groups for each in group.sets]
    return ACKNOWLEDGED if any([*groups, *sets]) else ""


def _refused(
    commit: Commit, context: RunContext, partner: Partner, judged: InterchangeJudgement, kind: str
) -> RealTimeAnswer:
    def keep(work: Work) -> AnswerNumbers:
        _record(work, kind)
        return _numbers(work, partner, judged, max(groups_due(judged), 1))

    answer = acknowledge(judged, commit(context, keep), ta1="never")
    if answer is None:
        raise LookupError("what is refused is acknowledged")
    return RealTimeAnswer(kind=kind, content=_written(answer, partner))


def _read(
    books: Books, context: RunContext, terms: ReceiptTerms, judged: InterchangeJudgement, reference_number: str
) -> tuple[DueGroup, Sequence[object]]:
    """Return the answer read from the books, and the audit rows that are to be written before it is given out."""
    with books.reading(context) as work:
        who = Inquirer(recipient=_recipient(work), asker=asker(work, terms.access_rules), usage=judged.usage)
        asking = Asking(
            work=work,
            reference=terms.reference,
            data=terms.inquiry_data,
            who=who,
            today=context.as_of,
            instant=context.instant,
            reference_number=reference_number,
        )
        (due,) = answers_due(judged, asking)
        return replace(due, bodies=[list(body) for body in due.bodies]), work.audit.told


def _numbers(work: Work, partner: Partner, judged: InterchangeJudgement, groups: int) -> AnswerNumbers:
    return AnswerNumbers(
        interchange=work.numbers.reserve(counter_of(partner.id, judged.usage)),
        first_group=work.numbers.reserve(group_counter_of(judged.usage), groups),
        instant=work.context.instant,
    )


def _written(answer: Answer, partner: Partner) -> bytes:
    return written_answers(answer, line_breaks=partner.acknowledgements.line_breaks)


def _recipient(work: Work) -> str:
    return work.context.principal.on_behalf_of


def _record(work: Work, result: str) -> None:
    work.audit.record(f"inquire {SUBJECT}", SUBJECT, recipient=_recipient(work), reason=PURPOSE, result=result)
