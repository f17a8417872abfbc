"""How a file is judged: which guides and checks apply, what is kept, and who is handed claims and sets as they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hpedi.acceptance.claim_checks import ClaimCheck
from hpedi.acceptance.judgement import ClaimJudgement, SetJudgement
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.findings import Finding
from hpedi.guides.load import Guide
from hpedi.guides.versions import KnownVersion
from hpedi.x12.events import InterchangeStart

FINDINGS_KEPT = 1000
FINDINGS_KEPT_OF_SETS = 10_000
HIGHEST_SNIP = 7
GUIDE_SNIP = 2
"""Up to here a guide alone judges."""

GuideFor: TypeAlias = Callable[[str, str, str], Guide | None]
"""From GS01, GS08 and ST01 to the guide; None where we have none."""

SetsOfGroup: TypeAlias = Callable[[str], frozenset[str]]
"""From GS01 to the ST01 that its groups may hold; empty where we know nothing of such groups."""

KnownVersionOf: TypeAlias = Callable[[str, str, str], KnownVersion | None]
"""From GS01, GS08 and ST01 to a version that is known and not adopted; None for the others."""

MaySend: TypeAlias = Callable[[str, str, str], bool]
"""From GS01, GS08 and ST01 to whether the sender may send such sets."""

PlanFor: TypeAlias = Callable[[Guide, frozenset[str]], CheckPlan | None]
"""From a guide and whom a file is addressed to (ISA08, GS03) to the rules of SNIP 3 to 7; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How to judge.

    Attributes:
        guide_for: Finds the guide of a set.
        sets_of_group: Tells a set in the wrong kind of group from one that we have no guide for.
        known_version: Tells a version that is not adopted from one that nobody knows.
        may_send: Tells a set that the sender may not send from one that we have no guide for.
        plan_for: The rules of SNIP 3 to 7 about the loops of a set.
        claim_checks: Checks of each claim's model.
        check_interchange: Checks of an interchange by its ISA: is its sender known, is it for us, had we it before.
        highest_snip: Findings of higher levels are left out; up to `GUIDE_SNIP` no claim is read but for `on_claim`.
        findings_kept: How many findings of a unit are kept; all are counted.
        findings_kept_of_sets: How many are kept of all sets of an interchange; further sets keep their first error.
        file: Our identifier of the file.
        on_claim: Handed each claim as it ends; a set, group or interchange refused later refuses it too.
        on_set: Handed each set as it ends.
        reads_inquiries: The models of inquiry sets are read, for who answers them.
    """

    guide_for: GuideFor
    sets_of_group: SetsOfGroup = lambda _functional_id: frozenset()
    known_version: KnownVersionOf = lambda _functional_id, _version, _transaction_set: None
    may_send: MaySend = lambda _functional_id, _version, _transaction_set: True
    plan_for: PlanFor = lambda _guide, _receivers: None
    claim_checks: Sequence[ClaimCheck] = ()
    check_interchange: Callable[[InterchangeStart], Iterable[Finding]] | None = None
    highest_snip: int = HIGHEST_SNIP
    findings_kept: int = FINDINGS_KEPT
    findings_kept_of_sets: int = FINDINGS_KEPT_OF_SETS
    file: str | None = None
    on_claim: Callable[[ClaimJudgement], None] | None = None
    on_set: Callable[[SetJudgement], None] | None = None
    reads_inquiries: bool = False

    @property
    def reads_claims(self) -> bool:
        """Say whether models of claims are made: for who takes them, or for checks above the guides."""
        return self.on_claim is not None or self.highest_snip > GUIDE_SNIP
