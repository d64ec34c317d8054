"""Types of the jobs that import and undo imports, by their names."""

PREVIEW, IMPORT = "import_preview", "import"
UNDO_PREVIEW, UNDO = "import_undo_preview", "import_undo"
JOBS = (PREVIEW, IMPORT, UNDO_PREVIEW, UNDO)
