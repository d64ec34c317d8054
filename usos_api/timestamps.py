"""Dates and times of the API (docs/reference/usos-api.md, Calls and answers)."""

from datetime import date, datetime

from django.utils import timezone


def format_timestamp(moment: datetime) -> str:
    """Return a time as local time: YYYY-MM-DD HH:MM:SS."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def parse_date(text: str) -> date | None:
    """Return the date of a text YYYY-MM-DD; None for any other text."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if len(text) == len("2026-03-31") else None  # noqa: DTZ007
    except ValueError:
        return None
