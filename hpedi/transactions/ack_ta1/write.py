"""From the model of a TA1 to its segment."""

from __future__ import annotations

from hpedi.transactions.ack_ta1.model import InterchangeAcknowledgment
from hpedi.x12.segment import SegmentValues


def write_interchange_acknowledgment(answer: InterchangeAcknowledgment) -> SegmentValues:
    """Write one TA1 segment."""
    return ("TA1", answer.control_number, answer.date, answer.time, answer.code, answer.note)
