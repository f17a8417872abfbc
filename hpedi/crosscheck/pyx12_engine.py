"""Runs pyx12's engine over one transaction set.

pyx12 is only ever given one set that our reader took apart, wrapped anew in an envelope of ours: on whole files it
loses what follows an empty segment, is quadratic in the number of ST, and raises for a guide it lacks. It does not
judge envelopes here, and it writes no 999: its error tree is read instead, which also works for an 835 and for a
999. It cannot read repeated elements and knows no dates of codes. Whatever it raises becomes an answer that says so.
"""

from __future__ import annotations

import io
import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Final, TypeAlias

import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

from hpedi.crosscheck.answer import ElementError, Opinion, Pyx12Answer, SegmentErrors
from hpedi.crosscheck.map_folder import map_folder
from hpedi.x12.events import Delimiters

ErrorTree: TypeAlias = Mapping[str, object]

logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)  # its messages quote element values

_SEGMENT_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")  # anything else pyx12 takes for an id is data
_REPETITION_WHERE_NONE: Final = "^"
_OWN_COUNTERS: Final = {"SEG1": "8", "HL1": "8", "HL2": "8", "LX": "8"}  # codes of pyx12 that are not IK304 codes
_SEGMENTS_IN_ERROR: Final = "5"


def validate_with_pyx12(
    texts: Sequence[str], delimiters: Delimiters, *, functional_id: str, version: str
) -> Pyx12Answer:
    """Ask pyx12 about one transaction set.

    Args:
        texts: The set's segments from ST to SE, without terminators.
        delimiters: Those the texts were written with.
        functional_id: GS01 of the group the set came in.
        version: GS08 of that group, one that mappings/guides/guides.yaml lists.

    Returns:
        pyx12's opinion, with its IK3 and IK4 codes; for an 835 compare the opinion only.
    """
    source = io.StringIO(wrap(texts, delimiters, functional_id=functional_id, version=version))
    found = io.StringIO()
    try:
        with _maps_kept():
            accepted = pyx12.x12n_document.x12n_document(
                pyx12.params.ParamsBase(), source, None, None, fd_json=found, map_path=str(map_folder())
            )
    except Exception as error:  # noqa: BLE001  # pyx12 breaking down on a set is an answer, not our bug
        return Pyx12Answer(Opinion.FAILED, failure=_place_of(error))
    return read_error_tree(json.loads(found.getvalue()), accepted=accepted)


def wrap(texts: Sequence[str], delimiters: Delimiters, *, functional_id: str, version: str) -> str:
    """Return the set in an interchange of its own, with the delimiters it was written with."""
    element, component, end = delimiters.element, delimiters.component, delimiters.segment
    repetition = delimiters.repetition or _REPETITION_WHERE_NONE
    blank = " " * 10
    interchange = f"ISA*00*{blank}*00*{blank}*ZZ*SENDER         *ZZ*RECEIVER       *200101*1200*".replace("*", element)
    interchange += repetition + "*00501*000000001*0*P*".replace("*", element) + component
    group = element.join(("GS", functional_id, "SENDER", "RECEIVER", "20200101", "1200", "1", "X", version))
    trailers = (element.join(("GE", "1", "1")), element.join(("IEA", "1", "000000001")))
    return "".join(f"{segment}{end}" for segment in (interchange, group, *texts, *trailers))


def read_error_tree(tree: ErrorTree, *, accepted: bool) -> Pyx12Answer:
    """Read pyx12's JSON error tree of the one set, leaving its messages behind."""
    sets = [
        transaction
        for interchange in _items(tree, "interchanges")
        for group in _items(interchange, "groups")
        for transaction in _items(group, "transactions")
    ]
    if not sets:
        return Pyx12Answer(Opinion.FAILED, failure="no transaction set was seen")
    segments = tuple(_segment_errors(segment) for transaction in sets for segment in _items(transaction, "segments"))
    codes = {str(error["err_cde"]) for transaction in sets for error in _items(transaction, "errors")}
    opinion = Opinion.ACCEPTED if accepted else Opinion.REJECTED
    return Pyx12Answer(opinion, segments, tuple(sorted(codes - {_SEGMENTS_IN_ERROR})))


def _segment_errors(segment: ErrorTree) -> SegmentErrors:
    elements = tuple(
        ElementError(
            element=int(str(element["ele_pos"])),
            component=int(str(element["subele_pos"] or 0)),
            data_element=str(element["ele_ref_num"] or ""),
            code=str(error["err_cde"]),
        )
        for element in _items(segment, "elements")
        for error in _items(element, "errors")
    )
    codes = {_OWN_COUNTERS.get(str(error["err_cde"]), str(error["err_cde"])) for error in _items(segment, "errors")}
    if elements:
        codes.add("8")
    segment_id = str(segment["seg_id"])
    return SegmentErrors(
        segment_id=segment_id if _SEGMENT_ID.fullmatch(segment_id) else "",
        position=int(str(segment["seg_count"])),
        codes=tuple(sorted(codes)),
        elements=elements,
    )


def _items(node: ErrorTree, key: str) -> list[ErrorTree]:
    children = node[key]
    if not isinstance(children, list):
        raise TypeError(f"pyx12's error tree has no list of {key}")
    return children


def _place_of(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}"


@contextmanager
def _maps_kept() -> Iterator[None]:
    """Let pyx12 read each map once a process: it would read it anew for every document (0.3 s for an 837)."""
    reads_anew = pyx12.map_if.load_map_file
    pyx12.map_if.load_map_file = _kept(reads_anew)
    try:
        yield
    finally:
        pyx12.map_if.load_map_file = reads_anew


@cache
def _kept(load: Callable[..., object]) -> Callable[..., object]:
    maps: dict[str, object] = {}

    def load_once(map_file: str, param: object, map_path: str | None = None) -> object:
        if map_file not in maps:
            maps[map_file] = load(map_file, param, map_path)
        return maps[map_file]

    return load_once
