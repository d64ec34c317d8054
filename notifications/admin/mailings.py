"""Admin of the office's messages: templates, what was sent, and the job that sends one to the students of a list."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet
from django.forms import Field
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.mailings import mailing_jobs
from notifications.mailings.recipients import LANGUAGES
from notifications.messages.models import Message
from notifications.office_texts.models import PARTS, Mailing, MessageTemplate
from notifications.office_texts.placeholders import PLACEHOLDERS, examples
from notifications.office_texts.rendering import render_text
from students.admin.counts import count_of
from students.admin.following_jobs import follow
from students.admin.list_jobs import ListJob, list_job
from students.admin.readonly import ReadOnlyMixin
from students.admin.versioned import VersionedAdminMixin
from students.models import Job, User


@admin.register(MessageTemplate)
class MessageTemplateAdmin(VersionedAdminMixin, admin.ModelAdmin[MessageTemplate]):
    """Templates of messages, which the office edits, with an example of what students will read."""

    list_display = ("name", "subject_pl", "changed_at")
    search_fields = ("name", "subject_pl")
    readonly_fields = ("example",)

    class Media:
        css = {"all": ["admin-office.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: MessageTemplate | None = None) -> Any:
        """Return the texts with what may stand in them, and for a stored template the example."""
        explained = format_html(
            "<p>{}</p><ul>{}</ul>",
            say(
                "W miejsce pól w nawiasach portal wpisze dane każdego studenta. Pusty wiersz zaczyna nowy akapit."
            ),
            format_html_join(
                "", "<li><code>{{{}}}</code> – {}</li>", ((it.name, it.meaning) for it in PLACEHOLDERS)
            ),
        )
        texts = [
            (None, {"fields": ("name",), "description": explained}),
            (_("Po polsku"), {"fields": ("subject_pl", "body_pl")}),
            (_("Po angielsku"), {"fields": ("subject_en", "body_en")}),
        ]
        return [*texts, (_("Przykład"), {"fields": ("example",)})] if obj else texts

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        """Give the subjects the width of the bodies."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name.startswith("subject"):
            field.widget.attrs["class"] = "vLargeTextField"
        return field

    @admin.display(description=_("tak to zobaczy student"))
    def example(self, template: MessageTemplate) -> str:
        """Return both texts, filled in with examples, as they are stored."""
        return format_html_join("", "{}", ((_example(template, language),) for language in LANGUAGES))


def _example(template: MessageTemplate, language: str) -> str:
    with override(language):
        rendered = render_text(template.parts, language, examples())
    paragraphs = format_html_join("", "<p>{}</p>", ((text,) for text in rendered.paragraphs))
    return format_html(
        '<div class="job-sample"><div lang="{}"><p><strong>{}</strong></p>{}</div></div>',
        language,
        rendered.subject,
        paragraphs,
    )


@admin.register(Mailing)
class MailingAdmin(ReadOnlyMixin, admin.ModelAdmin[Mailing]):
    """List of what the office has sent to the students of a list: the user's own, or everybody's for staff of every
    faculty."""

    list_display = ("created_at", "template_name", "by", "messages_sent", "messages_read")
    list_select_related = ("by",)
    fields = (*list_display, *PARTS)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mailing]:
        """Return those that the user may see, with their numbers."""
        sent = Message.objects.filter(mailing=OuterRef("pk"))
        return Mailing.objects.visible_to(request.user).annotate(
            sent_count=count_of(sent), read_count=count_of(sent.filter(read_at__isnull=False))
        )

    @admin.display(description=_("wiadomości"))
    def messages_sent(self, mailing: Any) -> int:
        """Return how many students have it."""
        return int(mailing.sent_count)

    @admin.display(description=_("przeczytane w portalu"))
    def messages_read(self, mailing: Any) -> int:
        """Return how many have marked it as read."""
        return int(mailing.read_count)

    def get_urls(self) -> list[Any]:
        """Add the address of the button under a preview."""
        send = self.admin_site.admin_view(self.send)
        return [path("<int:job_id>/send/", send, name="notifications_mailing_send"), *super().get_urls()]

    def send(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Start sending what a preview has shown, and show how far it is."""
        if not request.user.has_perm(mailing_jobs.PERMISSION):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return follow(request, job_id, mailing_jobs.send_previewed, kind=mailing_jobs.PREVIEW)


class MailingForm(forms.Form):
    """Form that asks for the template."""

    template = forms.ModelChoiceField(
        label=_("Szablon"),
        queryset=MessageTemplate.objects.all(),
        empty_label=_("– wybierz –"),
        error_messages={"required": _("Wybierz szablon. Nic jeszcze nie zostało wysłane.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["template"].help_text = format_html(
            '<a href="{}">{}</a>',
            reverse("admin:notifications_messagetemplate_changelist"),
            say("Szablony możesz zmieniać i dodawać."),
        )


def _preview(students: QuerySet[Any], data: Mapping[str, Any], by: User) -> Job:
    return mailing_jobs.preview(students, data["template"], by=by)


list_job(
    ListJob(
        name="send_mailing",
        label=_("Wyślij wiadomość…"),
        permission=mailing_jobs.PERMISSION,
        form=MailingForm,
        start=_preview,
        explanation=(
            _(
                "Najpierw zobaczysz wiadomość tak, jak przeczyta ją ktoś z tej listy, ilu studentów ją dostanie, a do "
                "kogo nie dotrze i dlaczego. Dopiero potem ją wyślesz."
            ),
        ),
    )
)
