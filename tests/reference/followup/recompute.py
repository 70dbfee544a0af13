"""Recomputes the follow-up figures of the sample run from the raw file, without recovista.

Reads sample_data/followup_2024.csv and writes expected.csv beside itself: id, column, expected, tolerance, how.
tests/it/annual.rs compares a fresh run with it. Needs SciPy and statsmodels.

    python3 tests/reference/followup/recompute.py
"""
import calendar
import csv
import math
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from scipy.stats import t
from statsmodels.stats.contingency_tables import mcnemar

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[2] / "sample_data"
AS_OF = date(2024, 12, 31)
DOMAINS = ["abstinent", "employed", "housed", "not_arrested", "symptoms"]
START = "followup.six-months"
ROWS = []
PEOPLE = 604  # rows of intakes; asserted below
SAMPLED = PEOPLE / (PEOPLE - 1)


def emit(identity, how, tolerance=1e-8, **values):
    for column, value in values.items():
        if value is not None:
            ROWS.append((f"{START}.{identity}", column, f"{value:.12g}", f"{tolerance:g}", how))


def months_after(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def share(identity, how, x, n, domain=None):
    """A share of a part of a sample of PEOPLE, as R's survey takes it, with the score interval at its effective size, z = t."""
    p, df = x / n, (domain or n) - 1
    if x in (0, n):
        low, high = (0.0, 1 - 0.025 ** (1 / n)) if x == 0 else (0.025 ** (1 / n), 1.0)
        return emit(identity, how, estimate=p, std_error=0.0, conf_low=low, conf_high=high, n=x, denominator=n)
    error = math.sqrt(p * (1 - p) / n * SAMPLED)
    z = t.ppf(0.975, df)
    m = n / SAMPLED * (t.ppf(0.975, n - 1) / z) ** 2
    middle = (p + z * z / (2 * m)) / (1 + z * z / m)
    half = z * math.sqrt(p * (1 - p) / m + z * z / (4 * m * m)) / (1 + z * z / m)
    emit(identity, how, estimate=p, std_error=error, conf_low=middle - half, conf_high=middle + half, n=x, denominator=n)


def people():
    seen, found = set(), defaultdict(dict)
    for row in csv.DictReader(open(SAMPLE / "followup_2024.csv", encoding="utf-8")):
        if (row["person_id"], row["event"]) not in seen:  # a record that stands twice is refused
            seen.add((row["person_id"], row["event"]))
            found[row["person_id"]][row["event"]] = row
    for records in found.values():
        intake = date.fromisoformat(records["intake"]["event_date"])
        opens, closes = months_after(intake, 5), months_after(intake, 8)
        later = records.get("six_month")
        when = date.fromisoformat(later["event_date"]) if later else None
        closed = closes < AS_OF
        if when and opens <= when <= closes:
            status = "in window"
        elif when and when > closes:
            status = "late"
        elif closed:
            status = "early" if when else "missed"
        else:
            status = "due now" if opens <= AS_OF else "not yet due"
        yield {"closed": closed, "status": status, "intake": records["intake"], "later": later if closed and status == "in window" else None}


def answer(record, name):
    return {"1": 1, "0": 0}.get(record[name]) if record else None


def encode(text):
    return text.replace(" ", "%20")


def main():
    everyone = list(people())
    assert len(everyone) == PEOPLE
    emit("people.count", "people with an intake", estimate=len(everyone), n=len(everyone))
    for closed, word, levels in ((True, "closed", ["in window", "early", "late", "missed"]), (False, "not closed", ["in window", "due now", "not yet due"])):
        own = [one for one in everyone if one["closed"] == closed]
        emit(f"people.count.followup_window={encode(word)}", "people by window", estimate=len(own), n=len(own))
        counts = Counter(one["status"] for one in own)
        assert set(counts) <= set(levels)
        for level in levels:
            share(f"followup_status={encode(level)}.proportion.followup_window={encode(word)}", "status by window", counts[level], len(own))
    due = [one for one in everyone if one["closed"]]
    for name in DOMAINS:
        outcome(name, [(answer(one["intake"], name), answer(one["later"], name)) for one in due])
    with open(HERE / "expected.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "column", "expected", "tolerance", "how"])
        out.writerows(sorted(ROWS))


def outcome(name, answers):
    valid = [(before, after) for before, after in answers if before is not None]
    pairs = [(before, after) for before, after in valid if after is not None]
    lost = [before for before, after in valid if after is None]
    at, due = f"{name}=Yes.proportion.event=", "followup_window=closed"
    share(f"{at}Intake.{due}", "due, at intake", sum(before for before, _ in valid), len(valid), len(answers))
    share(f"{at}Intake.followup_seen=followed.{due}", "seen again, at intake", sum(before for before, _ in pairs), len(pairs))
    share(f"{at}Intake.followup_seen=lost.{due}", "lost, at intake", sum(lost), len(lost))
    share(f"{at}Six%20months.followup_seen=followed.{due}", "seen again, later", sum(after for _, after in pairs), len(pairs))
    n = len(pairs)
    a, b = pairs.count((1, 1)), pairs.count((1, 0))
    c, d = pairs.count((0, 1)), pairs.count((0, 0))
    change = (c - b) / n
    error = math.sqrt(((b + c) / n - change**2) / n * SAMPLED)
    half = t.ppf(0.975, n - 1) * error
    exact = b + c < 25
    test = mcnemar([[a, b], [c, d]], exact=exact, correction=True)
    emit(f"{name}=Yes.difference.followup_seen=followed.{due}", "paired difference, McNemar of statsmodels", estimate=change, std_error=error,
         conf_low=change - half, conf_high=change + half, df=n - 1, n=n, test_statistic=None if exact else test.statistic, p_value=test.pvalue)
    ratio = (a + c) / (a + b)
    spread = math.sqrt((b + c) / ((a + b) * (a + c)) * SAMPLED)
    wide = math.exp(t.ppf(0.975, n - 1) * spread)
    emit(f"{name}=Yes.rate_of_change.followup_seen=followed.{due}", "delta method on the paired counts", estimate=ratio - 1, std_error=ratio * spread,
         conf_low=ratio / wide - 1, conf_high=ratio * wide - 1, n=n)


main()
