"""Who looks at which page in which situation: each is made from nothing in the test's own database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from api.models import Token
from mdocs import orders
from mdocs.models import Breaker, Order
from mdocs.statuses import RevocationReason, Status
from notifications import outbox
from notifications.messages.models import EmailState, Message
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.models import Mailing
from notifications.push import devices
from notifications.push.models import Address
from students.models import Faculty, Level, Student, User
from students.portraits import draw_portrait
from tests.mdocs.factories import make_order, set_breaker
from tests.students.factories import (
    make_card,
    make_eligible_student,
    make_enrolment,
    make_photo,
    make_student,
    make_user,
)
from usos_api.keys import hash_of_key
from usos_api.models import Consent, Consumer, RequestToken

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
MESSAGES = "/dla-studentow/wiadomosci/"


@dataclass(frozen=True)
class Scene:
    """A page, and how to bring about what it shows; `make` gives who looks at it, None for nobody in particular."""

    path: str | Callable[[User], str]
    make: Callable[[], User | None]
    status: int = 200

    def address(self, user: User | None) -> str:
        """Say where the page of this user is."""
        return self.path if isinstance(self.path, str) else self.path(user or User())


def student(**fields: object) -> Student:
    """Make a student who meets every condition, with a portrait."""
    portrait = draw_portrait(7, "F")
    return make_eligible_student(photo=make_photo(portrait), **fields)


def with_order(status: Status, **fields: object) -> Callable[[], User]:
    """Make a student whose order is in a state."""
    return lambda: make_order(student(), status, **fields).student.user


def without(missing: str) -> Callable[[], User]:
    """Make a student who misses one condition."""

    def make() -> User:
        if missing == "everything":
            return make_student(pesel=None, album_number=None, photo=None).user
        if missing == "level":
            found = make_student(photo=make_photo())
            make_enrolment(found, Level.DOCTORAL)
            return found.user
        found = make_student(photo=make_photo())
        make_enrolment(found)
        if missing == "extension":
            today = timezone.localdate()
            make_card(found, issued_on=today - timedelta(days=300), valid_until=today - timedelta(days=1))
        return found.user

    return make


def in_an_outage() -> User:
    """Make a student whose order waits while mDokumenty is away."""
    set_breaker(Breaker.State.OPEN)
    return make_order(student(), Status.WAITING).student.user


def cancelled_in_an_outage() -> User:
    """Make a student who has cancelled an order, which mDokumenty cannot confirm."""
    set_breaker(Breaker.State.OPEN)
    asked = {"revocation_reason": RevocationReason.HOLDER_REQUEST, "order_again": True}
    return make_order(student(), Status.CANCELLING, **asked).student.user


def sent_to_the_office() -> User:
    """Make a student without a card whose dean's office can be reached in every way."""
    user = without("card")()
    Faculty.objects.update(
        room="A 12",
        hours="pon.–pt. 9:00–13:00",
        phone="12 345 61 01",
        email="dziekanat@example.edu.pl",
        website="https://example.edu.pl/dziekanat",
    )
    return user


def codes_of(user: User) -> str:
    """Find the page with the codes of a student's order."""
    return f"{PAGE}zamowienia/{Order.objects.of_user(user).get().pk}/kody/"


def confirmation_of(user: User) -> str:
    """Find the page that asks whether to revoke."""
    return f"{PAGE}zamowienia/{Order.objects.of_user(user).get().pk}/uniewaznij/"


def replacement_of(user: User) -> str:
    """Find the page that asks whether to replace what works on a phone."""
    return f"{PAGE}zamowienia/{Order.objects.of_user(user).get().pk}/zamow-ponownie/"


def on_a_phone_in_an_outage() -> User:
    """Make a student with an mLegitymacja on the phone while mDokumenty is away."""
    set_breaker(Breaker.State.OPEN)
    return with_order(Status.COLLECTED)()


def refused_photo() -> User:
    """Make a student whose photo was refused, and who has no other yet."""
    found = student()
    make_order(found, Status.REJECTED, rejection_code="photo_rejected", photo=found.photo)
    return found.user


def written_to_by_the_office() -> User:
    """Make a student to whom the office has sent a message."""
    found = student()
    parts = {"subject_pl": "Odbiór", "body_pl": "Raz", "subject_en": "Fetch it", "body_en": "One"}
    Message.objects.create(
        student=found,
        mailing=Mailing.objects.create(template_name="A", **parts),
        values={"pl": {}, "en": {}},
        kind=NotificationType.FROM_OFFICE,
        email_state=EmailState.NO_ADDRESS,
    )
    return found.user


def nobody() -> None:
    """Have nobody signed in."""


def with_a_question(callback: str, *, agreed: bool = False) -> Callable[[], User]:
    """Make a student whom an application asks for access; `agreed` when they have agreed to the same before."""

    def make() -> User:
        asked, user = ["cards", "email", "offline_access"], student().user
        musos = Consumer.objects.create(
            name="mUSOS", url="https://musos.example.edu.pl/", email="authors@example.edu.pl", scopes=asked
        )
        RequestToken.objects.create(
            key_hash=hash_of_key("key"),
            secret="secret",
            consumer=musos,
            scopes=asked,
            callback=callback,
            expires_at=timezone.now() + timedelta(minutes=30),
        )
        if agreed:
            Consent.objects.create(user=user, consumer=musos, scopes=asked)
        return user

    return make


QUESTION = "/services/oauth/authorize?oauth_token=key"
GRANTS = "/dla-studentow/polaczone-aplikacje/"


def with_tokens() -> User:
    """Make a student with a token that works and one that has ended."""
    user, now = student().user, timezone.now()
    made = {"user": user, "scopes": ["read:me", "order"], "expires_at": now + timedelta(days=90)}
    Token.objects.create(name="Laptop", key_hash="1", prefix="mleg_Ab1", last_used_at=now, **made)
    Token.objects.create(name="Cron", key_hash="2", prefix="mleg_Xy2", ended_at=now, **made)
    return user


def told() -> User:
    """Make a student who was told of an order and of its codes."""
    user = student().user
    order = orders.place(user.student, by=user)
    orders.cancel(order, by=None)
    outbox.dispatch_batch(timezone.now())
    return user


def with_a_device() -> User:
    """Make a student on whose phone messages are turned on."""
    found = student()
    address = Address("https://fcm.googleapis.com/fcm/send/a", "key", "secret")
    devices.subscribe(found, address, "Samsung Internet, Android")
    return found.user


SCENES: dict[str, Scene] = {
    **{f"order {status}": Scene(PAGE, with_order(status)) for status in Status},
    "order collected, to be ordered again": Scene(PAGE, with_order(Status.COLLECTED, reissue_required=True)),
    "order in an outage": Scene(PAGE, in_an_outage),
    "order cancelled in an outage": Scene(PAGE, cancelled_in_an_outage),
    "sent to the office": Scene(PAGE, sent_to_the_office),
    "may order": Scene(PAGE, lambda: student().user),
    **{
        f"without {what}": Scene(PAGE, without(what)) for what in ("card", "extension", "level", "everything")
    },
    "not a student": Scene(PAGE, make_user),
    "start": Scene("/", with_order(Status.READY)),
    "start of staff": Scene("/", lambda: make_user(is_staff=True)),
    "codes": Scene(codes_of, with_order(Status.READY)),
    "confirm": Scene(confirmation_of, with_order(Status.READY)),
    "confirm, in an outage": Scene(confirmation_of, on_a_phone_in_an_outage),
    "confirm a replacement": Scene(replacement_of, with_order(Status.COLLECTED)),
    "confirm a replacement in an outage": Scene(replacement_of, on_a_phone_in_an_outage),
    "photo refused": Scene(PAGE, refused_photo),
    "messages, from the office": Scene(MESSAGES, written_to_by_the_office),
    "my data": Scene("/dla-studentow/moje-dane/", lambda: student().user),
    "my data, none": Scene("/dla-studentow/moje-dane/", make_user),
    "history": Scene(f"{PAGE}historia/", with_order(Status.REJECTED)),
    "history, none": Scene(f"{PAGE}historia/", lambda: student().user),
    "start, may order": Scene("/", lambda: student().user),
    "messages": Scene(MESSAGES, told),
    "messages, none": Scene(MESSAGES, lambda: student().user),
    "message settings": Scene(f"{MESSAGES}ustawienia/", told),
    "message settings, a device": Scene(f"{MESSAGES}ustawienia/", with_a_device),
    "message settings, no address": Scene(
        f"{MESSAGES}ustawienia/", lambda: student(user=make_user(email="")).user
    ),
    "help": Scene("/pomoc/", nobody),
    "privacy": Scene("/prywatnosc/", nobody),
    "accessibility statement": Scene("/deklaracja-dostepnosci/", nobody),
    "offline": Scene("/brak-polaczenia/", nobody),
    "sign in": Scene("/logowanie/", nobody),
    "an application asks": Scene(QUESTION, with_a_question("musos://signed-in")),
    "a PIN for an application": Scene(QUESTION, with_a_question("oob", agreed=True)),
    "an application asks in vain": Scene(QUESTION, lambda: student().user, 401),
    "connected applications": Scene(GRANTS, with_a_question("oob", agreed=True)),
    "no connected applications": Scene(GRANTS, lambda: student().user),
    "tokens": Scene("/dla-studentow/tokeny/", with_tokens),
    "tokens, none": Scene("/dla-studentow/tokeny/", lambda: student().user),
    "no such page": Scene("/nie-ma/", lambda: student().user, 404),
}
