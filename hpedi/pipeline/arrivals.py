"""Arrivals: what becomes of a file that a partner dropped, and the note that the partner gets where nothing is taken.

An arrival ends in one commit, with its note in the outbox. A file that is taken up again after a kill gives the same
end: receiving it once more gives its first outcome, and an arrival that has ended stays as it is. Notes and messages
never name the file as its sender named it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hpedi.acceptance.verdicts import Verdict
from hpedi.access.rules import SENDER
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.pipeline.gateway_ports import Arrival, ArrivalState
from hpedi.pipeline.parties import answer_folder
from hpedi.pipeline.ports import Work
from hpedi.pipeline.received import ReceivedFile
from hpedi.pipeline.records import Outbound
from hpedi.reference.partners import Partner
from hpedi.run_context import Principal

NOTE: Final = "note"
"""The kind of a note in the outbox."""

_REASON_LENGTH: Final = 120
_PRODUCTION: Final = "P"


def note_name(arrival: Arrival) -> str:
    """Return the name of the note about an arrival of which nothing is taken."""
    return f"arrival-{arrival.id:08d}.refused.txt"


def dropped_by(work: Work, partner: Partner) -> Principal:
    """Return who acts when a file of a partner is taken in: the partner's machine."""
    house = work.grants.house_of_partner(partner.id)
    organisation = house[0] if house is not None else ""
    return Principal(f"partner:{partner.id}", "partner", partner.name, frozenset({SENDER}), organisation)


def state_after(received: ReceivedFile) -> ArrivalState:
    """Return the state of an arrival whose file was received."""
    if received.quarantined:
        return "quarantined"
    is_refused = all(receipt.verdict == Verdict.REJECTED.value for receipt in received.receipts)
    return "refused" if is_refused else "received"


def end(work: Work, arrival: Arrival, received: ReceivedFile, partner: Partner) -> ArrivalState:
    """End an arrival whose file was received, and put the note about one in quarantine into the outbox.

    Args:
        work: The transaction.
        arrival: The arrival.
        received: What became of its file.
        partner: Who dropped it.
    """
    state = state_after(received)
    reason = received.quarantined[:_REASON_LENGTH]
    work.arrivals.finish(arrival.id, state, file=received.file, reason=reason)
    if state == "quarantined":
        text = _note(arrival, received, work.context.instant)
        folder = answer_folder(partner, _PRODUCTION)
        work.outbox.put([Outbound(folder=folder, name=note_name(arrival), kind=NOTE, content=text.encode())])
    work.audit.record("arrive", f"arrival:{arrival.id}", reason=f"file:{received.file}", result=state)
    return state


def fail(work: Work, arrival: int, fault: str) -> None:
    """Put an arrival aside whose file a bug of ours does not let us receive.

    Args:
        work: The transaction.
        arrival: Its number.
        fault: The class of the exception: its text may hold anything.
    """
    work.arrivals.finish(arrival, "failed", reason=fault[:_REASON_LENGTH])
    work.audit.record("arrive", f"arrival:{arrival}", result="failed")


def _note(arrival: Arrival, received: ReceivedFile, now: datetime) -> str:
    """Return the text of a note: what happened, why and what to do, and nothing of what the file says."""
    at = arrival.arrived_at.astimezone(now.tzinfo)
    kinds = [FINDING_KINDS[code] for code in received.quarantined.split(", ")]
    reasons = "\n".join(f"  - {kind.title}. {kind.remedy} ({kind.code})" for kind in kinds)
    return (
        f"Nothing of your file was taken in, and it gets no other answer.\n\n"
        f"Arrival number  {arrival.id} (file {received.file})\n"
        f"Arrived         {at:%Y-%m-%d %H:%M:%S %Z}\n"
        f"Size            {arrival.size:,} bytes\n\n"
        f"Why:\n{reasons}\n\n"
        f"What to do: mend the file and send it again; it is then read as a new one. If nothing is wrong with it, ask\n"
        f"us and name the arrival number. Once we have changed what we know of you, the same file is taken.\n"
    )
