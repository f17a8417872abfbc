"""What the writer refuses, and how it lays out what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hpedi.x12.characters import BASIC, DATA, EXTENDED, can_delimit
from hpedi.x12.events import Delimiters
from hpedi.x12.segment import (
    SegmentValues,
    read_segment,
    split_components,
    split_elements,
    split_repetitions,
)
from hpedi.x12.writer import TransactionSet, segment_writer, stream_x12, write_x12
from tests.x12.cases import ONE_SET, claim_set, group, interchange

write_segment = segment_writer(Delimiters())


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (("REF", "EI", "587654321"), "REF*EI*587654321"),
        (("NM1", "85", "2", "A", "", "", "", "", "", ""), "NM1*85*2*A"),
        (("SV1", ("HC", "99213", "", "", ""), "1"), "SV1*HC:99213*1"),
        (("SV1", ("", "", ""), "1"), "SV1**1"),
        (("HI", ("BK", "", "X")), "HI*BK::X"),
        (("EB", ["30", "98"]), "EB*30^98"),
        (("EB", ["30"]), "EB*30"),
        (("EB", ["", ""], "1"), "EB**1"),
        (("DMG", "", "", "", "", [("RET", "1"), ("RET", "2", "")]), "DMG*****RET:1^RET:2"),
    ],
)
def test_segment_text(values: SegmentValues, text: str) -> None:
    """Empty elements and components at the end are left out; the others keep their places."""
    assert write_segment(values) == text


@pytest.mark.parametrize("wrong", ["A*B", "A:B", "A^B", "A~B", "A\nB", "A\tB", "é", "“", "\x00", "\x1a", "€"])
@pytest.mark.parametrize(
    "shape", [lambda value: value, lambda value: ("HC", value), lambda value: ["1", ("HC", value)]]
)
def test_value_that_x12_cannot_carry(wrong: str, shape: object) -> None:
    """A delimiter or a character outside the sets is refused, with its place and without the value."""
    assert callable(shape)
    with pytest.raises(ValueError, match="NM103 has a delimiter or a character") as refused:
        write_segment(("NM1", "85", "2", shape("CANARY" + wrong)))
    assert "CANARY" not in str(refused.value)


def test_delimiter_of_others_is_data() -> None:
    """A character that is no delimiter of this interchange may be data."""
    assert segment_writer(Delimiters("|", ">", "!", "\\"))(("REF", "A*B:C^D~E")) == "REF|A*B:C^D~E"


@pytest.mark.parametrize(
    "values", [("REF",), ("REF", "", ""), ("REF", ("", "")), ("ref", "1"), ("R", "1"), ("REFX", "1"), ("", "1")]
)
def test_segment_that_is_none(values: SegmentValues) -> None:
    """A segment needs an id of two or three characters and some data."""
    with pytest.raises(ValueError, match=r"segment id|no data"):
        write_segment(values)


@pytest.mark.parametrize(
    "delimiters",
    [
        Delimiters("*", "*", "^", "~"),
        Delimiters("*", ":", "", "~"),
        Delimiters("A", ":", "^", "~"),
        Delimiters("*", "9", "^", "~"),
        Delimiters("*", ":", " ", "~"),
        Delimiters("*", ":", "^", "\x00"),
        Delimiters("*", ":", "^", "~~"),
        Delimiters("*", ":", "^", "€"),
        Delimiters("\n", ":", "^", "~"),
        Delimiters("*", ":", "\r", "~"),
    ],
)
def test_delimiters_that_are_not_legal(delimiters: Delimiters) -> None:
    """Delimiters must be four different characters of one byte, none a letter, digit or blank."""
    with pytest.raises(ValueError, match="delimiters"):
        write_x12(interchange(), delimiters)


def test_character_sets() -> None:
    """The basic and extended sets have the characters that the guides list, and no other."""
    assert (len(BASIC), len(EXTENDED), len(DATA)) == (53, 42, 95)
    assert {character for character in map(chr, range(0x20, 0x7F)) if character not in DATA} == set()
    assert [character for character in map(chr, range(256)) if character in DATA and not character.isprintable()] == []
    assert not any(map(can_delimit, "AZaz09 \x00"))
    assert all(map(can_delimit, "*:^~|\n\r\t\x1c\x1f\x85\xff"))


@pytest.mark.parametrize("control_id", ["ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"])
def test_control_segments_are_not_handed_in(control_id: str) -> None:
    """A set that holds control segments would break the envelope and is refused."""
    with pytest.raises(ValueError, match="control segments"):
        write_x12(interchange(group(1, claim_set("0001", ((control_id, "1"),)))))


@pytest.mark.parametrize("number", ["001", "0123456789", "00-1", ""])
def test_set_control_numbers(number: str) -> None:
    """ST02 is four to nine letters and digits."""
    with pytest.raises(ValueError, match="set control number"):
        write_x12(interchange(group(1, claim_set(number))))


@pytest.mark.parametrize("number", [0, -1, 1_000_000_000])
def test_control_numbers(number: int) -> None:
    """ISA13 and GS06 are whole numbers of one to nine digits."""
    with pytest.raises(ValueError, match="control number"):
        write_x12(replace(interchange(), control_number=number))
    with pytest.raises(ValueError, match="control number"):
        write_x12(interchange(group(number)))


def test_isa_keeps_its_widths() -> None:
    """An id or code that does not fit ISA is refused, not cut."""
    party = interchange().sender
    with pytest.raises(ValueError, match="ISA06 must be 15 characters") as refused:
        write_x12(replace(interchange(), sender=replace(party, id="CANARY7890123456")))
    assert "CANARY" not in str(refused.value)
    with pytest.raises(ValueError, match="ISA05"):
        write_x12(replace(interchange(), sender=replace(party, qualifier="Z")))
    with pytest.raises(ValueError, match="ISA15"):
        write_x12(replace(interchange(), usage=""))


def test_set_without_version() -> None:
    """ST03 is left out where the guide does not use it."""
    remittance = TransactionSet(id="835", control_number="0001", segments=(("BPR", "I", "1"),))
    assert b"~ST*835*0001~BPR*I*1~SE*3*0001~" in write_x12(interchange(group(1, remittance, functional_id="HP")))


def test_acknowledgment_requested() -> None:
    """ISA14 is 1 when a TA1 is asked for."""
    assert b"*000000905*1*P*:~" in write_x12(replace(interchange(), ack_requested=True))


def test_streaming_holds_one_set_at_a_time() -> None:
    """Sets are drawn from their iterable one by one as pieces are taken."""
    drawn: list[int] = []

    def sets() -> Iterator[TransactionSet]:
        for number in range(1, 1001):
            drawn.append(number)
            yield claim_set(f"{number:04}")

    pieces = stream_x12(interchange(replace(group(1), sets=sets())))
    opening = [next(pieces) for _ in range(4)]
    assert drawn == [1]
    assert opening[-1].startswith(b"ST*837*0001*")
    assert b"".join(pieces).endswith(b"GE*1000*1~IEA*1*000000905~")


def test_segment_is_taken_apart() -> None:
    """A segment's text is split into elements, repetitions and components, and read as the values that were written."""
    delimiters = Delimiters()
    assert split_elements("EB*1**30^98", delimiters) == ["EB", "1", "", "30^98"]
    assert split_repetitions("30^98", delimiters) == ["30", "98"]
    assert split_repetitions("30^98", Delimiters(repetition="")) == ["30^98"]
    assert split_components("HC:99213", delimiters) == ["HC", "99213"]
    assert read_segment("DMG**RET:1^RET:2*A", delimiters) == ["DMG", "", [("RET", "1"), ("RET", "2")], "A"]


def test_one_set_is_the_case() -> None:
    """Segments may come from a generator."""
    segments = (read_segment(text, Delimiters()) for text in ONE_SET.text.split("~")[3:6])
    transaction_set = TransactionSet(id="837", control_number="0001", version="005010X222A1", segments=segments)
    assert write_x12(interchange(group(1, transaction_set))) == ONE_SET.text.encode()
