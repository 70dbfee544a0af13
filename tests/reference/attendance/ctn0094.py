"""Attendance figures of the CTN-0094 trials, recomputed with the standard library alone.

Usage: python3 ctn0094.py FOLDER > ctn0094.json
FOLDER holds ctn0094_visit.csv and ctn0094_site.csv (R package public.ctn0094data, MIT licence).
Made with Python 3; each figure is [estimate, n, denominator].
"""

import csv
import json
import statistics
import sys
from collections import defaultdict

folder = sys.argv[1]
site_of = {row["who"]: row["site_masked"] for row in csv.DictReader(open(folder + "/ctn0094_site.csv"))}
records = list(csv.DictReader(open(folder + "/ctn0094_visit.csv")))
reason_columns = [name for name in records[0] if name.startswith("is_")]


def attended(row):
    return row["what"] in ("visit", "final")


figures = {}


def domain(rows, groups):
    held = [row for row in rows if attended(row)]
    missed = [row for row in rows if row["what"] and not attended(row)]
    enrolled = {row["who"] for row in rows}
    visits_of = defaultdict(int)
    last_day = {}
    for row in held:
        who = row["who"]
        visits_of[who] += 1
        if row["when"] != "":
            last_day[who] = max(last_day.get(who, -(10**9)), int(row["when"]))
    each = sorted(visits_of.values())
    figures["people.count" + groups] = [len(each), len(each), None]
    figures["visits.count" + groups] = [len(held), len(held), None]
    figures["visits_per_person.mean" + groups] = [statistics.fmean(each), len(each), None]
    figures["visits_per_person.sd" + groups] = [statistics.stdev(each), len(each), None]
    figures["visits_per_person=0%2E5.quantile" + groups] = [statistics.median(each), len(each), None]
    figures["enrolled_people.count" + groups] = [len(enrolled), len(enrolled), None]
    base = len(held) + len(missed)
    figures["attended_share.ratio" + groups] = [len(held) / base, len(held), base]
    if not groups:
        for week in range(53):
            kept = sum(1 for day in last_day.values() if day >= 7 * week)
            figures[f"retention_week={week}.survival"] = [kept / len(enrolled), kept, len(enrolled)]
        for name in reason_columns:
            count = sum(1 for row in missed if row[name] not in ("", "0", "0.0"))
            figures[f"missed_reason={name}.proportion"] = [count / len(missed), count, len(missed)]


domain(records, "")
by_site = defaultdict(list)
for record in records:
    by_site[site_of[record["who"]]].append(record)
for site, rows in by_site.items():
    domain(rows, f".site_masked={site}")

by_week = defaultdict(list)
outside = 0
days = set()
for record in records:
    if attended(record) and record["when"] != "":
        days.add((record["who"], record["when"]))
        week = int(record["when"]) // 7
        if 0 <= week <= 52:
            by_week[week].append(record["who"])
        else:
            outside += 1
for week, people in by_week.items():
    figures[f"people.count.study_week={week}"] = [len(set(people)), len(set(people)), None]
    figures[f"visits.count.study_week={week}"] = [len(people), len(people), None]
held = figures["visits.count"][0]
stated = figures["attended_share.ratio"][2]
for name, count in {
    "records": len(records),
    "not_attended": stated - held,
    "not_stated": len(records) - stated,
    "outside_weeks": outside,
    "same_day_visits": held - len(days),
}.items():
    figures[name + ".count"] = [count, count, None]
json.dump(figures, sys.stdout, indent=0, sort_keys=True)
print()
