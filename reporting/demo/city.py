"""Invented statistics of the city: one state after the other for each year, marked as illustration."""

from datetime import date

from reporting.demo.firms import TY

SOURCE = "Số liệu minh họa, không phải số liệu thống kê thật"
OUTPUT = {2020: 181_300, 2021: 190_600, 2022: 207_900, 2023: 219_200, 2024: 236_700, 2025: 252_400}  # tỷ đồng, current
CONSTANT = {2020: 127_500, 2021: 132_800, 2022: 143_900, 2023: 148_500, 2024: 157_700, 2025: 165_700}  # prices of 2010
EXPORTS = {2020: 3_480, 2021: 3_610, 2022: 4_020, 2023: 3_930, 2024: 4_570, 2025: 4_990}  # million USD
STATES = (("estimate", 0.985, (0, 12, 29)), ("preliminary", 0.994, (1, 6, 30)), ("official", 1.0, (2, 6, 30)))
COVERAGE = "B-E"


def make_statistics(last_day):
    """Dicts in the order of their publication; a state that is not yet due is not there."""
    rows = []
    for measure, prices, base, values, unit in (
        ("output", "current", None, OUTPUT, TY),
        ("output", "constant", 2010, CONSTANT, TY),
        ("exports", "current", None, EXPORTS, 100 * 10**6),
    ):
        for year, value in values.items():
            for state, part, (later, month, day) in STATES:
                published = date(year + later, month, day)
                if published <= last_day:
                    rows.append(
                        {
                            "measure": measure,
                            "prices": prices,
                            "base_year": base,
                            "year": year,
                            "state": state,
                            "amount": round(value * part) * unit,
                            "published_on": published,
                        }
                    )
    return sorted(rows, key=lambda row: row["published_on"])
