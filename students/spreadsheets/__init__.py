"""Tables as people upload them: rows of text out of CSV and XLSX, or the reason why a file cannot be read.

`reading.read_rows` is the one way in. `file_kinds` names what a file really is, `text_encodings` finds the encoding
of a CSV, `xlsx_cleaning` prepares a workbook, `archives` checks a ZIP before anything is unpacked. What the columns
mean is not known here.
"""
