"""Names of the storages that all machines share, and of the file in each by which they find out whether they do."""

SHARED = ("photos", "jobs")
MARKER = "shared-storage-marker"  # which housekeeping leaves alone
