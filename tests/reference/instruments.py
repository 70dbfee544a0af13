"""Checks the worked cases of schemas/instruments/*.toml by another program: run it with Python 3.11 or later.

The rules are written out below, instrument by instrument, from the published descriptions (see the
sources in each file); nothing of them is read from the TOML files but the cases themselves.
"""

import pathlib
import sys
import tomllib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "instruments"
PAIN = {0: 5, 1: 4, 2: 4, 3: 4, 4: 3, 5: 3, 6: 3, 7: 2, 8: 2, 9: 2, 10: 1}
GPH = dict(zip(range(4, 21), [16.2, 19.9, 23.5, 26.7, 29.6, 32.4, 34.9, 37.4, 39.8, 42.3, 44.9, 47.7, 50.8, 54.1, 57.7, 61.9, 67.7]))
GMH = dict(zip(range(4, 21), [21.2, 25.1, 28.4, 31.3, 33.8, 36.3, 38.8, 41.1, 43.5, 45.8, 48.3, 50.8, 53.3, 56.0, 59.0, 62.5, 67.6]))
ALL = None

# id: lowest answer, highest answer, reversed items, items allowed to be missing, scales {name: items}, forms
RULES = {
    "barc10": (1, 6, (), 2, {"": ALL}, "sum mean"),
    "k6": (0, 4, (), 1, {"": ALL}, "sum mean"),
    "eurohis_qol8": (1, 5, (), 1, {"": ALL}, "mean sum"),
    "self_esteem_1": (1, 10, (), 0, {"": ALL}, "mean"),
    "cest_ss": (1, 6, (6,), 4, {"": ALL}, "mean"),
    "psoc": (1, 6, (), 1, {"entity": (1, 2, 3), "membership": (4, 5, 6), "self": (7, 8, 9)}, "mean"),
    "rcc_helpfulness": (1, 7, (), 0, {"recovery": (1,), "quality_of_life": (2,)}, "mean"),
    "happiness_1": (1, 5, (), 0, {"": ALL}, "mean"),
    "phq9": (0, 3, (), 2, {"": ALL}, "sum mean"),
    "gad7": (0, 3, (), 2, {"": ALL}, "sum mean"),
    "phq2": (0, 3, (), 0, {"": ALL}, "sum mean"),
    "gad2": (0, 3, (), 0, {"": ALL}, "sum mean"),
    "auditc": (0, 4, (), 0, {"": ALL}, "sum mean"),
    "dast10": (0, 1, (3,), 0, {"": ALL}, "sum mean"),
    "sure": (1, 3, (), 0, {"": ALL}, "sum mean"),
    "arc": (0, 1, (), 0, {"": ALL}, "sum mean"),
    "whoqol_q1q2": (1, 5, (), 0, {"quality_of_life": (1,), "health": (2,)}, "mean"),
    "bam": (0, 4, (), 0, {"use": (4, 5, 6), "risk": (1, 2, 3, 8, 11, 15), "protective": (9, 10, 12, 13, 14, 16)}, "sum"),
    "css": (1, 6, (), 0, {"": ALL}, "sum mean"),
    "promis_global10": (1, 5, (), 0, {"gph": (3, 6, 7, 8), "gmh": (2, 4, 5, 10)}, "sum"),
}
# variant: what it changes
CODES = {"k6_1_5_asc": (1, 5), "k6_1_5_desc": (5, 1), "best_first": (5, 1)}
RANGES = {"likert_1_5": (1, 5), "tcu_1_5": (1, 5), "likert_1_6": (1, 6), "continuous_0_30": (0, 30)}
TURNED = {"v1_0_v1_1": (8, 10)}


def expected(name, case):
    low, high, turned, allowed, scales, forms = RULES[name]
    variant = case.get("variant")
    low, high = RANGES.get(variant, (low, high))
    first, last = CODES.get(variant, (low, high))
    if "coding" in case:
        first, last = (int(code) for code in case["coding"].split("-"))
    turned = set(turned) ^ set(TURNED.get(variant, ()))
    answers = {}
    for number, text in enumerate(case["answers"].split(), 1):
        if text == "NA":
            answers[number] = None
        elif name == "promis_global10" and number == 7:
            answers[number] = PAIN[int(text)]
        else:
            value = low + abs(int(text) - first)
            answers[number] = low + high - value if number in turned else value
    if name == "auditc" and answers[1] == 0:
        answers = {number: answer or 0 for number, answer in answers.items()}
    result = {}
    for scale, items in scales.items():
        start = scale + "_" if scale else ""
        values = [answers[item] for item in items or answers]
        valid = [value for value in values if value is not None]
        lacking = len(values) - len(valid)
        scored = bool(valid) and lacking <= (0 if case.get("complete_only") else allowed)
        mean = sum(valid) / len(valid) if scored else None
        result[start + "n_valid"] = len(valid)
        if "sum" in forms:
            result[start + "sum"] = None if mean is None else mean * len(values)
        if "mean" in forms:
            result[start + "mean"] = mean
        if variant == "tcu_1_5":
            result["mean_x10"] = None if mean is None else 10 * mean
        if name == "promis_global10":
            result[start + "t"] = None if mean is None else (GPH if scale == "gph" else GMH)[sum(valid)]
    if name == "auditc":
        for cut in (3, 4):
            result[f"at_least_{cut}"] = None if result["sum"] is None else int(result["sum"] >= cut)
    return result


wrong = run = 0
for path in sorted(FOLDER.glob("*.toml")):
    instrument = tomllib.loads(path.read_text(encoding="utf-8"))
    for case in instrument.get("case", []):
        found = expected(path.stem, case)
        for key, value in case["expect"].items():
            if key.endswith("band"):
                continue  # labels; the program's own tests check them at their edges
            run += 1
            same = found[key] is None if value == "NA" else found[key] is not None and abs(found[key] - value) < 1e-9
            if not same:
                wrong += 1
                print(f"{path.stem}: {case['why']}: {key} is {found[key]}, the case says {value}")
print(f"{run} values compared, {wrong} differ")
sys.exit(bool(wrong))
