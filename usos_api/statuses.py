"""Status codes of orders for clients, chosen by us (docs/reference/usos-api.md, Status codes of orders)."""

from mdocs.statuses import Status

# Cancelling and revoking are work in progress: they are done when mDokumenty confirms them.
CODES: dict[Status, str] = {
    Status.WAITING: "pending",
    Status.PROCESSING: "processing",
    Status.READY: "ready",
    Status.COLLECTED: "collected",
    Status.CANCELLING: "processing",
    Status.REVOKING: "processing",
    Status.REJECTED: "rejected",
    Status.EXPIRED: "expired",
    Status.CANCELLED: "cancelled",
    Status.REVOKED: "revoked",
    Status.LAPSED: "expired",
}
