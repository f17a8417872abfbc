"""Duplicate: what was billed before is not paid again; what nearly was is looked at by somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import PastLine
from hpedi.adjudication.verdicts import Denies, Pends, Verdict

REASON = "duplicate"
NEAR_REASON = "near_duplicate"

Key = tuple[object, ...]

_OF_LINE: Final[Mapping[str, Callable[[ClaimContext, LineContext], object]]] = {
    "member": lambda context, _line: context.matched.member.id if context.matched else "",
    "billing_npi": lambda context, _line: context.claim.billing.npi,
    "dos": lambda _context, line: line.line.dates.start,
    "code": lambda _context, line: line.line.code or line.line.revenue_code,
    "modifiers": lambda _context, line: sorted(line.line.modifiers),
    "units": lambda _context, line: line.line.units,
    "charge": lambda _context, line: line.line.charged,
}
_OF_PAST: Final[Mapping[str, Callable[[PastLine], object]]] = {
    "member": lambda past: past.member,
    "billing_npi": lambda past: past.billing_npi,
    "dos": lambda past: past.date,
    "code": lambda past: past.code,
    "modifiers": lambda past: sorted(past.modifiers),
    "units": lambda past: past.units,
    "charge": lambda past: past.charged,
}


def check_duplicate(context: ClaimContext, line: LineContext, earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line that equals an earlier one by the payer's key; pend a claim with one that nearly does.

    The key never holds the provider's own claim number, which a resubmission changes. Modifiers count in any order.
    Services of one code on other teeth or surfaces, or of other drugs, are others; where one of two does not tell them,
    they nearly equal each other.
    Lines that were denied may be billed again. Several lines of one claim are compared for equality only: that they
    nearly equal each other is how services of one day are billed.

    Args:
        context: The claim, with its conventions and the member's history.
        line: The line to check.
        earlier: The lines before it in the claim that are not denied.

    Returns:
        `Denies` for reason `duplicate`; `Pends` with the code of reason `near_duplicate` where that is defined.

    Source: conventions of the payer folder (`duplicate`).
    """
    keys = context.conventions.duplicate
    if not (context.history or earlier) or context.claim.frequency not in keys.applies_to_frequency:
        return None
    exact = _of_line(context, line, keys.exact_key)
    own = line.line.particulars
    same_claim = any(
        other.line.particulars == own and _of_line(context, other, keys.exact_key) == exact
        for other in _alike(line, earlier, keys.exact_key)
    )
    equals = (each for each in context.history if each.particulars == own and _of_past(each, keys.exact_key) == exact)
    past = next(equals, None)
    if same_claim or past is not None:
        if context.is_newborn:
            return _near_of_newborn(context, line)
        first = f"{past.payer_claim_control_number} line {past.line}" if past is not None else "this claim"
        parameter = f"same {', '.join(keys.exact_key)}"
        return Denies(reason=REASON, parameter=parameter, source="conventions", inputs=(("first billed on", first),))
    return _near(context, line) if context.history else None


def _near_of_newborn(context: ClaimContext, line: LineContext) -> Verdict:
    # Twins, and mother and child, are one member here: what is the same for one may be another service for the other.
    reason = context.reference.reason(NEAR_REASON, context.received.received)
    message = "The same service was billed before for the subscriber or another newborn; decide whether it is another."
    if reason is None:
        return Pends(reason=NEAR_REASON, message=message, line=line.line.number)
    return Pends(reason=reason.pend, message=message, status277=reason.status277, line=line.line.number)


def _near(context: ClaimContext, line: LineContext) -> Verdict:
    fields = context.conventions.duplicate.near_key
    reason = context.reference.reason(NEAR_REASON, context.received.received)
    if reason is None or not fields:
        return None
    near = _of_line(context, line, fields)
    own = line.line.particulars
    alike = (each for each in context.history if not own or each.particulars in ("", own))
    past = next((each for each in alike if _of_past(each, fields) == near), None)
    if past is None:
        return None
    message = (
        f"Line {past.line} of claim {past.payer_claim_control_number} has the same {', '.join(fields)}; "
        "decide whether this one is another service."
    )
    return Pends(reason=reason.pend, message=message, status277=reason.status277, line=line.line.number)


def _alike(line: LineContext, earlier: Sequence[LineContext], fields: tuple[str, ...]) -> Sequence[LineContext]:
    # Most lines of a claim have other codes: comparing those first keeps long claims quick.
    if "code" not in fields:
        return earlier
    code, revenue = line.line.code, line.line.revenue_code
    return [each for each in earlier if each.line.code == code and (code or each.line.revenue_code == revenue)]


def _of_line(context: ClaimContext, line: LineContext, fields: tuple[str, ...]) -> Key:
    return tuple([_OF_LINE[field](context, line) for field in fields])


def _of_past(past: PastLine, fields: tuple[str, ...]) -> Key:
    return tuple([_OF_PAST[field](past) for field in fields])
