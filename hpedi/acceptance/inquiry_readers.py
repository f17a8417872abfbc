"""What reads an inquiry set: a row a transaction set (ST01). Who answers it is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

from hpedi.guides.walk import PlacedBatch
from hpedi.transactions.eligibility_270.model import EligibilityInquiry
from hpedi.transactions.eligibility_270.read import EligibilityInquiryReader
from hpedi.transactions.status_276.model import StatusInquirySet
from hpedi.transactions.status_276.read import StatusInquiryReader
from hpedi.x12.events import Delimiters

Inquiry: TypeAlias = EligibilityInquiry | StatusInquirySet
"""The model of an inquiry set."""


class InquiryReader(Protocol):
    """Reads one set, batch by batch, from placed segments."""

    def __init__(self, delimiters: Delimiters) -> None:
        """Begin a set."""

    def read(self, placed: PlacedBatch) -> None:
        """Take the next placed segments."""

    def close(self) -> Inquiry:
        """End the set."""


INQUIRY_READERS: Final[Mapping[str, type[InquiryReader]]] = {
    "270": EligibilityInquiryReader,
    "276": StatusInquiryReader,
}
