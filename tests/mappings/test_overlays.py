"""The guide registry and the overlays of mappings/guides: each correction cites an erratum and finds its node."""

from __future__ import annotations

import csv

import pytest
import yaml
from lxml import etree

from hpedi.crosscheck.map_folder import MapEntry
from hpedi.guides.map_xml import parse_map
from hpedi.guides.overlay import apply_overlay
from hpedi.mappings_folder import mapping

GUIDES = yaml.safe_load(mapping("guides/guides.yaml").read_bytes())["guides"]
OVERLAYS = [(guide, name) for guide in GUIDES for name in guide.get("overlays", ())]


def errata(name: str) -> list[dict[str, str]]:
    """Rows of an errata table."""
    text = mapping(f"guides/{name}").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_overlay_is_registered() -> None:
    """No overlay or map lies in mappings/guides without a guide that uses it."""
    used = {name for _, name in OVERLAYS} | {guide["map"] for guide in GUIDES}
    lying = {file.name for file in mapping("guides").iterdir() if file.name.endswith(".xml")}
    assert lying <= used


@pytest.mark.parametrize(("guide", "name"), OVERLAYS)
def test_an_overlay_applies_to_its_map(guide: dict[str, str], name: str) -> None:
    """Every node an overlay names is in the map of the guide it says it corrects."""
    entry = MapEntry(guide["functional_id"], guide["id"], guide["transaction_set"], guide["map"])
    overlay = mapping(f"guides/{name}").read_bytes()
    assert etree.fromstring(overlay).get("guide") == guide["id"]
    apply_overlay(parse_map(entry.read()), overlay)


@pytest.mark.parametrize(("guide", "name"), OVERLAYS)
def test_every_change_cites_an_erratum_of_its_map(guide: dict[str, str], name: str) -> None:
    """Each change says which row of the errata tables it answers, and that row is about this map."""
    rows = {row["id"]: row for row in errata("errata.tsv") + errata("errata_own.tsv")}
    for change in etree.fromstring(mapping(f"guides/{name}").read_bytes()).iterfind("change"):
        row = rows[change.get("because", "")]
        same_map = guide["map"].removeprefix("pyx12/") in row["file"]
        also_here = row["id"] == "PX-40" and guide["transaction_set"] == "837"  # its `where` names the 837 too
        assert same_map or also_here, (name, row["id"])


def test_our_own_errata_have_a_section_and_a_proof() -> None:
    """A row of our own says where the guide has it and how to see it again."""
    for row in errata("errata_own.tsv"):
        assert row["guide section"], row["id"]
        assert row["proof"], row["id"]
