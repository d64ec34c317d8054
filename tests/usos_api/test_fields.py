"""The selector of fields, and what it selects."""

import pytest

from usos_api.errors import FieldInvalid, FieldNotFound
from usos_api.fields import ById, Found, pick, select
from usos_api.methods import Caller, Field, Method
from usos_api.models import AccessToken, Consumer

NAMES = (Field("first", "First name."), Field("last", "Surname.", primary=False))
METHOD = Method(
    name="services/test/test",
    brief="For tests.",
    run=lambda call: None,
    fields=(
        Field("id", "Its id."),
        Field("user", "Its user.", primary=False, parts=(*NAMES, Field("home", "Home.", parts=NAMES))),
        Field("mail", "Address.", primary=False, scope="email"),
        Field("mails", "Addresses.", primary=False, scope="email", withheld={}, parts=NAMES),
    ),
)
NOBODY = Caller()
WITH_EMAIL = Caller(consumer=Consumer(scopes=["email"]), token=AccessToken(scopes=["email"]))


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("", {"id": None}),
        ("id", {"id": None}),
        ("id|user", {"id": None, "user": {"first": None, "home": {"first": None}}}),
        ("user[last]|id", {"user": {"last": None}, "id": None}),
        ("user[first|home[first|last]]", {"user": {"first": None, "home": {"first": None, "last": None}}}),
        ("id|id", {"id": None}),
        ("user[first]|user[last]", {"user": {"first": None, "last": None}}),
    ],
)
def test_a_selector_is_read(text: str, selection: object) -> None:
    assert select(text, METHOD, NOBODY) == selection


@pytest.mark.parametrize(
    "text",
    [
        "|",
        "id|",
        "|id",
        "id||user",
        "user[",
        "user[]",
        "user[first",
        "user[first]]",
        "id]",
        "[id]",
        "user[first]last",
        "id[first]",
        "user[first[x]]",
        "user[home[first]",
    ],
)
def test_a_selector_that_cannot_be_read_is_invalid(text: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        select(text, METHOD, NOBODY)
    assert refused.value.body["error"] == "field_invalid"
    assert refused.value.body["method_name"] == METHOD.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nothing", "nothing"),
        ("user[nothing]", "user.nothing"),
        ("user[home[x]]", "user.home.x"),
        (" id", " id"),
    ],
)
def test_a_field_that_there_is_not_is_named(text: str, name: str) -> None:
    with pytest.raises(FieldNotFound) as refused:
        select(text, METHOD, NOBODY)
    assert refused.value.body["field_name"] == name


def test_a_field_without_its_scope_is_withheld_and_never_worked_out() -> None:
    def costly() -> str:
        raise AssertionError("nobody may see it")

    value = {"id": "1", "mail": costly, "mails": costly}
    assert pick(value, select("id|mail", METHOD, NOBODY)) == {"id": "1", "mail": None}
    assert pick(value, select("mails[first]|mails", METHOD, NOBODY)) == {"mails": {}}
    assert select("mail", METHOD, WITH_EMAIL) == {"mail": None}
    with pytest.raises(FieldNotFound):
        select("mails[nothing]", METHOD, NOBODY)


def test_the_selection_is_of_each_object_where_a_method_answers_many() -> None:
    rows = [{"id": "1", "mail": "a"}, {"id": "2", "mail": "b"}]
    assert pick(ById({"1": rows[0], "3": None}), {"id": None}) == {"1": {"id": "1"}, "3": None}
    found = pick(Found(items=rows, next_page=False), {"id": None})
    assert found == {"items": [{"id": "1"}, {"id": "2"}], "next_page": False}


def test_a_selector_is_read_no_deeper_than_there_are_fields() -> None:
    with pytest.raises(FieldNotFound):
        select("user[home[" * 50_000, METHOD, NOBODY)


def test_only_what_was_selected_is_kept_and_worked_out() -> None:
    def costly() -> str:
        raise AssertionError("nobody asked")

    value = {"id": 1, "user": [{"first": "A", "last": "N"}, {"first": "B", "last": costly}], "mail": costly}
    assert pick(value, {"user": {"first": None}}) == {"user": [{"first": "A"}, {"first": "B"}]}
    assert pick(None, {"id": None}) is None
    assert pick({"user": lambda: None}, {"user": {"first": None}}) == {"user": None}
