"""277CA X214: what became of each claim of one 837 transaction set.

    ST, BHT
    2000A HL*20            the payer
      2100A NM1*PR
      2200A TRN*1, DTP*050 received, DTP*009 answered
      2000B HL*21          the submitter
        2100B NM1*41
        2200B TRN*2        BHT03 of the 837; STC; QTY*90/AA, AMT*YU/YY: claims accepted and refused, their charges
        2000C HL*19        a billing provider
          2100C NM1*85
          2000D HL*PT      a patient
            2100D NM1*QC
            2200D TRN*2    CLM01 of a claim; STC, REF*1K our number, REF*D9 clearinghouse trace, DTP*472
    SE

2200C (status of a whole provider) and 2220D (status of a line) are not sent. STC12, free text, is never sent: it would
invite PHI. Source: 005010X214; guides/277CA_X214.tsv of the fact tables.
"""
