"""The Nacha file that pays providers by electronic funds transfer: one module a record, and the file that holds them.

    1 File Header            file_header.py
      5 Batch Header         batch_header.py      one batch a (effective entry date, funding account, class)
        6 Entry Detail       entry_detail.py      one entry a payment, or a prenotification
        7 Addenda            addenda.py           CCD: its 835's TRN segment; CTX: the 835, in parts
      8 Batch Control        batch_control.py
    9 File Control           file_control.py

`ach_file` holds the whole and writes it, `build` makes one from payments and prenotifications, `read` reads bytes back,
`corporate_exchange` puts an 835 into addenda. Only credits are written. `return_file` reads what the bank sends back.

Source: Nacha Operating Rules, Appendix Three (ACH record formats); CAQH CORE 370 for the healthcare conventions.
"""
