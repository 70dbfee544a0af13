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

import numpy as np
import statsmodels.api as sm
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
    lost_by(due)
    for name in DOMAINS:
        answers = [(answer(one["intake"], name), answer(one["later"], name)) for one in due]
        outcome(name, answers)
        those_lost(name, answers, due)
    with open(HERE / "expected.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "column", "expected", "tolerance", "how"])
        out.writerows(sorted(ROWS))


LOST = "followup_window=closed.who=lost%20less%20followed"


def distance(first, second):
    """Yang and Dalton: shares of the levels but one, against the mean of the two multinomial covariances."""
    p, q = np.array(first[1:]), np.array(second[1:])
    both = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    return math.sqrt((q - p) @ np.linalg.solve(both, q - p))


def age(one):
    text = one["intake"]["age"]
    return float(text) if text and 18 <= float(text) <= 110 else None


def lost_by(due):
    seen, gone = ([one for one in due if (one["later"] is not None) == wanted] for wanted in (True, False))
    ages = [[a for a in map(age, group) if a is not None] for group in (seen, gone)]
    spread = math.sqrt((np.var(ages[0], ddof=1) + np.var(ages[1], ddof=1)) / 2)
    emit(f"age.standardized_difference.{LOST}", "means", estimate=(np.mean(ages[1]) - np.mean(ages[0])) / spread, n=len(ages[0]) + len(ages[1]))
    counts = [[sum(one["intake"]["gender"] == code for one in group) for code in "123"] for group in (seen, gone)]
    kept = [code for code in range(3) if min(counts[0][code], counts[1][code]) >= 11]
    shares = [[own[code] / sum(own[code] for code in kept) for code in kept] for own in counts]
    emit(f"gender.standardized_difference.{LOST}", "levels with 11 people on both sides", estimate=distance(*shares))


def those_lost(name, answers, due):
    seen = [before for before, after in answers if before is not None and after is not None]
    gone = [before for before, after in answers if before is not None and after is None]
    p, q = sum(seen) / len(seen), sum(gone) / len(gone)
    emit(f"{name}=Yes.standardized_difference.{LOST}", "shares at intake", estimate=(q - p) / math.sqrt((p * (1 - p) + q * (1 - q)) / 2), n=len(seen) + len(gone))
    yes, everyone = sum(after for before, after in answers if before is not None and after is not None), len(seen) + len(gone)
    for level, value in (("lowest", yes), ("highest", yes + len(gone))):
        emit(f"{name}={level}.bound.event=Six%20months.followup_window=closed.who=whatever%20those%20lost%20answered", "bounds", estimate=value / everyone, denominator=everyone)
    known = [(pair, one) for pair, one in zip(answers, due) if pair[0] is not None and age(one) is not None and one["intake"]["gender"] in "123"[:3] and one["intake"]["gender"]]
    counts = {code: sum(one["intake"]["gender"] == code for _, one in known) for code in "123"}
    large = [code for code in "123" if counts[code] >= 11]
    largest = max(large, key=lambda code: counts[code])
    x = np.array([[1.0, age(one)] + [float(one["intake"]["gender"] == code) for code in large if code != largest] for _, one in known])
    y = np.array([float(pair[1] is not None) for pair, _ in known])
    chance = sm.GLM(y, x, family=sm.families.Binomial()).fit(tol=1e-12, tol_criterion="params").predict()
    weights = (1 / chance)[y == 1]
    weights = np.clip(weights, *np.percentile(weights, [1, 99]))
    change = np.array([pair[1] - pair[0] for pair, _ in known if pair[1] is not None], dtype=float)
    n, mean = len(change), float(np.sum(weights * change) / np.sum(weights))
    error = math.sqrt(n / (n - 1) * np.sum((weights * (change - mean)) ** 2)) / np.sum(weights)
    half = t.ppf(0.975, n - 1) * error
    emit(f"{name}=Yes.difference.followup_seen=followed.followup_window=closed.who=weighted%20for%20those%20lost", "statsmodels GLM, 1/p trimmed at the 1st and 99th percentile",
         1e-6, estimate=mean, std_error=error, conf_low=mean - half, conf_high=mean + half, n=n)


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
