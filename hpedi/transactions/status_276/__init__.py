"""276 X212: what became of which claims is asked.

    ST, BHT                     BHT03 the inquiry's reference           StatusInquirySet.reference
    2000A HL*20                 the payer
      2100A NM1*PR                                                      StatusInquiry.payer
      2000B HL*21               who asks
        2100B NM1*41                                                    StatusInquiry.receiver
        2000C HL*19             the provider of the service
          2100C NM1*1P          one or two of them                      StatusInquiry.providers
          2000D HL*22, DMG      the subscriber
            2100D NM1*IL                                                StatusInquiry.subscriber
            2200D TRN*1         a claim whose patient is the subscriber StatusInquiry
              2210D SVC         a line of it                            AskedLine
            2000E HL*23, DMG    a dependent
              2100E NM1*QC                                              StatusInquiry.dependent
              2200E TRN*1       a claim whose patient is the dependent  StatusInquiry
                2210E SVC       a line of it                            AskedLine
    SE

Source: 005010X212; guides/276_X212.tsv of the facts.
"""
