"""Names of models in the accusative, as Polish says "Dodaj legitymację" and "Zmieniono legitymację".

Django has one form of a name. Its sentences are put with a colon (locale/admin), which keeps the nominative; here the
colon goes and the name is bent. Other languages say the name itself.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.messages import INFO
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import get_language

if TYPE_CHECKING:
    Options = admin.ModelAdmin[Any]
else:
    Options = object

LANGUAGE = "pl"
# With which the sentences begin that take a name in the accusative.
VERBS = ("Dodaj", "Zmień", "Zobacz", "Dodano", "Zmieniono", "Usunięto")
ACCUSATIVES: Mapping[str, str] = {
    "api.delivery": "powiadomienie odbiorcy (webhook)",
    "api.endpoint": "odbiorcę powiadomień (webhook)",
    "auth.group": "grupę",
    "mdocs.breaker": "stan mDokumentów",
    "mdocs.order": "zamówienie",
    "mdocs.orderevent": "zdarzenie zamówienia",
    "mdocs.orphandocument": "dokument bez zamówienia",
    "mdocs.reconciliation": "uzgodnienie z mDokumentami",
    "notifications.mailing": "wysyłkę dziekanatu",
    "notifications.message": "wiadomość",
    "notifications.messagetemplate": "szablon wiadomości",
    "notifications.pushservice": "serwer powiadomień",
    "operations.alarm": "alarm",
    "students.auditentry": "wpis dziennika zdarzeń",
    "students.cardextension": "przedłużenie ELS",
    "students.enrolment": "studia",
    "students.faculty": "wydział",
    "students.look": "odczyt danych",
    "students.job": "zadanie w tle",
    "students.periodictask": "zadanie okresowe",
    "students.photo": "zdjęcie",
    "students.programme": "kierunek",
    "students.savedfilter": "zapisany filtr",
    "students.student": "studenta",
    "students.studentcard": "legitymację (ELS)",
    "students.user": "konto",
    "usos_api.consumer": "aplikację",
}
Text = TypeVar("Text", bound=str)


def bend(text: Text, opts: Any) -> Text:
    """Return a sentence of Django's about a model with its name in the accusative; any other text as it is.

    What was safe HTML stays so: only constants are put in.
    """
    if get_language() != LANGUAGE:
        return text
    for verb in VERBS:
        begin = f"{verb}: {opts.verbose_name}"
        if text.startswith(begin):
            return type(text)(f"{verb} {ACCUSATIVES[opts.label_lower]}{text[len(begin) :]}")
    return text


class AccusativeMixin(Options):
    """Say titles and messages of the admin with the name of the model in the accusative."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Bend the title, and the links that add a row to a table of the form."""
        context["title"] = bend(str(context["title"]), self.opts)
        for table in context["inline_admin_formsets"]:
            table.inline_formset_data = _adding(table)
        return super().render_change_form(request, context, *args, **kwargs)

    def message_user(
        self, request: HttpRequest, message: Any, level: int | str = INFO, *args: Any, **kwargs: Any
    ) -> None:
        """Bend what is said of a row that was added, changed or deleted."""
        text = message if isinstance(message, str) else str(message)
        super().message_user(request, bend(text, self.opts), level, *args, **kwargs)


def _adding(table: InlineAdminFormSet) -> str:
    """Return what Django's script reads of a table of rows: Django begins the name with a capital, as a heading."""
    data = json.loads(table.inline_formset_data())
    name = str(table.opts.verbose_name)
    text = data["options"]["addText"].replace(capfirst(name), name)
    data["options"]["addText"] = bend(text, table.opts.model._meta)
    return json.dumps(data)


def with_accusatives(admin_class: type[admin.ModelAdmin[Any]]) -> type[admin.ModelAdmin[Any]]:
    """Return an admin class that bends."""
    if issubclass(admin_class, AccusativeMixin):
        return admin_class
    own = {"__module__": admin_class.__module__, "__doc__": admin_class.__doc__}
    metaclass: Any = type(admin_class)  # which gathers the styles and scripts
    bent: type[admin.ModelAdmin[Any]] = metaclass(admin_class.__name__, (AccusativeMixin, admin_class), own)
    return bent
