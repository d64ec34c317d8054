"""Import of cards: compares a table's cards with the database; dates follow the rules of `students.cards`."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from students.cards import check_dates
from students.identifiers import ROUNDED, identifier_key, kept_digits, may_be_rounded
from students.importing.changes import PendingChanges
from students.importing.existing import CARD_NUMBERS, ExistingRecords, StudentRecord
from students.importing.results import RowEffects, RowOutcome
from students.importing.rows import CardData, RowRejected
from students.importing.wording import differences_in_words
from students.models import CardExtension, EndReason, Student, StudentCard, User
from students.names import same_name

_CHIPS = CARD_NUMBERS[1:]


def check(card: CardData, record: StudentRecord | None, stored: ExistingRecords) -> None:
    """Raise RowRejected for a card that cannot be issued or extended as the table says.

    A card that has ended in the database stays as it is, since the plastic is gone.
    """
    own = _known(card, record)
    for name in CARD_NUMBERS:
        number = getattr(card, name)
        for other in stored.cards_with(name, number):
            if own is not None and (other.pk == own.pk or getattr(own, name) == number):
                continue
            if getattr(other, name) == number:
                raise RowRejected(_("numer legitymacji lub jej układu ma w bazie inna legitymacja"))
            raise RowRejected(
                _(
                    "numer legitymacji lub jej układu różni się tylko zerami na początku od numeru innej w bazie"
                )
            )
    if own is None:
        if record and _rounded(card, record):
            raise RowRejected(str(ROUNDED))
        _check_new(card, record.card_in_use if record else None)
    elif own.ended_on is None:
        _check_known(card, own)


def _check_new(card: CardData, in_use: StudentCard | None) -> None:
    if in_use and card.issued_on < in_use.issued_on:
        raise RowRejected(_("student ma w bazie nowszą legitymację niż ta z pliku"))
    _check_dates(card)


def _check_known(card: CardData, own: StudentCard) -> None:
    if card.issued_on != own.issued_on:
        raise RowRejected(_("data wydania legitymacji jest inna niż w bazie"))
    for name in _CHIPS:
        stored, wanted = getattr(own, name), getattr(card, name)
        if stored and wanted and identifier_key(stored) != identifier_key(wanted):
            raise RowRejected(_("numer układu legitymacji jest inny niż w bazie"))
    if card.valid_until < own.valid_until:
        raise RowRejected(_("legitymacja jest w bazie ważna dłużej niż w pliku"))
    if card.valid_until > own.valid_until:
        _check_dates(card)


def _check_dates(card: CardData) -> None:
    try:
        check_dates(card.issued_on, card.valid_until)
    except ValidationError as error:
        raise RowRejected(" ".join(error.messages)) from None


def apply(
    card: CardData, record: StudentRecord, changes: PendingChanges, effects: RowEffects, *, by: User | None
) -> None:
    """Issue a card in place of the previous one, extend it, or fill in its missing chip numbers."""
    own = _known(card, record)
    if own is None:
        if in_use := record.card_in_use:
            _end(in_use, record.student, changes, effects, by=by)
        record.cards.append(changes.create(_issued(card, record.student)))
        effects.add(RowOutcome.CHANGED, _("nowa legitymacja %(number)s") % {"number": card.barcode_number})
        return
    if own.ended_on is not None:
        return
    chips = {name: number for name in _CHIPS if (number := getattr(card, name)) and not getattr(own, name)}
    if differing := changes.change(own, **chips):
        effects.add(
            RowOutcome.CHANGED,
            _("legitymacja %(number)s: %(changes)s")
            % {"number": own, "changes": differences_in_words(own, differing)},
        )
    if card.valid_until > own.valid_until:
        changes.create(
            CardExtension(card=own, previous_valid_until=own.valid_until, valid_until=card.valid_until, by=by)
        )
        differing = changes.change(own, valid_until=card.valid_until)
        effects.add(
            RowOutcome.CHANGED,
            _("przedłużenie legitymacji %(number)s: %(changes)s")
            % {"number": own, "changes": differences_in_words(own, differing)},
        )


def _end(
    card: StudentCard, student: Student, changes: PendingChanges, effects: RowEffects, *, by: User | None
) -> None:
    """End the card that a new one replaces: it was returned, or its holder's data had changed."""
    same = (
        same_name(card.holder_first_names, student.first_names)
        and same_name(card.holder_last_name, student.last_name)
        and card.holder_pesel == student.pesel
    )
    reason = EndReason.RETURNED if same else EndReason.DATA_CHANGED
    changes.change(card, ended_on=timezone.localdate(), end_reason=reason, ended_by=by)
    effects.add(
        RowOutcome.ENDED,
        _("koniec legitymacji %(number)s (%(reason)s)") % {"number": card, "reason": reason.label},
    )


def _issued(card: CardData, student: Student) -> StudentCard:
    return StudentCard(
        student=student,
        barcode_number=card.barcode_number,
        contact_chip_uid=card.contact_chip_uid,
        contactless_chip_uid=card.contactless_chip_uid,
        issued_on=card.issued_on,
        valid_until=card.valid_until,
        holder_first_names=student.first_names,
        holder_last_name=student.last_name,
        holder_pesel=student.pesel,
    )


def _known(card: CardData, record: StudentRecord | None) -> StudentCard | None:
    """Return the student's card with this number, else the one that differs from it by leading zeros."""
    key = identifier_key(card.barcode_number)
    alike = [own for own in (record.cards if record else []) if identifier_key(own.barcode_number) == key]
    exact = (own for own in alike if own.barcode_number == card.barcode_number)
    return next(exact, alike[0] if len(alike) == 1 else None)


def _rounded(card: CardData, record: StudentRecord) -> bool:
    """Return whether a number that ends in zeros is what a spreadsheet has left of one of the student's cards."""
    kept = kept_digits(card.barcode_number)
    return may_be_rounded(card.barcode_number) and any(
        kept_digits(own.barcode_number) == kept for own in record.cards
    )
