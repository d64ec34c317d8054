"""services/progs: programmes of study, and the studies of the user."""

from html import escape
from typing import Any

from django.utils import timezone

from students.models import Enrolment, Programme
from usos_api.errors import ObjectNotFound
from usos_api.fields import ById, Found
from usos_api.methods import Argument, Call, Field, Need, declare_module, method
from usos_api.scopes import STUDIES
from usos_api.services.many import MOST_IDS, SEARCH, flag, ids, primary_keys, search
from usos_api.services.shapes import first_name
from usos_api.services.studies import (
    ENROLMENT_FIELDS,
    PROGRAMME_FIELDS,
    serialize_enrolments,
    serialize_programme,
)

declare_module("services/progs", "Programmes", "Programmes of study, and who studies them.")

_ANYBODY: dict[str, Any] = {"consumer": Need.OPTIONAL, "token": Need.OPTIONAL, "ssl": False}


@method(
    "services/progs/programme",
    "One programme.",
    **_ANYBODY,
    arguments=(Argument("programme_id", "Id of a programme.", required=True),),
    fields=PROGRAMME_FIELDS,
)
def programme(call: Call) -> dict[str, Any]:
    """Return one programme."""
    given = call.arguments["programme_id"]
    found = _programmes([given]).get(given)
    if found is None:
        raise ObjectNotFound("programme_id", call.method.name)
    return found


@method(
    "services/progs/programmes",
    "Several programmes.",
    description="An object with a member for each id: null for one that there is not.",
    **_ANYBODY,
    arguments=(
        Argument("programme_ids", f"Pipe-separated ids of programmes, {MOST_IDS} at most.", required=True),
    ),
    fields=PROGRAMME_FIELDS,
)
def programmes(call: Call) -> ById:
    """Return several programmes by their ids."""
    wanted = ids(call, "programme_ids")
    known = _programmes(wanted)
    return ById({each: known.get(each) for each in wanted})


@method(
    "services/progs/search",
    "Programmes by a part of their name.",
    **_ANYBODY,
    arguments=SEARCH,
    fields=(
        Field(
            "items",
            "What was found.",
            parts=(
                Field("match", "The name that was found, as HTML."),
                Field("programme", "The programme.", parts=PROGRAMME_FIELDS),
            ),
        ),
        Field("next_page", "Whether there are more."),
    ),
)
def search_programmes(call: Call) -> dict[str, Any]:
    """Return the programmes that a query finds."""

    def item(each: Programme) -> dict[str, Any]:
        shown = serialize_programme(each)
        return {"match": escape(shown["name"][call.arguments["lang"]]), "programme": shown}

    found: Found = search(call, Programme.objects.select_related("faculty"), item)
    return dict(found)


@method(
    "services/progs/student",
    "The user's studies.",
    scopes=(STUDIES,),
    arguments=(
        Argument("user_id", "Id of that user; nobody else's are shown."),
        Argument("active_only", "Whether those that are over are left out: true or false.", default="true"),
        Argument("old_programs", "Taken for the sake of clients: the portal keeps no older lists."),
    ),
    fields=ENROLMENT_FIELDS,
)
def student(call: Call) -> list[dict[str, Any]]:
    """Return the user's studies, the newest first."""
    if call.arguments.get("user_id", str(call.user.pk)) != str(call.user.pk):
        raise ObjectNotFound("user_id", call.method.name)
    own = _own(call)
    if not flag(call, "active_only"):
        return own
    current = Enrolment.objects.current(timezone.localdate(call.now)).filter(student__user=call.user)
    active = {str(key) for key in current.values_list("pk", flat=True)}
    return [each for each in own if each["id"] in active]


@method(
    "services/progs/student_programme",
    "One of the user's studies.",
    scopes=(STUDIES,),
    arguments=(Argument("student_programme_id", "Id of the user's studies.", required=True),),
    fields=ENROLMENT_FIELDS,
)
def student_programme(call: Call) -> dict[str, Any]:
    """Return one of the user's studies."""
    found = next((one for one in _own(call) if one["id"] == call.arguments["student_programme_id"]), None)
    if found is None:
        raise ObjectNotFound("student_programme_id", call.method.name)
    return found


@method(
    "services/progs/student_programmes",
    "Several of the user's studies.",
    description="An object with a member for each id: null for one that there is not, or that is another user's.",
    scopes=(STUDIES,),
    arguments=(Argument("student_programme_ids", f"Pipe-separated ids, {MOST_IDS} at most.", required=True),),
    fields=ENROLMENT_FIELDS,
)
def student_programmes(call: Call) -> ById:
    """Return several of the user's studies by their ids."""
    own = {each["id"]: each for each in _own(call)}
    return ById({each: own.get(each) for each in ids(call, "student_programme_ids")})


def _programmes(wanted: list[str]) -> dict[str, dict[str, Any]]:
    found = Programme.objects.filter(pk__in=primary_keys(wanted)).select_related("faculty")
    return {str(each.pk): serialize_programme(each) for each in found}


def _own(call: Call) -> list[dict[str, Any]]:
    account = call.user
    enrolments = Enrolment.objects.filter(student__user=account).select_related(
        "programme__faculty", "student"
    )
    found = list(enrolments.defer("student__pesel"))
    if not found:
        return []
    person = found[0].student
    shown = {
        "id": str(account.pk),
        "first_name": first_name(person.first_names),
        "last_name": person.last_name,
    }
    return serialize_enrolments(found, shown)
