"""271 X279A1: answers to eligibility inquiries.

ST, BHT                               reference of the inquiry     EligibilityAnswer
2000A HL*20, 2100A NM1, PER, AAA      information source: us       AnsweringSource
  2000B HL*21, 2100B NM1, REF, AAA    information receiver         AnsweredReceiver
    2000C HL*22, TRN                  subscriber                   AnsweredSubscriber, its AnsweredPatient
      2100C NM1, REF, AAA, DMG, INS, DTP
        2110C EB, REF, DTP, AAA, MSG  a benefit                    Benefit
          2115C III, 2120C NM1        place of service, other payer
      2000D HL*23, TRN                dependent                    AnsweredPatient
        2100D, 2110D, 2115D, 2120D    likewise

The traces and identifiers of the inquiry stand in it again.
"""
