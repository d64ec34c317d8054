"""Admin of mdocs, where Django looks for it; it is written in `mdocs.office.admin`."""

from mdocs.office import admin

__all__ = ["admin"]
