"""The words and columns of a remittance for people, as dated data: mappings/payments/remittance_texts.yaml."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from hpedi.claims.adjustment import Adjustment
from hpedi.reference.dated import Dated, Entry, in_force

AdviceColumn: TypeAlias = Literal["other_liability", "provider_liability", "withhold", "tax", "patient_liability"]


class _Texts(Dated, frozen=True, kw_only=True):
    by_group: Mapping[str, AdviceColumn]
    columns: Mapping[str, AdviceColumn]
    methods: Mapping[str, str]
    statuses: Mapping[str, str]
    remarks: Mapping[str, str]
    adjustments: Mapping[str, str]
    source: str


class _TextsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[_Texts, ...]


class AdviceTexts(msgspec.Struct, frozen=True, kw_only=True):
    """Words for codes, and the column of each amount taken off; a code without words has none.

    Attributes:
        methods: By BPR04.
        statuses: By CLP02.
        reasons: By CARC.
        remarks: By RARC.
        adjustments: By PLB03-1.
    """

    methods: Mapping[str, str]
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    remarks: Mapping[str, str]
    adjustments: Mapping[str, str]
    columns: Mapping[str, AdviceColumn]
    by_group: Mapping[str, AdviceColumn]

    def column_of(self, adjustment: Adjustment) -> AdviceColumn:
        """Return in which column an amount stands."""
        by_both = self.columns.get(f"{adjustment.group}-{adjustment.carc}")
        return by_both or self.columns.get(adjustment.carc) or self.by_group.get(adjustment.group, "provider_liability")


def load_advice_texts(content: bytes, reasons: bytes, day: date) -> AdviceTexts:
    """Return the words in force on a day.

    Args:
        content: mappings/payments/remittance_texts.yaml.
        reasons: mappings/code_sets/adjustment_reason.tsv.
        day: The day.

    Raises:
        LookupError: None are.
    """
    texts = in_force(msgspec.yaml.decode(content, type=_TextsFile).versions, day)
    if texts is None:
        raise LookupError(f"no words of a remittance are in force on {day}")
    lines = (line for line in reasons.decode().splitlines() if not line.startswith("#"))
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return AdviceTexts(
        methods=texts.methods,
        statuses=texts.statuses,
        reasons={row["code"]: row["meaning"] for row in rows if row["meaning"]},
        remarks=texts.remarks,
        adjustments=texts.adjustments,
        columns=texts.columns,
        by_group=texts.by_group,
    )
