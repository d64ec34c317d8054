"""Tables of the app, with their constraints."""

from mdocs.models.brake import SweepBrake
from mdocs.models.breaker import Breaker
from mdocs.models.certificate import CertificateWarning
from mdocs.models.confirmations import Confirmation
from mdocs.models.figures import DailyFigures
from mdocs.models.half_year_figures import HalfYearFigures
from mdocs.models.kept_figures import KeptFigures
from mdocs.models.orders import Order, OrderEvent
from mdocs.models.reconciliation import OrphanDocument, Reconciliation

__all__ = [
    "Breaker",
    "CertificateWarning",
    "Confirmation",
    "DailyFigures",
    "HalfYearFigures",
    "KeptFigures",
    "Order",
    "OrderEvent",
    "OrphanDocument",
    "Reconciliation",
    "SweepBrake",
]
