"""Metrics of orders and of calls to mDokumenty, counted where they happen. None has a label that grows with people.

What the database knows is read from there when somebody asks (`mlegitymacja_portal.metrics`). Each has a label: one
without would make a file in METRICS_DIR for every process that only imports it.
"""

from prometheus_client import Counter, Histogram

STEPS = Counter(
    "portal_order_steps",
    "Steps of orders: from which state to which (from none where the order was placed), and why.",
    ["old", "new", "reason"],
)
CALLS = Histogram(
    "portal_mdokumenty_call_seconds",
    "Calls to mDokumenty by operation and outcome: how many, and how long they took.",
    ["operation", "outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ASKED = Counter(
    "portal_orders_asked_about",
    "Orders that mDokumenty was asked about, each time it was, by operation.",
    ["operation"],
)
