"""The pages that people read of companion guides (mappings/companion): docs/companion-guide-<id>.md."""

from __future__ import annotations

from hpedi.acceptance.companion_guide import companion_page, read_about
from hpedi.acceptance_files import companions, every_rule
from hpedi.mappings_folder import mapping


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
