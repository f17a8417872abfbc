"""270 X279A1: eligibility inquiries, read from placed segments.

    ST, BHT                           reference of the sender             EligibilityInquiry
    2000A HL*20, 2100A NM1            information source: who is asked    AskedSource
      2000B HL*21, 2100B NM1, REF     information receiver: who asks      AskingReceiver
        2000C HL*22, TRN              subscriber                          AskedSubscriber, its AskedPatient
          2100C NM1, REF, DMG, HI, DTP
            2110C EQ, III, DTP        what is asked                       Question
          2000D HL*23, TRN            dependent                           AskedPatient
            2100D, 2110D              likewise

Addresses, taxonomies, coverage levels, referrals, military and spend-down facts are judged by the guide and not kept:
no answer depends on them.
"""
