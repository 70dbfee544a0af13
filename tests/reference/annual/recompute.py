"""Recomputes figures of the sample run from the raw files, without recovista.

Reads sample_data/ with its own parsing, crosswalk, scoring and variance, and writes expected.csv
(id, column, expected, tolerance, how) beside itself; tests/it/annual.rs compares a fresh run with it.
Nothing here is copied from a run. The survey errors are those of R `survey` (recompute.R checks them).

    python3 tests/reference/annual/recompute.py [--all FILE] [--scored FOLDER]

Needs numpy, pandas and scipy. `--all` writes every figure it knows, not only the committed choice;
`--scored` writes the scored member file that recompute.R reads.
"""
import csv
import gzip
import math
import sys
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, stats

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[2] / "sample_data"
NAN = float("nan")
OUT = {}


def enc(text):
    keep = lambda ch: ch.isalnum() or ch in "_-"
    return "".join(ch if keep(ch) else "".join(f"%{b:02X}" for b in ch.encode()) for ch in str(text))


def ident(dataset, analysis, variable, stat, level=None, groups=(), wave=None):
    text = f"{enc(dataset)}.{enc(analysis)}.{enc(variable)}"
    text += f"={enc(level)}" if level is not None else ""
    text += f".{stat}" + "".join(f".{enc(k)}={enc(v)}" for k, v in sorted(groups))
    return text + (f"@{enc(wave)}" if wave else "")


def emit(key, how, tol=1e-8, **columns):
    for column, value in columns.items():
        if value is not None and not (isinstance(value, float) and math.isnan(value)):
            OUT[(key, column)] = (float(value), tol, how)


# ── reading ────────────────────────────────────────────────────────────────

CENTERS = pd.read_csv(SAMPLE / "centers.csv", dtype=str)
ROLL = dict(zip(CENTERS.center_id, CENTERS.members_on_roll.astype(float)))
REGION = dict(zip(CENTERS.center_id, CENTERS.region))
NAME = dict(zip(CENTERS.center_id, CENTERS.center_name))
IN_REGION = CENTERS.groupby("region").size().to_dict()

RACE = ["White", "Black or African American", "American Indian or Alaska Native", "Asian", "Native Hawaiian or other Pacific Islander", "Other"]
LEVELS = {
    "gender": ["Female", "Male", "Non-binary"],
    "sexual_orientation": ["Heterosexual", "Gay or lesbian", "Bisexual", "Something else"],
    "primary_substance": ["Alcohol", "Opioids", "Cocaine or crack", "Amphetamines or methamphetamine", "Cannabis", "Other", "No drug problem"],
    "referral": ["Family and friends", "SUD treatment (detox, inpatient, outpatient)", "Housing and social services", "Recovery center outreach",
                 "Health care (primary care, emergency department)", "Other"],
}
YESNO = {"1": "Yes", "0": "No"}
RANGES = {"age": (18, 110), "years_in_recovery": (0, 70), "attendance_years": (0, 60), "days_attended_90": (0, 90), "visit_hours": (0, 24),
          "helpful_recovery": (1, 7), "helpful_quality_of_life": (1, 7), "self_esteem": (1, 10)}
ITEMS = {"barc": (10, 1, 6), "cest": (9, 1, 6), "qol": (8, 1, 5), "psoc": (9, 1, 6), "k6": (6, 1, 5)}


def number(text, low, high):
    try:
        value = float(text)
    except ValueError:
        return NAN
    return value if low <= value <= high else NAN


def labelled(series, labels):
    known = {str(i + 1): label for i, label in enumerate(labels)} if isinstance(labels, list) else labels
    return series.map(known)


def cut(values, breaks, labels):
    place = np.searchsorted(np.array(breaks), values.to_numpy(float), side="right")
    return pd.Series([None if math.isnan(v) else labels[p] for v, p in zip(values, place)], index=values.index, dtype=object)


def read_members():
    waves = []
    for wave in ("2022", "2023", "2024"):
        raw = pd.read_csv(SAMPLE / f"members_{wave}.csv", dtype=str, keep_default_na=False)
        if wave == "2022":
            raw = raw.rename(columns={"gender_identity": "gender"})
            raw["referral"] = raw.referral.map(lambda code: {"1": "1", "2": "3", "3": "5", "4": "2", "5": "4", "6": "6"}.get(code, code))
            for i in range(1, 7):
                raw[f"k6_{i}"] = raw[f"k6_{i}"].map(lambda code: {"0": "1", "1": "2", "2": "3", "3": "4", "4": "5"}.get(code, code))
        OUT_ROWS[f"members_{wave}.csv"] = len(raw)
        raw = raw[~raw.respondent_id.duplicated()].copy()
        raw["wave"] = wave
        waves.append(raw)
    raw = pd.concat(waves, ignore_index=True)
    frame = pd.DataFrame({"wave": raw.wave, "person": raw.respondent_id, "center": raw.center_id})
    frame["region"] = frame.center.map(REGION)
    frame["center_name"] = frame.center.map(NAME)
    for name, labels in LEVELS.items():
        frame[name] = labelled(raw[name], labels)
    frame["hispanic"] = labelled(raw.hispanic, YESNO)
    boxes = [raw[f"race___{i}"] == "1" for i in range(1, 7)]
    marked = sum(box.astype(int) for box in boxes)
    for label, box in zip(RACE, boxes):
        frame[f"race={label}"] = np.where(marked > 0, box.astype(float), NAN)
    alone = sum(np.where(box, i + 1, 0) for i, box in enumerate(boxes))
    frame["race_rollup"] = [None if m == 0 else "Multiracial" if m > 1 else RACE[a - 1] for m, a in zip(marked, alone)]
    for name, (low, high) in RANGES.items():
        frame[name] = [number(text, low, high) for text in raw[name]]
    for name, (count, low, high) in ITEMS.items():
        for i in range(1, count + 1):
            frame[f"{name}_{i}"] = [number(text, low, high) for text in raw[f"{name}_{i}"]]
    frame["age_group"] = cut(frame.age, [25, 60], ["Under 25", "25–59", "60 and over"])
    frame["recovery_stage"] = cut(frame.years_in_recovery, [0.5, 1, 5], ["Under 6 months", "6 to 12 months", "1 to 5 years", "5 years and more"])
    frame["attendance_length"] = cut(frame.attendance_years, [1, 5], ["Less than a year", "1 to 5 years", "5 years and more"])
    frame["percent_days_attended"] = frame.days_attended_90 / 90
    for name in NUMBERS + list(DEMOGRAPHIC):
        source = {"age_group": "age", "recovery_stage": "years_in_recovery", "attendance_length": "attendance_years", "percent_days_attended": "days_attended_90"}.get(name, name)
        if source in raw:
            frame[f"raw {name}"] = raw[source]
    frame["asked"] = raw.in_recovery == "1"
    frame["marked"] = marked
    score(frame)
    return frame


def scale(items, most_missing):
    items = items.to_numpy(float)
    answered = (~np.isnan(items)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean = np.nansum(items, axis=1) / np.maximum(answered, 1)
    mean[items.shape[1] - answered > most_missing] = NAN
    return mean


SCALES = {}  # scale: (scored items, most missing, forms, lowest, highest)


def score(frame):
    part = lambda name, which: frame[[f"{name}_{i}" for i in which]].copy()
    cest = part("cest", range(1, 10))
    cest["cest_6"] = 7 - cest["cest_6"]
    SCALES.update({
        "barc10": (part("barc", range(1, 11)), 2, ["sum", "mean"], 1, 6),
        "cest_ss": (cest, 4, ["mean"], 1, 6),
        "eurohis_qol8": (part("qol", range(1, 9)), 1, ["mean", "sum"], 1, 5),
        "self_esteem_1": (frame[["self_esteem"]], 0, ["mean"], 1, 10),
        "k6": (part("k6", range(1, 7)) - 1, 1, ["sum", "mean"], 0, 4),
        "psoc_self": (part("psoc", [7, 8, 9]), 1, ["mean"], 1, 6),
        "psoc_membership": (part("psoc", [4, 5, 6]), 1, ["mean"], 1, 6),
        "psoc_entity": (part("psoc", [1, 2, 3]), 1, ["mean"], 1, 6),
    })
    for name, (items, most, _, low, high) in SCALES.items():
        mean = scale(items, most)
        frame[f"{name}_mean"] = mean
        frame[f"{name}_sum"] = mean * items.shape[1]
        for end, value in (("floor", low), ("ceiling", high)):
            frame[f"{name}_{end}"] = np.where(np.isnan(mean), NAN, (np.abs(mean - value) < 1e-12).astype(float))
    frame["barc10_band"] = cut(frame.barc10_sum.round(9), [47], ["Below sustained-remission cut-off", "At/above sustained-remission cut-off (>12 months abstinence)"])
    frame["k6_band"] = cut(frame.k6_sum.round(9), [5, 13], ["None/low distress", "Moderate distress", "Serious psychological distress (SMI screen)"])


# ── variance: Taylor linearization over two stages ─────────────────────────


class Design:
    """Strata, units, people; population sizes by wave. `None` sizes mean sampling with replacement."""

    def __init__(self, n, stratum=None, unit=None, person=None, wave=None, size1=None, size2=None, weight=None):
        self.n = n
        self.wave = np.array(wave if wave is not None else ["all"] * n)
        self.stratum = np.array(stratum if stratum is not None else ["all"] * n)
        person = np.array(person if person is not None else [str(i) for i in range(n)])
        self.unit = np.array([f"{h}|{u}" for h, u in zip(self.stratum, unit if unit is not None else person)])
        self.leaf = np.array([f"{u}|{p}" for u, p in zip(self.unit, person)]) if unit is not None else None
        self.size1, self.size2 = size1, size2
        self.weight = np.ones(n) if weight is None else np.array(weight, float)
        self.cache = {}

    def sampling(self, waves):
        if waves in self.cache:
            return self.cache[waves]
        rows = np.flatnonzero(np.isin(self.wave, waves))

        def stage(parent, child, size):
            taken, fraction = defaultdict(set), {}
            for r in rows:
                taken[parent[r]].add(child[r])
            if size is not None:
                for wave in waves:
                    seen = defaultdict(set)
                    total = {}
                    for r in rows[self.wave[rows] == wave]:
                        seen[parent[r]].add(child[r])
                        total[parent[r]] = size[r]
                    for key, members in seen.items():
                        share = min(1.0, len(members) / total[key])
                        fraction[key] = min(fraction.get(key, 1.0), share)
            return {key: len(members) for key, members in taken.items()}, fraction

        first = stage(self.stratum, self.unit, self.size1)
        second = stage(self.unit, self.leaf, self.size2) if self.leaf is not None else None
        self.cache[waves] = (first, second)
        return self.cache[waves]

    def domain(self, rows, waves):
        return Domain(self, np.asarray(rows), waves)


class Domain:
    def __init__(self, design, rows, waves):
        self.d, self.rows = design, rows
        (self.n1, self.f1), self.second = design.sampling(waves)
        self.strata, self.units = design.stratum[rows], design.unit[rows]
        self.leaves = design.leaf[rows] if design.leaf is not None else None
        kinds = set(self.units)
        self.within = design.leaf is not None and len(kinds) == 1
        closed = self.second is not None and all(self.f1.get(h, 0) >= 1 - 1e-7 for h in set(self.strata))
        if self.within or closed:
            self.df = len(set(self.leaves)) - len(kinds)
        else:
            self.df = len(kinds) - len(set(self.strata))

    def se(self, z):
        """Square root of the variance of the sum of z over the rows of the domain."""
        sums = defaultdict(float)
        for unit, value in zip(self.units, z):
            sums[unit] += value
        variance = 0.0
        stratum_of = dict(zip(self.units, self.strata))
        if not self.within:
            by = defaultdict(list)
            for unit, value in sums.items():
                by[stratum_of[unit]].append(value)
            for h, values in by.items():
                n, f = self.n1[h], self.f1.get(h, 0.0)
                if f >= 1 - 1e-7:
                    continue
                mean = sum(values) / n
                variance += (1 - f) * n / (n - 1) * (sum((v - mean) ** 2 for v in values) + (n - len(values)) * mean**2)
        if self.second is not None and (self.f1 or self.within):
            taken, fraction = self.second
            people = defaultdict(lambda: defaultdict(float))
            for unit, leaf, value in zip(self.units, self.leaves, z):
                people[unit][leaf] += value
            for unit, values in people.items():
                above = 1.0 if self.within else self.f1[stratum_of[unit]]
                m, f = taken[unit], fraction.get(unit, 0.0)
                if f >= 1 - 1e-7:
                    continue
                values = list(values.values())
                mean = sum(values) / m
                variance += above * (1 - f) * m / (m - 1) * (sum((v - mean) ** 2 for v in values) + (m - len(values)) * mean**2)
        return math.sqrt(variance)

    def t(self):
        return stats.t.ppf(0.975, self.df)


def moments(w, y):
    total = w.sum()
    mean = (w * y).sum() / total
    n = len(y)
    sd = math.sqrt(n / (n - 1) * (w * (y - mean) ** 2).sum() / total) if n > 1 else NAN
    return total, mean, sd


def mean_parts(dom, y):
    """Mean, its linearized variable over the domain, weights, sd."""
    w = dom.d.weight[dom.rows]
    valid = ~np.isnan(y)
    total, mean, sd = moments(w[valid], y[valid])
    z = np.where(valid, w / total * (np.nan_to_num(y) - mean), 0.0)
    return total, mean, sd, z, valid


def deff(dom, se, total, sd, n):
    w = dom.d.weight[dom.rows]
    every = dom.d.weight
    unit = np.ptp(every) <= 1e-9 and abs(total - n) < 1e-9 * n
    simple = sd * math.sqrt((1 if unit else (total - n) / total) / n)
    return (se / simple) ** 2 if simple > 0 else None


def emit_mean(key, dom, y, stats_too=("mean", "sd"), groups=(), wave=None, level=None):
    total, mean, sd, z, valid = mean_parts(dom, y)
    n = int(valid.sum())
    se = dom.se(z)
    t = dom.t() if dom.df > 0 else NAN
    if "mean" in stats_too:
        emit(ident(*key, "mean", level, groups, wave), "linearized mean", estimate=mean, std_error=se if dom.df > 0 else None, conf_low=mean - t * se,
             conf_high=mean + t * se, df=dom.df if dom.df > 0 else None, n=n, n_weighted=total, n_missing=len(y) - n, deff=deff(dom, se, total, sd, n) if se > 0 else None)
    if "sd" in stats_too:
        emit(ident(*key, "sd", level, groups, wave), "weighted standard deviation", estimate=sd, n=n)


def emit_share(key, dom, y, level=None, groups=(), wave=None):
    """y: 1, 0 or missing."""
    total, p, sd, z, valid = mean_parts(dom, y)
    n, base = int(np.nansum(y)), int(valid.sum())
    se = dom.se(z)
    low = high = None
    if n == 0:
        p, low, high = 0.0, 0.0, 1 - 0.025 ** (1 / base)
    elif n == base:
        p, low, high = 1.0, 0.025 ** (1 / base), 1.0
    elif dom.df > 0 and se > 0:
        spread = dom.t() * se / (p * (1 - p))
        low, high = (stats.logistic.cdf(stats.logistic.ppf(p) + s * spread) for s in (-1, 1))
    known = dom.df > 0
    emit(ident(*key, "proportion", level, groups, wave), "linearized share, logit interval", estimate=p, std_error=se if known else None,
         conf_low=low if known else None, conf_high=high if known else None, df=dom.df if known else None, n=n, denominator=base, n_missing=len(y) - base,
         n_weighted=(dom.d.weight[dom.rows] * np.nan_to_num(y)).sum(), deff=deff(dom, se, total, sd, base) if se > 0 and known else None)


def quantile_of(values, weights, p):
    if p < 0 or p > 1:
        return None
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    if np.ptp(weights) <= 1e-12 * weights[0]:
        return float(np.quantile(values, p))
    distinct, start = np.unique(values, return_index=True)
    cumulative = np.cumsum(np.add.reduceat(weights, start))
    total = cumulative[-1]
    place = int(np.searchsorted(cumulative, (p - 1e-12) * total, side="left"))
    if abs(cumulative[place] - p * total) <= 1e-12 * total and place + 1 < len(distinct):
        return (distinct[place] + distinct[place + 1]) / 2
    return float(distinct[place])


def emit_quantiles(key, dom, y, probs=(0.25, 0.5, 0.75), groups=(), wave=None):
    w = dom.d.weight[dom.rows]
    valid = ~np.isnan(y)
    for p in probs:
        q = quantile_of(y[valid], w[valid], p)
        below = np.where(valid, (np.nan_to_num(y, nan=np.inf) <= q + 1e-9 * abs(q)).astype(float), NAN)
        _, share, _, z, _ = mean_parts(dom, below)
        se, t = dom.se(z), dom.t() if dom.df > 0 else NAN
        low, high = quantile_of(y[valid], w[valid], share - t * se), quantile_of(y[valid], w[valid], share + t * se)
        emit(ident(*key, "quantile", str(p), groups, wave), "quantile (school rule, hf7 with equal weights), Woodruff interval", estimate=q, conf_low=low, conf_high=high,
             std_error=(high - low) / (2 * t) if low is not None and high is not None else None, n=int(valid.sum()))


def emit_count(key, dom, groups=(), wave=None):
    emit(ident(*key, "count", None, groups, wave), "rows of the file", estimate=len(dom.rows), n=len(dom.rows))


def indicator(values, level):
    return np.array([NAN if v is None or (isinstance(v, float) and math.isnan(v)) else float(v == level) for v in values])


OUT_ROWS = {}


def reason(text, valid, asked=True):
    """Why an answer counts as missing; None when it does not."""
    if valid:
        return None
    if text == "-9" or (text == "" and not asked):
        return "not asked"
    return {"-7": "refused", "": "skipped", "NA": "skipped"}.get(text, "invalid")


def emit_missing(key, name, reasons, wave=None):
    """Missing answers by reason; reasons of fewer than 11 people are merged into one number."""
    counts = defaultdict(int)
    for why in reasons:
        if why is not None:
            counts[why] += 1
    if any(count < 11 for count in counts.values()):
        counts = {"missing": sum(counts.values())}
    for why, count in counts.items():
        emit(ident(*key, f"{name}__missing", "count", why, (), wave), "answers that are blank, refused, not asked or invalid", estimate=count)


def present(values):
    return [v is not None and v == v for v in values]


def emit_missing_field(key, raw, name, values, asked=None, wave=None):
    asked = asked if asked is not None else [True] * len(raw)
    emit_missing(key, name, [reason(t, v, a) for t, v, a in zip(raw, present(values), asked)], wave)

# ── members ────────────────────────────────────────────────────────────────

DEMOGRAPHIC = {
    "gender": LEVELS["gender"], "hispanic": ["Yes", "No"], "age_group": ["Under 25", "25–59", "60 and over"], "sexual_orientation": LEVELS["sexual_orientation"],
    "recovery_stage": ["Under 6 months", "6 to 12 months", "1 to 5 years", "5 years and more"], "primary_substance": LEVELS["primary_substance"],
    "referral": LEVELS["referral"], "attendance_length": ["Less than a year", "1 to 5 years", "5 years and more"], "race_rollup": RACE + ["Multiracial"],
}
NUMBERS = ["age", "years_in_recovery", "attendance_years", "percent_days_attended", "visit_hours", "helpful_recovery", "helpful_quality_of_life"]


def member_design(frame):
    answered = frame.groupby(["wave", "center"]).person.nunique()
    centers = frame.groupby(["wave", "region"]).center.nunique()
    rows = list(zip(frame.wave, frame.center, frame.region))
    size1 = np.array([IN_REGION[r] for _, _, r in rows], float)
    size2 = np.array([max(ROLL[c], answered[(w, c)]) for w, c, _ in rows], float)
    weight = [IN_REGION[r] / centers[(w, r)] * max(ROLL[c], answered[(w, c)]) / answered[(w, c)] for w, c, r in rows]
    return Design(len(frame), frame.region, frame.center, frame.person, frame.wave, size1, size2, weight)


def members():
    frame = read_members()
    design = member_design(frame)
    who_we_reach(frame, design)
    doing_better(frame, design)
    what_changed(frame, design)
    return frame, design


def who_we_reach(frame, design):
    for wave in ("2022", "2023", "2024"):
        now = frame[frame.wave == wave]
        for name in NUMBERS + list(DEMOGRAPHIC):
            if f"raw {name}" in now:
                asked = now.asked if name in ("years_in_recovery", "recovery_stage") else None
                emit_missing_field(("members", "who-we-reach"), now[f"raw {name}"], name, now[name], asked, wave)
        for name in ("race", "race_rollup"):
            emit_missing(("members", "who-we-reach"), name, [None if m else "skipped" for m in now.marked], wave)
        cells = [((), np.flatnonzero(frame.wave == wave))]
        cells += [((("region", r),), np.flatnonzero((frame.wave == wave) & (frame.region == r))) for r in IN_REGION]
        for groups, rows in cells:
            dom = design.domain(rows, (wave,))
            at = dict(groups=groups, wave=wave)
            emit_count(("members", "who-we-reach", "people"), dom, **at)
            for name, levels in DEMOGRAPHIC.items():
                for level in levels:
                    emit_share(("members", "who-we-reach", name), dom, indicator(frame[name].iloc[rows], level), level, **at)
            for level in RACE:
                emit_share(("members", "who-we-reach", "race"), dom, frame[f"race={level}"].to_numpy(float)[rows], level, **at)
            for name in NUMBERS:
                y = frame[name].to_numpy(float)[rows]
                emit_mean(("members", "who-we-reach", name), dom, y, **at)
                emit_quantiles(("members", "who-we-reach", name), dom, y, **at)


BARC_ANSWERS = ["Strongly disagree", "Disagree", "Slightly disagree", "Slightly agree", "Agree", "Strongly agree"]
K6_ANSWERS = ["None of the time", "A little of the time", "Some of the time", "Most of the time", "All of the time"]
RELIABILITY = {"barc10": (0.90, 1), "eurohis_qol8": (0.81, 1), "k6": (0.89, -1)}
EDGES = [0.5, 1, 2, 3, 5, 7, 10, 15, 20]
GRID = [0, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25]


def short(value):
    return str(int(value)) if float(value).is_integer() else str(value)


def doing_better(frame, design):
    key = ("members", "doing-better")
    for wave in ("2022", "2023", "2024"):
        rows = np.flatnonzero(frame.wave == wave)
        dom = design.domain(rows, (wave,))
        emit_count((*key, "people"), dom, wave=wave)
        for name, (items, _, forms, _, _) in SCALES.items():
            for form in forms:
                y = frame[f"{name}_{form}"].to_numpy(float)[rows]
                emit_mean((*key, f"{name}_{form}"), dom, y, wave=wave)
                emit_quantiles((*key, f"{name}_{form}"), dom, y, wave=wave)
            for end in ("floor", "ceiling"):
                emit_share((*key, f"{name}_{end}"), dom, frame[f"{name}_{end}"].to_numpy(float)[rows], wave=wave)
            if f"{name}_band" in frame:
                for level in sorted(set(frame[f"{name}_band"].dropna())):
                    emit_share((*key, f"{name}_band"), dom, indicator(frame[f"{name}_band"].iloc[rows], level), level, wave=wave)
            if items.shape[1] > 1:
                alpha(key, name, items.iloc[rows], wave)
    latest(frame, design, key)
    seen_twice(frame, design, key)
    modelled(frame, key)


def alpha(key, name, items, wave):
    complete = items.dropna().to_numpy(float)
    n, k = complete.shape
    value = k / (k - 1) * (1 - complete.var(axis=0, ddof=1).sum() / complete.sum(axis=1).var(ddof=1))
    f = lambda p: stats.f.ppf(p, n - 1, (n - 1) * (k - 1))
    emit(ident(*key, name, "alpha", None, (), wave), "Cronbach's alpha, complete answers, Feldt interval", estimate=value, n=n,
         conf_low=1 - (1 - value) * f(0.975), conf_high=1 - (1 - value) * f(0.025))


def latest(frame, design, key):
    wave = "2024"
    now = np.flatnonzero(frame.wave == wave)
    years = frame.years_in_recovery.to_numpy(float)
    names = ["0–0.5"] + [f"{short(a)}–{short(b)}" for a, b in zip(EDGES, EDGES[1:])] + ["20 and over"]
    bins = np.searchsorted(EDGES, years, side="right")
    for name, (_, _, forms, _, _) in SCALES.items():
        y = frame[f"{name}_{forms[0]}"].to_numpy(float)
        for center, title in NAME.items():
            rows = now[frame.center.to_numpy()[now] == center]
            if len(rows) > 1:
                emit_mean((*key, f"{name}_{forms[0]}"), design.domain(rows, (wave,)), y[rows], ("mean",), (("center_name", title),), wave)
        for position, title in enumerate(names):
            rows = now[(bins[now] == position) & ~np.isnan(years[now])]
            emit_mean((*key, f"{name}_{forms[0]}"), design.domain(rows, (wave,)), y[rows], ("mean",), (("years_in_recovery_bin", title),), wave)
        smooth(key, f"{name}_{forms[0]}", years[now], y[now], wave)
    dom = design.domain(now, (wave,))
    for prefix, count, low, labels in (("barc", 10, 1, BARC_ANSWERS), ("k6", 6, 1, K6_ANSWERS)):
        for i in range(1, count + 1):
            for step, label in enumerate(labels):
                emit_share((*key, f"{prefix}_{i}"), dom, indicator(frame[f"{prefix}_{i}"].iloc[now], low + step), label, wave=wave)


def smooth(key, name, x, y, wave):
    """Local linear, tricube, nearest half of the points with ties; errors are drawn (bootstrap) and tested elsewhere."""
    keep = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[keep], y[keep]
    n = len(x)
    near = math.ceil(0.5 * n)

    def row(at):
        distance = np.abs(x - at)
        h = np.sort(distance)[near - 1] * 1.001
        h = h if h > 0 else max(np.ptp(x), 1) * 1e-3
        k = np.clip(1 - (distance / h) ** 3, 0, None) ** 3
        design = np.column_stack([np.ones(n), x - at])
        gram = design.T @ (k[:, None] * design)
        if abs(np.linalg.det(gram)) <= 1e-10 * gram[0, 0] * gram[1, 1]:
            return k / k.sum(), int((k > 0).sum())
        return np.linalg.solve(gram, design.T * k)[0], int((k > 0).sum())

    for at in GRID:
        if at < x.min() or at > x.max() or (at > 0 and (x >= at).sum() < 11):
            continue
        line, count = row(at)
        emit(ident(*key, name, "smooth", short(at), (), wave), "local linear smooth", 1e-7, estimate=float(line @ y), n=count)


def seen_twice(frame, design, key):
    now = np.flatnonzero(frame.wave == "2024")
    for earlier in ("2023", "2022"):
        then = np.flatnonzero(frame.wave == earlier)
        groups = (("compared_with", earlier), ("who", "people seen twice"))
        for name, (_, _, forms, _, _) in SCALES.items():
            y = frame[f"{name}_{forms[0]}"].to_numpy(float)
            before = {frame.person.iloc[r]: y[r] for r in then if not math.isnan(y[r])}
            rows = np.array([r for r in now if frame.person.iloc[r] in before and not math.isnan(y[r])])
            first = np.array([before[frame.person.iloc[r]] for r in rows])
            w = design.weight[rows]
            _, mean, sd = moments(w, y[rows] - first)
            average = (moments(w, first)[2] + moments(w, y[rows])[2]) / 2
            # A pair stands at its later row, and the pairs are a domain of the later wave: everybody else counts as zero.
            dom = design.domain(rows, ("2024",))
            se, t = dom.se(w / w.sum() * (y[rows] - first - mean)), dom.t()
            at = lambda stat: ident(*key, f"{name}_{forms[0]}", stat, None, groups, "2024")
            emit(at("mean_change"), "pairs as a domain of the later wave", estimate=mean, n=len(rows), std_error=se, df=dom.df, conf_low=mean - t * se, conf_high=mean + t * se,
                 test_statistic=mean / se, p_value=2 * stats.t.sf(abs(mean / se), dom.df))
            emit(at("cohen_dz"), "mean change over its standard deviation", estimate=mean / sd, n=len(rows))
            emit(at("cohen_dav"), "mean change over the average standard deviation", estimate=mean / average, n=len(rows))
            emit(at("hedges_gz"), "d_z with J", estimate=mean / sd * (1 - 3 / (4 * (len(rows) - 1) - 1)), n=len(rows))
            signed_ranks(at, y[rows] - first)
            if earlier == "2023" and name in RELIABILITY:
                reliability, sign = RELIABILITY[name]
                spread = np.std(list(before.values()), ddof=1) * math.sqrt(2 * (1 - reliability))
                rci = sign * (y[rows] - first) / spread
                what = {r: "improved" if v > 1.96 else "worse" if v < -1.96 else "same" for r, v in zip(rows, rci)}
                dom24 = design.domain(now, ("2024",))
                for level in ("improved", "same", "worse"):
                    values = np.array([float(what[r] == level) if r in what else NAN for r in now])
                    emit_share((*key, f"{name}_reliable_change"), dom24, values, level, groups, "2024")


def modelled(frame, key):
    """Means of waves and changes by a model with a random intercept of each person (REML), errors by center (CR1).
    Nobody in the sample is met in two centers or has no name; the degrees of freedom are centers less regions."""
    waves = ["2022", "2023", "2024"]
    for name, (_, _, forms, _, _) in SCALES.items():
        variable = f"{name}_{forms[0]}"
        rows = frame[frame[variable].notna()]
        y = rows[variable].to_numpy(float)
        x = np.column_stack([np.ones(len(y))] + [(rows.wave == wave).to_numpy(float) for wave in waves[1:]])
        person, center = pd.factorize(rows.person)[0], pd.factorize(rows.center)[0]
        met = np.bincount(person).astype(float)
        total = lambda values: np.column_stack([np.bincount(person, column) for column in np.column_stack([values]).T])
        xs, ys = total(x), total(y)[:, 0]

        def fit(ratio):
            """Coefficients and what the slope of the likelihood by the ratio of the variances needs."""
            shrink = ratio / (1 + met * ratio)
            information = x.T @ x - xs.T @ (shrink[:, None] * xs)
            beta = np.linalg.solve(information, x.T @ y - xs.T @ (shrink * ys))
            left, lefts = y - x @ beta, ys - xs @ beta
            quadratic = left @ left - shrink @ lefts**2
            return information, beta, left, lefts, shrink, quadratic

        def slope(ratio):
            information, _, _, lefts, _, quadratic = fit(ratio)
            part = 1 / (1 + met * ratio)
            moved = np.trace(np.linalg.solve(information, (part[:, None] * xs).T @ (part[:, None] * xs)))
            return part @ met - moved - (len(y) - 3) * ((part * lefts) @ (part * lefts)) / quadratic

        information, beta, left, lefts, shrink, _ = fit(optimize.brentq(slope, 1e-4, 100, xtol=1e-14))
        weighed = left - (shrink * lefts)[person]
        sums = np.array([x[center == one].T @ weighed[center == one] for one in range(center.max() + 1)])
        count, df = len(sums), len(sums) - rows.region.nunique()
        bread = np.linalg.inv(information)
        covariance = bread @ (sums.T @ sums) @ bread * count / (count - 1)
        for place, wave in enumerate(waves):
            for stat, groups, weights in (("predictive_margin", (), np.eye(3)[0] + (place > 0) * np.eye(3)[place]), ("difference", (("compared_with", waves[0]),), np.eye(3)[place])):
                if stat == "difference" and place == 0:
                    continue
                estimate, se = weights @ beta, math.sqrt(weights @ covariance @ weights)
                t = stats.t.ppf(0.975, df)
                emit(ident(*key, variable, stat, None, groups, wave), "random intercept of each person by REML, errors by center with G/(G - 1)", 1e-7, estimate=estimate,
                     std_error=se, conf_low=estimate - t * se, conf_high=estimate + t * se, df=df, n=int((rows.wave == wave).sum()))


def signed_ranks(at, changes):
    """Wilcoxon's test as wilcox.test(paired = TRUE) of R makes it of 50 people and more; people count alike.
    Sums with a filled-in answer carry rounding, which makes no ranks."""
    changes = np.round(changes, 8)
    moved = changes[changes != 0]
    ranks, n = stats.rankdata(abs(moved)), len(moved)
    v, ties = ranks[moved > 0].sum(), np.unique(ranks, return_counts=True)[1].astype(float)
    half, sigma = n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48)
    p = 2 * stats.norm.sf(abs(v - half - 0.5 * np.sign(v - half)) / sigma)
    emit(at("wilcoxon_v"), "signed ranks, ties and continuity corrected", estimate=v, test_statistic=v, p_value=min(1.0, p), n=len(changes))
    emit(at("rank_biserial"), "ranks of rises less ranks of falls", estimate=(v - half) / half, n=len(changes))


def what_changed(frame, design):
    key = ("members", "what-changed")
    numbers = ["age"] + [f"{name}_{SCALES[name][2][0]}" for name in ("barc10", "cest_ss", "eurohis_qol8", "self_esteem_1", "k6")]
    levels = {name: DEMOGRAPHIC[name] for name in ("gender", "age_group", "hispanic", "recovery_stage")}
    for wave in ("2022", "2023", "2024"):
        rows = np.flatnonzero(frame.wave == wave)
        dom = design.domain(rows, (wave,))
        for name in numbers:
            emit_mean((*key, name), dom, frame[name].to_numpy(float)[rows], ("mean",), wave=wave)
        for name, known in levels.items():
            for level in known:
                emit_share((*key, name), dom, indicator(frame[name].iloc[rows], level), level, wave=wave)
    for earlier in ("2023", "2022"):
        rows = np.flatnonzero(frame.wave.isin([earlier, "2024"]))
        dom = design.domain(rows, (earlier, "2024"))
        late = (frame.wave == "2024").to_numpy()[rows]
        groups = (("compared_with", earlier),)
        for name in numbers:
            y = frame[name].to_numpy(float)[rows]
            difference(key, name, None, dom, y, late, groups)
            change_parts(key, name, dom, y, late, frame.person.to_numpy()[rows], groups)
        for name, known in levels.items():
            for level in known:
                difference(key, name, level, dom, indicator(frame[name].iloc[rows], level), late, groups)


def side(dom, y, mask):
    """Mean over some rows and its linearized variable over all rows."""
    w = dom.d.weight[dom.rows]
    use = mask & ~np.isnan(y)
    total = w[use].sum()
    mean = (w[use] * y[use]).sum() / total
    return mean, np.where(use, w / total * (np.nan_to_num(y) - mean), 0.0)


def difference(key, name, level, dom, y, late, groups):
    (m2, z2), (m1, z1) = side(dom, y, late), side(dom, y, ~late)
    se, t = dom.se(z2 - z1), dom.t()
    d = m2 - m1
    emit(ident(*key, name, "difference", level, groups, "2024"), "difference of two waves of one stacked design", estimate=d, std_error=se, conf_low=d - t * se,
         conf_high=d + t * se, test_statistic=d / se, df=dom.df, p_value=2 * stats.t.sf(abs(d / se), dom.df))


def change_parts(key, name, dom, y, late, person, groups):
    valid = ~np.isnan(y)
    both = set(person[valid & late]) & set(person[valid & ~late])
    stay = np.array([p in both for p in person])
    s1, s2, m1, m2 = (side(dom, y, mask) for mask in (stay & ~late, stay & late, ~late, late))
    for level, plus, minus in (("people changed", s2, s1), ("joiners", m2, s2), ("leavers", s1, m1)):
        value = plus[0] - minus[0]
        emit(ident(*key, name, "change_part", level, groups, "2024"), "part of the difference", 1e-7, estimate=value, std_error=dom.se(plus[1] - minus[1]))


# ── check-ins ──────────────────────────────────────────────────────────────


def moment(text):
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None


def sessions():
    """Visits as (person, center, start, seconds or None) and what happened to the taps."""
    taps, counts = defaultdict(list), defaultdict(int)
    with gzip.open(SAMPLE / "attendance_2024.csv.gz", "rt", newline="") as file:
        for record in csv.DictReader(file):
            counts["records"] += 1
            start, end = moment(record["check_in"]), moment(record["check_out"]) if record["check_out"] else None
            if start is None:
                counts["no_start"] += 1
                continue
            taps[(record["person_id"], record["center_id"])].append((start, end))
    visits = []
    for (person, center), own in taps.items():
        own.sort(key=lambda tap: tap[0])
        kept = []
        for start, end in own:
            if kept and (start - kept[-1][0]).total_seconds() <= 300:
                counts["duplicate_taps"] += 1
                ends = [e for e in (kept[-1][1], end) if e is not None]
                kept[-1][1] = max(ends) if ends else None
            else:
                kept.append([start, end])
        for start, end in kept:
            length = None if end is None else (end - start).total_seconds()
            if length is None:
                counts["missing_checkouts"] += 1
            elif length < 0:
                counts["checkouts_before_checkin"] += 1
                length = None
            elif length > 12 * 3600:
                counts["visits_too_long"] += 1
                length = None
            visits.append((person, center, start, length))
    return visits, counts


def coming():
    visits, counts = sessions()
    key = ("attendance", "coming")
    for name in ("records", "no_start", "duplicate_taps", "missing_checkouts", "checkouts_before_checkin", "visits_too_long"):
        emit(ident(*key, name, "count"), "counted over the raw records", estimate=counts[name])
    log = pd.DataFrame(visits, columns=["person", "center", "start", "seconds"])
    log["region"], log["center_name"] = log.center.map(REGION), log.center.map(NAME)
    log["day"] = log.start.dt.normalize()
    log["month"] = log.start.dt.strftime("%Y-%m")
    log = log.sort_values(["person", "start"], kind="stable")
    emit(ident(*key, "same_day_visits", "count"), "counted over visits", estimate=int(log.duplicated(["person", "day"]).sum()))
    first_month = log.groupby("person").month.min()
    log["new"] = log.month == log.person.map(first_month)
    last_day = log.day.max()
    whole(key, log, ())
    retention(key, log, last_day)
    for region, part in log.groupby("region"):
        whole(key, part, (("region", region),))
    for center, part in log.groupby("center_name"):
        whole(key, part, (("center_name", center),))
    for month, part in log.groupby("month"):
        period(key, part, (("month", month),))
    for (region, month), part in log.groupby(["region", "month"]):
        period(key, part, (("month", month), ("region", region)))
    names = ["1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat", "7 Sun"]
    for (weekday, hour), part in log.groupby([log.start.map(datetime.weekday), log.start.dt.hour]):
        emit(ident(*key, "visits", "count", None, (("hour", f"{hour:02}"), ("weekday", names[weekday]))), "check-ins by weekday and hour", estimate=len(part))


def counts_of(key, part, groups):
    each = part.groupby("person").size()
    emit(ident(*key, "people", "count", None, groups), "distinct people", estimate=len(each), n=len(each))
    emit(ident(*key, "visits", "count", None, groups), "visits", estimate=len(part), n=len(part))
    emit(ident(*key, "visits_per_person", "mean", None, groups), "visits per person", estimate=each.mean(), n=len(each))
    emit(ident(*key, "visits_per_person", "sd", None, groups), "visits per person", estimate=each.std(ddof=1))
    emit(ident(*key, "visits_per_person", "quantile", "0.5", groups), "visits per person", estimate=each.median())
    stays = part.seconds.dropna()
    for p in (0.25, 0.5, 0.75):
        emit(ident(*key, "visit_minutes", "quantile", str(p), groups), "visits with a valid length", estimate=np.quantile(stays, p) / 60 if len(stays) else None, n=len(stays),
             n_missing=len(part) - len(stays))


def whole(key, part, groups):
    counts_of(key, part, groups)
    window = part[(part.day >= "2024-10-03") & (part.day <= "2024-12-31")]
    days = window.groupby("person").day.nunique()
    if len(days):
        emit(ident(*key, "days_attended_90", "mean", None, groups), "distinct days of the last 90", estimate=days.mean(), n=len(days))
        emit(ident(*key, "days_attended_90", "quantile", "0.5", groups), "distinct days of the last 90", estimate=days.median(), n=len(days))
        emit(ident(*key, "days_attended_90_share", "mean", None, groups), "distinct days of the last 90", estimate=days.mean() / 90)


def retention(key, log, last_day, gap=60, least=11):
    """Kaplan-Meier of the months until the visit before the first break of more than `gap` days, on steps without small counts."""
    people = []
    for _, own in log.sort_values(["person", "start", "center_name"], kind="stable").groupby("person"):
        days = list(own.day)
        stop = next((a for a, b in zip(days, days[1:]) if (b - a).days > gap), days[-1])
        followed = (last_day - (days[0] + pd.offsets.MonthEnd(0))).days + 1 - gap
        people.append((max(followed // 30, 0), (stop - days[0]).days // 30 + 1, own.region.iloc[0]))
    regions = sorted({region for _, _, region in people})

    def small(part, ends):
        """Counts of 1 to least - 1 among those who stop in a step or outlast their last one, by how long they are followed."""
        cells = defaultdict(int)
        for followed, stopped, _ in part:
            cohort = sum(end <= followed for end in ends)
            step = next((place for place, end in enumerate(ends[:cohort]) if stopped <= end), None)
            cells[cohort, step] += 1
        return sum(0 < cell < least for cell in cells.values())

    def joined(parts, ends):
        while ends and sum(small(part, ends) for part in parts):
            left = lambda place: ends[:place] + ends[place + 1:]
            best = min(range(len(ends)), key=lambda place: (sum(small(part, left(place)) for part in parts), place == len(ends) - 1, -place))
            ends = left(best)
        return ends

    parts = {region: [person for person in people if person[2] == region] for region in regions}
    whole_ends = joined([people], list(range(1, max(followed for followed, _, _ in people) + 1)))
    curves = [((), people, whole_ends)]
    curves += [((("region", region),), part, joined(list(parts.values()), whole_ends)) for region, part in parts.items()]
    for groups, part, ends in curves:
        share, greenwood, start = 1.0, 0.0, 0
        for end in ends:
            risk = sum(followed >= end and stopped > start for followed, stopped, _ in part)
            left = sum(followed >= end and start < stopped <= end for followed, stopped, _ in part)
            share *= 1 - left / risk
            greenwood += left / (risk * (risk - left))
            reach = 1.959963984540054 * math.sqrt(greenwood) / abs(math.log(share))
            emit(ident(*key, "retention", "survival", str(end), groups), "product of the shares that go on", estimate=share, n=risk - left, denominator=risk,
                 std_error=share * math.sqrt(greenwood), conf_low=share ** math.exp(reach), conf_high=share ** math.exp(-reach))
            start = end


def period(key, part, groups):
    counts_of(key, part, groups)
    new = part[part.new].person.nunique()
    people = part.person.nunique()
    emit(ident(*key, "new_people", "count", None, groups), "first month in the log", estimate=new, denominator=people)
    emit(ident(*key, "returning_people", "count", None, groups), "first month earlier", estimate=people - new, denominator=people)


# ── workforce ──────────────────────────────────────────────────────────────


def shares(key, design, frame, name, levels):
    dom = design.domain(np.arange(len(frame)), ("all",))
    for level in levels:
        emit_share((*key, name), dom, indicator(frame[name], level), level)


def numbers(key, design, values, name):
    dom = design.domain(np.arange(len(values)), ("all",))
    emit_mean((*key, name), dom, values)
    emit_quantiles((*key, name), dom, values)


def boxes(raw, prefix, labels):
    """One column of 1, 0 or missing for each option; nothing marked is no answer."""
    marked = np.column_stack([(raw[f"{prefix}___{i + 1}"] == "1").to_numpy() for i in range(len(labels))])
    some = marked.any(axis=1)
    return {label: np.where(some, marked[:, i].astype(float), NAN) for i, label in enumerate(labels)}


def listed(raw, column, labels):
    chosen = [set(filter(None, text.split(";"))) for text in raw[column]]
    return {label: np.array([float(code in own) if own else NAN for own in chosen]) for code, label in labels.items()}


def options(key, design, flags, name):
    dom = design.domain(np.arange(design.n), ("all",))
    for label, values in flags.items():
        emit_share((*key, name), dom, values, label)


def turnbull_median(bands):
    """Self-consistent shares of the innermost intervals of overlapping bands, by brute force over all cut points."""
    points = sorted({p for band in bands for p in band})
    cells = list(zip(points, points[1:]))
    shares_ = np.full(len(cells), 1 / len(cells))
    fits = np.array([[lo <= a and b <= hi for a, b in cells] for lo, hi in bands], float)
    for _ in range(200_000):
        weight = fits * shares_
        shares_new = (weight / weight.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(shares_new - shares_).max() < 1e-15:
            break
        shares_ = shares_new
    below = 0.0
    for (low, high), share in zip(cells, shares_):
        if below + share >= 0.5 - 1e-9 and share > 1e-9:
            return low + (0.5 - below) / share * (high - low)
        below += share
    return NAN


def teams():
    raw = pd.read_csv(SAMPLE / "teams_2024.csv", dtype=str, keep_default_na=False)
    n, key = len(raw), ("teams", "team-workforce")
    design = Design(n, size1=np.full(n, 52.0), weight=np.full(n, 52 / n))
    dom = design.domain(np.arange(n), ("all",))
    emit(ident(*key, "teams", "count"), "rows", estimate=n, n=n)
    emit(ident(*key, "response_rate", "proportion"), "21 of 52", estimate=n / 52, n=n, denominator=52)
    for name in ("fte", "peers_employed"):
        y = raw[name].astype(float).to_numpy()
        numbers(key, design, y, name)
        emit(ident(*key, name, "min"), "smallest", estimate=y.min())
        emit(ident(*key, name, "max"), "largest", estimate=y.max())
        se = 52 * math.sqrt((1 - n / 52) * y.var(ddof=1) / n)
        t = stats.t.ppf(0.975, n - 1)
        total = 52 * y.mean()
        emit(ident(*key, name, "total"), "simple random sample of 21 from 52 with fpc", estimate=total, std_error=se, conf_low=total - t * se, conf_high=total + t * se)
        for value in sorted(set(y)):
            emit(ident(*key, name, "count", short(value)), "teams with this value", n=int((y == value).sum()))
    bands = {"10-12": "$10–12", "10-14": "$10–14", "12-14": "$12–14", "14-17": "$14–17", "17-20": "$17–20"}
    raw["wage_band"] = raw.wage_band.map(bands)
    shares(key, design, raw, "wage_band", bands.values())
    known = [tuple(map(float, band.strip("$").split("–"))) for band in raw.wage_band.dropna()]
    emit(ident(*key, "wage", "quantile", "0.5"), "self-consistent median of overlapping bands", 1e-6, estimate=turnbull_median(known), n=len(known))
    options(key, design, boxes(raw, "roles", ["Peer Specialist", "Recovery Coach", "Peer Mentor", "Family Partner", "Peer Supervisor"]), "roles")
    places = {"home": "Homes of people served", "office": "Team office", "center": "Recovery center", "hospital": "Hospital or emergency department",
              "court": "Court or jail", "shelter": "Shelter or housing"}
    options(key, design, listed(raw, "settings", places), "settings")
    raw["supervision"] = labelled(raw.supervision, ["Weekly", "Every two weeks", "Monthly", "Less often or never"])
    shares(key, design, raw, "supervision", ["Weekly", "Every two weeks", "Monthly", "Less often or never"])


def add_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    return date(year, month + 1, min(day.day, last))


def coaches():
    raw = pd.read_csv(SAMPLE / "coaches_2024.csv", dtype=str, keep_default_na=False)
    n, key = len(raw), ("coaches", "coach-workforce")
    design = Design(n)
    emit(ident(*key, "people", "count"), "rows", estimate=n, n=n)
    for name, low, high in (("age_group", 18, 110), ("training_hours", 0, 600), ("supervised_hours", 0, 20000), ("hourly_wage", 10, 60)):
        text = raw[{"age_group": "age"}.get(name, name)]
        emit_missing_field(key, text, name, [number(t, low, high) for t in text], raw.employment.isin(["1", "2", "3"]) if name == "hourly_wage" else None)
    for name, known in (("gender", "123"), ("hispanic", "01"), ("lgbtq", "01"), ("veteran", "01"), ("exam_passed", "01"), ("employment", "1234")):
        emit_missing(key, name, [reason(t, t != "" and t in known) for t in raw[name]])
    emit_missing(key, "renewal", [reason(t, t != "", e == "1") for t, e in zip(raw.certified_on, raw.exam_passed)])
    raw["gender"] = labelled(raw.gender, LEVELS["gender"])
    shares(key, design, raw, "gender", LEVELS["gender"])
    for name in ("hispanic", "lgbtq", "veteran", "exam_passed"):
        raw[name] = labelled(raw[name], YESNO)
        shares(key, design, raw, name, ["Yes", "No"])
    race = boxes(raw, "race", RACE)
    options(key, design, race, "race")
    marked = sum(np.nan_to_num(v) for v in race.values())
    raw["race_rollup"] = [None if m == 0 else "Multiracial" if m > 1 else next(label for label in RACE if race[label][i] == 1) for i, m in enumerate(marked)]
    shares(key, design, raw, "race_rollup", RACE + ["Multiracial"])
    options(key, design, boxes(raw, "languages", ["English", "Spanish", "Portuguese", "Haitian Creole", "Cape Verdean Creole", "American Sign Language", "Other"]), "languages")
    options(key, design, listed(raw, "disabilities", {"physical": "Other physical challenges", "hearing": "Hard of hearing", "deaf": "Deaf", "none": "None of these"}),
            "disabilities")
    raw["employment"] = labelled(raw.employment, ["Full time", "Part time", "Per diem", "Volunteer"])
    shares(key, design, raw, "employment", ["Full time", "Part time", "Per diem", "Volunteer"])
    raw["age_group"] = cut(pd.Series([number(t, 18, 110) for t in raw.age]), [25, 60], ["Under 25", "25–59", "60 and over"])
    shares(key, design, raw, "age_group", ["Under 25", "25–59", "60 and over"])
    for name, (low, high), goal in (("hourly_wage", (10, 60), None), ("training_hours", (0, 600), 60), ("supervised_hours", (0, 20000), 500)):
        y = np.array([number(text, low, high) for text in raw[name]])
        numbers(key, design, y, name)
        if goal:
            emit_share((*key, f"{name}_met"), design.domain(np.arange(n), ("all",)), np.where(np.isnan(y), NAN, (y >= goal).astype(float)))
    due = [None if not text else "Due" if add_months(date.fromisoformat(text), 24) <= date(2024, 12, 31) else "Current" for text in raw.certified_on]
    raw["renewal"] = due
    shares(key, design, raw, "renewal", ["Current", "Due"])


def services():
    raw = pd.read_csv(SAMPLE / "landscape_2024.csv", dtype=str, keep_default_na=False)
    key = ("landscape", "services")
    for name, column in (("organizations", "organization_id"), ("programs", "program_id"), ("settings", "setting_id")):
        emit(ident(*key, name, "count"), "distinct", estimate=raw[column].nunique())
    names = dict(zip([f"S{i:02}" for i in range(1, 28)], SETTINGS))
    raw["setting_id"] = raw.setting_id.map(names)
    emit_listing(key, raw, "setting_id", SETTINGS)
    raw["funding"] = labelled(raw.funding, ["State contract", "MassHealth", "Federal grant", "Hospital or health plan", "Other"])
    emit_listing(key, raw, "funding", ["State contract", "MassHealth", "Federal grant", "Hospital or health plan", "Other"])


SETTINGS = ["Recovery center", "Outpatient clinic", "Opioid treatment program", "Office-based addiction treatment", "Detoxification unit", "Clinical stabilization service",
            "Transitional support service", "Residential recovery home", "Sober home", "Hospital emergency department", "Hospital inpatient unit", "Community health center",
            "Primary care practice", "Behavioral health urgent care", "Mobile crisis team", "Drug court", "Probation office", "House of correction", "Re-entry center",
            "Police department", "Homeless shelter", "Permanent supportive housing", "Street outreach", "Syringe service program", "Family resource center",
            "School or college", "Telephone or online"]


def emit_listing(key, raw, name, levels):
    valid = raw[name].notna().sum()
    for level in levels:
        n = int((raw[name] == level).sum())
        emit(ident(*key, name, "proportion", level), "rows of the listing", estimate=n / valid, n=n, denominator=int(valid))


# ── data quality ───────────────────────────────────────────────────────────


def data_quality():
    planted = pd.read_csv(SAMPLE / "planted_faults.csv", dtype=str, keep_default_na=False)
    rows = dict(OUT_ROWS)
    with gzip.open(SAMPLE / "attendance_2024.csv.gz", "rt") as file:
        rows["attendance_2024.csv.gz"] = sum(1 for _ in file) - 1
    for name in ("teams_2024.csv", "coaches_2024.csv", "landscape_2024.csv", "followup_2024.csv"):
        rows[name] = sum(1 for _ in open(SAMPLE / name)) - 1
    files = {"members": [f"members_{w}.csv" for w in ("2022", "2023", "2024")], "attendance": ["attendance_2024.csv.gz"], "teams": ["teams_2024.csv"],
             "coaches": ["coaches_2024.csv"], "landscape": ["landscape_2024.csv"], "followup": ["followup_2024.csv"]}
    for dataset, names in files.items():
        mine = planted[planted.file.isin(names)]
        lost = int((mine.rule == "duplicate_row").sum())
        total = sum(rows[name] for name in names)
        for variable, value in (("rows_in", total), ("rows_rejected", lost), ("rows_kept", total - lost), ("values_rejected", len(mine) - lost)):
            emit(ident(dataset, "data-quality", variable, "count"), "rows of the raw files and the planted faults", estimate=value)
        rules = mine[mine.rule != "duplicate_row"].rule.value_counts()
        rare = int(rules[rules < 11].sum())
        for rule, count in [*rules[rules >= 11].items(), *([("other rules", rare)] if 0 < rare < rules.sum() else [])]:
            emit(ident(dataset, "data-quality", "values_rejected", "count", rule), "planted faults by rule", estimate=int(count))


# ── what is kept ───────────────────────────────────────────────────────────


def chosen(key, column):
    """The committed choice: headline figures whole, and a part of those by region, center and month."""
    parts = any(f".{group}=" in key for group in ("region", "center_name", "month", "hour", "years_in_recovery_bin"))
    if (parts or ".smooth@" in key or "_1" in key) and column not in ("estimate", "std_error", "conf_low", "n", "denominator"):
        return False
    if ".who-we-reach." in key and ".region=" in key:
        return any(f".{name}" in key for name in ("gender=", "age.", "race_rollup=")) and ("Western" in key or "Metro" in key)
    if ".coming." in key and any(f".{group}=" in key for group in ("center_name", "month", "hour")):
        return any(part in key for part in ("Hope%20for%20Holyoke", "Red%20House", "2024-03", "hour=10"))
    if ".doing-better." in key and ".center_name=" in key:
        return "barc10" in key
    return True


def write(path, keep):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "column", "expected", "tolerance", "how"])
        for (key, column), (value, tol, how) in sorted(OUT.items()):
            if keep(key, column):
                out.writerow([key, column, f"{value:.12g}", f"{tol:g}", how])


def main():
    frame, design = members()
    coming()
    teams()
    coaches()
    services()
    data_quality()
    arguments = sys.argv[1:]
    if "--all" in arguments:
        write(arguments[arguments.index("--all") + 1], lambda key, column: True)
    if "--scored" in arguments:
        frame.assign(weight=design.weight, N1=design.size1, N2=design.size2).to_csv(Path(arguments[arguments.index("--scored") + 1]) / "scored.csv", index=False)
    write(HERE / "expected.csv", chosen)


if __name__ == "__main__":
    main()
