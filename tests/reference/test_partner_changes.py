"""Changes of a profile beside what a payer folder says: the later word counts, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from hpedi.reference.partner_changes import (
    PartnerChange,
    change_record,
    changed_to,
    differences,
    effective,
    rebased,
    settings_of,
    with_changes,
)
from hpedi.reference.partner_checks import ProfileTerms, check_profiles
from hpedi.reference.partner_settings import NotASetting, with_settings
from hpedi.reference.partners import Acknowledgements, IsaIdentity, Partner
from hpedi.reference.records import content_of
from tests.partners.profiles import LAKES, NORTH


def stored(change: PartnerChange) -> PartnerChange:
    """Return a change as it comes back from the store."""
    return content_of(change_record(change), PartnerChange)


def changed(base: Partner | None, **fields: Any) -> PartnerChange:
    """Return a change of LAKES that the payer folder has as `base`."""
    return stored(changed_to(base, None, structs.replace(LAKES, **fields), "agreed"))


def test_a_field_set_here_holds_while_the_folder_says_the_same() -> None:
    """Other fields follow the folder; the one set here stays."""
    change = changed(LAKES, gs_ids=("OTHER",), acknowledgements=Acknowledgements(ta1="always"))
    folder = structs.replace(LAKES, name="LAKES GROUP")
    held = effective(folder, change)
    assert held == structs.replace(folder, gs_ids=("OTHER",), acknowledgements=Acknowledgements(ta1="always"))
    assert rebased(folder, change) is change


def test_the_folders_later_word_counts() -> None:
    """A field that the folder says otherwise than when it was set here is the folder's again, and stays so."""
    change = changed(LAKES, gs_ids=("OTHER",), sends=("837P",))
    folder = structs.replace(LAKES, gs_ids=("NEWER",))
    assert effective(folder, change) == structs.replace(folder, sends=("837P",))
    after = stored(rebased(folder, change))
    assert dict(after.settings) == {"sends": ["837P"]}
    assert effective(LAKES, after) == structs.replace(LAKES, sends=("837P",))


def test_only_resume_ends_a_suspension() -> None:
    """Whatever state the folder says, a partner suspended here stays so."""
    change = changed(structs.replace(LAKES, state="testing"), state="suspended", resumes_as="testing")
    for state in ("testing", "live"):
        folder = structs.replace(LAKES, state=state)
        held = effective(folder, stored(rebased(folder, change)))
        assert held is not None
        assert (held.state, held.resumes_as) == ("suspended", "testing")


def test_a_partner_added_here_needs_no_folder() -> None:
    """It holds without one; what a folder writes of it later counts, what it leaves out stays."""
    change = changed(None, state="testing", sends=("837P",))
    assert effective(None, change) == structs.replace(LAKES, state="testing", sends=("837P",))
    folder = structs.replace(LAKES, name="LAKES GROUP", sends=("837I",))
    assert effective(folder, change) == structs.replace(folder, state="testing")


def test_a_partner_that_the_folder_drops_is_gone_and_its_change_waits() -> None:
    """Nothing holds without the folder; when it has the partner again, what was set here is there."""
    change = changed(LAKES, state="suspended")
    assert effective(None, change) is None
    assert rebased(None, change) is change
    assert with_changes([NORTH], [change]) == (NORTH,)
    back = effective(LAKES, change)
    assert back is not None
    assert back.state == "suspended"


def test_differences_are_told_field_by_field() -> None:
    """A change of two fields is told as these two, with both values."""
    found = differences(LAKES, structs.replace(LAKES, usages=("T",), name="L"))
    assert found == (("name", "LAKES CLEARING", "L"), ("usages", ["P", "T"], ["T"]))


TERMS = ProfileTerms(
    sends=frozenset({"837P"}),
    receives=frozenset({"835"}),
    limits=frozenset({"elements"}),
    versions=frozenset({"005010X222A1", "005010X222"}),
    qualifiers=frozenset({"30", "ZZ"}),
    rules=lambda: {"S4-220"},
)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"isa_ids": ()}, "isa_ids"),
        ({"usages": ("X",)}, "usages"),
        ({"sends": ("837X",)}, "sends"),
        ({"receives": ("837P",)}, "receives"),
        ({"limits": {"charm": 1}}, "limits"),
        ({"limits": {"elements": 0}}, "limits"),
        ({"severities": {"S7-001": "off"}}, "severities"),
        ({"folder": "NORTH"}, "folder"),
        ({"allowed_versions": ("005010X222", "00501X222")}, "allowed_versions"),
        ({"isa_ids": (IsaIdentity(qualifier="3O", id="410000301"),)}, "isa_ids"),
        ({"isa_ids": (IsaIdentity(qualifier="ZZ", id="LONGER-THAN-15-C"),)}, "isa_ids"),
        ({"gs_ids": ("LONGER-THAN-15-C",)}, "gs_ids"),
        ({"remittances_for": ("HARBR",)}, "remittances_for"),
        ({"isa_ids": NORTH.isa_ids}, "isa_ids"),
        ({"resumes_as": "suspended"}, "resumes_as"),
        ({"id": "unknown-senders"}, "id"),
        ({"folder": "Pick-Up"}, "folder"),
    ],
)
def test_what_a_profile_may_not_say_is_told(fields: dict[str, Any], wrong: str) -> None:
    """Names that are not known, numbers below 1, and what belongs to another partner are told at their field."""
    lakes = structs.replace(LAKES, **fields)
    told = {fault.field for fault in check_profiles([NORTH, lakes], TERMS, {"HARBOR"}) if fault.partner is lakes}
    assert told == {wrong}


def test_a_right_profile_has_no_fault() -> None:
    """Known sets, limits and rules are taken."""
    right = structs.replace(
        LAKES, sends=("837P",), receives=("835",), limits={"elements": 8}, severities={"S4-220": "off"}
    )
    assert list(check_profiles([NORTH, right], TERMS)) == []


def made(*settings: str) -> Partner | None:
    """Return LAKES with settings made."""
    return with_settings("lakes", settings_of(LAKES), LAKES, settings)[0]


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        (['name="LAKES: NEW"'], {"name": "LAKES: NEW"}),
        (["gs_ids=[A, B]"], {"gs_ids": ("A", "B")}),
        (["acknowledgements.ta1=never", "acknowledgements.claims=false"],
         {"acknowledgements": Acknowledgements(ta1="never", claims=False)}),
        (["severities.S4-220=warning", "limits.elements=8"],
         {"severities": {"S4-220": "warning"}, "limits": {"elements": 8}}),
        (["limits.elements=8", "limits.elements="], {}),
        (["gs_ids=[A]", "gs_ids="], {}),
    ],
)  # fmt: skip
def test_settings_are_read_as_in_a_payer_folder(settings: list[str], fields: dict[str, Any]) -> None:
    """Texts, lists, inner fields and giving back."""
    assert made(*settings) == structs.replace(LAKES, **fields)


@pytest.mark.parametrize("setting", ["gs_ids", "charm=1", "id=other", "resumes_as=live", "name=[", "=x"])
def test_what_is_no_setting_is_refused(setting: str) -> None:
    """A setting without a value, of an unknown field or of one that only commands change is refused."""
    with pytest.raises(NotASetting):
        made(setting)


@pytest.mark.parametrize(
    "setting", ["name=LAKES: NEW", "gs_ids=A", "state=open", "limits.elements=many", "severities.S4-220=loud"]
)
def test_a_value_of_another_kind_is_told(setting: str) -> None:
    """A value that is not of its field's kind makes no profile."""
    assert made(setting) is None
