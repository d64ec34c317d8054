"""Messages to a student, as a section of the student's page."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.messages.models import Message
from students.admin.registry import Section, SectionRow, student_section
from students.models import Student
from students.moments import write_moment

MESSAGES_SHOWN = 20


@student_section
def messages_to(request: HttpRequest, student: Student) -> Section | None:
    """List the latest messages, without their text, with the permission to view messages."""
    if not request.user.has_perm("notifications.view_message"):
        return None
    sent = Message.objects.visible_to(request.user).filter(student=student).select_related("mailing")
    return Section(
        title=_("Wiadomości do studenta"),
        columns=(_("kiedy"), _("rodzaj"), _("e-mail"), _("przeczytano")),
        rows=[
            SectionRow(
                cells=(
                    write_moment(message.created_at),
                    _kind(message),
                    message.get_email_state_display(),
                    write_moment(message.read_at) if message.read_at else "–",
                ),
                url=reverse("admin:notifications_message_change", args=[message.pk]),
            )
            for message in sent[:MESSAGES_SHOWN]
        ],
        nothing=_("Portal nie wysłał jeszcze temu studentowi żadnej wiadomości."),
    )


def _kind(message: Message) -> str:
    """Return what a message is about: its type, or the office's template."""
    kind = message.get_kind_display()
    return f"{kind}: {message.mailing}" if message.mailing else kind
