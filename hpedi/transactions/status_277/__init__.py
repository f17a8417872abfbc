"""277 X212: what became of the claims that a 276 asked about.

    ST, BHT                                                             ClaimStatusResponse
    2000A HL*20                     the payer
      2100A NM1*PR
      2000B HL*21                   who asked
        2100B NM1*41                                                    StatusAnswer.receiver
        2200B TRN*2, STC            the inquiry is refused for its receiver or payer; the answer ends here
        2000C HL*19                 the provider of the service
          2100C NM1*1P                                                  StatusAnswer.providers
          2200C TRN*1, STC          the inquiry is refused for its provider; the answer ends here
          2000D HL*22               the subscriber
            2100D NM1*IL                                                StatusAnswer.subscriber
            2200D TRN*2             a claim: STC, REF, DTP*472          ReportedClaim
              2220D SVC             a line: STC, REF*FJ, DTP*472        ReportedLine
            2000E HL*23, NM1*QC     a dependent                         StatusAnswer.dependent
              2200E TRN*2           likewise
                2220E SVC           likewise
    SE

TRN02 is the inquiry's own trace. A claim that is asked about and found twice is told twice, under the same trace.
Source: 005010X212; guides/277_X212.tsv of the facts.
"""
