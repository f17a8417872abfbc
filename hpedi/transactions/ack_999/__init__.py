"""999 X231A1: what became of a functional group and of each transaction set in it.

    ST
    AK1                  the group answered (GS01, GS06, GS08)
    2000   AK2           a transaction set answered (ST01, ST02, ST03)
      2100   IK3         a segment at fault (id, position, loop, code)
             CTX         the business unit it lies in (CLM01 of an 837)
        2110   IK4       an element of it at fault (position, data element, code, copy of a bad code)
           IK5           accepted, accepted with errors or rejected, and why
    AK9                  the same for the group, with counts
    SE

The build is pure: from findings to the model; the write is from the model to segments. A 999 is never read here.
Source: 005010X231A1; guides/ack_999.tsv of the fact tables.
"""
