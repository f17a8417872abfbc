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
          2200C TRN*1      only where all its claims are refused for its sake: STC, QTY*QC, AMT*YY
          2000D HL*PT      a patient
            2100D NM1*QC
            2200D TRN*2    CLM01 of a claim; STC, REF*1K our number, REF*D9 clearinghouse trace, REF*BLT, DTP*472
              2220D SVC    a line that refused its claim; STC, REF*FJ, REF*XZ, DTP*472
    SE

A submission refused for its submitter or its payer ends at 2200B, a provider refused as such at 2200C: its claims are
counted there and not named below (2000B and 2000C HL04 = 0; RFI 1211, RFI 2145). STC12, free text, is never sent: it
would invite PHI. Of accepted claims no line is told (RFI 2203). Source: 005010X214; guides/277CA_X214.tsv of the facts.
"""
