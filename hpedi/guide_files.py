"""The guides hpedi has, found in mappings/guides/guides.yaml and read when first asked for.

Shell: it reads files (mappings/ and the maps of the pyx12 package) and hands their bytes to `guides`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from hpedi.guides.code_sets import CodeSets, read_code_sets, read_code_table
from hpedi.guides.data_elements import DataElement, read_data_elements
from hpedi.guides.load import Guide, load_guide
from hpedi.guides.versions import KnownVersion
from hpedi.mappings_folder import mapping

_PYX12: Final = "pyx12/"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideEntry:
    """One row of the registry.

    Attributes:
        id: GS08 of the guide.
        title: What it is about.
        name: What people call it, for example 837P.
        functional_id: GS01.
        transaction_set: ST01.
        map: Its map: below mappings/guides, or `pyx12/` and a map of that package.
        overlays: Corrections below mappings/guides.
        received: Whether receipt takes its sets; others are refused there, since nothing would work on them.
        known: Versions that are known and not adopted, each with where it stands.
    """

    id: str
    title: str
    name: str
    functional_id: str
    transaction_set: str
    map: str
    overlays: tuple[str, ...] = ()
    received: bool = False
    known: tuple[KnownVersion, ...] = ()


class GuideFiles:
    """Guides by what a functional group and its set say."""

    @property
    def entries(self) -> Mapping[tuple[str, str, str], GuideEntry]:
        """The registry, by GS01, GS08 and ST01."""
        return _registry()

    def guide_for(self, functional_id: str, version: str, transaction_set: str) -> Guide | None:
        """Return the guide of a transaction set.

        Args:
            functional_id: GS01.
            version: GS08.
            transaction_set: ST01.

        Returns:
            The guide; None if hpedi has none.
        """
        entry = self.entries.get((functional_id, version, transaction_set))
        return None if entry is None else _load(entry)

    def guide_for_receipt(self, functional_id: str, version: str, transaction_set: str) -> Guide | None:
        """Return the guide of a transaction set that receipt takes; None for all others. See `guide_for`."""
        entry = self.entries.get((functional_id, version, transaction_set))
        return _load(entry) if entry is not None and entry.received else None

    def name_of(self, guide: Guide) -> str:
        """Return what people call a guide of the registry, for example 837P."""
        return self.entries[guide.functional_id, guide.id, guide.transaction_set].name

    def known_version(self, functional_id: str, version: str, transaction_set: str) -> KnownVersion | None:
        """Return a version that is known and not adopted; None for one that is adopted, and for one nobody knows.

        Args:
            functional_id: GS01.
            version: GS08.
            transaction_set: ST01.
        """
        return self._known.get((functional_id, version, transaction_set))

    @cached_property
    def _known(self) -> Mapping[tuple[str, str, str], KnownVersion]:
        return {
            (entry.functional_id, known.id, entry.transaction_set): known
            for entry in self.entries.values()
            for known in entry.known
        }

    def sets_of_group(self, functional_id: str) -> frozenset[str]:
        """Return the transaction sets (ST01) of the guides for a functional group (GS01); none where hpedi has none."""
        return frozenset(
            entry.transaction_set for entry in self.entries.values() if entry.functional_id == functional_id
        )


@cache
def _registry() -> Mapping[tuple[str, str, str], GuideEntry]:
    # The C loader of PyYAML is a safe loader too; its pure Python one takes ten times as long.
    registry = yaml.load(mapping("guides/guides.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    entries = [_entry(row, registry["standings"]) for row in registry["guides"]]
    return MappingProxyType({(entry.functional_id, entry.id, entry.transaction_set): entry for entry in entries})


def _entry(row: Mapping[str, Any], standings: Mapping[str, str]) -> GuideEntry:
    """Make a row of the registry; `standings` says in words where its known versions stand."""
    known = [
        KnownVersion(id=version, adopted=row["id"], standing=standings[standing])
        for standing, versions in row.get("known", {}).items()
        for version in versions
    ]
    return GuideEntry(**{**row, "overlays": tuple(row.get("overlays", ())), "known": tuple(known)})


@cache
def _load(entry: GuideEntry) -> Guide:
    return load_guide(
        _map_bytes(entry.map),
        overlays=[mapping(f"guides/{overlay}").read_bytes() for overlay in entry.overlays],
        data_elements=_data_elements(),
        code_sets=code_sets(),
    )


def _map_bytes(name: str) -> bytes:
    if name.startswith(_PYX12):
        return (files("pyx12") / "map" / name.removeprefix(_PYX12)).read_bytes()
    return mapping(f"guides/{name}").read_bytes()


@cache
def _data_elements() -> Mapping[str, DataElement]:
    return read_data_elements(_map_bytes("pyx12/dataele.xml"))


@cache
def code_sets() -> CodeSets:
    """Return the code sets of the pyx12 package, with those of mappings/code_sets in place of theirs."""
    tables = {
        path.name.removesuffix(".tsv"): read_code_table(path.read_bytes())
        for path in mapping("code_sets").iterdir()
        if path.name.endswith(".tsv")
    }
    return read_code_sets(_map_bytes("pyx12/codes.xml")).replaced_by(CodeSets(MappingProxyType(tables)))
