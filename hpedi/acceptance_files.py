"""The rules of SNIP 3 to 7, found in mappings/acceptance and mappings/companion and read when first asked for.

Shell: it reads files and hands their bytes to `acceptance.rules`. A companion guide is a folder of mappings/companion:
who adds a payer or a partner adds a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Final

import yaml

from hpedi.acceptance.checks.codes import code_check
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import Rule, overridden, read_rules
from hpedi.code_files import code_book
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.mappings_folder import mapping
from hpedi.reference.code_book import CodeBook

_RULES: Final = "acceptance"
_COMPANIONS: Final = "companion"
_ABOUT, _OWN_RULES, _SEVERITIES = "companion.yaml", "rules.yaml", "severities.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A companion guide.

    Attributes:
        id: Name of its folder.
        receivers: The ISA08 and GS03 that it applies to.
        rules: Its own rules.
        severities: Other weights for rules of mappings/acceptance, by rule id: error, warning or off.
    """

    id: str
    receivers: frozenset[str]
    rules: tuple[Rule, ...]
    severities: Mapping[str, str]


class RuleFiles:
    """Rules by guide and by whom a file is addressed to."""

    def __init__(
        self,
        guides: GuideFiles,
        codes: CodeBook | None = None,
        *,
        companion: str | None = None,
        severities: Mapping[str, str] | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            guides: The guides that rules belong to.
            codes: The code sets; those of mappings/code_sets alone if none are given.
            companion: The companion guide to judge by, whoever a file is addressed to.
            severities: A trading partner's weights, by rule id; they go before those of a companion guide.
        """
        self._guides = guides
        self._codes = code_book() if codes is None else codes
        self._companion = companion
        self._severities = tuple(sorted((severities or {}).items()))

    def plan_for(self, guide: Guide, receivers: frozenset[str]) -> CheckPlan:
        """Return the rules for a guide's sets that are addressed to these receivers (ISA08, GS03).

        Raises:
            ValueError: A rule is malformed: a bug of mappings.
        """
        companion = self._companion or _companion_of(receivers)
        return _plan(guide, self._guides.name_of(guide), companion, self._severities, self._codes)

    def not_checked(self) -> tuple[str, ...]:
        """Return the titles of the code sets that could not be checked whole since this was asked last."""
        return self._codes.not_checked.taken()


def rules_of(guide_name: str, companion: str | None = None) -> tuple[Rule, ...]:
    """Return the rules of a guide (for example 837P), with those of a companion guide and as it weighs them."""
    rules = _rules()
    if companion is not None:
        chosen = companions()[companion]
        rules = (*overridden(rules, chosen.severities), *chosen.rules)
    return tuple(rule for rule in rules if guide_name in rule.guides)


def every_rule() -> tuple[Rule, ...]:
    """Return all rules, those of companion guides last."""
    return (*_rules(), *(rule for companion in companions().values() for rule in companion.rules))


@cache
def statuses_of_findings() -> Mapping[str, str]:
    """Return what a 277CA tells for the findings that refuse claims, by their codes: `category:code[:entity]`."""
    ruled = (kind for rule in every_rule() for kind in (rule.kinds.of_segment, rule.kinds.of_element))
    kinds = (*FINDING_KINDS.values(), *ruled)
    return MappingProxyType({kind.code: ":".join(kind.sent.status) for kind in kinds if kind.sent.status})


@cache
def _plan(
    guide: Guide, name: str, companion: str | None, severities: tuple[tuple[str, str], ...], codes: CodeBook
) -> CheckPlan:
    chosen = dict(severities)
    rules = rules_of(name, companion)
    known = {rule.id for rule in rules}
    weighed = overridden(rules, {rule: severity for rule, severity in chosen.items() if rule in known})
    return CheckPlan(guide, weighed, partial(code_check, codes))


def _companion_of(receivers: frozenset[str]) -> str | None:
    return next((each.id for each in companions().values() if each.receivers & receivers), None)


@cache
def _rules() -> tuple[Rule, ...]:
    files = sorted((path for path in mapping(_RULES).iterdir() if path.name.endswith(".yaml")), key=lambda p: p.name)
    return tuple(rule for path in files for rule in read_rules(path.read_bytes()))


@cache
def companions() -> Mapping[str, Companion]:
    """Return the companion guides by id."""
    folders = sorted(path.name for path in mapping(_COMPANIONS).iterdir() if path.is_dir())
    return MappingProxyType({name: _read_companion(name) for name in folders})


def _read_companion(name: str) -> Companion:
    about = yaml.safe_load(mapping(f"{_COMPANIONS}/{name}/{_ABOUT}").read_bytes())
    severities = yaml.safe_load(mapping(f"{_COMPANIONS}/{name}/{_SEVERITIES}").read_bytes()) or {}
    return Companion(
        id=name,
        receivers=frozenset(about["receivers"]),
        rules=read_rules(mapping(f"{_COMPANIONS}/{name}/{_OWN_RULES}").read_bytes()),
        severities=MappingProxyType({str(rule): str(severity) for rule, severity in severities.items()}),
    )
