"""What became of a file that was received: what commands print, and what a receipt keeps of it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from hpedi.findings import Finding
from hpedi.pipeline.records import Receipt


class ReceiptSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a judged interchange, without any PHI.

    Attributes:
        ta1: TA104 and TA105.
        repeats: The receipt whose interchange this one repeats, byte for byte.
        answer: Name of the answer in the outbox.
        findings: Codes of its findings, each once.
    """

    ta1: str = ""
    repeats: int | None = None
    sets: int = 0
    sets_refused: int = 0
    claims: int = 0
    claims_refused: int = 0
    answer: str = ""
    findings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The summary as it is kept."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOutcome:
    """An interchange that was received; `again` where that had happened before."""

    receipt: int
    ordinal: int
    control_number: str
    partner: str
    usage: str
    verdict: str
    summary: ReceiptSummary
    again: bool = False
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, receipt: Receipt, *, again: bool = False) -> ReceiptOutcome:
        """Tell what a receipt keeps."""
        summary = msgspec.json.decode(receipt.summary, type=ReceiptSummary) if receipt.summary else ReceiptSummary()
        return cls(
            receipt=receipt.id,
            ordinal=receipt.ordinal,
            control_number=receipt.control_number,
            partner=receipt.partner,
            usage=receipt.usage,
            verdict=receipt.verdict,
            summary=summary,
            again=again,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that was received.

    Attributes:
        name: As the caller names it.
        file: Our number for it.
        again: It had been received before: this is its first outcome.
        quarantined: Why it is no X12; empty where it is.
        receipts: Its interchanges in order.
        findings: What was found outside any interchange.
    """

    name: str
    file: int
    again: bool
    quarantined: str
    receipts: tuple[ReceiptOutcome, ...]
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Say whether anything in it was refused."""
        refused = any(each.verdict in ("rejected", "partially_accepted") for each in self.receipts)
        return bool(self.quarantined) or refused or any(finding.is_error for finding in self.findings)
