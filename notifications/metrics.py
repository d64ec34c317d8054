"""Metrics of what is sent to students and to other systems, counted where it happens."""

from prometheus_client import Counter

EMAILS = Counter("portal_emails", "E-mails to students, by what became of each attempt.", ["outcome"])
DELIVERIES = Counter(
    "portal_deliveries",
    "Attempts to deliver messages to phones (pushdelivery) and webhooks (delivery), by outcome.",
    ["kind", "outcome"],
)
