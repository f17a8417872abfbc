"""The remittance advice, 835 X221A1: what one payment pays, claim by claim.

    BPR TRN REF*EV DTM*405                 the payment and its trace number
    1000A N1*PR N3 N4 REF*2U PER*BL        payer
    1000B N1*PE N3 N4 REF*TJ               payee
    2000  LX                               all claims under one number
      2100  CLP CAS NM1*QC NM1*IL NM1*82 MIA MOA DTM*232/233/036/050 AMT QTY
        2110  SVC DTM*472 (or 150/151) CAS REF*APC/G1 REF*6R REF*HPI AMT*B6 LQ*HE
    PLB                                    provider-level adjustments

`model` is a remittance free of X12, `write` makes its segments, `read` makes a model of placed segments again,
`adjustments` says how reasons are put into CAS segments. Whether the amounts add up is asked in `payments.balancing`.
"""
