"""Documents for people: their content once, written as a page (HTML) or as sheets to print (PDF).

    document    what a document says: headings, facts, paragraphs and tables
    html_frame  the page around any content: every page hpedi writes is framed here
    html_page   a document as one HTML page
    pdf_page    a document as PDF, by the package fpdf2 (the extra `pdf`)

It decides nothing and reads nothing: what a document says is put together by whoever knows the matter.
"""
