"""Undo of an import, for a day: what has not changed since is put back, the rest is listed.

`records` keeps what an import changes, `plans` decides for each student what can be put back, `restoring` does it, and
`undo_jobs` runs the preview and the undo in the background.
"""
