"""Component: the professional or technical component is not paid beside the whole service, nor the whole beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Verdict


def check_component(context: ClaimContext, line: LineContext, earlier: Sequence[LineContext]) -> Verdict:
    """Deny the whole service after a component of it was accepted, and a component after the whole service.

    It is looked for on the earlier lines of the claim and on the member's other claims, of whichever provider, with the
    same code and date of service. Two components never exclude each other here; the same one twice is a duplicate.

    Returns:
        `Denies` for the reason that `edits.global_after_component` or `edits.component_after_global` names.

    Source: `edits.component_modifiers` of the payer folder.
    """
    edits = context.reference.edits
    components = frozenset(edits.component_modifiers)
    if not components:
        return None
    is_component = not components.isdisjoint(line.line.modifiers)
    for modifiers, where in _same_service(context, line, earlier):
        if is_component is components.isdisjoint(modifiers):
            reason = edits.component_after_global if is_component else edits.global_after_component
            parameter = f"component {', '.join(sorted(components))} and whole service of one day"
            return Denies(reason=reason, parameter=parameter, source="edits", inputs=(("accepted on", where),))
    return None


def _same_service(
    context: ClaimContext, line: LineContext, earlier: Sequence[LineContext]
) -> Iterator[tuple[Sequence[str], str]]:
    code, day = line.line.code, line.terms.day
    for other in earlier:
        if other.line.code == code and other.terms.day == day:
            yield other.line.modifiers, f"line {other.line.number}"
    for past in context.history:
        if past.code == code and past.date == day:
            yield past.modifiers, f"{past.payer_claim_control_number} line {past.line}"
