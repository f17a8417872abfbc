"""Edits: each line is tried against the payer's edits in their order; the first that denies it ends its edits.

An edit may also deny some units of a line, or let it draw on an authorisation: then the next edits go on with what is
left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.edit_tables import EditTables, edit_tables
from hpedi.adjudication.overrides import STAGE as OVERRIDE
from hpedi.adjudication.overrides import denial_of
from hpedi.adjudication.rules.age import check_age
from hpedi.adjudication.rules.benefit_maximum import check_benefit_maximum
from hpedi.adjudication.rules.cob_information import check_other_payers
from hpedi.adjudication.rules.code_not_valid import check_code_dates
from hpedi.adjudication.rules.component_paid import check_component
from hpedi.adjudication.rules.coverage import check_coverage
from hpedi.adjudication.rules.duplicate import check_duplicate
from hpedi.adjudication.rules.exclusion import check_exclusion
from hpedi.adjudication.rules.formulary import check_formulary
from hpedi.adjudication.rules.medical_policy import check_experimental, check_policies
from hpedi.adjudication.rules.member_unknown import check_member
from hpedi.adjudication.rules.modifier import check_modifiers
from hpedi.adjudication.rules.mue import check_units
from hpedi.adjudication.rules.ndc_missing import check_drug_code
from hpedi.adjudication.rules.prior_auth import check_authorization
from hpedi.adjudication.rules.provider_not_eligible import check_provider
from hpedi.adjudication.rules.ptp import check_code_pair
from hpedi.adjudication.rules.sex import check_sex
from hpedi.adjudication.rules.timely_filing import check_timely_filing, filing_limit
from hpedi.adjudication.rules.unlisted_code import check_price
from hpedi.adjudication.standing import Standing
from hpedi.adjudication.verdicts import Denies, DeniesUnits, Draws, Pends, Verdict
from hpedi.benefits.authorizations import AuthorizationUse
from hpedi.claims.model import Model

STAGE: Final = "edits"
AUTHORIZATION: Final = "G1"
"""REF01 of an authorisation number."""

Edit = Callable[[ClaimContext, LineContext, Standing], Verdict]
Concern = Callable[[ClaimContext, EditTables], bool]

EDITS: Final[Mapping[str, Edit]] = {
    "member_unknown": check_member,
    "coverage": check_coverage,
    "provider_not_eligible": check_provider,
    "timely_filing": check_timely_filing,
    "duplicate": check_duplicate,
    "cob_information": check_other_payers,
    "code_not_valid": check_code_dates,
    "modifier": check_modifiers,
    "age": check_age,
    "sex": check_sex,
    "ndc_missing": check_drug_code,
    "formulary": check_formulary,
    "exclusion": check_exclusion,
    "experimental": check_experimental,
    "medical_policy": check_policies,
    "component_paid": check_component,
    "ptp": check_code_pair,
    "prior_auth": check_authorization,
    "mue": check_units,
    "unlisted_code": check_price,
    "benefit_maximum": check_benefit_maximum,
}
"""By the name that `conventions.edit_order` uses. An edit gets the claim, a line and what stands of the claim."""

CONCERNS: Final[Mapping[str, Concern]] = {
    "member_unknown": lambda context, _tables: context.matched is None or context.is_newborn,
    "coverage": lambda context, _tables: any(line.terms.plan is None for line in context.lines),
    "provider_not_eligible": lambda context, _tables: context.provider.has_spans,
    "timely_filing": lambda context, _tables: _may_be_late(context),
    "duplicate": lambda context, _tables: bool(context.history) or _repeats_a_code(context),
    "cob_information": lambda context, _tables: context.matched is not None and bool(context.matched.other_coverage),
    "modifier": lambda context, tables: bool(tables.modifier_dates) and _has_modifiers(context),
    "formulary": lambda context, tables: bool(tables.formulary) and any(line.line.drug for line in context.lines),
    "exclusion": lambda context, _tables: any(
        line.benefit is None or line.benefit.exclusion is not None for line in context.lines
    ),
    "component_paid": lambda context, _tables: bool(context.history) or _has_modifiers(context),
    "prior_auth": lambda context, tables: bool(tables.by_bill) and bool(context.claim.type_of_bill),
    "unlisted_code": lambda _context, _tables: True,
    "benefit_maximum": lambda context, _tables: any(
        line.benefit is not None and line.benefit.limit is not None for line in context.lines
    ),
}
"""Edits that are not only about some codes: whether one may meet a claim at all."""


class Edited(Model, frozen=True):
    """What the edits left.

    Attributes:
        denials: One for each line of the claim; None where the line is accepted.
        steps: What denied, for the trail.
        reductions: Units denied of each line; empty where no line has any.
        references: What the remittance names with each line, by qualifier (G1 ...); empty where it is nothing.
        uses: What the claim uses of authorisations.
    """

    denials: tuple[Denies | None, ...]
    steps: tuple[TrailStep, ...]
    reductions: tuple[tuple[DeniesUnits, ...], ...] = ()
    references: tuple[tuple[tuple[str, str], ...], ...] = ()
    uses: tuple[AuthorizationUse, ...] = ()


class _Lines:
    """The lines of a claim, and what the edits have said of each so far."""

    def __init__(self, context: ClaimContext) -> None:
        self.context = context
        self.denials: list[Denies | None] = [None] * len(context.lines)
        self.reductions: list[tuple[DeniesUnits, ...]] = [()] * len(context.lines)
        self.draws: list[Draws | None] = [None] * len(context.lines)
        self.steps: list[TrailStep] = []

    def override(self) -> None:
        """Deny the lines that an examiner denied."""
        for index, line in enumerate(self.context.lines if self.context.overrides else ()):
            denial = denial_of(self.context, line)
            if denial is not None:
                self._note(OVERRIDE, index, line, denial)

    def try_edit(self, name: str) -> Pends | None:
        """Try every line that stands against an edit, in LX order."""
        edit = EDITS[name]
        is_spared = self.context.is_correction and name in self.context.conventions.not_on_corrections
        standing = Standing(self.context.lines, self.denials, self.reductions, self.draws)
        for index, line in enumerate(self.context.lines):
            if self.denials[index] is not None:
                continue
            verdict = edit(self.context, line, standing)
            if is_spared and not _denied_before(self.context, verdict):
                verdict = None
            if isinstance(verdict, Pends) and verdict.reason not in self.context.waived:
                return verdict
            if verdict is not None and not isinstance(verdict, Pends):
                self._note(name, index, line, verdict)
            if self.denials[index] is None:
                standing.append(line)
        return None

    def _note(self, name: str, index: int, line: LineContext, verdict: Denies | DeniesUnits | Draws) -> None:
        if isinstance(verdict, Denies):
            self.denials[index] = verdict
            self.reductions[index], self.draws[index] = (), None
        elif isinstance(verdict, DeniesUnits):
            self.reductions[index] = (*self.reductions[index], verdict)
        else:
            self.draws[index] = verdict
            if verdict.excess is not None:
                self.reductions[index] = (*self.reductions[index], verdict.excess)
        self.steps.append(_step(name, line, verdict))

    def edited(self) -> Edited:
        """Return what the edits left."""
        draws = any(self.draws)
        return Edited(
            denials=tuple(self.denials),
            steps=(_tried(self.context, self.denials), *self.steps),
            reductions=tuple(self.reductions) if any(self.reductions) else (),
            references=tuple(_references(each) for each in self.draws) if draws else (),
            uses=tuple(self._uses()) if draws else (),
        )

    def _uses(self) -> list[AuthorizationUse]:
        received, matched = self.context.received, self.context.matched
        source = f"claim:{received.payer_claim_control_number}/{received.version}"
        found = []
        for line, draws, reductions in zip(self.context.lines, self.draws, self.reductions, strict=True):
            if draws is None or matched is None:
                continue
            later = sum(each.units for each in reductions if each is not draws.excess)
            units = draws.units - (later if draws.counts_units else 0)
            if units > 0:
                use = AuthorizationUse(
                    authorization=draws.authorization,
                    member=matched.member.id,
                    units=units,
                    source=f"{source}/{line.line.number}",
                )
                found.append(use)
        return found


def apply_edits(context: ClaimContext) -> Edited | Pends:
    """Try every line against every edit, edit by edit, lines in LX order.

    Returns:
        What is denied, wholly or in part; `Pends` as soon as an edit pends the claim.
    """
    lines = _Lines(context)
    lines.override()
    for name in _edits_to_try(context):
        pends = lines.try_edit(name)
        if pends is not None:
            return pends
    return lines.edited()


def _edits_to_try(context: ClaimContext) -> list[str]:
    # Most edits are about a few codes or claims: those that cannot meet this one are left out.
    tables = edit_tables(context.reference)
    about: set[str] = set()
    for line in context.lines:
        about |= tables.about.get(line.line.code, frozenset())
    spared = context.conventions.not_on_corrections if context.is_correction and not context.denied_before else ()
    return [
        name
        for name in context.conventions.edit_order
        if name not in spared
        and name not in context.waived
        and (name in about or (name in CONCERNS and CONCERNS[name](context, tables)))
    ]


def _denied_before(context: ClaimContext, verdict: Verdict) -> bool:
    """Say whether the decision that is corrected denied lines as a verdict does: what was late or double stays so."""
    if not isinstance(verdict, Denies):
        return False
    reason = context.reference.reason(verdict.reason, context.received.received)
    return reason is not None and (reason.group, reason.carc) in context.denied_before


def _may_be_late(context: ClaimContext) -> bool:
    """Say whether a line is late; lines of one day are all late or none is."""
    of_day = {id(line.terms): line for line in context.lines}
    return any(check_timely_filing(context, line, ()) is not None for line in of_day.values())


def _repeats_a_code(context: ClaimContext) -> bool:
    codes = {line.line.code for line in context.lines}
    return len(codes) < len(context.lines) or "code" not in context.conventions.duplicate.exact_key


def _has_modifiers(context: ClaimContext) -> bool:
    return any(line.line.modifiers for line in context.lines)


def _references(draws: Draws | None) -> tuple[tuple[str, str], ...]:
    return () if draws is None else ((AUTHORIZATION, draws.authorization),)


@lru_cache(maxsize=64)  # the same few orders for all claims
def _in_words(edits: tuple[str, ...]) -> str:
    return ", ".join(edits)


def _tried(context: ClaimContext, denials: Sequence[Denies | None]) -> TrailStep:
    conventions, filing = context.conventions, filing_limit(context, context.lines[0])
    return TrailStep(
        stage=STAGE,
        rule="tried",
        parameter=_in_words(conventions.edit_order),
        source=f"conventions from {conventions.start}",
        inputs=(
            ("lines accepted", str(denials.count(None))),
            ("lines denied", str(len(denials) - denials.count(None))),
            ("received", str(context.received.received)),
            ("last day to file", "" if filing is None else str(filing.last_day)),
        ),
    )


def _step(name: str, line: LineContext, verdict: Denies | DeniesUnits | Draws) -> TrailStep:
    if isinstance(verdict, Draws):
        told: tuple[tuple[str, str], ...] = (("drawn on", verdict.authorization),)
    else:
        told = (("denied for", verdict.reason),)
    if isinstance(verdict, DeniesUnits):
        told = (("units denied", f"{verdict.units:f}"), *told)
    return TrailStep(
        stage=STAGE,
        rule=name,
        line=line.line.number,
        parameter=verdict.parameter,
        source=verdict.source,
        inputs=(*verdict.inputs, *told),
    )
