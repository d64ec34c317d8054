"""services/fac: faculties, which the portal knows without units in or above them."""

from html import escape
from typing import Any

from students.models import Faculty
from usos_api.errors import ObjectNotFound
from usos_api.fields import ById, Found
from usos_api.methods import Argument, Call, Field, Need, declare_module, method
from usos_api.services.many import MOST_IDS, SEARCH, ids, search
from usos_api.services.studies import FACULTY_FIELDS, serialize_faculty

declare_module("services/fac", "Faculties", "Units of the university.")

_ANYBODY: dict[str, Any] = {"consumer": Need.OPTIONAL, "token": Need.OPTIONAL, "ssl": False}
_FAC_ID = Argument("fac_id", "Code of a faculty.", required=True)


@method("services/fac/faculty", "One faculty.", **_ANYBODY, arguments=(_FAC_ID,), fields=FACULTY_FIELDS)
def faculty(call: Call) -> dict[str, Any]:
    """Return one faculty."""
    return serialize_faculty(_faculty(call))


@method(
    "services/fac/faculties",
    "Several faculties.",
    description="An object with a member for each id: null for one that there is not.",
    **_ANYBODY,
    arguments=(
        Argument("fac_ids", f"Pipe-separated codes of faculties, {MOST_IDS} at most.", required=True),
    ),
    fields=FACULTY_FIELDS,
)
def faculties(call: Call) -> ById:
    """Return several faculties by their codes."""
    wanted = ids(call, "fac_ids")
    known = {each.code: serialize_faculty(each) for each in Faculty.objects.filter(code__in=_codes(wanted))}
    return ById({code: known.get(code) for code in wanted})


@method(
    "services/fac/search",
    "Faculties by a part of their name.",
    description="`fields` selects fields of the `items`; `next_page` says whether there are more.",
    **_ANYBODY,
    arguments=(*SEARCH, Argument("visibility", "Taken for the sake of clients: all are public.")),
    fields=(*FACULTY_FIELDS, Field("match", "The name that was found, as HTML.", primary=False)),
)
def search_faculties(call: Call) -> Found:
    """Return the faculties that a query finds."""

    def item(each: Faculty) -> dict[str, Any]:
        shown = serialize_faculty(each)
        return {**shown, "match": escape(shown["name"][call.arguments["lang"]])}

    return search(call, Faculty.objects.all(), item)


@method(
    "services/fac/subfaculties_deep",
    "Codes of all units in a faculty; empty.",
    **_ANYBODY,
    arguments=(_FAC_ID,),
    returns="A list of codes.",
)
def subfaculties_deep(call: Call) -> list[str]:
    """Return no units of a faculty that there is."""
    _faculty(call)
    return []


def _faculty(call: Call) -> Faculty:
    found = Faculty.objects.filter(code__in=_codes([call.arguments["fac_id"]])).first()
    if found is None:
        raise ObjectNotFound("fac_id", call.method.name)
    return found


def _codes(given: list[str]) -> list[str]:
    return [code for code in given if "\0" not in code]  # which no text of the database has
