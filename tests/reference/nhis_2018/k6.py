"""Kessler-6 totals of the NHIS 2018 extract, recomputed with the standard library alone.

Usage: python3 k6.py ../../../sample_data/real/nhis_2018_sample_adult_500.csv
Writes totals.csv (one line a person, empty where a total is missing) and figures.json beside this script.

Items are stored 1 (all of the time) to 5 (none of the time) and count 4 to 0; 7 refused, 8 not ascertained, 9 do not
know and blank are missing; a total needs all six answers. Standard errors are those of a ratio mean under strata and
sampling units nested in them with replacement; a stratum with one unit counts the square of its distance from the mean
of all units' totals over the whole sample (R survey: options(survey.lonely.psu = "adjust")).
"""

import csv
import json
import pathlib
import statistics
import sys
from collections import defaultdict

ITEMS = ["ASINERV", "ASIHOPLS", "ASIRSTLS", "ASISAD", "ASIEFFRT", "ASIWTHLS"]
here = pathlib.Path(__file__).parent
people = list(csv.DictReader(open(sys.argv[1], newline="")))


def total(person):
    codes = [person[item].strip() for item in ITEMS]
    return sum(5 - int(code) for code in codes) if all(code in ("1", "2", "3", "4", "5") for code in codes) else None


def band(score):
    return "low" if score < 5 else "moderate" if score < 13 else "serious"


def ratio_mean(values):
    """Weighted mean of the values that are there, its standard error and degrees of freedom."""
    weight = [float(person["WTFA_SA"]) for person in people]
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    base = sum(weight[place] for place, _ in known)
    mean = sum(weight[place] * value for place, value in known) / base
    units = defaultdict(lambda: defaultdict(float))
    for place, person in enumerate(people):
        value = values[place]
        units[person["PSTRAT"]][person["PPSU"]] += 0 if value is None else weight[place] * (value - mean) / base
    counted = [z for stratum in units.values() for z in stratum.values()]
    centre = sum(counted) / len(counted)
    variance, lonely = 0.0, 0
    for stratum in units.values():
        z = list(stratum.values())
        if len(z) == 1:
            lonely += 1
            variance += (z[0] - centre) ** 2
        else:
            own = sum(z) / len(z)
            variance += len(z) / (len(z) - 1) * sum((one - own) ** 2 for one in z)
    return {"estimate": mean, "se": variance**0.5, "n": len(known), "df": len(counted) - len(units), "lonely_strata": lonely}


totals = [total(person) for person in people]
with open(here / "totals.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["HHX", "FMX", "FPX", "k6_sum", "k6_band"])
    for person, score in zip(people, totals):
        writer.writerow([person["HHX"], person["FMX"], person["FPX"], "" if score is None else score, "" if score is None else band(score)])

scored = [score for score in totals if score is not None]
shares = {name: ratio_mean([None if score is None else float(band(score) == name) for score in totals]) for name in ("low", "moderate", "serious")}
by_sex = {}
for code, label in (("1", "Male"), ("2", "Female")):
    by_sex[label] = ratio_mean([score if person["SEX"] == code else None for person, score in zip(people, totals)])
figures = {
    "rows": len(people),
    "scored": len(scored),
    "sum": sum(scored),
    "median": statistics.median(scored),
    "bands": {name: sum(band(score) == name for score in scored) for name in ("low", "moderate", "serious")},
    "weighted_mean": ratio_mean(totals),
    "weighted_bands": shares,
    "weighted_mean_by_sex": by_sex,
    "weighted_share_female": ratio_mean([float(person["SEX"] == "2") for person in people]),
    "weighted_mean_age": ratio_mean([float(person["AGE_P"]) for person in people]),
}
json.dump(figures, open(here / "figures.json", "w"), indent=1)
