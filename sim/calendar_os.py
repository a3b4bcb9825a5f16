"""Days and dates. Inside the model a date is Old Style (Julian); day 0 is 1 March 1917.

The record of 1917 is Old Style, thirteen days behind the New Style (Gregorian) calendar.
Month lengths of the two calendars agree from March to December 1917, so ``datetime.date``
serves as a label for Old Style days in this period.
"""

from __future__ import annotations

from datetime import date, timedelta

FIRST_DATE = date(1917, 3, 1)
N_DAYS = 262  # 1 March to 17 November 1917, Old Style
NEW_STYLE_OFFSET_DAYS = 13


def day_of(text: str) -> int:
    """Return the day index of an Old Style date.

    Parameters
    ----------
    text : str
        ``YYYY-MM-DD``, Old Style. Dates outside the period give indices outside
        ``[0, N_DAYS)``; whoever needs a day of the period checks that.

    Returns
    -------
    int
        Days since 1 March 1917.

    Raises
    ------
    ValueError
        If the text is not a date.

    Examples
    --------
    >>> day_of("1917-03-01"), day_of("1917-08-25")
    (0, 177)
    """
    try:
        return (date.fromisoformat(text) - FIRST_DATE).days
    except (TypeError, ValueError):
        raise ValueError(
            f"{text!r} is not a date. Write it as 'YYYY-MM-DD', Old Style, in quotes."
        ) from None


def day_in_period(setting: str, text: str) -> int:
    """Return the day index of a date, refusing one outside the modelled period."""
    try:
        day = day_of(text)
    except ValueError as error:
        raise ValueError(f"{setting}: {error}") from None
    if not 0 <= day < N_DAYS:
        raise ValueError(
            f"{setting} must lie between {FIRST_DATE.isoformat()} and "
            f"{old_style(N_DAYS - 1)} (Old Style), got {text!r}. New Style dates are 13 days later."
        )
    return day


def old_style(day: int) -> str:
    """Return the Old Style date of a day index as ``YYYY-MM-DD``."""
    return (FIRST_DATE + timedelta(days=int(day))).isoformat()


def new_style(day: int) -> str:
    """Return the New Style date of a day index as ``YYYY-MM-DD``.

    Examples
    --------
    >>> new_style(day_of("1917-10-25"))
    '1917-11-07'
    """
    return (FIRST_DATE + timedelta(days=int(day) + NEW_STYLE_OFFSET_DAYS)).isoformat()
