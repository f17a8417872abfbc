"""The folder of maps that pyx12 is given: its own maps of the adopted guides, our 277CA map and our code lists.

pyx12 wants codes.xml, dataele.xml, maps.xml and the control maps beside the maps. Its maps go in as they are,
without our overlays: a second opinion that had been corrected by us would be the first one again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import yaml
from lxml import etree

from hpedi.guides.code_sets import read_code_table
from hpedi.mappings_folder import mapping

_INTERCHANGE_VERSION: Final = "00501"
_NEEDED_BESIDE: Final = ("dataele.xml", "x12.control.00401.xml", "x12.control.00501.xml")
_PYX12_PREFIX: Final = "pyx12/"


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A line of maps.xml: which file reads a group of GS01 and GS08."""

    functional_id: str
    version: str
    set_id: str
    source: str

    @property
    def file_name(self) -> str:
        """Name of the map in the folder."""
        return self.source.removeprefix(_PYX12_PREFIX)

    def read(self) -> bytes:
        """Return the map's bytes, from the pyx12 package or from mappings/guides."""
        if self.source.startswith(_PYX12_PREFIX):
            return (files("pyx12") / "map" / self.file_name).read_bytes()
        return mapping(f"guides/{self.source}").read_bytes()


def map_entries() -> list[MapEntry]:
    """Read the guides that mappings/guides/guides.yaml lists."""
    listed = yaml.safe_load(mapping("guides/guides.yaml").read_bytes())["guides"]
    return [MapEntry(guide["functional_id"], guide["id"], guide["transaction_set"], guide["map"]) for guide in listed]


def write_maps_xml(entries: list[MapEntry]) -> bytes:
    """Write the index that tells pyx12 which map reads which group."""
    root = etree.Element("maps")
    version = etree.SubElement(root, "version", icvn=_INTERCHANGE_VERSION)
    for entry in entries:
        line = etree.SubElement(version, "map", vriic=entry.version, fic=entry.functional_id, abbr=entry.set_id)
        line.text = entry.file_name
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def write_codes_xml(tables: Mapping[str, bytes]) -> bytes:
    """Write pyx12's codes.xml from our code lists. pyx12 knows no dates: a code that was ever in use is in.

    Args:
        tables: Bytes of the files of mappings/code_sets by code set id, which is the maps' `external`.
    """
    root = etree.Element("codesets")
    for name, table in sorted(tables.items()):
        code_set = etree.SubElement(root, "codeset")
        etree.SubElement(code_set, "id").text = name
        etree.SubElement(code_set, "name").text = name
        version = etree.SubElement(code_set, "version")
        for code in sorted(read_code_table(table)):
            etree.SubElement(version, "code").text = code
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def code_tables() -> dict[str, bytes]:
    """Read mappings/code_sets: the bytes of each file by code set id."""
    tables = (file for file in mapping("code_sets").iterdir() if file.name.endswith(".tsv"))
    return {file.name.removesuffix(".tsv"): file.read_bytes() for file in tables}


def write_map_folder(folder: Path) -> None:
    """Fill a folder with all that pyx12 reads."""
    entries = map_entries()
    for name in _NEEDED_BESIDE:
        (folder / name).write_bytes((files("pyx12") / "map" / name).read_bytes())
    for entry in entries:
        (folder / entry.file_name).write_bytes(entry.read())
    (folder / "codes.xml").write_bytes(write_codes_xml(code_tables()))
    (folder / "maps.xml").write_bytes(write_maps_xml(entries))


@cache
def _kept_folder() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="hpedi-pyx12-")
    write_map_folder(Path(folder.name))
    return folder


def map_folder() -> Path:
    """Return the folder, written once a process and removed at its end."""
    return Path(_kept_folder().name)
