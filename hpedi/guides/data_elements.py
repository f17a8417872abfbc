"""Data elements of the X12 dictionary: type and lengths by number, from a file of pyx12's `dataele.xml` format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hpedi.guides.map_xml import parse_map


@dataclass(frozen=True, slots=True)
class DataElement:
    """One data element.

    Attributes:
        number: Its number in the dictionary, for example 1065.
        type: AN, ID, N0, N2 ... (implied decimals), R, DT, TM or B.
        min_length: Fewest characters; of N and R, digits.
        max_length: Most of them.
        name: Its name.
    """

    number: str
    type: str
    min_length: int
    max_length: int
    name: str


def read_data_elements(xml: bytes) -> Mapping[str, DataElement]:
    """Read the dictionary, by number.

    Raises:
        ValueError: It is not well-formed XML.
    """
    return {
        node.get("ele_num", ""): DataElement(
            node.get("ele_num", ""),
            node.get("data_type", "AN"),
            int(node.get("min_len", "1")),
            int(node.get("max_len", "1")),
            node.get("name", ""),
        )
        for node in parse_map(xml).iter("data_ele")
    }
