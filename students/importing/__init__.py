"""Import of students, their studies, cards and photos from USOS.

A table goes through these modules in their order: `tables` reads it (by `students.spreadsheets`), `grouping`
collects the rows of each student, `rows` parses each row by itself, `comparison` compares a batch with the database,
and `batches` stores the differences. `import_jobs` runs previews and imports in the background; `photos` imports
photos. A student whom the file does not name stays unchanged.
"""
