"""Idempotency: one effect for one `Idempotency-Key`, however often and concurrently a call is repeated.

The key's row is written in the transaction of the change. A concurrent call with the same key waits at the unique
constraint, and then gets the first one's response. A refusal changes nothing and is not stored.
"""

import hashlib
import re
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import IdempotentResponse
from api.permissions import user_of
from api.problems import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_STRING = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
LONGEST = IdempotentResponse._meta.get_field("key").max_length or 0


def once(request: Request, change: Callable[[], Response]) -> Response:
    """Make the change and return its response, or return the stored response of an earlier same call.

    Raises Problem for a key that belongs to another call, and for one that is too long or not printable ASCII.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return change()
    key = unquoted(given)
    if not key or len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise Problem(
            "invalid", errors={HEADER: [_("Klucz ma od 1 do %(most)s znaków ASCII.") % {"most": LONGEST}]}
        )
    fingerprint, now, user = _fingerprint(request), timezone.now(), user_of(request)
    own = IdempotentResponse.objects.filter(user=user, key=key)
    with transaction.atomic():
        own.too_old(now).delete()
        row = IdempotentResponse(user=user, key=key, fingerprint=fingerprint, created_at=now)
        IdempotentResponse.objects.bulk_create([row], ignore_conflicts=True)
        kept = own.select_for_update().get()
        if kept.fingerprint != fingerprint:
            raise Problem("key_reused")
        if kept.http_status:
            return Response(kept.body, status=kept.http_status, headers={REPLAYED: "true"})
        answer = change()
        own.update(http_status=answer.status_code, body=answer.data)
    return answer


def unquoted(key: str) -> str:
    """Return the key; a string of structured fields (RFC 9651, 3.3.3), as the draft of this header writes it, without
    its quotes."""
    inside = _STRING.fullmatch(key.strip())
    return re.sub(r"\\(.)", r"\1", inside[1]) if inside else key


def _fingerprint(request: Request) -> str:
    raw = request._request
    return hashlib.sha256(b"\n".join([str(raw.method).encode(), raw.path.encode(), raw.body])).hexdigest()
