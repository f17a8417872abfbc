"""pyx12 behind one function: accepted, rejected with codes, or broken down; never an element value or a log line."""

from __future__ import annotations

import logging

import pytest

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.crosscheck.answer import ElementError
from hpedi.crosscheck.map_folder import write_codes_xml
from hpedi.x12.events import Delimiters

ACCEPTANCE = (
    "ST*999*0001*005010X231A1",
    "AK1*HC*17*005010X222A1",
    "AK2*837*0001*005010X222A1",
    "IK5*A",
    "AK9*A*1*1*1",
    "SE*6*0001",
)
FOR_999 = {"functional_id": "FA", "version": "005010X231A1"}


def set_with(index: int, text: str) -> list[str]:
    """The accepted 999 with one segment changed."""
    return [*ACCEPTANCE[:index], text, *ACCEPTANCE[index + 1 :]]


def test_a_good_set_is_accepted() -> None:
    """A set without faults is accepted, without errors."""
    answer = validate_with_pyx12(ACCEPTANCE, Delimiters(), **FOR_999)
    assert answer.opinion is Opinion.ACCEPTED
    assert answer.segments == ()


@pytest.mark.parametrize("delimiters", [Delimiters("|", "<", "!", "\x1c"), Delimiters("*", ":", "", "~")])
def test_any_delimiters_will_do(delimiters: Delimiters) -> None:
    """A set is wrapped with the delimiters it was written with, also where none separates repetitions."""
    texts = [text.replace("*", delimiters.element) for text in ACCEPTANCE]
    assert validate_with_pyx12(texts, delimiters, **FOR_999).opinion is Opinion.ACCEPTED


def test_a_bad_code_is_an_ik3_with_an_ik4() -> None:
    """A code outside its list is IK304 8 with IK403 7 at the element's place."""
    answer = validate_with_pyx12(set_with(3, "IK5*R*99"), Delimiters(), **FOR_999)
    assert answer.opinion is Opinion.REJECTED
    (segment,) = answer.segments
    assert (segment.segment_id, segment.position, segment.codes) == ("IK5", 4, ("8",))
    assert segment.elements == (ElementError(element=2, component=0, data_element="618", code="7"),)


def test_what_is_no_segment_id_is_not_repeated() -> None:
    """Data standing where a segment id should is told by its position only."""
    answer = validate_with_pyx12(set_with(3, "Canary*R*1"), Delimiters(), **FOR_999)
    assert [(segment.segment_id, segment.position) for segment in answer.segments][:1] == [("", 4)]


def test_a_missing_segment_is_an_ik3() -> None:
    """A required segment that is absent is IK304 3."""
    texts = [*ACCEPTANCE[:3], *ACCEPTANCE[4:5], "SE*5*0001"]
    answer = validate_with_pyx12(texts, Delimiters(), **FOR_999)
    assert [(segment.segment_id, segment.codes) for segment in answer.segments] == [("IK5", ("3",))]


def test_a_wrong_count_is_a_code_of_the_set() -> None:
    """SE01 that is not the number of segments is IK502 4."""
    answer = validate_with_pyx12(set_with(5, "SE*7*0001"), Delimiters(), **FOR_999)
    assert (answer.opinion, answer.set_codes) == (Opinion.REJECTED, ("4",))


def test_pyx12_breaking_down_is_an_answer() -> None:
    """A guide pyx12 lacks raises in pyx12 and comes back as an answer that says so."""
    answer = validate_with_pyx12(ACCEPTANCE, Delimiters(), functional_id="HC", version="005010X222A2")
    assert answer.opinion is Opinion.FAILED
    assert answer.failure.startswith("EngineError")


def test_nothing_quotes_the_data(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """pyx12's messages quote values: none reaches the answer, the log or the terminal."""
    with caplog.at_level(logging.DEBUG):
        answer = validate_with_pyx12(set_with(3, "IK5*R*CANARY"), Delimiters(), **FOR_999)
    shown = capsys.readouterr()
    assert "CANARY" not in f"{answer}{caplog.text}{shown.out}{shown.err}"
    assert answer.opinion is Opinion.REJECTED


def test_codes_xml_holds_every_code_that_was_ever_in_use() -> None:
    """pyx12 knows no dates: a code with a last day goes into its codes.xml too."""
    table = b"# Source: none\ncode\tfrom\tto\tmeaning\tnote\n1\t\t\t\t\n17\t\t2009-06-30\t\t\n"
    written = write_codes_xml({"adjustment_reason": table})
    assert b"<id>adjustment_reason</id>" in written
    assert b"<code>1</code><code>17</code>" in written
