"""A companion guide as people read it, made of what it is about, its rules, and how it weighs the rules for any payer.

Pure: it takes the content of companion.yaml and rules that were read; `partner_guide` puts what is agreed on with one
partner in front.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec
import yaml

from hpedi.acceptance.rules.rule import Rule

Rows: TypeAlias = Iterable[Sequence[str]]


class SupportedSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A transaction set that is taken: its short name, guide, use, and what answers it."""

    set: str
    guide: str
    use: str
    answered: str


class Agreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is agreed on a topic, and who says so; `verify` marks what no published source confirms."""

    topic: str
    text: str
    source: str
    verify: bool = False


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file companion.yaml of a companion guide."""

    id: str
    name: str
    payer_ids: tuple[str, ...]
    receivers: tuple[str, ...]
    contact: str
    supported: tuple[SupportedSet, ...] = ()
    agreed: tuple[Agreed, ...] = ()


def read_about(content: bytes) -> About:
    """Read a companion.yaml.

    Raises:
        msgspec.ValidationError: It does not have that form.
    """
    return msgspec.convert(yaml.safe_load(content), About)


def companion_page(
    about: About, own: Sequence[Rule], general: Mapping[str, Rule], severities: Mapping[str, str]
) -> str:
    """Return the page of a companion guide.

    Args:
        about: Whom it applies to and what is agreed.
        own: Its rules.
        general: The rules for any payer, by id.
        severities: How it weighs some of them.
    """
    parts = (
        _head(about),
        supported_part(about.supported),
        agreed_part(about),
        checked_part(own, linked=True),
        "## Weighed otherwise\n\nRules for any payer, with the weight that this payer gives them.\n\n"
        + table(
            "Rule | Finding | Usual weight | Weight here | What is wrong", weighed(general, severities, linked=True)
        ),
    )
    return "\n".join(parts)


def supported_part(supported: Iterable[SupportedSet]) -> str:
    """Return the part about the sets that are taken."""
    rows = ((each.set, each.guide, each.use, each.answered) for each in supported)
    return "## What is taken\n\n" + table("Set | Guide | Use | Answered by", rows)


def agreed_part(about: About) -> str:
    """Return the part about what is agreed on."""
    rows = (
        (each.topic, each.text.strip(), each.source + (" (to be verified)" if each.verify else ""))
        for each in about.agreed
    )
    return "## What is agreed\n\n" + table("Topic | Agreed | Source", rows)


def checked_part(own: Sequence[Rule], *, linked: bool) -> str:
    """Return the part about the payer's own rules; `linked`: each finding leads to its page."""
    rows = (
        (
            rule.id,
            ", ".join(sorted(rule.guides)),
            _finding(rule, linked=linked),
            rule.severity or "off",
            rule.kind.title,
            rule.kind.remedy,
        )
        for rule in own
    )
    return (
        "## What is checked\n\nSNIP level 7. An error refuses the claim or the set, a warning is only reported.\n\n"
        + table("Rule | Sets | Finding | Weight | What is wrong | What to do", rows)
    )


def weighed(general: Mapping[str, Rule], severities: Mapping[str, str], *, linked: bool) -> Rows:
    """Yield a row for each rule that is weighed otherwise than usual."""
    for rule_id, severity in sorted(severities.items()):
        rule = general[rule_id]
        yield rule_id, _finding(rule, linked=linked), rule.severity or "off", severity, rule.kind.title


def codes(values: Iterable[str]) -> str:
    """Return values as code in a line."""
    return ", ".join(f"`{value}`" for value in values)


def table(header: str, rows: Rows) -> str:
    """Return a table of Markdown."""
    columns = header.count("|") + 1
    lines = [f"| {header} |", "|" + "---|" * columns, *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _head(about: About) -> str:
    """Return what it is and to whom it applies."""
    return (
        f"# Companion guide of payer {about.id}\n\n"
        f"{about.name}. Made from `mappings/companion/{about.id}/`; what it says comes on top of the implementation "
        "guides, and never takes from them.\n\n"
        "## To whom it applies\n\n"
        f"Files addressed to {codes(about.receivers)} in ISA08 or GS03, and any other with "
        f"`hpedi validate --companion {about.id}`. Payer id: {codes(about.payer_ids)}.\n\n{about.contact}\n"
    )


def _finding(rule: Rule, *, linked: bool) -> str:
    code = f"`{rule.kind.code}`"
    return f"[{code}](findings/{rule.kind.code}.md)" if linked else code
