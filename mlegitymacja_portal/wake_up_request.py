"""Celery request of a message that only wakes a worker."""

import logging

from celery.worker.request import Request
from kombu.transport.virtual import QoS

logger = logging.getLogger(__name__)


class WakeUpRequest(Request):
    """Request that is done with once its task begins, whether or not Redis can take the acknowledgement.

    Where Redis hangs in that moment, kombu goes on counting the message as taken. A worker that may take one at a
    time (`worker_prefetch_multiplier`) would never take another one. Delivered again later, the message does no harm.
    """

    def acknowledge(self) -> None:
        """Acknowledge the message; free its place where that fails."""
        if self.acknowledged:
            return
        message = self.message
        try:
            message.ack()
        except tuple(self.connection_errors) as error:
            logger.warning("Redis did not take an acknowledgement: %s", type(error).__name__)
            QoS.ack(message.channel.qos, message.delivery_tag)
        self.acknowledged = True
