"""Students, their studies, cards and photos from USOS.

A table goes through these modules in their order: `tables` reads it (`csv_tables`, `xlsx_tables`), `gathering` puts the
rows of each student together, `rows` checks each row by itself, `comparing` sets a batch against the database, and
`writing` stores what differs. Previews and imports in the background are `work`; photos have a way of their own,
`photos`. A student whom the file does not name is left alone.
"""
