"""The register of personal data names every field, and is what the notice and docs/privacy.md say."""

import re
from typing import Any

from django.apps import apps
from django.test import Client
from django.utils import translation

from mlegitymacja_portal.personal_data import NOT_PERSONAL
from mlegitymacja_portal.personal_data_register import REGISTER, as_markdown
from students import retention
from tests.mdocs.page.html import read
from tests.structure.tree import APPS, ROOT


def registered() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in REGISTER:
        for model, fields in row.fields.items():
            found.setdefault(model, []).extend(fields)
    return found


def test_every_field_of_every_model_is_in_the_register_or_says_nothing_of_a_person() -> None:
    wrong = {}
    for model in apps.get_models():
        meta = model._meta
        if meta.app_label not in APPS or NOT_PERSONAL.get(meta.label, ()) is None:
            continue
        fields = {field.name for field in meta.concrete_fields} - {meta.pk.name if meta.pk else ""}
        fields = {name for name in fields if name != "id" and not name.endswith("_ptr")}
        said = [*registered().get(meta.label, ()), *(NOT_PERSONAL.get(meta.label) or ())]
        if fields != set(said) or len(said) != len(set(said)):
            wrong[meta.label] = (sorted(fields ^ set(said)), sorted(said))
    assert wrong == {}


def test_the_register_names_models_that_exist() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    assert (registered().keys() | NOT_PERSONAL.keys()) - labels == set()


def test_every_rule_of_retention_is_in_the_register(settings: Any) -> None:
    rules = {rule.setting for rule in retention.rules()}
    assert rules == set(settings.RETENTION_MONTHS) == {row.rule for row in REGISTER if row.rule}


def test_the_document_is_made_from_the_register() -> None:
    with translation.override("pl"):
        table = as_markdown()
    document = (ROOT / "docs" / "privacy.md").read_text()
    found = re.search(r"<!-- register -->\n(.*?)\n<!-- end -->", document, re.DOTALL)
    assert found and found[1] == table, "as_markdown() says something else"


def test_the_notice_says_what_the_register_says(client: Client) -> None:
    page = read(client.get("/prywatnosc/"))
    with translation.override("pl"):
        for row in REGISTER:
            for text in (row.what, row.purpose, row.basis, row.how_long, row.gets):
                assert str(text).casefold() in page.main.casefold()
