"""Hides small counts in tables of the sample with ACRO and with recovista, and attacks both.

    pip install acro scipy
    cargo run -- run pipelines/annual.toml
    python benches/peers/disclosure.py

Each table is one question of the 2024 members by region. ACRO (its default threshold) is given the people of the exact counts and
suppresses what it finds unsafe; recovista's cells are those of its sample report, which has to hide for all of its tables at once. The
attacker knows the shown cells, the totals that the one-way tables of the report show, and how each program works: what ACRO hides holds 1 to
10 people, what recovista hides may be hidden for another cell. Linear programs give the least and the most that a hidden cell can be.
"""

import csv
import logging
import warnings
from pathlib import Path
from urllib.parse import unquote

import acro
import numpy as np
import pandas as pd
from scipy.optimize import linprog

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["gender", "sexual_orientation", "primary_substance", "referral"]
MINIMUM = 11


def counts_of(results):
    """Counts of a table of results by variable, region ("" for all) and level (None for their base); None where hidden."""
    counts = {}
    with open(ROOT / "reports/annual" / results, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            groups = {name: unquote(level) for name, level in (part.split("=", 1) for part in row["groups"].split(";") if part)}
            if row["analysis"] == "who-we-reach" and row["stat"] == "proportion" and groups.pop("wave", None) == "2024" and set(groups) <= {"region"}:
                counts[row["variable"], groups.get("region", ""), row["level"]] = None if row["n"] == "" else int(row["n"])
                if row["denominator"]:
                    counts[row["variable"], groups.get("region", ""), None] = int(row["denominator"])
    return counts


def attack(hidden, cells, rows, columns, few):
    """Least and most of each hidden cell, from the shown cells and the totals; None where a total is hidden."""
    places = [tuple(place) for place in np.argwhere(hidden)]
    sums, totals = [], []
    for axis, known in ((0, rows), (1, columns)):
        for at, total in enumerate(known):
            unknown = [1.0 if place[axis] == at else 0.0 for place in places]
            if total is not None and any(unknown):
                line = cells[at, :] if axis == 0 else cells[:, at]
                shown = line[~(hidden[at, :] if axis == 0 else hidden[:, at])].sum()
                sums.append(unknown)
                totals.append(total - shown)
    bounds = [(1, MINIMUM - 1) if few else (0, None)] * len(places)
    ends = []
    for place in range(len(places)):
        aim = np.zeros(len(places))
        aim[place] = 1.0
        ends.append([linprog(sign * aim, A_eq=sums or None, b_eq=totals or None, bounds=bounds).fun for sign in (1, -1)])
    return {place: (low, np.inf if high is None else -high) for place, (low, high) in zip(places, ends)}


def told(found, truth):
    """Hidden cells of 1 to 10 people of which a reader can leave out a value from 1 to 10."""
    small = [place for place in found if 1 <= truth[place] < MINIMUM]
    return len(small), sum(1 for place in small if found[place][0] > 1 + 1e-6 or found[place][1] < MINIMUM - 1 - 1e-6)


def main():
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    checker = acro.ACRO(suppress=True)
    truths, ours = counts_of("restricted/results.csv"), counts_of("public/results.csv")
    print("| question by region | small cells | ACRO hides | told of them | recovista hides | told of them |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for variable in TABLES:
        counted = {place[1:]: count for place, count in truths.items() if place[0] == variable and place[1] and place[2]}
        people = [(region, level) for (region, level), count in counted.items() for _ in range(count)]
        frame = pd.DataFrame(people, columns=["region", variable])
        truth = pd.crosstab(frame.region, frame[variable])
        cells = truth.to_numpy(dtype=float)
        theirs = checker.crosstab(frame.region, frame[variable]).reindex(index=truth.index, columns=truth.columns)
        hidden = theirs.isna().to_numpy() & (cells > 0)
        rows, columns = cells.sum(axis=1), cells.sum(axis=0)
        small, known = told(attack(hidden, cells, rows, columns, True), cells)
        own = np.array([[ours.get((variable, region, level)) is None for level in truth.columns] for region in truth.index])
        own &= cells > 0
        own_rows = [ours.get((variable, region, None)) for region in truth.index]
        own_columns = [ours.get((variable, "", level)) for level in truth.columns]
        own_small, own_known = told(attack(own, cells, own_rows, own_columns, False), cells)
        print(f"| {variable} | {small} | {int(hidden.sum())} | {known} | {int(own.sum())} | {own_known} |")


if __name__ == "__main__":
    main()
