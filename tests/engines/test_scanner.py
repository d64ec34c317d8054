"""The office's page for a barcode reader in every engine: each scan is done once, and none is lost."""

from datetime import timedelta

from django.utils import timezone

from students.half_years import next_half_year_end
from students.models import CardExtension
from students.roles import CLERK
from tests.engines.engine import Engine
from tests.engines.people import sign_in
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_member, make_programme

SCAN = "/admin/students/studentcard/scan/"


def test_cards_are_scanned_one_after_another(engine: Engine) -> None:
    programme = make_programme()
    tomorrow = timezone.localdate() + timedelta(days=1)
    cards = [make_card_in_use(programme, valid_until=tomorrow) for _ in range(3)]
    sign_in(engine, make_member(CLERK, programme.faculty), "/pomoc/")
    engine.go(SCAN)
    until = next_half_year_end(timezone.localdate()).isoformat()
    engine.run("document.getElementById('id_until').value = ''")
    engine.type("id_until", until)
    for card in cards:
        engine.type("id_number", f"{card.barcode_number}\n")
    engine.waits_for(f"document.querySelectorAll('.scan-list tbody tr.success').length === {len(cards)}")
    assert CardExtension.objects.count() == len(cards)
    assert engine.run("return document.activeElement.id") == "id_number"
