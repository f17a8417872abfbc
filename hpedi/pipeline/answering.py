"""The answer to an interchange that is being received, as its sender chose to have it.

Test data (ISA15 = T) is answered under control numbers of its own and into a folder of its own.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from hpedi.acceptance.acknowledge import AnswerNumbers, acknowledge, groups_due
from hpedi.acceptance.answers import claim_acknowledgment
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.pipeline.interchange_numbers import counter_of, group_counter_of
from hpedi.pipeline.open_receipt import OpenReceipt
from hpedi.pipeline.parties import answer_folder
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import Outbound
from hpedi.reference.partners import Acknowledgements
from hpedi.reference.payer import Payer
from hpedi.transactions.ack_277ca.model import ClaimAcknowledgment
from hpedi.x12.writer import write_x12

_AS_USUAL: Final = Acknowledgements()


def put_answer(
    work: Work,
    current: OpenReceipt,
    judged: InterchangeJudgement,
    *,
    payer: Payer,
    received: date,
    instant: datetime,
) -> str:
    """Put the answer to an interchange into the outbox.

    Args:
        work: The transaction that closes its receipt.
        current: The interchange, its receipt begun.
        judged: What became of it.
        payer: Us.
        received: The day it was received.
        instant: The moment it was received, in local time.

    Returns:
        The name of the answer; empty where none is due.
    """
    if current.receipt is None:
        raise LookupError("an interchange is answered after its receipt was begun")
    choices = current.partner.acknowledgements if current.partner is not None else _AS_USUAL
    claims = {}
    if choices.claims:
        claims = _claim_acknowledgments(current, judged, payer=payer, received=received, instant=instant)
    group_numbers = group_counter_of(judged.usage)
    interchange_numbers = counter_of(current.partner.id if current.partner is not None else "", judged.usage)
    isa13 = work.numbers.peek(interchange_numbers)
    gs06 = work.numbers.peek(group_numbers)
    numbers = AnswerNumbers(interchange=isa13, first_group=gs06, instant=instant)
    answer = acknowledge(judged, numbers, claims=claims, ta1=choices.ta1)
    if answer is None:
        return ""
    work.numbers.reserve(interchange_numbers)
    work.numbers.reserve(group_numbers, groups_due(judged, claims))
    name = f"{isa13:09d}.ack"
    content = write_x12(answer.interchange, answer.delimiters, line_breaks=choices.line_breaks)
    folder = answer_folder(current.partner, judged.usage)
    work.outbox.put([Outbound(folder=folder, name=name, kind="ack", content=content, receipt=current.receipt.id)])
    return name


def _claim_acknowledgments(
    current: OpenReceipt, judged: InterchangeJudgement, *, payer: Payer, received: date, instant: datetime
) -> dict[int, ClaimAcknowledgment]:
    """Return the 277CA of each set whose claims are answered, by the set's ordinal."""
    sets = {each.ordinal: each for group in judged.groups for each in group.sets}
    receipt = current.receipt
    return {
        ordinal: claim_acknowledgment(
            header,
            claims,
            payer_name=payer.name,
            payer_id=payer.payer_id,
            reference=f"{receipt.id if receipt else 0}-{ordinal}",
            created=instant,
            received=received,
        )
        for ordinal, claims in current.answered.items()
        if (header := sets[ordinal].header) is not None
    }
