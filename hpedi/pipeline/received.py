"""What became of a file that was received: what commands print, and what a receipt keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from hpedi.finding_kinds import FINDING_KINDS
from hpedi.findings import Finding, Severity
from hpedi.pipeline.records import InboundFile, Receipt


class SetsSent(msgspec.Struct, frozen=True, kw_only=True):
    """Transaction sets of one kind in an interchange: how many came, and how many of them were refused."""

    sets: int = 0
    refused: int = 0

    def plus(self, *, is_refused: bool) -> SetsSent:
        """Count one more."""
        return SetsSent(sets=self.sets + 1, refused=self.refused + is_refused)


class ReceiptSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a judged interchange, without any PHI.

    Attributes:
        ta1: TA104 and TA105.
        repeats: The receipt whose interchange this one repeats, byte for byte.
        answer: Name of the answer in the outbox.
        answers: Names of the answers to its inquiries, a file a kind (271, 277).
        findings: Codes of its findings, each once.
        told: How often each of them was found.
        kinds: Its sets by the short names of their guides (837P).
    """

    ta1: str = ""
    repeats: int | None = None
    sets: int = 0
    sets_refused: int = 0
    claims: int = 0
    claims_refused: int = 0
    answer: str = ""
    answers: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    told: dict[str, int] = msgspec.field(default_factory=dict)
    kinds: dict[str, SetsSent] = msgspec.field(default_factory=dict)

    @property
    def text(self) -> str:
        """The summary as it is kept."""
        return msgspec.json.encode(self).decode()


def summary_of(kept: str) -> ReceiptSummary:
    """Return what a receipt keeps; nothing of one that is not judged yet."""
    return msgspec.json.decode(kept, type=ReceiptSummary) if kept else ReceiptSummary()


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
        return cls(
            receipt=receipt.id,
            ordinal=receipt.ordinal,
            control_number=receipt.control_number,
            partner=receipt.partner,
            usage=receipt.usage,
            verdict=receipt.verdict,
            summary=summary_of(receipt.summary),
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
        noted: Codes of what was found outside any interchange, as the file keeps them.
        findings: What that was in full, when the file is received for the first time.
    """

    name: str
    file: int
    again: bool
    quarantined: str
    receipts: tuple[ReceiptOutcome, ...]
    noted: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(
        cls,
        file: InboundFile,
        name: str,
        receipts: Sequence[ReceiptOutcome],
        findings: Sequence[Finding] = (),
        *,
        again: bool = False,
    ) -> ReceivedFile:
        """Tell what a file keeps."""
        is_quarantined = file.state == "quarantined"
        return cls(
            name=name,
            file=file.id,
            again=again,
            quarantined=file.reason if is_quarantined else "",
            receipts=tuple(receipts),
            noted=tuple(file.reason.split(", ")) if file.reason else (),
            findings=tuple(findings),
        )

    @property
    def has_errors(self) -> bool:
        """Say whether anything in it was refused."""
        refused = any(each.verdict in ("rejected", "partially_accepted") for each in self.receipts)
        return bool(self.quarantined) or refused or any(map(_is_error, self.noted))


def _is_error(code: str) -> bool:
    return FINDING_KINDS[code].severity is Severity.ERROR
