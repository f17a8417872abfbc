"""837P X222A1, 837I X223A2 and 837D X224A2: claims, read from placed segments and written back.

    ST, BHT                         submission                          claims.SubmissionHeader
    1000A NM1*41                    submitter
    1000B NM1*40                    receiver
    2000A HL*20, PRV                billing provider                    Claim.billing
      2010AA NM1*85, 2010AB NM1*87  its name and addresses              Claim.pay_to_address
      2010AC NM1*PE                 a plan to be paid in its place      Claim.pay_to_plan
      2000B HL*22, SBR, PAT         subscriber                          Claim.subscriber
        2010BA NM1*IL               name
        2010BB NM1*PR               payer                               Claim.payer, .billing_ids
        2300 CLM                    a claim whose patient is the subscriber
        2000C HL*23, PAT            patient                             Claim.patient
          2010CA NM1*QC             name
          2300 CLM                  claim                               Claim
            CL1, DTP, HI (I)        stay, codes, DRG                    Claim.institutional
            DN1, DN2 (D)            orthodontics, teeth                 Claim.dental
            CR1, CR2, HI (P)        transport, conditions               Claim.professional
            2310                    providers by NM101                  referring (DN), primary care (P3), rendering
                                                                        (82), facility (77), supervising (DQ); I:
                                                                        attending (71), operating (72, ZZ); D: assistant
                                                                        surgeon (DD); P: transport (PW, 45)
            2320 SBR                another payer                       OtherPayer
              2330A NM1*IL, 2330B NM1*PR
            2400 LX                 line                                ServiceLine
              SV1, SV5 / SV2 / SV3, TOO                                 .professional / .revenue_code / .dental
              2410 LIN              drug                                Drug
              2420                  rendering and other providers       .rendering, LineProviders
              2430 SVD              another payer's decision            LineAdjudication
              2440 LQ, FRM (P)      supporting forms                    SupportingForm
    SE

Dates, references, notes and amounts that have no field of their own are kept by their qualifiers. What the models keep
nothing of is judged by the guide alone; which, and why, is a table that the tests compare with the guides
(tests/transactions/claim_837/not_kept.yaml).
"""
