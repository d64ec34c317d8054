"""Rounds of sending: claim, commit, POST with no transaction open, record."""

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
    """A kind of recipient: which there are, what is written to them, and what their answers mean."""

    batch: ClassVar[int]  # deliveries to one recipient in a round
    at_once: ClassVar[int]  # of these side by side

    @abstractmethod
    def recipients(self) -> Iterable[R]:
        """List those who can be sent anything now; a handful."""

    @abstractmethod
    def deliveries(self) -> DeliveryQuerySet[D]:
        """Return all deliveries of this kind."""

    @abstractmethod
    def deliveries_to(self, recipient: R) -> DeliveryQuerySet[D]:
        """Return those to one recipient, with all that `write` needs fetched along."""

    @abstractmethod
    def write(self, delivery: D, now: datetime) -> PostRequest | None:
        """Write it; None for what is not to be sent any more, which is forgotten."""

    def refused(self, delivery: D, answer: PostResponse) -> bool:
        """Act on an answer that is about this delivery rather than about the server; True if it is the last word.

        Then the delivery is forgotten, else tried again.
        """
        return False

    def failed(self, recipient: R, now: datetime) -> None:
        """Act on a round in which a recipient has taken nothing."""

    def run(self, clock: Clock = timezone.now, budget: timedelta = timedelta(seconds=20)) -> None:
        """Do rounds until nothing is due or the time is up."""
        end = clock() + budget
        while self.run_round(clock) and clock() < end:
            pass

    def run_round(self, clock: Clock = timezone.now) -> int:
        """Send a batch to each recipient; return how many deliveries were claimed."""
        now = clock()
        bundles: list[tuple[R, list[D], list[PostRequest]]] = []
        claimed = 0
        for recipient in self.recipients():
            if recipient.paused_until is not None and recipient.paused_until > now:
                continue
            claims = self.deliveries_to(recipient).claim_due(now, self.batch, LEASE)
            claimed += len(claims)
            written = self._written(claims, now)
            if written:
                bundles.append((recipient, [each for each, _ in written], [parcel for _, parcel in written]))
        all_answers = post([parcels for _, _, parcels in bundles], at_once=self.at_once) if bundles else []
        for (recipient, deliveries, _parcels), answers in zip(bundles, all_answers, strict=True):
            self._record(recipient, list(zip(deliveries, answers, strict=True)), clock())
        return claimed

    def _written(self, claims: list[D], now: datetime) -> list[tuple[D, PostRequest]]:
        """Write all; where one fails unexpectedly, leave only this one for later, the others are sent."""
        written, dropped = [], []
        for delivery in claims:
            try:
                parcel = self.write(delivery, now)
            except Exception as error:  # noqa: BLE001 -- whatever it is
                logger.error(
                    "%s could not be written: %s\n%s", delivery, type(error).__name__, place_of(error)
                )
                self.deliveries().try_again(delivery, now)
                continue
            if parcel is None:
                dropped.append(delivery)
            else:
                written.append((delivery, parcel))
        self.deliveries().forget(dropped)
        return written

    def _record(self, recipient: R, done: list[tuple[D, PostResponse | None]], now: datetime) -> None:
        tried = [(delivery, answer) for delivery, answer in done if answer is not None]
        arrived = [delivery for delivery, answer in tried if answer.arrived]
        self.deliveries().note_arrived(arrived, now)
        self.deliveries().put_back([delivery for delivery, answer in done if answer is None], now)
        refused = []
        for delivery, answer in tried:
            if answer.arrived:
                continue
            if not answer.is_away and self.refused(delivery, answer):
                refused.append(delivery)
            else:
                self.deliveries().try_again(delivery, now, answer.retry_after)
        self.deliveries().forget(refused)
        if arrived or len(refused) == len(tried):  # a last word is an answer too
            recipient.note_arrival()
        else:
            away = any(answer.is_away for _delivery, answer in tried)
            asked = [answer.retry_after for _delivery, answer in tried if answer.retry_after]
            recipient.note_failure(now, away=away, retry_after=max(asked, default=None))
            self.failed(recipient, now)
