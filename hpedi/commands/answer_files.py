"""The answers to a file that is only validated, written into a folder: TA1, 999 and 277CA as a receipt would give them.

Nothing is reserved and nothing kept: control numbers count from 1, claims get no number of ours, and the payer is whom
the submission names as its receiver (1000B). The file's own time is the instant, so that it gives the same bytes again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hpedi.acceptance.acknowledge import AnswerNumbers, acknowledge
from hpedi.acceptance.answers import answered_claim, claim_acknowledgment
from hpedi.acceptance.judgement import ClaimJudgement, InterchangeJudgement, SetJudgement
from hpedi.acceptance.verdicts import Verdict
from hpedi.safekeeping.whole_files import write_whole
from hpedi.transactions.ack_277ca.model import AnsweredClaim, ClaimAcknowledgment
from hpedi.x12.writer import write_x12

_NOT_SENT = "UNKNOWN"


class AnswerFiles:
    """The answers to one file, an interchange at a time."""

    def __init__(self, folder: Path, path: Path) -> None:
        """Begin a file; its answers are named after it."""
        self._folder = folder
        self._name = path.name
        self._instant = datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone()
        self._claims: dict[int, list[AnsweredClaim]] = {}

    def take(self, judged: ClaimJudgement) -> None:
        """Take a claim of the interchange under way."""
        answered = answered_claim(judged, received=self._instant.date())
        self._claims.setdefault(judged.set_ordinal, []).append(answered)

    def write(self, judged: InterchangeJudgement) -> None:
        """Write the answer to the interchange that ended, where one is due."""
        sets = (each for group in judged.groups if group.noted.verdict is not Verdict.REJECTED for each in group.sets)
        taken = (each for each in sets if each.syntax is not Verdict.REJECTED)
        claims = {each.ordinal: made for each in taken if (made := self._acknowledged(each)) is not None}
        self._claims.clear()
        numbers = AnswerNumbers(interchange=judged.ordinal, first_group=1, instant=self._instant)
        answer = acknowledge(judged, numbers, claims=claims)
        if answer is not None:
            content = write_x12(answer.interchange, answer.delimiters)
            write_whole(self._folder / f"{self._name}.{judged.ordinal}.ack", [content])

    def _acknowledged(self, judged: SetJudgement) -> ClaimAcknowledgment | None:
        claims, header = self._claims.get(judged.ordinal), judged.header
        if claims is None or header is None:
            return None
        return claim_acknowledgment(
            header,
            claims,
            payer_name=header.receiver_name or _NOT_SENT,
            payer_id=header.receiver_id or _NOT_SENT,
            reference=str(judged.ordinal),
            created=self._instant,
            received=self._instant.date(),
        )
