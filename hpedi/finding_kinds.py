"""The one table of finding kinds: what each means, how to mend it, and what is sent back for it.

docs/findings is generated from this table. Codes sent: TA105 refuses an interchange; AK905 a group, IK502 a transaction
set, IK304/IK403 a segment or element, all in the 999 X231A1 (guides fact table ack_999); `status` is the claim status
category and code of a 277CA X214. A kind that sends nothing is reported only.
"""

from __future__ import annotations

from typing import Final

from hpedi.findings import Finding, FindingKind, Sent, Severity, Where


def _kind(code: str, snip: int, title: str, remedy: str, *, warning: bool = False, **sent: str) -> FindingKind:
    severity = Severity.WARNING if warning else Severity.ERROR
    status = tuple(sent.pop("status").split(":")) if "status" in sent else None
    return FindingKind(
        code=code,
        snip=snip,
        severity=severity,
        title=title,
        remedy=remedy,
        sent=Sent(status=status, **sent),
    )


# fmt: off
_KINDS: Final = (
    # --- bytes and interchange (x12) -------------------------------------------------------------------------------
    _kind("not-x12", 1, "The file does not start with an ISA segment", "Send an X12 interchange that starts with ISA."),
    _kind("text-outside-interchange", 1, "Bytes stand outside any interchange", "Remove what stands before ISA or after IEA."),
    _kind("isa-malformed", 1, "The ISA segment does not have its fixed form", "Send ISA as 16 elements, 106 bytes.", ta105="022"),
    _kind("delimiters-not-distinct", 1, "Two delimiters of the interchange are the same", "Use different delimiters.", ta105="022"),
    _kind("empty-segment", 1, "A segment is empty: two terminators in a row", "Send one terminator a segment.", warning=True),
    _kind("last-terminator-missing", 1, "The file ends without a segment terminator", "End the last segment too.", warning=True),
    _kind("interchange-cut-off", 1, "The file ends before IEA", "Send the whole interchange again.", ta105="023"),
    _kind("interchange-control-number", 1, "IEA02 is not ISA13", "Send the same control number in ISA13 and IEA02.", ta105="001"),
    _kind("group-count", 1, "IEA01 is not the number of groups", "Count the functional groups.", ta105="021"),
    _kind("interchange-structure", 1, "A control segment stands where it cannot", "Nest ISA, GS, ST, SE, GE, IEA.", ta105="022"),
    _kind("segment-outside-set", 1, "A segment stands outside any transaction set", "Put it between ST and SE.", ta105="024"),
    _kind("isa-date", 1, "ISA09 is not a date YYMMDD", "Send a valid date.", ta105="014"),
    _kind("isa-time", 1, "ISA10 is not a time HHMM", "Send a valid time.", ta105="015"),
    _kind("isa-version", 1, "ISA12 is not 00501", "Send version 00501.", ta105="017"),
    _kind("isa-control-number", 1, "ISA13 is not nine digits above zero", "Send nine digits, 000000001 or above.", ta105="018"),
    _kind("isa-authorization-qualifier", 1, "ISA01 is not a code of the list", "Send 00 or 03.", ta105="010"),
    _kind("isa-security-qualifier", 1, "ISA03 is not a code of the list", "Send 00 or 01.", ta105="012"),
    _kind("isa-authorization-missing", 1, "ISA02 is blank though ISA01 announces it", "Send it, or 00 in ISA01.", ta105="011"),
    _kind("isa-security-missing", 1, "ISA04 is blank though ISA03 announces it", "Send it, or 00 in ISA03.", ta105="013"),
    _kind("isa-sender-qualifier", 1, "ISA05 is not a code of the list", "Send a valid qualifier, such as ZZ or 30.", ta105="005"),
    _kind("isa-sender-missing", 1, "ISA06 is blank", "Send your interchange id.", ta105="006"),
    _kind("isa-receiver-qualifier", 1, "ISA07 is not a code of the list", "Send a valid qualifier, such as ZZ or 30.", ta105="007"),
    _kind("isa-receiver-missing", 1, "ISA08 is blank", "Send the receiver's interchange id.", ta105="008"),
    _kind("isa-acknowledgment-requested", 1, "ISA14 is not 0 or 1", "Send 0 or 1.", ta105="019"),
    _kind("isa-usage", 1, "ISA15 is not P or T", "Send P or T.", ta105="020"),
    _kind("isa-repetition-separator", 1, "ISA11 cannot separate repetitions", "Send a character that no data uses.", ta105="016"),
    _kind("isa-segment-terminator", 1, "No segment terminator stands behind ISA16", "End segments with ~ or another such character.", ta105="004"),
    _kind("isa-component-separator", 1, "ISA16 cannot separate components", "Send a character that no data uses.", ta105="027"),
    _kind("acknowledgment-contradiction", 1, "TA105 does not go with TA104", "Send 000 with A, and what was found with E or R."),
    _kind("acknowledgment-element", 1, "A TA1 element is malformed or not in its list", "Send TA1 as the standard says."),
    _kind("sender-unknown", 1, "The sender is not one of our trading partners", "Register as a trading partner first.", ta105="006"),
    _kind("partner-draft", 1, "The sender is registered, and not open for files yet", "Wait until testing is agreed on.", ta105="006"),
    _kind("partner-suspended", 1, "The sender is suspended", "Ask the contact of the trading partner agreement.", ta105="006"),
    _kind("partner-in-testing", 1, "The sender is in testing and may send test data only", "Send T in ISA15.", ta105="020"),
    _kind("receiver-not-us", 1, "ISA07/ISA08 do not name this payer", "Address the interchange to this payer.", ta105="008"),
    _kind("interchange-duplicate", 1, "ISA13 was received before with other content", "Use a new control number.", ta105="025"),
    _kind("interchange-repeated", 1, "ISA13 of this sender stands twice in the file", "Number each interchange anew.", ta105="025"),
    _kind("limit-exceeded", 1, "The file exceeds a limit of this system", "Split the file or segment.", ta105="022"),
    # --- functional group ------------------------------------------------------------------------------------------
    _kind("group-header", 1, "GS is malformed", "Send GS01 to GS08 as the guide says.", ta105="024"),
    _kind("group-sender", 1, "GS02 is not an application sender of this partner", "Send a GS02 that is agreed on.", ta105="024"),
    _kind("group-trailer-missing", 1, "GE is missing", "End the group with GE.", ak905="3"),
    _kind("group-control-number", 1, "GE02 is not GS06", "Send the same control number in GS06 and GE02.", ak905="4"),
    _kind("group-empty", 1, "The group has no transaction set", "Leave the group out.", warning=True),
    _kind("set-count", 1, "GE01 is not the number of transaction sets", "Count the sets.", ak905="5"),
    _kind("group-control-number-form", 1, "GS06 is not a number of one to nine digits", "Send such a number.", ak905="6"),
    _kind("group-control-number-repeated", 1, "GS06 stands twice in the interchange", "Number each group anew.", ak905="19"),
    # --- transaction set -------------------------------------------------------------------------------------------
    _kind("set-not-supported", 1, "We have no guide for this transaction set", "Send a supported set and version.", ik502="1"),
    _kind("set-not-allowed", 1, "The sender may not send this transaction set", "Send the sets that are agreed on.", ik502="1"),
    _kind("version-not-adopted", 1, "The version of the guide is not the one adopted under HIPAA", "Send the adopted one.", ik502="I6"),
    _kind("set-trailer-missing", 1, "SE is missing", "End the transaction set with SE.", ik502="2"),
    _kind("set-control-number", 1, "SE02 is not ST02", "Send the same control number in ST02 and SE02.", ik502="3"),
    _kind("segment-count", 1, "SE01 is not the number of segments", "Count the segments from ST to SE.", ik502="4"),
    _kind("set-id", 1, "ST01 is missing or no transaction set id", "Send the id of the set.", ik502="6"),
    _kind("set-control-number-form", 1, "ST02 is missing or malformed", "Send four to nine characters.", ik502="7"),
    _kind("set-not-of-group", 1, "ST01 does not belong to GS01", "Put the set in its own kind of group.", ik502="18"),
    _kind("set-version-not-of-group", 1, "ST03 is not the version of GS08", "Send the same version in both.", ik502="19"),
    _kind("set-control-number-repeated", 1, "ST02 stands twice in the group", "Number each set anew.", ik502="23"),
    # --- segments (guides) -----------------------------------------------------------------------------------------
    _kind("segment-unknown", 1, "The segment id is not in the standard", "Remove or correct the segment.", ik304="1"),
    _kind("segment-unexpected", 2, "The segment is not expected here", "Remove it or put it where the guide has it.", ik304="2"),
    _kind("segment-missing", 2, "A required segment is missing", "Send the segment.", ik304="3"),
    _kind("loop-missing", 2, "A required loop is missing", "Send the loop.", ik304="I7"),
    _kind("loop-repeat", 2, "The loop repeats too often", "Send fewer repeats.", ik304="4"),
    _kind("segment-repeat", 2, "The segment repeats too often", "Send fewer repeats.", ik304="5"),
    _kind("segment-not-in-set", 2, "The segment is not part of this transaction set", "Remove it.", ik304="6"),
    _kind("segment-out-of-order", 2, "The segment stands out of order", "Put it where the guide has it.", ik304="7"),
    _kind("segment-not-used", 2, "The guide marks this segment as not used", "Remove it.", ik304="I4"),
    _kind("hl-id", 2, "HL01 does not rise by one from 1", "Number the HL segments 1, 2, 3 ...", ik304="8", ik403="7"),
    _kind("hl-parent", 2, "HL02 does not name the parent HL", "Send the HL01 of the parent.", ik304="8", ik403="7"),
    _kind("hl-child-code", 2, "HL04 does not say whether children follow", "Send 1 with children, else 0.", ik304="8", ik403="7"),
    _kind("line-number", 2, "LX01 does not rise by one from 1", "Number the lines 1, 2, 3 ...", ik304="8", ik403="7"),
    _kind("trailing-delimiter", 1, "The segment ends with empty elements", "Leave trailing separators out.", warning=True),
    # --- elements (guides) -----------------------------------------------------------------------------------------
    _kind("element-missing", 2, "A required element is empty", "Send the element.", ik304="8", ik403="1"),
    _kind("element-syntax", 1, "A syntax rule between elements is broken", "Send the elements that go together.", ik304="8", ik403="2"),
    _kind("element-extra", 1, "The segment has too many elements", "Remove the extra elements.", ik304="8", ik403="3"),
    _kind("element-too-short", 1, "The element is too short", "Send a value of the allowed length.", ik304="8", ik403="4"),
    _kind("element-too-long", 1, "The element is too long", "Send a value of the allowed length.", ik304="8", ik403="5"),
    _kind("element-character", 1, "The element has a character that its type does not allow", "Remove it.", ik304="8", ik403="6"),
    _kind("element-code", 2, "The code is not in the list", "Send a code of the list.", ik304="8", ik403="7"),
    _kind("external-code", 5, "The code is not in its external code set", "Send a code of it.", ik304="8", ik403="7"),
    _kind("element-date", 1, "The element is not a date", "Send a date in the stated format.", ik304="8", ik403="8"),
    _kind("element-time", 1, "The element is not a time", "Send a time in the stated format.", ik304="8", ik403="9"),
    _kind("element-exclusion", 1, "Two elements exclude each other", "Send one of them.", ik304="8", ik403="10"),
    _kind("element-repeat", 1, "The element repeats too often", "Send fewer repeats.", ik304="8", ik403="12"),
    _kind("component-extra", 1, "The composite has too many components", "Remove the extra ones.", ik304="8", ik403="13"),
    _kind("element-not-used", 2, "The guide marks this element as not used", "Leave it empty.", ik304="8", ik403="I10"),
    _kind("element-pattern", 2, "The element does not have its required form", "Send it in that form.", ik304="8", ik403="I12"),
    _kind("element-amount", 2, "The amount has a part of a cent", "Send dollars with at most two decimals.", ik304="8", ik403="I12"),
    # --- claims (acceptance) ---------------------------------------------------------------------------------------
    _kind("payer-not-us", 7, "The payer of the claim is not this payer", "Send the claim to its payer.", status="A3:116"),
    _kind("submitter-not-approved", 7, "The submitter (1000A) is not approved for this partner", "Register it.", status="A3:24:41"),
    _kind("submitter-not-authorised-for-provider", 7, "The sender may not submit for this billing provider", "Ask the provider for access to its Tax ID and NPI.", status="A3:496:85"),
    _kind("billing-provider-unknown", 7, "The billing provider NPI is not known to us", "Register the provider.", status="A7:562:85"),
    _kind("billing-npi-missing", 7, "The billing provider has no NPI", "Send the NPI in NM109.", status="A6:562:85"),
    _kind("claim-without-line", 2, "The claim has no service line", "Send at least one service line.", status="A6:454"),
    _kind("claim-amount", 2, "An amount is not in whole cents or no number", "Send dollars with at most two places.", status="A7:178"),
    _kind("claim-quantity", 2, "A quantity is no number", "Send a number.", status="A7:476"),
    _kind("claim-date", 2, "A date cannot be read", "Send a date in the stated format.", status="A7:187"),
    _kind("claim-undated", 4, "A service has no date, at its line or the claim", "Send DTP*472.", status="A6:187"),
    _kind("claim-incomplete", 2, "A part that a claim needs is missing", "Send it.", status="A6:21"),
    # --- payment (835 and Nacha files that are read back) ------------------------------------------------------------
    _kind("remittance-unreadable", 2, "A value of an 835 cannot be read", "Send amounts, counts and dates as the guide says."),
    _kind("enrolment-unreadable", 2, "A member of an 834 cannot be read", "Send dates as CCYYMMDD."),
    _kind("enrolment-member", 0, "The member is not known, or is known already", "Add who is new (021), change who is known (001)."),
    _kind("enrolment-subscriber", 0, "The family of the dependent is not known", "Send the subscriber first."),
    _kind("enrolment-plan", 0, "HD04 is none of our plans", "Send our plan id in HD04."),
    _kind("enrolment-coverage", 0, "The coverage cannot be as it is sent", "Send its first day in DTP*348, its last in DTP*349."),
    _kind("enrolment-other-coverage", 0, "The other coverage does not say who pays first", "Send P, S or T in COB01."),
    _kind("enrolment-missing", 0, "A member that is covered is not in the full file", "Send the member, or ask for its end.", warning=True),
    _kind("ach-record", 0, "A record of a Nacha file is malformed or out of place", "Ask the bank for a correct file."),
    _kind("ach-total", 0, "A control total of a Nacha file does not hold", "Ask the bank for a correct file."),
    _kind("ach-return-code", 0, "A return reason or change code is not known", "Ask the bank, or extend mappings/payments/ach_returns.yaml."),
    _kind("ach-return-unknown", 0, "An entry that came back is none that we sent", "Ask the bank which entry it returns."),
    _kind("check-record", 0, "A bank's file of checks, or a line of it, is malformed", "Ask the bank for a correct file."),
    _kind("check-unknown", 0, "No check of this number went out", "Ask the bank: it may have paid a check that is not ours."),
    _kind("check-amount", 0, "The bank says another amount than the check is over", "Ask the bank: the check may have been altered."),
    _kind("check-state", 0, "The check cannot become what the bank says", "Ask the bank about the check."),
    _kind("calendar-missing", 0, "No ACH holidays are known for the year", "Extend mappings/payments/ach_calendar.yaml."),
    # --- conversion ------------------------------------------------------------------------------------------------
    _kind("json-malformed", 0, "The JSON is not of the form that hpedi convert writes", "Convert the X12 file again."),
    _kind("delimiter-in-value", 0, "A value holds a character that was to become a delimiter", "Keep the delimiters of the file."),
    _kind("hl-parent-unknown", 0, "HL02 names no HL before it: HL cannot be numbered anew", "Correct HL02, or keep the counts."),
    _kind("claims-not-found", 0, "The set has no claims below HL segments: it cannot be split by them", "Split it by set."),
    # --- crosscheck ------------------------------------------------------------------------------------------------
    _kind("second-opinion", 2, "pyx12 refuses the set without saying where", "Compare with the findings of hpedi."),
    _kind("payee-missing", 0, "A provider who is to be paid is no longer in the reference data", "Load the provider again, then release; what was built already can be voided."),
    _kind("account-on-hold", 0, "The account of an EFT is on hold since another one came back", "Void the payment: the next run pays its claims by check."),
    _kind("member-address-missing", 0, "No claim of the subscriber gives an address that a check could go to", "Ask the provider to send the claim again (CLM05-3 = 7) with 2010BA N3 and N4: the next release draws the check."),
    _kind("payment-changed", 0, "A payment does not come to what was approved", "Void it, so that the next run builds it anew, and report it."),
    _kind("payment-unbalanced", 0, "A payment does not add up to the cent", "Nothing of it leaves; report it."),
    _kind("remittance-not-as-written", 0, "The 835 of a payment does not read back as it was built", "Correct the payee's name and address and load them, then void the payment: the next run pays its claims. Else report it."),
    _kind("eft-not-writable", 0, "An EFT does not fit into the bank's file", "Correct the payee's account and load it, then void the payment: the next run pays its claims."),
    _kind("remittance-window", 0, "The 835 and its EFT would be further apart than CAQH CORE 370 allows", "Release it on a business day nearer to its effective entry date."),
    _kind("funding-account-missing", 0, "No account to pay from is in force on the payment date", "Load one with the payer."),
    # --- reference files -------------------------------------------------------------------------------------------
    _kind("sender-not-owned", 0, "ISA06 is not an identity of who handed the file in", "Send your own files only."),
    _kind("group-sender-not-owned", 0, "GS02 is not an application sender of who handed the file in", "Send a GS02 of your own."),
    _kind("submitter-not-owned", 0, "1000A NM109 is not a submitter of who handed the file in", "Send a submitter of your own."),
    _kind("reference-file", 0, "A reference file cannot be read", "Correct the file at the line given."),
    _kind("reference-value", 0, "A value in a reference file is not valid", "Correct the value at the line given."),
    _kind("reference-link", 0, "A reference file names something that is not defined", "Define it or correct the name."),
)
# fmt: on

FINDING_KINDS: Final[dict[str, FindingKind]] = {kind.code: kind for kind in _KINDS}


def found(
    code: str,
    where: Where,
    message: str = "",
    *,
    severity: Severity | None = None,
    source: str = "",
    bad_code: str = "",
) -> Finding:
    """Make a finding of a listed kind.

    Args:
        code: A key of `FINDING_KINDS`.
        where: Its place.
        message: What is wrong here, without any element value; the kind's title and remedy if empty.
        severity: Another weight than the kind's usual one.
        source: Guide and section or rule that says so.
        bad_code: See `Finding.bad_code`.

    Raises:
        KeyError: The code is not listed: a bug.
    """
    kind = FINDING_KINDS[code]
    return Finding(
        kind=kind,
        severity=severity or kind.severity,
        where=where,
        message=message or kind.advice,
        source=source,
        bad_code=bad_code,
    )
