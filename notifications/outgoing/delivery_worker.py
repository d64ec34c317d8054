"""Delivery worker: claim, commit, POST with no transaction open, record.

Each recipient has one batch under way at a time, and the next as soon as that is recorded: a slow one holds up nobody.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from django.utils import timezone

from notifications import metrics
from notifications.outgoing.models import Delivery, DeliveryQuerySet, Recipient
from notifications.outgoing.posting import Guard, PostRequest, PostResponse, post
from students.failures import place_of

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than a batch takes
_MOST_BATCHES = 32  # under way at a time: a thread each, which does nothing but wait
_LOOK_EVERY = 0.5  # seconds after which a worker whose batches take long looks for new deliveries to others

R = TypeVar("R", bound=Recipient)
D = TypeVar("D", bound=Delivery)
Clock = Callable[[], datetime]
_UnderWay = dict[Future[list[PostResponse | None]], "Batch[R, D]"]


@dataclass(frozen=True)
class Batch(Generic[R, D]):
    """Deliveries to a recipient that are under way."""

    recipient: R
    deliveries: list[D]


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
        recipient accepted other deliveries of the same batch.
        """

    def guard(self, recipient: R) -> Guard | None:
        """Return what says whether an IP address of the recipient may be connected to; None for any."""
        return None

    def record_attempts(self, attempted: list[tuple[D, PostResponse]], now: datetime) -> None:
        """Record what was answered."""

    def is_unavailable(self, response: PostResponse) -> bool:
        """Return whether a failure that is about the recipient pauses it."""
        return response.unavailable

    def handle_failed_round(self, recipient: R, now: datetime) -> None:
        """Handle a batch of which the recipient accepted nothing."""

    def run(self, clock: Clock = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
        """Send batches until nothing is due or the time is up.

        Those that are under way by then are waited for. Meanwhile, the other recipients have theirs as before.
        """
        end = clock() + budget
        late: set[Any] | None = None  # recipients whose batches were under way when the time was up
        under_way: _UnderWay[R, D] = {}
        with ThreadPoolExecutor(_MOST_BATCHES) as threads:
            while True:
                busy = {batch.recipient.pk for batch in under_way.values()}
                if late is None and clock() >= end:
                    late = busy
                claimed = 0
                if late is None or late & busy:
                    claimed = self._start(threads, under_way, busy | (late or set()), clock())
                if not under_way and not claimed:
                    return
                self._record_done(under_way, clock, _LOOK_EVERY)

    def run_round(self, clock: Clock = timezone.now) -> int:
        """Send one batch to each recipient, and wait for all; return how many deliveries were claimed."""
        under_way: _UnderWay[R, D] = {}
        with ThreadPoolExecutor(_MOST_BATCHES) as threads:
            count = self._start(threads, under_way, (), clock())
            while under_way:
                self._record_done(under_way, clock, None)
        return count

    def _start(
        self, threads: Executor, under_way: "_UnderWay[R, D]", busy: Collection[Any], now: datetime
    ) -> int:
        """Start a batch to each recipient but the busy ones; return how many deliveries were claimed."""
        count = 0
        for recipient in self.recipients():
            paused = recipient.paused_until is not None and recipient.paused_until > now
            if paused or recipient.pk in busy:
                continue
            claimed = self.deliveries_to(recipient).claim_due(now, self.batch_size, LEASE)
            count += len(claimed)
            if built := self._build_requests(claimed, now):
                requests, guard = [request for _, request in built], self.guard(recipient)
                sent = threads.submit(post, requests, concurrency=self.concurrency, guard=guard)
                under_way[sent] = Batch(recipient, [delivery for delivery, _ in built])
        return count

    def _record_done(self, under_way: "_UnderWay[R, D]", clock: Clock, seconds: float | None) -> None:
        """Wait for the first batches to end, at most so many seconds; record them, and take them out."""
        done, _ = wait(under_way, seconds, FIRST_COMPLETED)
        for sent in done:
            batch = under_way.pop(sent)
            self._record(batch.recipient, list(zip(batch.deliveries, sent.result(), strict=True)), clock())

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
        self.record_attempts(attempted, now)
        for delivery, response in attempted:
            outcome = (
                "accepted" if response.accepted else "unavailable" if response.unavailable else "refused"
            )
            metrics.DELIVERIES.labels(delivery._meta.model_name, outcome).inc()
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
