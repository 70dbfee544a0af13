"""Errors of the two parts of a change by groups (Kitagawa), computed apart from recovista.

Makes kitagawa.csv (simulated, no real person) and kitagawa.json beside itself. The influence of a row is the numeric
derivative of a part by its weight, times the weight, so that no formula of recovista is used; people seen twice are one unit.
Prints a bootstrap of people beside it, and how often 95% intervals hold the truth over 2,000 simulated surveys.

    python3 tests/reference/change/kitagawa.py        # needs numpy and scipy
"""
import csv
import json
from pathlib import Path

import numpy as np
from scipy import stats

HERE = Path(__file__).resolve().parent
LEVELS = np.array([30.0, 36.0, 41.0])
GAINS = np.array([1.0, 2.0, 0.5])
SHARES = np.array([[0.5, 0.3, 0.2], [0.3, 0.35, 0.35]])


def survey(rng, people=150, all_groups=True):
    """Rows of two waves: people of whom half are seen twice, in centers of regions, with weights; some have no known group."""
    rows = []
    for person in range(people):
        seen = [True, True] if person % 2 else ([True, False] if person % 4 else [False, True])
        own, center = 4 * rng.normal(), int(rng.integers(12))
        for wave in (0, 1):
            if not seen[wave]:
                continue
            group = int(rng.choice(3, p=SHARES[wave]))
            group = 0 if not all_groups and group == 2 and wave == 0 else group
            y = LEVELS[group] + GAINS[group] * wave + own + 3 * rng.normal()
            rows.append((person, wave, group, center % 3, center, y, 1 + (person % 5) / 2))
    return rows


def parts(y, w, group, wave):
    p, m = np.zeros((2, 3)), np.full((2, 3), np.nan)
    for k in (0, 1):
        for g in range(3):
            at = (wave == k) & (group == g)
            if at.any():
                p[k, g], m[k, g] = w[at].sum() / w[wave == k].sum(), (w[at] * y[at]).sum() / w[at].sum()
    m = np.where(np.isnan(m), m[::-1], m)
    return np.array([((p[0] + p[1]) / 2 * (m[1] - m[0])).sum(), ((p[1] - p[0]) * (m[0] + m[1]) / 2).sum()])


def columns(rows):
    person, wave, group, region, center, y, w = (np.array(column) for column in zip(*rows))
    return person, wave, group, region, center, y, w.astype(float)


def influences(y, w, group, wave):
    z = np.zeros((len(y), 2))
    for i in range(len(y)):
        up, down = w.copy(), w.copy()
        up[i], down[i] = w[i] * (1 + 1e-4), w[i] * (1 - 1e-4)
        z[i] = (parts(y, up, group, wave) - parts(y, down, group, wave)) / 2e-4
    return z


def by_formula(y, w, group, wave):
    """Influences of both parts where every group is in both waves: fast, for the simulation."""
    p, m = np.zeros((2, 3)), np.zeros((2, 3))
    for k in (0, 1):
        for g in range(3):
            at = (wave == k) & (group == g)
            p[k, g], m[k, g] = w[at].sum() / w[wave == k].sum(), (w[at] * y[at]).sum() / w[at].sum()
    z = np.zeros((len(y), 2))
    for k, sign in ((0, -1), (1, 1)):
        total = w[wave == k].sum()
        for part, (d, slope) in enumerate((((m[1] - m[0]) / 2, sign * (p[0] + p[1]) / 2), (sign * (m[0] + m[1]) / 2, (p[1] - p[0]) / 2))):
            for g in range(3):
                at = (wave == k) & (group == g)
                z[at, part] = w[at] / total * (d[g] - d @ p[k] + slope[g] / p[k, g] * (y[at] - m[k, g]))
    return z


def error(z, unit, stratum):
    """Standard errors from sums by unit, units within strata, with replacement."""
    total = 0.0
    for h in np.unique(stratum):
        names = np.unique(unit[stratum == h])
        sums = np.array([z[(unit == u) & (stratum == h)].sum(axis=0) for u in names])
        n = len(names)
        total = total + n / (n - 1) * ((sums - sums.mean(axis=0)) ** 2).sum(axis=0)
    return np.sqrt(total)


def main():
    answers = {}
    with open(HERE / "kitagawa.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["case", "person", "wave", "group", "region", "center", "y", "w"])
        for case, all_groups in (("all groups in both waves", True), ("a group that joined", False)):
            rows = [row[:5] + (round(float(row[5]), 3), row[6]) for row in survey(np.random.default_rng(7), all_groups=all_groups)]
            out.writerows((case, *row) for row in rows)
            person, wave, group, region, center, y, w = columns(rows)
            z = influences(y, w, group, wave)
            answers[case] = {
                "parts": parts(y, w, group, wave).tolist(),
                "people": error(z, person, np.zeros_like(person)).tolist(),
                "centers": error(z, center, region).tolist(),
            }
            rng, drawn = np.random.default_rng(8), []
            for _ in range(2000):
                some = np.bincount(rng.integers(150, size=150), minlength=150)[person]
                drawn.append(parts(y, w * some, group, wave) if ((w * some) > 0).any() else (np.nan, np.nan))
            print(case, answers[case], "bootstrap of people", np.nanstd(drawn, axis=0))
    (HERE / "kitagawa.json").write_text(json.dumps(answers, indent=1) + "\n")
    truth = np.array([((SHARES[0] + SHARES[1]) / 2 * GAINS).sum(), ((SHARES[1] - SHARES[0]) * (2 * LEVELS + GAINS) / 2).sum()])
    held = np.zeros(2)
    for seed in range(2000):
        person, wave, group, region, center, y, w = columns(survey(np.random.default_rng(1000 + seed)))
        z = by_formula(y, w, group, wave)
        sums = np.stack([np.bincount(person, z[:, part], minlength=150) for part in (0, 1)], axis=1)
        se = np.sqrt(150 / 149 * ((sums - sums.mean(axis=0)) ** 2).sum(axis=0))
        held += abs(parts(y, w, group, wave) - truth) <= stats.t.ppf(0.975, 149) * se
    print("95% intervals hold the truth:", held / 2000)


if __name__ == "__main__":
    main()
