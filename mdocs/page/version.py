"""Version of the student's page, by which an open page polls for changes: an ETag, asked for with one query.

The page asks again and again, and mostly nothing has changed. So its tag says, signed, whose page it is and which
version; as long as the session is there and the version is as it was, the answer is 304, and neither the session nor
the account is fetched.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.signing import BadSignature, Signer
from django.db.models import TextField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags
from django.utils.translation import get_language

from mdocs import orders
from mdocs.models import Order
from mdocs.page.time_left import remaining
from mdocs.page.trouble import next_try
from mdocs.querysets import ENCRYPTED
from mdocs.schedule import earlier_end
from mdocs.statuses import LIVE, Status
from students.models import User
from students.prepared import prepared_rows

if TYPE_CHECKING:
    from mdocs.page.parts import Page

# The rows that the page is made from, as they are, one text each: whether a condition is met follows from them and the
# day. Written in SQL, as each open page asks this again and again, and the queries of the page itself cost some forty
# times as much.
ROWS = """
SELECT ARRAY[account.password,
       (SELECT jsonb_object_agg(lane, jsonb_build_array(state, changed_at, next_probe_at)) FROM mdocs_breaker)::text,
       (to_jsonb(student) - 'pesel')::text,
       (SELECT jsonb_agg(to_jsonb(card) - 'holder_pesel' ORDER BY card.id)
          FROM students_studentcard card WHERE card.student_id = student.id)::text,
       (SELECT jsonb_agg(to_jsonb(enrolment) || jsonb_build_array(programme.level, to_jsonb(faculty))
                         ORDER BY enrolment.id)
          FROM students_enrolment enrolment JOIN students_programme programme ON programme.id = enrolment.programme_id
          JOIN students_faculty faculty ON faculty.id = programme.faculty_id
         WHERE enrolment.student_id = student.id)::text,
       jsonb_build_array({of_others})::text,
       (SELECT (to_jsonb(shown) - '{never_shown}'::text[])::text
          FROM mdocs_order shown WHERE shown.student_id = student.id
         ORDER BY shown.status = ANY('{live}') DESC, shown.created_at DESC LIMIT 1)]
  FROM students_user account JOIN students_student student ON student.user_id = account.id
"""
_OF_SESSION = """
 WHERE account.id = %(user)s AND account.is_active
   AND EXISTS (SELECT FROM accounts_session
                WHERE session_key = encode(sha256(%(session)s::bytea), 'hex') AND expire_date > %(now)s)
"""
# What only the engine reads. Every other column counts, also one that is new; codes come and go with the status, and
# others in their place with a new `remote_updated_at`.
_NEVER_SHOWN = (
    *ENCRYPTED,
    "holder_fingerprint",
    "codes_seen_at",
    "priority",
    "low_priority",
    "leased_until",
    "failures",
)
_WATCHED_UNTIL, _NEXT_ATTEMPT = "poll_fast_until", "next_attempt_at"  # asked for, but no part of the version

# Expressions of what other apps show on the page, as SQL over the rows that ROWS names.
_of_others: list[str] = []


def register_shown(sql: str) -> None:
    """Have every student's page change when this SQL expression over the row `student` does."""
    _of_others.append(sql)


# The page says that somebody has touched it lately; a page that was only left open keeps nobody busy.
SOMEBODY_LOOKS = "X-Somebody-Looks"


@dataclass(frozen=True)
class Pace:
    """Polling intervals in seconds: the first after a change, and the longest."""

    first: float
    longest: float


# Codes can come within three seconds of the click; a student who shows codes to a phone looks up to see it arrive.
_SOMETHING_IS_COMING = Pace(1.5, 60)
_CODES_ARE_READY = Pace(2, 20)
# Nothing is under way, but the dean's office may extend the card while its student stands at the desk.
_NOTHING_IS_COMING = Pace(60, 300)


def pace_of(page: "Page") -> Pace:
    """Say how often this page asks; how it slows down in between is up to static/portal/live.js."""
    if page.order is None or not page.order.in_progress:
        return _NOTHING_IS_COMING
    return _CODES_ARE_READY if page.order.shows_codes else _SOMETHING_IS_COMING


@dataclass(frozen=True)
class PageVersion:
    """Version of a page as the database stands, and the row of the order that it speaks of, if any.

    Different pages have different versions; equal pages may too.
    """

    version: str
    order: Mapping[str, Any] | None


@cache
def _rows() -> str:
    never_shown, live = ",".join(_NEVER_SHOWN), ",".join(LIVE)
    of_others = ", ".join(_of_others)
    return ROWS.format(of_others=of_others, never_shown=f"{{{never_shown}}}", live=f"{{{live}}}")


def rows_behind() -> RawSQL:
    """Return the expression over Student for what `version_of` takes, so that it comes with the page's own query."""
    own = f"{_rows()} WHERE student.id = students_student.id"
    return RawSQL(own, (), ArrayField(TextField()))  # noqa: S611 -- nothing in it comes from outside


def current_version(user_pk: int, session_key: str, now: datetime) -> PageVersion | None:
    """Return the version that a student's page would have now: one query.

    None where the session has ended, or the account is no student's.
    """
    given = {"user": user_pk, "session": session_key, "now": now}
    rows = prepared_rows(_rows() + _OF_SESSION, given)
    return version_of(rows[0][0], now) if rows else None


def version_of(rows_behind: Sequence[str], now: datetime) -> PageVersion:
    """Return the version of a page that is made from these rows at this moment."""
    password, breakers, *rows, order_row = rows_behind
    order = json.loads(order_row) if order_row else {}
    made_from = [
        *rows,
        sorted((name, value) for name, value in order.items() if name not in (_WATCHED_UNTIL, _NEXT_ATTEMPT)),
        # When the next try is, as the page tells it: a probe every few seconds is no news.
        [
            (lane, state, since, _next_try(probe, now))
            for lane, (state, since, probe) in sorted(json.loads(breakers).items())
        ],
        _next_try(order[_NEXT_ATTEMPT], now) if order.get("last_failure") else "",
        # How long the codes last is told in words, down to the minute in which they are over.
        _codes_last(order, now),
        timezone.localdate(now).isoformat(),
        settings.ELIGIBILITY_RULES,
        get_language(),
        # A change of the password ends the other sessions.
        salted_hmac("mdocs.page.version password", password).hexdigest(),
    ]
    return PageVersion(sha256(json.dumps(made_from).encode()).hexdigest()[:32], order or None)


def _next_try(moment: str | None, now: datetime) -> str:
    return next_try(_moment(moment), now) if moment else ""


def _codes_last(row: Mapping[str, Any], now: datetime) -> str:
    if not row.get("codes_expire_at"):
        return ""
    end = earlier_end(_moment(row["codes_expire_at"]), date.fromisoformat(row["valid_until"]))
    return remaining(end, now)


def tag_of(request: HttpRequest, page: "Page", now: datetime) -> str:
    """Return a signed weak ETag, bound to session and account; empty if nothing will change.

    It is a weak one, as the same page comes with another CSRF token each time.
    """
    key = request.session.session_key
    if not key or not page.rows_behind:
        return ""
    signed = _signer(key).sign(f"{request.user.pk}.{version_of(page.rows_behind, now).version}")
    return f'W/"{signed}"'


def is_current(request: HttpRequest, now: datetime) -> bool:
    """Say whether the page that sent this request is up to date, and its session has not ended: one query.

    Has the engine go on polling a ready order whose student is looking: a second query, at most once in a minute.
    """
    key = request.session.session_key
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    if not key or not tags:
        return False
    try:
        user_pk, _, version = _signer(key).unsign(_opaque(tags[0])).partition(".")
    except BadSignature:
        return False
    current = current_version(int(user_pk), key, now)
    if current is None or current.version != version:
        return False
    if current.order and current.order["status"] == Status.READY and SOMEBODY_LOOKS in request.headers:
        until = current.order[_WATCHED_UNTIL] and _moment(current.order[_WATCHED_UNTIL])
        orders.poll_faster(Order(pk=current.order["id"], poll_fast_until=until), at=now)
    return True


def is_somebody_elses(request: HttpRequest, user: User) -> bool:
    """Say whether the page that sent this request was made for another account, signed in here before."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return any(_opaque(tag).partition(".")[0] != str(user.pk) for tag in tags)


def _signer(session_key: str) -> Signer:
    return Signer(salt=f"mdocs.page.version {session_key}")


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
