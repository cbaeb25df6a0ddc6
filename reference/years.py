"""The same day in another year."""

from datetime import date


def same_day(day: date, years: int) -> date:
    """So many years later, or earlier where they are negative; of a 29/02 in a year that has none the 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
