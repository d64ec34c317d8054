"""How the student's page finds out that it has changed: the version of what it shows, asked for with one query.

The page asks again and again, and mostly nothing has changed. So its tag says, signed, whose page it is and what it
was made from; as long as the session is there and that is as it was, the answer is 304, and neither the session nor
the account is fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.core.signing import BadSignature, Signer
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import get_language

from mdocs import orders
from mdocs.messages.unread import unread_of_student
from mdocs.models import Breaker, Order
from mdocs.querysets import ENCRYPTED
from mdocs.remaining import remaining
from mdocs.statuses import Status
from students.models import Student, User
from students.models.people import StudentQuerySet

if TYPE_CHECKING:
    from mdocs.pages import Page

# Names under which the query answers what is not a column of the student.
_MDOKUMENTY, _ORDER = "mdokumenty", "order_to_show"
# What only the engine reads. Every other column counts, also one that a later page may show; codes come and go with
# the status, and new ones with a new `remote_updated_at`.
_NEVER_SHOWN = {
    *ENCRYPTED,
    "holder_fingerprint",
    "codes_seen_at",
    "urgency",
    "routine",
    "next_attempt_at",
    "leased_until",
    "failures",
}
UNREAD = "unread_count"  # for the menu, which stands outside of what changes
_WATCHED_UNTIL = "watched_until"  # asked for, but no part of the version

# The page says that somebody has touched it lately; a page that was only left open keeps nobody busy.
SOMEBODY_LOOKS = "X-Somebody-Looks"


@dataclass(frozen=True)
class Pace:
    """How soon the page asks for the first time after it has changed, and how rarely in the end, in seconds."""

    first: float
    longest: float


# Codes can come within three seconds of the click; whoever shows codes to a phone looks up to see it arrive.
_SOMETHING_IS_COMING = Pace(1.5, 60)
_CODES_ARE_SHOWN = Pace(2, 20)
# Nothing is under way, but the dean's office may extend the card while its student stands at the desk.
_NOTHING_IS_COMING = Pace(60, 300)


def pace_of(page: "Page") -> Pace:
    """Say how often this page asks; how it slows down in between is up to static/portal/live.js."""
    if page.order is None or not page.order.in_progress:
        return _NOTHING_IS_COMING
    return _CODES_ARE_SHOWN if page.order.shows_codes else _SOMETHING_IS_COMING


def look_up(user: User, now: datetime) -> Student | None:
    """Fetch all that decides what the page of this account shows, codes left out: one query."""
    looked_up = _students(user, now).annotate(**{UNREAD: unread_of_student()})
    student: Student | None = looked_up.first()
    return student


def _students(user: User, now: datetime) -> StudentQuerySet:
    columns = [field.attname for field in Order._meta.concrete_fields if field.attname not in _NEVER_SHOWN]
    order = Order.objects.filter(student=OuterRef("pk")).to_show()
    return (
        Student.objects.of_user(user)
        .with_conditions(timezone.localdate(now))
        .select_related("user")
        .defer("pesel")
        .annotate(
            **{
                _MDOKUMENTY: Subquery(Breaker.objects.values("state")),
                _ORDER: Subquery(order.values(shown=JSONObject(**{name: name for name in columns}))[:1]),
            }
        )
    )


def how_mdokumenty_is(student: Student) -> str:
    """Give the state of the breaker that came with a student who was looked up."""
    return str(getattr(student, _MDOKUMENTY))


def version_of(student: Student, now: datetime) -> str:
    """Sum up what the page is made from, of a student who was looked up; without a query.

    A page that would look different has another version; the reverse is not always so.
    """
    order: Mapping[str, Any] = getattr(student, _ORDER) or {}
    shown = {name: value for name, value in vars(student).items() if not name.startswith("_")}
    made_from = {name: value for name, value in shown.items() if name != UNREAD}
    made_from |= {
        _ORDER: sorted((name, value) for name, value in order.items() if name != _WATCHED_UNTIL),
        "current_levels": sorted(getattr(student, "current_levels")),  # noqa: B009  (annotated)
        # How long the codes last is told in words, down to the minute in which they are over.
        "codes_last": remaining(_moment(order["codes_expire_at"]), now)
        if order.get("codes_expire_at")
        else "",
        "day": timezone.localdate(now),
        "language": get_language(),
        # Whoever has changed the password has ended the other sessions.
        "password": student.user.get_session_auth_hash(),
    }
    return sha256(repr(sorted(made_from.items())).encode()).hexdigest()[:32]


def tag_of(request: HttpRequest, user: User, version: str) -> str:
    """Make the ETag of a page of this version: only for this session, and only by us. Empty without a version.

    It is a weak one, as the same page comes with another CSRF token each time.
    """
    key = request.session.session_key
    return f'W/"{_signer(key).sign(f"{user.pk}.{version}")}"' if key and version else ""


def is_current(request: HttpRequest, now: datetime) -> bool:
    """Say whether the page that this request has is as it would be now, and the session is there: one query.

    Keeps the engine asking about a ready order that somebody has before them: a second query, at most once in a minute.
    """
    key = request.session.session_key
    told = request.headers.get("If-None-Match", "")
    if not key or not (tags := parse_etags(told)):
        return False
    try:
        user_pk, _, version = _signer(key).unsign(_opaque(tags[0])).partition(".")
    except BadSignature:
        return False
    session = Session.objects.filter(session_key=key, expire_date__gt=now)
    student = _students(User(pk=int(user_pk)), now).filter(Exists(session), user__is_active=True).first()
    if student is None or version_of(student, now) != version:
        return False
    if SOMEBODY_LOOKS in request.headers:
        _keep_watched(student, now)
    return True


def is_somebody_elses(request: HttpRequest, user: User) -> bool:
    """Say whether the page that asks was made for another account, which was signed in here before."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return any(_opaque(tag).partition(".")[0] != str(user.pk) for tag in tags)


def _signer(session_key: str) -> Signer:
    return Signer(salt=f"mdocs.live {session_key}")


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')


def _keep_watched(student: Student, now: datetime) -> None:
    order: Mapping[str, Any] = getattr(student, _ORDER) or {}
    if order.get("status") == Status.READY:
        until = order[_WATCHED_UNTIL] and _moment(order[_WATCHED_UNTIL])
        orders.watch(Order(pk=order["id"], watched_until=until), at=now)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
