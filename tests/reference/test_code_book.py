"""Codes with their dates: right and wrong codes of each set, by hand, and what is not known is not said to be wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.code_files import code_book, standard_code_files
from hpedi.guides.code_sets import read_code_table
from hpedi.identifiers import npi
from hpedi.reference.code_book import CodeBook, Validity
from hpedi.reference.code_book_tables import read_code_book, read_code_list, set_name

BOOK = code_book()
VALID, UNKNOWN, NOT_LOADED = Validity.VALID, Validity.UNKNOWN, Validity.NOT_LOADED
NOT_IN_FORCE, NOT_BILLABLE = Validity.NOT_IN_FORCE, Validity.NOT_BILLABLE

SETS = b"""
sets:
  shade: {title: Shades, source: ours, form: '[A-Z]{3}', form_words: three letters}
  tree: {title: Trees, source: ours, form: '[A-Z]+', has_headings: true}
  either: {title: Either, source: ours, any_of: [shade, number]}
  number: {title: Numbers, source: ours, form: '[0-9]+'}
"""


def small_book(**lists: str) -> CodeBook:
    """Return a book of small sets with these lists."""
    return read_code_book({"sets.yaml": SETS} | {f"{name}.tsv": text.encode() for name, text in lists.items()})


@pytest.mark.parametrize(
    ("code", "on", "validity"),
    [
        # G35 was split into G35A to G35D with fiscal year 2026, which began on 2025-10-01 (FY 2026 addenda).
        ("G35", date(2025, 9, 30), VALID),
        ("G35", date(2025, 10, 1), NOT_IN_FORCE),
        ("G35A", date(2025, 9, 30), NOT_IN_FORCE),
        ("G35A", date(2025, 10, 1), VALID),
        # COVID-19: U07.1 was added in the middle of a fiscal year, on 2020-04-01; J12.82 and Z20.822 on 2021-01-01.
        ("U071", date(2020, 3, 31), NOT_IN_FORCE),
        ("U071", date(2020, 4, 1), VALID),
        ("Z20822", date(2020, 12, 31), NOT_IN_FORCE),
        ("Z20822", date(2021, 1, 1), VALID),
        # R05 became R05.1 to R05.9, and M54.5 M54.50 to M54.59, on 2021-10-01.
        ("R05", date(2021, 9, 30), VALID),
        ("R05", date(2021, 10, 1), NOT_IN_FORCE),
        ("M5450", date(2021, 10, 1), VALID),
        # H81.4 became a code itself on 2019-10-01, when H81.41 to H81.49 ended.
        ("H8141", date(2019, 9, 30), VALID),
        ("H8141", date(2019, 10, 1), NOT_IN_FORCE),
        ("H814", date(2019, 10, 1), VALID),
        # Headings, and codes of the form that no list ever had.
        ("E11", date(2026, 1, 5), NOT_BILLABLE),
        ("E1165", date(2026, 1, 5), VALID),
        ("S72001", date(2026, 1, 5), NOT_BILLABLE),
        ("S72001A", date(2026, 1, 5), VALID),
        ("E1199", date(2026, 1, 5), UNKNOWN),
        ("Z9999", None, UNKNOWN),
        ("E11.9", date(2026, 1, 5), UNKNOWN),
        ("e119", date(2026, 1, 5), UNKNOWN),
        # Before the list begins, and after it ends, nobody can say that a code is wrong.
        ("Z9999", date(2014, 6, 1), NOT_LOADED),
        ("Z9999", date(2027, 4, 1), NOT_LOADED),
        ("G35A", date(2014, 6, 1), NOT_LOADED),
        ("E119", date(2027, 4, 1), VALID),
    ],
)
def test_icd_10_cm_by_day(code: str, on: date | None, validity: Validity) -> None:
    """A diagnosis counts if it was in force and billable on the day."""
    assert BOOK.validity("icd_10_cm", code, on) is validity


@pytest.mark.parametrize(
    ("on", "codes"), [(date(2021, 1, 1), 72_621), (date(2025, 4, 1), 74_260), (date(2026, 4, 1), 74_719)]
)
def test_the_releases_of_icd_10_cm_are_whole(on: date, codes: int) -> None:
    """On the first day of three releases as many codes are in force as each release holds (simple-icd-10-cm)."""
    spans = BOOK.sets["icd_10_cm"].codes.spans.values()
    assert sum(any(span.covers(on) for span in each) for each in spans) == codes


@pytest.mark.parametrize(
    ("name", "code", "on", "validity"),
    [
        ("icd_10_pcs", "0DTJ4ZZ", date(2026, 1, 5), VALID),  # laparoscopic appendectomy
        ("icd_10_pcs", "0DTJ4ZO", date(2026, 1, 5), UNKNOWN),  # the letter O
        ("icd_10_pcs", "0DTJ4Z", date(2026, 1, 5), UNKNOWN),
        ("icd_10_pcs", "9999999", date(2026, 1, 5), UNKNOWN),
        ("icd_9_cm", "0340", date(2006, 5, 1), VALID),
        ("icd_9_cm", "0340", date(2015, 10, 1), NOT_IN_FORCE),
        ("icd_9_cm", "V723", date(2004, 9, 30), VALID),
        ("icd_9_cm", "V723", date(2004, 10, 1), NOT_IN_FORCE),  # became V72.31 and V72.32
        ("icd_9_cm", "250", date(2006, 5, 1), NOT_BILLABLE),
        ("icd_9_cm_procedure", "4701", date(2006, 5, 1), VALID),
        ("pos", "10", date(2021, 12, 31), NOT_IN_FORCE),
        ("pos", "10", date(2022, 1, 1), VALID),
        ("pos", "27", date(2023, 9, 30), NOT_IN_FORCE),
        ("pos", "27", date(2023, 10, 1), VALID),
        ("pos", "66", date(2024, 7, 31), NOT_IN_FORCE),
        ("pos", "66", date(2024, 8, 1), VALID),
        ("pos", "11", date(2001, 1, 1), VALID),
        ("place_of_service", "98", None, UNKNOWN),
        ("patient_status", "01", date(2026, 1, 5), VALID),
        ("patient_status", "69", date(2013, 9, 30), NOT_IN_FORCE),
        ("patient_status", "72", date(2026, 1, 5), NOT_IN_FORCE),
        ("patient_status", "99", date(2026, 1, 5), UNKNOWN),
        ("admission_type", "4", None, VALID),
        ("admission_type", "7", None, UNKNOWN),
        ("admission_source", "7", date(2010, 6, 30), VALID),
        ("admission_source", "7", date(2010, 7, 1), NOT_IN_FORCE),
        ("admission_source", "H", None, UNKNOWN),
        ("claim_frequency", "7", None, VALID),
        ("claim_frequency", "P", None, VALID),
        ("claim_frequency", "L", None, UNKNOWN),
        ("npi", "1234567893", None, VALID),
        ("npi", "1234567890", None, UNKNOWN),
        ("npi", "123456789", None, UNKNOWN),
        ("tax_id", "411234567", None, VALID),
        ("tax_id", "41-1234567", None, UNKNOWN),
        ("tooth", "32", None, VALID),
        ("tooth", "33", None, UNKNOWN),
        ("tooth", "T", None, VALID),
        ("tooth", "U", None, UNKNOWN),
        ("tooth", "51", None, VALID),
        ("tooth", "82", None, VALID),
        ("tooth", "83", None, UNKNOWN),
        ("tooth", "TS", None, VALID),
        ("tooth", "0", None, UNKNOWN),
        ("oral_cavity", "40", None, VALID),
        ("oral_cavity", "50", None, UNKNOWN),
    ],
)
def test_codes_of_sets_that_are_known(name: str, code: str, on: date | None, validity: Validity) -> None:
    """Codes of the sets that hpedi has, right ones and wrong ones."""
    assert BOOK.validity(name, code, on) is validity


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "procedure",
            ["99213", "0001F", "0042T", "0001U", "0001M", "J3301", "G0127", "D0120"],
            ["9921", "J33", "W0001"],
        ),
        ("procedure", ["4004F", "0591T"], ["0591B", "J330A", "99213 "]),
        ("cdt", ["D0120"], ["0120", "D012", "E0120"]),
        ("modifier", ["25", "RT", "1P"], ["2", "R-", "RTX", "rt"]),
        ("hipps", ["1AFKS"], ["1AFK", "1AFKS1"]),
        ("ndc", ["00026063512"], ["0026063512", "00026-0635-12", "0002606351A"]),
        ("revenue", ["0001", "0120", "0450", "1002", "2101", "3103"], ["450", "0000", "2450", "9999", "045X"]),
        ("bill_facility", ["11", "13", "32", "83"], ["1", "01", "10", "51", "99", "111"]),
        ("taxonomy", ["207Q00000X", "363LP0200X"], ["207Q", "207Q000000", "XXXX00000X"]),
        ("drg", ["470"], ["47", "4700", "47A"]),
        ("condition", ["09", "A1"], ["9", "09A"]),
        ("value", ["80", "A1"], ["8"]),
    ],
)
def test_without_a_list_only_the_form_is_wrong(name: str, right: list[str], wrong: list[str]) -> None:
    """A code of the form of a set that is not loaded is never wrong, and one of another form always is."""
    assert {BOOK.validity(name, code, date(2026, 1, 5)) for code in right} == {NOT_LOADED}
    assert {BOOK.validity(name, code, date(2026, 1, 5)) for code in wrong} == {UNKNOWN}


def test_what_was_not_checked_is_noted_once_and_taken() -> None:
    """The book names the sets that it could not check, and then begins anew."""
    book = read_code_book(standard_code_files())
    book.validity("procedure", "99213", None)
    book.validity("procedure", "99214", None)
    book.validity("procedure", "J3301", None)
    book.validity("icd_10_cm", "E119", date(2026, 1, 5))
    book.validity("npi", "1234567893", None)
    assert book.not_checked.taken() == ("CPT", "HCPCS level II")
    assert book.not_checked.taken() == ()


def test_a_code_that_the_guide_tells_is_not_told_again() -> None:
    """What our list lacks is left to the walk of the guide; once the user has a list, the list decides."""
    assert BOOK.validity("pos", "98", None) is VALID
    assert BOOK.validity("adjustment_reason", "9999", None) is VALID
    own = read_code_book(standard_code_files(), {"adjustment_reason.tsv": b"code\tfrom\tto\n1\t\t\n"})
    assert own.validity("adjustment_reason", "9999", None) is UNKNOWN
    assert own.validity("adjustment_reason", "1", None) is VALID


def test_the_user_s_list_takes_the_place_of_ours() -> None:
    """A list in the user's folder decides, within the days that it covers."""
    own = read_code_book(standard_code_files(), {"hcpcs.tsv": b"# covers: 2026-01-01..\ncode\tfrom\tto\nJ3301\t\t\n"})
    assert own.validity("procedure", "J3301", date(2026, 1, 5)) is VALID
    assert own.validity("procedure", "J3302", date(2026, 1, 5)) is UNKNOWN
    assert own.validity("procedure", "J3302", date(2025, 12, 31)) is NOT_LOADED
    assert own.validity("procedure", "99213", date(2026, 1, 5)) is NOT_LOADED


def test_a_code_may_have_several_spans() -> None:
    """A code that came back is in force in each of its spans and not between them."""
    book = small_book(shade="code\tfrom\tto\nRED\t2001-01-01\t2001-12-31\nRED\t2003-01-01\t\n")
    found = [book.validity("shade", "RED", date(year, 6, 1)) for year in (2000, 2001, 2002, 2003, 2030)]
    assert found == [NOT_IN_FORCE, VALID, NOT_IN_FORCE, VALID, VALID]


def test_headings_are_told_by_longer_codes_and_not_below_three_characters() -> None:
    """The beginning of a code is its heading; the beginning of none is unknown."""
    book = small_book(tree="code\nOAKRED\nOAKWHITE\nFIR\n")
    assert book.validity("tree", "OAK", None) is NOT_BILLABLE
    assert book.validity("tree", "OA", None) is UNKNOWN
    assert book.validity("tree", "OAKS", None) is UNKNOWN
    assert book.validity("tree", "ZZZ", None) is UNKNOWN


def test_sets_taken_together_ask_the_one_whose_form_fits() -> None:
    """A code goes to the first set whose form it has."""
    book = small_book(shade="code\nRED\n")
    assert book.validity("either", "RED", None) is VALID
    assert book.validity("either", "SKY", None) is UNKNOWN
    assert book.validity("either", "77", None) is NOT_LOADED


def test_malformed_tables_and_sets_are_bugs() -> None:
    """A list without a column code, and sets that name others which are not there, raise."""
    with pytest.raises(ValueError, match="column named code"):
        read_code_list(b"kode\nA\n")
    with pytest.raises(ValueError, match="blue"):
        read_code_book({"sets.yaml": b"sets: {red: {title: Red, source: x, any_of: [blue]}}"})
    with pytest.raises(ValueError, match="malformed"):
        read_code_book({"sets.yaml": b"sets: {red: {title: Red}}"})


def test_every_list_is_described_read_and_names_its_source() -> None:
    """Each file of mappings/code_sets belongs to a set, can be read, and says where it is from."""
    files = standard_code_files()
    tables = {set_name(name) for name in files} - {""}
    known = {each.entry.table or name for name, each in BOOK.sets.items()}
    assert tables - known == {"entity_id", "segment_ids"}
    for name in tables & BOOK.sets.keys():
        assert BOOK.sets[name].codes.spans
    for name, content in files.items():
        if name.endswith(".tsv"):
            assert b"# Source:" in content
            assert read_code_table(content)


@given(st.integers(0, 999_999_999))
def test_every_npi_has_one_check_digit(number: int) -> None:
    """Of the ten numbers with the same first nine digits one is an NPI."""
    nine = f"{number:09}"
    right = [digit for digit in "0123456789" if BOOK.validity("npi", nine + digit, None) is VALID]
    assert right == [npi.calc_check_digit(nine)]


@given(st.sampled_from(sorted(BOOK.sets)), st.text(max_size=12), st.none() | st.dates())
def test_any_text_has_an_answer(name: str, code: str, on: date | None) -> None:
    """Whatever stands for a code: an answer, and never that a text without the form is right."""
    validity = BOOK.validity(name, code, on)
    form = BOOK.sets[name].entry.form
    if form is not None and form.fullmatch(code) is None:
        assert validity in (UNKNOWN, NOT_LOADED)
