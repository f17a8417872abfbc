"""Inquiries are answered: a table by transaction set, and the interchange in which the answers go back.

    270 -> 271, 276 -> 277

Batch, real time and a person at a terminal ask the same table. A set that a 999 refuses, or whose group or interchange
is refused, is not answered here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from hpedi.acceptance.acknowledge import Answer, AnswerNumbers, DueGroup, answer_to, application_of
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.verdicts import Verdict
from hpedi.pipeline.answer_eligibility import answer_eligibility
from hpedi.pipeline.answer_status import answer_status
from hpedi.pipeline.asking import Asking
from hpedi.pipeline.interchange_numbers import counter_of, group_counter_of
from hpedi.pipeline.open_receipt import OpenReceipt
from hpedi.pipeline.parties import answer_folder
from hpedi.pipeline.records import Outbound
from hpedi.transactions.eligibility_270.model import EligibilityInquiry
from hpedi.transactions.eligibility_271 import write as eligibility_271
from hpedi.transactions.status_277 import write as status_277
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import write_x12


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """How a kind of inquiry is answered.

    Attributes:
        set_id: ST01 of the answer.
        functional_id: GS01.
        version: GS08 and ST03.
        answer: Gives what stands between ST and SE.
    """

    set_id: str
    functional_id: str
    version: str
    answer: Callable[[Asking, Any], Iterable[SegmentValues]]


def _eligibility(asking: Asking, inquiry: EligibilityInquiry) -> Iterator[SegmentValues]:
    yield from eligibility_271.write_eligibility_answer(answer_eligibility(asking, inquiry))


ANSWERERS: Final[Mapping[str, Answerer]] = {
    "270": Answerer(
        set_id=eligibility_271.SET_ID,
        functional_id=eligibility_271.FUNCTIONAL_ID,
        version=eligibility_271.VERSION,
        answer=_eligibility,
    ),
    "276": Answerer(
        set_id=status_277.SET_ID,
        functional_id=status_277.FUNCTIONAL_ID,
        version=status_277.VERSION,
        answer=answer_status,
    ),
}
"""By ST01 of the inquiry."""


def answers_due(judged: InterchangeJudgement, asking: Asking) -> list[DueGroup]:
    """Return the answers to the inquiry sets of an interchange, in groups by kind of answer and application.

    Args:
        judged: What became of it; its inquiries were read.
        asking: Who asks, when, and the books; its reference number is that of the interchange.
    """
    if judged.noted.verdict is Verdict.REJECTED:
        return []
    due: dict[tuple[str, tuple[str, str]], DueGroup] = {}
    for group in judged.groups:
        for each in group.sets if group.noted.verdict is not Verdict.REJECTED else ():
            if each.inquiry is None or each.syntax is Verdict.REJECTED:
                continue
            answerer, application = ANSWERERS[each.id], application_of(group)
            empty = DueGroup(answerer.set_id, answerer.functional_id, answerer.version, application, [])
            of_set = replace(asking, reference_number=f"{asking.reference_number}-{each.ordinal}")
            due.setdefault((each.id, application), empty).bodies.append(answerer.answer(of_set, each.inquiry))
    return list(due.values())


def written_answers(answer: Answer, *, line_breaks: bool = False) -> bytes:
    """Write an interchange of answers; what is read from the books for it is read now."""
    return write_x12(answer.interchange, answer.delimiters, line_breaks=line_breaks)


def put_inquiry_answers(current: OpenReceipt, judged: InterchangeJudgement, asking: Asking) -> tuple[str, ...]:
    """Put the answers to the inquiries of an interchange into the outbox, in the transaction that closes its receipt.

    Args:
        current: The interchange, its receipt begun.
        judged: What became of it.
        asking: Who asks, when, and the books.

    Returns:
        The names of the files: one a kind of answer.
    """
    work, names = asking.work, []
    by_kind: dict[str, list[DueGroup]] = {}
    for group in answers_due(judged, asking):
        by_kind.setdefault(group.set_id, []).append(group)
    for kind, groups in by_kind.items():
        partner = current.partner
        numbers = AnswerNumbers(
            interchange=work.numbers.reserve(counter_of(partner.id if partner is not None else "", judged.usage)),
            first_group=work.numbers.reserve(group_counter_of(judged.usage), len(groups)),
            instant=asking.instant,
        )
        breaks = partner.acknowledgements.line_breaks if partner is not None else False
        content = written_answers(answer_to(judged, numbers, groups), line_breaks=breaks)
        name = f"{numbers.interchange:09d}.{kind}"
        receipt = current.receipt.id if current.receipt is not None else None
        folder = answer_folder(partner, judged.usage)
        work.outbox.put([Outbound(folder=folder, name=name, kind=kind, content=content, receipt=receipt)])
        names.append(name)
    return tuple(names)
