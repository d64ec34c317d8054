"""Outcomes of an import as its preview, its job and the command report them: warnings first, what is new last."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students import jobs
from students.importing.forecasts import Ending
from students.importing.results import PhotoOutcome, RowOutcome, RowResult
from students.models import Job

# Counted beside the rows.
DOCUMENT_ENDS, CATALOGUE, NEW_STUDENTS = "document_ends", "catalogue", "new_students"
PHOTOS_CUT = "photos_cut"
OUTCOMES: Mapping[str, StrOrPromise] = {
    DOCUMENT_ENDS: gettext_lazy("mLegitymacje i zamówienia, które się zakończą"),
    CATALOGUE: gettext_lazy("nowe wydziały i kierunki w katalogu (sprawdź pisownię)"),
    RowOutcome.REJECTED: gettext_lazy("odrzucone"),
    PhotoOutcome.REJECTED: gettext_lazy("zdjęcia odrzucone"),
    PHOTOS_CUT: gettext_lazy("zdjęcia przycięte"),
    RowOutcome.ENDED: gettext_lazy("zakończone"),
    RowOutcome.CHANGED: gettext_lazy("zmienione"),
    PhotoOutcome.CHANGED: gettext_lazy("zdjęcia zmienione"),
    RowOutcome.RESPELLED: gettext_lazy("inna pisownia"),
    RowOutcome.UNCHANGED: gettext_lazy("bez zmian"),
    PhotoOutcome.UNCHANGED: gettext_lazy("zdjęcia bez zmian"),
    RowOutcome.NEW: gettext_lazy("nowe"),
    NEW_STUDENTS: gettext_lazy("w tym nowi studenci"),
    PhotoOutcome.NEW: gettext_lazy("zdjęcia nowe"),
}
STORED = (
    *(RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.ENDED, RowOutcome.RESPELLED),
    *(PhotoOutcome.NEW, PhotoOutcome.CHANGED),
)
_UNCHANGED = (RowOutcome.UNCHANGED, PhotoOutcome.UNCHANGED)
_NAMED = 5  # of the catalogue, in a sentence; all are on the list


def count_outcomes(results: Sequence[RowResult], endings: Sequence[Ending] = ()) -> Counter[str]:
    """Return the number of rows and photos by outcome, and what is counted beside them."""
    counts = Counter(result.outcome.value for result in results)
    beside = {
        DOCUMENT_ENDS: len(endings),
        CATALOGUE: sum(len(result.catalogue) for result in results),
        NEW_STUDENTS: sum(result.new_student for result in results),
        PHOTOS_CUT: sum(result.is_cut for result in results),
    }
    return counts + Counter(beside)


def notes_of(results: Iterable[RowResult], endings: Iterable[Ending]) -> Iterator[jobs.ItemNote]:
    """Yield the notes of a job: who loses a document, what the catalogue gets, and each row that changes something."""
    for ending in endings:
        yield jobs.ItemNote(
            ending.album_number,
            DOCUMENT_ENDS,
            ending.reason,
            album_number=ending.album_number,
            holder=ending.holder,
        )
    for result in results:
        for words in result.catalogue:
            yield jobs.ItemNote(result.subject, CATALOGUE, words, row=result.row)
        if result.is_cut:
            yield _note(result, PHOTOS_CUT)
        if result.outcome not in _UNCHANGED:
            yield _note(result, result.outcome)


def _note(result: RowResult, outcome: str) -> jobs.ItemNote:
    return jobs.ItemNote(
        result.subject, outcome, result.detail, result.row, result.album_number, result.holder
    )


def batch_result(
    results: Sequence[RowResult], endings: Sequence[Ending] = (), cursor: Any = None
) -> jobs.BatchResult:
    """Return what a job keeps of a batch; `cursor` is the start of the next one, None after the last."""
    notes = list(notes_of(results, endings))
    return jobs.BatchResult(len(results), count_outcomes(results, endings), cursor, notes)


def preview_in_words(preview: Job) -> list[str]:
    """Return the sentences above a preview: how many documents end, what the catalogue gets, how many are new."""
    counts = preview.counts
    sentences = [
        _("Import zakończy mLegitymacje i otwarte zamówienia: %(count)d.")
        % {"count": counts.get(DOCUMENT_ENDS, 0)}
    ]
    if added := counts.get(CATALOGUE, 0):
        names = preview.notes.filter(outcome=CATALOGUE).values_list("detail", flat=True)[:_NAMED]
        words = "; ".join([*names, *(["…"] if added > _NAMED else [])])
        sentences.append(_("W katalogu przybędzie: %(names)s.") % {"names": words})
    sentences.append(
        _("Wiersze: odrzucone %(rejected)d, zakończone %(ended)d, zmienione %(changed)d, nowe %(new)d.")
        % {key: counts.get(key, 0) for key in ("rejected", "ended", "changed", "new")}
    )
    return sentences
