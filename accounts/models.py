"""Sessions and known devices of accounts, and what happened to an account, of which its owner is told."""

from accounts.device_models import KnownDevice
from accounts.event_models import AccountEvent
from accounts.session_models import Session

__all__ = ["AccountEvent", "KnownDevice", "Session"]
