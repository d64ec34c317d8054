"""Admin of operations: the alarms, and the technician's page."""

from operations.admin import alarms

__all__ = ["alarms"]
