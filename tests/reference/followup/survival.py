"""Median times with log-log intervals and log-rank tests of seeded samples, by lifelines. Writes survival.json beside itself.

    python3 tests/reference/followup/survival.py
"""
import json
import math
from pathlib import Path

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

CASES = []


def case(name, *groups):
    medians = []
    for group in groups:
        fitted = KaplanMeierFitter(alpha=0.05).fit([time for time, _ in group], [event for _, event in group])
        # where the curve has come down to 0 its upper limit is not known (R gives NA, lifelines 0)
        interval = fitted.confidence_interval_.copy()
        interval.loc[(fitted.survival_function_["KM_estimate"] <= 0).to_numpy(), interval.columns[1]] = 1.0
        limits = [next((float(time) for time, share in interval[column].items() if share <= 0.5), None) for column in interval.columns]
        median = fitted.median_survival_time_
        medians.append([float(median) if math.isfinite(median) else None, *limits])
    times = [time for group in groups for time, _ in group]
    events = [event for group in groups for _, event in group]
    labels = [number for number, group in enumerate(groups) for _ in group]
    test = multivariate_logrank_test(times, labels, events)
    CASES.append({"name": name, "groups": groups, "medians": medians, "statistic": test.test_statistic, "p_value": test.p_value})


def sample(rng, people, mean, until, whole):
    times = rng.exponential(mean, people)
    stop = rng.uniform(0, until, people)
    seen = np.minimum(times, stop)
    seen = np.ceil(seen) if whole else seen
    return [(float(time), int(event)) for time, event in zip(seen, times <= stop)]


rng = np.random.default_rng(20241231)
case("two groups, days", sample(rng, 57, 60, 300, False), sample(rng, 43, 90, 300, False))
case("two groups with ties", sample(rng, 61, 6, 30, True), sample(rng, 47, 9, 30, True))
case("four groups with ties", *(sample(rng, people, mean, 24, True) for people, mean in ((31, 4), (29, 5), (53, 5), (17, 9))))
case("few events", sample(rng, 25, 200, 100, False), sample(rng, 31, 500, 100, False))
(Path(__file__).resolve().parent / "survival.json").write_text(json.dumps(CASES) + "\n")
