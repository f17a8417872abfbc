"""What the profile of a partner may name, by the guides and rules that hpedi has, and what it must show to go live."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from hpedi.acceptance_files import every_rule
from hpedi.guide_files import GuideFiles
from hpedi.mappings_folder import mapping
from hpedi.partners.limits import NAMES
from hpedi.partners.readiness import ChecklistItem, read_checklist
from hpedi.reference.partner_checks import ProfileTerms
from hpedi.x12.isa import ID_QUALIFIERS

WEIGHABLE: Final = frozenset({4, 5, 6})
"""SNIP levels of the rules that a partner may weigh; balancing and the payer's own rules hold for everybody."""

_CHECKLIST: Final = "partners/checklist.yaml"


def profile_terms() -> ProfileTerms:
    """Return what a profile may name."""
    entries = GuideFiles().entries.values()
    return ProfileTerms(
        sends=frozenset(entry.name for entry in entries),
        receives=frozenset(entry.name for entry in entries),
        limits=NAMES,
        versions=frozenset(version for entry in entries for version in (entry.id, *(each.id for each in entry.known))),
        qualifiers=frozenset(ID_QUALIFIERS),
        rules=_weighable_rules,
    )


def checklist() -> tuple[ChecklistItem, ...]:
    """Return what a partner in testing must have shown."""
    return read_checklist(mapping(_CHECKLIST).read_bytes())


def _weighable_rules() -> Container[str]:
    return frozenset(rule.id for rule in every_rule() if rule.kind.snip in WEIGHABLE)
