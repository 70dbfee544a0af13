"""What a program printed in, the numbers under one name each out, and whether two programs agree."""

import csv
import io

ESTIMATE = 1e-8  # relative difference allowed between estimates
STD_ERROR = 1e-6  # and between standard errors
# R and svy count degrees of freedom of a median after rows without a value are dropped, recovista before: its standard
# error is the width of the interval by that t, so it differs a little where few rows are missing.
MEDIAN_STD_ERROR = 1e-3


def of_members(text: str) -> dict:
    """Answers of the member job: (wave, variable, level, stat) to estimate and standard error."""
    answers = {}
    for row in csv.DictReader(io.StringIO(text)):
        wave = row["wave"] if "groups" not in row else groups(row["groups"])["wave"]
        key = (wave, row["variable"], row.get("level") or "", row["stat"])
        answers[key] = (number(row["estimate"]), number(row["std_error"]))
    return answers


def of_visits(text: str) -> dict:
    """Answers of the visit job: (center, month, measure) to a value and nothing."""
    answers = {}
    for row in csv.DictReader(io.StringIO(text)):
        if "groups" in row:
            by = groups(row["groups"])
            center = by.pop("center_id")
            measure = "median_minutes" if row["stat"] == "quantile" else "people" if row["variable"] == "member_id" else "visits"
            answers[center, month_number(next(iter(by.values()))), measure] = (number(row["estimate"]), None)
            continue
        for measure in ("visits", "people", "median_minutes"):
            answers[row["center_id"], month_number(row["month"]), measure] = (number(row[measure]), None)
    return answers


def groups(text: str) -> dict:
    return dict(part.split("=", 1) for part in text.split(";") if part)


def month_number(text: str) -> int:
    """`3` or `2024-03`: the data is one year long."""
    return int(text.rsplit("-", 1)[-1])


def number(text: str) -> float | None:
    return float(text) if text not in ("", "NA", None) else None


def differences(reference: dict, other: dict) -> list[str]:
    """Every answer of `other` that is not that of `reference`, in words."""
    found = [f"{key}: only one of the two has it" for key in sorted(reference.keys() ^ other.keys(), key=str) if not zero(reference.get(key) or other.get(key))]
    for key in reference.keys() & other.keys():
        error = MEDIAN_STD_ERROR if key[-1] == "quantile" else STD_ERROR
        for what, mine, theirs, allowed in zip(("estimate", "standard error"), reference[key], other[key], (ESTIMATE, error)):
            if not same(mine, theirs, allowed):
                found.append(f"{key}: {what} {mine} and {theirs}")
    return found


def zero(answer: tuple) -> bool:
    """A level that nobody has in a group: some programs print a share of zero, others nothing."""
    return not answer[0]


def same(mine: float | None, theirs: float | None, allowed: float) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    return abs(mine - theirs) <= allowed * max(abs(mine), abs(theirs))
