"""People and visits of the CTN-0094 trials, recomputed with the standard library alone.

Usage: python3 people.py ../../../sample_data/real > people.json
Visits by site and week stand in ../attendance/ctn0094.json; here are the people, their trials and first arms.
"""

import csv
import gzip
import json
import statistics
import sys
from collections import Counter, defaultdict

folder = sys.argv[1] + "/"
read = lambda name: list(csv.DictReader(open(folder + name, newline="")))
people = read("ctn0094_demographics.csv")
trial = {row["who"]: row["project"] for row in read("ctn0094_everybody.csv")}
visits = list(csv.DictReader(gzip.open(folder + "ctn0094_visit.csv.gz", "rt", newline="")))
arm = {row["who"]: row["treatment"] for row in read("ctn0094_randomization.csv") if row["which"] == "1"}

held = [row for row in visits if row["what"] in ("visit", "final")]
missed = [row for row in visits if row["what"] in ("no visit", "MISSING")]
each = Counter(row["who"] for row in held)
ages = [int(row["age"]) for row in people if row["age"]]
last = defaultdict(lambda: -(10**9))
for row in held:
    last[row["who"]] = max(last[row["who"]], int(row["when"]))
by_trial = {}
for name in sorted(set(trial.values())):
    own = [row for row in visits if trial[row["who"]] == name]
    kept = [row for row in held if trial[row["who"]] == name]
    gone = [row for row in missed if trial[row["who"]] == name]
    enrolled = {row["who"] for row in own}
    by_trial[name] = {
        "people": sum(trial[row["who"]] == name for row in people),
        "on_file": len(enrolled),
        "came": len({row["who"] for row in kept}),
        "visits": len(kept),
        "attended_share": [len(kept) / (len(kept) + len(gone)), len(kept), len(kept) + len(gone)],
        "mean_visits": len(kept) / len({row["who"] for row in kept}),
        "median_visits": statistics.median(each[who] for who in {row["who"] for row in kept}),
        "retained_week_12": [sum(last[who] >= 84 for who in enrolled), len(enrolled)],
        "male": sum(row["is_male"] == "Yes" for row in people if trial[row["who"]] == name),
    }
reasons = {name: sum(bool(row[name]) for row in missed) for name in visits[0] if name.startswith("is_")}
json.dump(
    {
        "people": len(people),
        "records": len(visits),
        "people_on_file": len({row["who"] for row in visits}),
        "people_who_came": len(each),
        "visits": len(held),
        "missed": len(missed),
        "median_visits_of_those_who_came": statistics.median(each.values()),
        "mean_visits_of_those_who_came": len(held) / len(each),
        "sites": len({row["site_masked"] for row in read("ctn0094_site.csv")}),
        "male": sum(row["is_male"] == "Yes" for row in people),
        "sex_known": sum(bool(row["is_male"]) for row in people),
        "mean_age": statistics.fmean(ages),
        "median_age": statistics.median(ages),
        "ages": len(ages),
        "race": Counter(row["race"] for row in people),
        "arms": Counter(arm.values()),
        "reasons": reasons,
        "by_trial": by_trial,
    },
    sys.stdout,
    indent=1,
)
