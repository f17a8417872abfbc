"""What the pages of docs/findings say of rules of mappings/acceptance and mappings/companion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpedi.acceptance.rules.rule import Rule, Verb

ASKED = {
    Verb.REQUIRE: "requires",
    Verb.FORBID: "forbids",
    Verb.THAT: "asks that",
    Verb.CHECK: "is checked by",
}


def rules_by_code(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return rules by the code of their findings, in the order of the files."""
    by_code: dict[str, list[Rule]] = {}
    for rule in rules:
        by_code.setdefault(rule.kind.code, []).append(rule)
    return by_code


def asks(rule: Rule) -> Iterator[str]:
    """Yield what a rule says, a line each."""
    guides, place = ", ".join(sorted(rule.guides)), f"each {rule.at}" if rule.at else "the transaction set"
    yield f"`{rule.id}`, in {guides}, for {place}"
    if rule.when:
        yield "where " + " and ".join(f"`{_plain(clause)}`" for clause in rule.when)
    if rule.codes is not None:
        on = "" if rule.codes.on == "none" else f", in force on the date of the {rule.codes.on}"
        yield f"takes `{rule.codes.path}` from the code set `{rule.codes.set}`{on}"
    else:
        yield f"{ASKED[rule.verb]} `{_plain(rule.asked)}`"
    yield f"source: {rule.source.removeprefix(f'{rule.id}; ')}"


def _plain(clause: str) -> str:
    """Return a clause so that nothing in it reads as a link."""
    return clause.replace("](", "] (")
