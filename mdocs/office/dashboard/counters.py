"""Counters of the dashboard: what waits for the office, each leading to the list that it counts."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mdocs.office.dashboard.endings import Endings
from mdocs.office.dashboard.extensions import Extensions
from mdocs.office.dashboard.formatting import day, number, percent
from mdocs.office.dashboard.tiles import Tile, not_counted

# Filters of `mdocs.office.admin.filters` and `students.admin.filters`, not importable before the admin's site.
_NEED_ATTENTION = "needs_attention=yes"
_TO_EXTEND = "card_behind=studying"


def attention(orders: int | None) -> Tile:
    """Count the orders that somebody should look at."""
    name = _("Zamówienia, które wymagają uwagi")
    if orders is None:
        return not_counted(name)
    url = f"{reverse('admin:mdocs_order_changelist')}?{_NEED_ATTENTION}"
    details = [_("Nikt na Ciebie nie czeka.") if not orders else _("Zobacz, dlaczego stoją i co zrobić.")]
    return Tile(name, number(orders), details, is_bad=orders > 0, url=url)


def extensions(extensions: Extensions | None, *, may_see_students: bool) -> Tile:
    """Count the cards that are not extended yet."""
    name = _("Legitymacje do przedłużenia")
    if extensions is None:
        return not_counted(name)
    total = extensions.total
    details = [
        _("%(share)s z %(cards)s legitymacji w użyciu")
        % {"share": percent(total.share), "cards": number(total.in_use)},
        _("na semestr do %s") % day(extensions.until),
        *_counted(extensions.counted_at),
    ]
    students = f"{reverse('admin:students_student_changelist')}?{_TO_EXTEND}"
    return Tile(name, number(total.not_extended), details, url=students if may_see_students else "")


def endings(endings: Endings | None) -> Tile:
    """Count the orders and documents that end with this half-year, and say why the most of them do."""
    if endings is None:
        return not_counted(_("mLegitymacje, które się skończą"))
    last = date_format(endings.until + timedelta(days=1), "j\u00a0E")  # a day is not broken between two lines
    details = [_("do %s, jeśli nic się nie zmieni, u studentów, których widzisz") % day(endings.until)]
    details += [f"{reason.label}: {number(count)}" for reason, count in endings.by_reason.most_common(2)]
    details += _counted(endings.counted_at)
    name = _("Stracą uprawnienia %(day)s") % {"day": last}
    return Tile(name, number(endings.by_reason.total()), details, url=reverse("mdocs_office:entitlement"))


def _counted(at: datetime | None) -> list[str]:
    """Say when a number was counted that is not counted at each look."""
    if at is None:
        return []
    clock = date_format(timezone.localtime(at), "H:i")
    return [_("policzono o %(time)s, liczone co 10 minut") % {"time": clock}]
