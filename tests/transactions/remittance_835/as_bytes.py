"""A remittance as the bytes of an interchange, by the real writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hpedi.transactions.remittance_835.model import Remittance
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.events import Delimiters
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12

VERSION = "005010X221A1"


def interchange_of(*remittances: Remittance, delimiters: Delimiters = Delimiters()) -> bytes:  # noqa: B008 - frozen
    """Write remittances as one interchange, a set each."""
    instant = datetime(2026, 5, 15, 6, 0)  # noqa: DTZ001 - local time of the sender
    sets = [
        TransactionSet(id="835", control_number=f"{number:04d}", segments=write_remittance(remittance))
        for number, remittance in enumerate(remittances, start=1)
    ]
    group = FunctionalGroup(
        functional_id="HP",
        sender="94267",
        receiver="LAKES",
        instant=instant,
        control_number=1,
        version=VERSION,
        sets=sets,
    )
    interchange = Interchange(
        sender=InterchangeParty("ZZ", "94267"),
        receiver=InterchangeParty("ZZ", "LAKES"),
        instant=instant,
        control_number=1,
        usage="P",
        groups=[group],
    )
    return write_x12(interchange, delimiters)


def segments_of(content: bytes) -> Sequence[str]:
    """Return the texts of an interchange's segments."""
    return content.decode().split("~")[:-1]
