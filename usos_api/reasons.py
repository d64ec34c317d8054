"""Reasons against ordering or ending an mLegitymacja, as messages in both languages."""

from collections.abc import Iterable

from mdocs.models import Order
from mdocs.page.texts import actions, reasons
from mdocs.statuses import ENDABLE, ENDING, REVOCABLE, Status
from students.eligibility import ConditionResult, ConditionState, Eligibility
from usos_api import texts
from usos_api.lang_dicts import LangDict, translated


def why_cannot_order(eligibility: Eligibility | None) -> LangDict | None:
    """Return the reason against ordering, for a user without a live order; None where they can.

    `eligibility` is None for a user who is no student.
    """
    if eligibility is None:
        return texts.NOT_A_STUDENT
    return None if eligibility.may_order else why_not_eligible(eligibility)


def same_photo() -> LangDict:
    """Return the reason against an order with the photo that mDokumenty has refused."""
    return translated(lambda: actions.SAME_PHOTO)


def why_not_another(live: Order) -> LangDict:
    """Return the reason against a second order beside a live one."""
    if live.status in ENDING:
        return texts.IS_ENDING
    return texts.HAS_DOCUMENT if live.status in REVOCABLE else texts.HAS_ORDER


def why_not_eligible(eligibility: Eligibility) -> LangDict:
    """Return the unmet conditions, with the remedy and who can help."""
    if not eligibility.level_allowed:
        levels = translated(lambda: reasons.NO_RIGHT_LEVELS % {"levels": _levels(eligibility)})
        return _joined(texts.NO_RIGHT, levels)
    failed = [outcome for outcome in eligibility.outcomes if outcome.state is ConditionState.NOT_MET]

    def text() -> str:
        return "\n".join(map(_what_to_do, failed))

    return _joined(texts.CONDITIONS_NOT_MET, translated(text))


def _what_to_do(failed: ConditionResult) -> str:
    helper = f" ({failed.helper})" if failed.helper else ""
    return f"{failed.condition.text}: {failed.remedy}{helper}"


def _joined(first: LangDict, then: LangDict) -> LangDict:
    return {language: f"{text}\n{then[language]}" for language, text in first.items()}


def _levels(eligibility: Eligibility) -> str:
    return ", ".join(str(level.label) for level in eligibility.levels)


def why_cannot_end(order: Order) -> LangDict | None:
    """Return the reason why this order can neither be cancelled nor revoked; None where it can."""
    if Status(order.status) in ENDABLE:
        return None
    return texts.IS_ENDING if order.status in ENDING else texts.IS_OVER


def why_cannot_end_any(orders: Iterable[Order]) -> LangDict | None:
    """Return the reason why there is nothing to cancel or revoke; None where there is."""
    live = next((order for order in orders if order.is_live), None)
    return texts.NOTHING_TO_END if live is None else why_cannot_end(live)
