"""837P X222A1: professional claims, read from placed segments and written back.

    ST, BHT                         submission                          claims.SubmissionHeader
    1000A NM1*41                    submitter
    1000B NM1*40                    receiver
    2000A HL*20, PRV                billing provider                    Claim.billing
      2010AA NM1*85, 2010AB NM1*87  its name and addresses              Claim.pay_to_address
      2000B HL*22, SBR              subscriber                          Claim.subscriber
        2010BA NM1*IL               name
        2010BB NM1*PR               payer                               Claim.payer
        2300 CLM                    a claim whose patient is the subscriber
        2000C HL*23, PAT            patient                             Claim.patient
          2010CA NM1*QC             name
          2300 CLM                  claim                               Claim
            2310A NM1*DN            referring provider (NM1*P3 is not kept)
            2310B NM1*82            rendering provider
            2310C NM1*77            service facility
            2310D NM1*DQ            supervising provider
            2320 SBR                another payer                       OtherPayer
              2330A NM1*IL, 2330B NM1*PR
            2400 LX                 line                                ServiceLine
              2410 LIN              drug                                Drug
              2420A NM1*82          rendering provider of the line
              2430 SVD              another payer's decision            LineAdjudication
    SE

What the models have no field for (ambulance, spinal manipulation, purchased services, home health ...) is judged by the
guide and not kept. Source: 005010X222A1.
"""
