"""Delivery worker: claim, commit, POST with no transaction open, record."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

from django.utils import timezone

from notifications.outgoing.models import Delivery, DeliveryQuerySet, Recipient
from notifications.outgoing.posting import PostRequest, PostResponse, post
from students.failures import place_of

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than a round takes

R = TypeVar("R", bound=Recipient)
D = TypeVar("D", bound=Delivery)
Clock = Callable[[], datetime]


class DeliveryWorker(ABC, Generic[R, D]):
    """Worker for one kind of recipient: finds them, builds requests and interprets responses."""

    batch_size: ClassVar[int]  # deliveries to one recipient in a round
    concurrency: ClassVar[int]  # requests at a time to one recipient

    @abstractmethod
    def recipients(self) -> Iterable[R]:
        """List the recipients that may be sent to now; a handful."""

    @abstractmethod
    def deliveries(self) -> DeliveryQuerySet[D]:
        """Return all deliveries of this kind."""

    @abstractmethod
    def deliveries_to(self, recipient: R) -> DeliveryQuerySet[D]:
        """Return the deliveries to one recipient, with everything that `build_request` reads."""

    @abstractmethod
    def build_request(self, delivery: D, now: datetime) -> PostRequest | None:
        """Build the request; None for an outdated delivery, which is deleted."""

    @abstractmethod
    def record_rejections(
        self, failed: list[tuple[D, PostResponse]], now: datetime, *, others_accepted: bool
    ) -> list[tuple[D, PostResponse]]:
        """Record those failures that are about their delivery alone: poison.

        Return the others, which are about the recipient and are retried: absence. `others_accepted` says whether the
        recipient accepted other deliveries of the same round.
        """

    def is_unavailable(self, response: PostResponse) -> bool:
        """Return whether a failure that is about the recipient pauses it."""
        return response.unavailable

    def handle_failed_round(self, recipient: R, now: datetime) -> None:
        """Handle a round in which the recipient accepted nothing."""

    def run(self, clock: Clock = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
        """Run rounds until nothing is due or the time is up."""
        end = clock() + budget
        while self.run_round(clock) and clock() < end:
            pass

    def run_round(self, clock: Clock = timezone.now) -> int:
        """Send a batch to each recipient; return how many deliveries were claimed."""
        now = clock()
        batches: list[tuple[R, list[D], list[PostRequest]]] = []
        count = 0
        for recipient in self.recipients():
            if recipient.paused_until is not None and recipient.paused_until > now:
                continue
            claimed = self.deliveries_to(recipient).claim_due(now, self.batch_size, LEASE)
            count += len(claimed)
            built = self._build_requests(claimed, now)
            if built:
                batches.append((recipient, [each for each, _ in built], [request for _, request in built]))
        all_responses = (
            post([requests for _, _, requests in batches], concurrency=self.concurrency) if batches else []
        )
        for (recipient, deliveries, _requests), responses in zip(batches, all_responses, strict=True):
            self._record(recipient, list(zip(deliveries, responses, strict=True)), clock())
        return count

    def _build_requests(self, claimed: list[D], now: datetime) -> list[tuple[D, PostRequest]]:
        """Build all requests; an unexpected error postpones its own delivery only."""
        built, outdated = [], []
        for delivery in claimed:
            try:
                request = self.build_request(delivery, now)
            except Exception as error:  # noqa: BLE001 -- whatever it is
                logger.error(
                    "%s could not be written: %s\n%s", delivery, type(error).__name__, place_of(error)
                )
                self.deliveries().retry_later([(delivery, None)], now)
                continue
            if request is None:
                outdated.append(delivery)
            else:
                built.append((delivery, request))
        self.deliveries().discard(outdated)
        return built

    def _record(self, recipient: R, results: list[tuple[D, PostResponse | None]], now: datetime) -> None:
        attempted = [(delivery, response) for delivery, response in results if response is not None]
        delivered = [delivery for delivery, response in attempted if response.accepted]
        failed = [(delivery, response) for delivery, response in attempted if not response.accepted]
        self.deliveries().mark_delivered(delivered, now)
        self.deliveries().release([delivery for delivery, response in results if response is None], now)
        absent = self.record_rejections(failed, now, others_accepted=bool(delivered))
        self.deliveries().retry_later(
            [(delivery, response.retry_after) for delivery, response in absent], now
        )
        if delivered or not absent:  # a rejection of a delivery shows a server that works
            recipient.record_success()
        else:
            unavailable = any(self.is_unavailable(response) for _delivery, response in absent)
            waits = [response.retry_after for _delivery, response in absent if response.retry_after]
            recipient.record_failure(now, unavailable=unavailable, retry_after=max(waits, default=None))
            self.handle_failed_round(recipient, now)
