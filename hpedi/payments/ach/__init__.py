"""The Nacha file that pays providers by electronic funds transfer: one module a record, and the file that holds them.

    1 File Header            file_header.py
      5 Batch Header         batch_header.py      one batch a (company, effective entry date)
        6 Entry Detail       entry_detail.py      one entry a payment
        7 Addenda            addenda.py           its 835's TRN segment
      8 Batch Control        batch_control.py
    9 File Control           file_control.py

`ach_file` holds the whole and writes it, `build` makes one from payments, `read` reads bytes back. Only credits of
class CCD with one addenda are written; returns, notifications of change and prenotes are not here yet.

Source: Nacha Operating Rules, Appendix Three (ACH record formats); CAQH CORE 370 for the healthcare conventions.
"""
