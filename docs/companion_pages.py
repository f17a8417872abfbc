"""The pages that people read of companion guides (mappings/companion): docs/companion-guide-<id>.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import yaml

from hpedi.acceptance.rules.rule import Rule
from hpedi.acceptance_files import companions, every_rule
from hpedi.mappings_folder import mapping

Rows = Iterable[Sequence[str]]


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


def companion_pages() -> dict[str, str]:
    """Return the page of each companion guide by its file name in docs/."""
    general = {rule.id: rule for rule in every_rule()}
    return {
        f"companion-guide-{guide.id}.md": companion_page(
            read_about(mapping(f"companion/{guide.id}/companion.yaml").read_bytes()),
            guide.rules,
            general,
            guide.severities,
        )
        for guide in companions().values()
    }


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
        "## What is taken\n\n" + _table("Set | Guide | Use | Answered by", _supported(about)),
        "## What is agreed\n\n" + _table("Topic | Agreed | Source", _agreed(about)),
        "## What is checked\n\nSNIP level 7. An error refuses the claim or the set, a warning is only reported.\n\n"
        + _table("Rule | Sets | Finding | Weight | What is wrong | What to do", map(_checked, own)),
        "## Weighed otherwise\n\nRules for any payer, with the weight that this payer gives them.\n\n"
        + _table("Rule | Finding | Usual weight | Weight here | What is wrong", _weighed(general, severities)),
    )
    return "\n".join(parts)


def _head(about: About) -> str:
    """Return what it is and to whom it applies."""
    return (
        f"# Companion guide of payer {about.id}\n\n"
        f"{about.name}. Made from `mappings/companion/{about.id}/`; what it says comes on top of the implementation "
        "guides, and never takes from them.\n\n"
        "## To whom it applies\n\n"
        f"Files addressed to {_codes(about.receivers)} in ISA08 or GS03, and any other with "
        f"`hpedi validate --companion {about.id}`. Payer id: {_codes(about.payer_ids)}.\n\n{about.contact}\n"
    )


def _supported(about: About) -> Rows:
    return ((each.set, each.guide, each.use, each.answered) for each in about.supported)


def _agreed(about: About) -> Rows:
    for each in about.agreed:
        yield each.topic, each.text.strip(), each.source + (" (to be verified)" if each.verify else "")


def _checked(rule: Rule) -> tuple[str, ...]:
    return (
        rule.id,
        ", ".join(sorted(rule.guides)),
        _finding(rule),
        rule.severity or "off",
        rule.kind.title,
        rule.kind.remedy,
    )


def _weighed(general: Mapping[str, Rule], severities: Mapping[str, str]) -> Rows:
    for rule_id, severity in sorted(severities.items()):
        rule = general[rule_id]
        yield rule_id, _finding(rule), rule.severity or "off", severity, rule.kind.title


def _finding(rule: Rule) -> str:
    return f"[`{rule.kind.code}`](findings/{rule.kind.code}.md)"


def _codes(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _table(header: str, rows: Rows) -> str:
    columns = header.count("|") + 1
    lines = [f"| {header} |", "|" + "---|" * columns, *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"
