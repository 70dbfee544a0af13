"""Recomputes what the traces of ten figures of the sample run say, from the raw files, without recovista.

Reads sample_data/ with nothing but the standard library and writes expected.json beside itself: for each figure its value,
base, missing answers, rows of its files, values refused in its columns, and the hashes of its files. tests/it/tracing.rs
compares a fresh run with it. Nothing here is copied from a run.

    python3 tests/reference/trace/recompute.py
"""
import calendar
import csv
import datetime
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[2] / "sample_data"
NONE = {"", "NA", "-7", "-9"}  # no answer: empty, not applicable, refused, not asked


def read(name):
    opened = gzip.open(SAMPLE / name, "rt", encoding="utf-8") if name.endswith(".gz") else open(SAMPLE / name, encoding="utf-8-sig")
    with opened as file:
        return list(csv.DictReader(file))


def sha256(name):
    return hashlib.sha256((SAMPLE / name).read_bytes()).hexdigest()


CENTERS = {row["center_id"]: row for row in read("centers.csv")}
IN_REGION = Counter(row["region"] for row in CENTERS.values())


def members(wave):
    """Rows of a wave without repeated respondents, each with its weight: centers of the region over those that answered, times the roll over answers."""
    rows, seen, kept = read(f"members_{wave}.csv"), set(), []
    for row in rows:
        if row["respondent_id"] not in seen:
            seen.add(row["respondent_id"])
            kept.append(row)
    answered = Counter(row["center_id"] for row in kept)
    regions = defaultdict(set)
    for center in answered:
        regions[CENTERS[center]["region"]].add(center)
    for row in kept:
        center = CENTERS[row["center_id"]]
        roll = max(float(center["members_on_roll"]), answered[row["center_id"]])
        row["w"] = IN_REGION[center["region"]] / len(regions[center["region"]]) * roll / answered[row["center_id"]]
    return kept, (len(rows), len(kept))


def coded(text, codes):
    """The code, `None` where there is no answer, `bad` where the codebook does not know it."""
    return None if text in NONE else text if text in codes else "bad"


def number(text, low, high):
    if text in NONE:
        return None
    try:
        value = float(text)
    except ValueError:
        return "bad"
    return value if low <= value <= high else "bad"


def mean(pairs):
    return sum(w * value for w, value in pairs) / sum(w for w, _ in pairs)


def summary(values, weights=None, inside=None):
    """Value, n, base and missing of a share (with `inside`) or a mean."""
    weights = weights or [1.0] * len(values)
    valid = [(w, value) for w, value in zip(weights, values) if value is not None and value != "bad"]
    found = {"base": len(valid), "without a valid answer": len(values) - len(valid)}
    if inside is None:
        return found | {"value": mean(valid)}
    return found | {"value": mean([(w, float(inside(value))) for w, value in valid]), "in the level": sum(bool(inside(value)) for _, value in valid)}


EXPECTED = {}


def figure(identity, summary, files, rows, refused):
    told = {name: f"{came} rows in, {kept} kept, {came - kept} rejected" for name, (came, kept) in rows.items()}
    EXPECTED[identity] = {"figure": summary, "files": {name: sha256(name) for name in files}, "rows": told, "refused": refused}


def bad(values):
    return sum(value == "bad" for value in values)


def survey(wave):
    rows, counts = members(wave)
    return rows, [row["w"] for row in rows], {f"members_{wave}.csv": counts}, [f"members_{wave}.csv", "centers.csv"]


# 1 the share of women in 2022, whose file calls the question gender_identity
rows, weights, counts, files = survey("2022")
values = [coded(row["gender_identity"], "123") for row in rows]
figure("members.who-we-reach.gender=Female.proportion@2022", summary(values, weights, lambda code: code == "1"), files, counts, {"gender_identity": bad(values)})

# 2 mean psychological distress in 2022, whose file stores 0 to 4; one item of six may be missing, then the mean of the others counts
items = [[number(row[f"k6_{item}"], 0, 4) for item in range(1, 7)] for row in rows]


def k6(answers):
    valid = [answer for answer in answers if answer is not None and answer != "bad"]
    return 6 * sum(valid) / len(valid) if len(valid) >= 5 else None


figure("members.doing-better.k6_sum.mean@2022", summary([k6(answers) for answers in items], weights), files, counts,
       {f"k6_{item + 1}": bad([answers[item] for answers in items]) for item in range(6)})

# 3 mean age and 4 the share of people aged 25 to 59 in 2024
rows, weights, counts, files = survey("2024")
values = [number(row["age"], 18, 110) for row in rows]
figure("members.who-we-reach.age.mean@2024", summary(values, weights), files, counts, {"age": bad(values)})
figure("members.who-we-reach.age_group=25%E2%80%9359.proportion@2024", summary(values, weights, lambda age: 25 <= age < 60), files, counts, {"age": bad(values)})

# 5 the share who named opioids in 2023
rows, weights, counts, files = survey("2023")
values = [coded(row["primary_substance"], "1234567") for row in rows]
figure("members.who-we-reach.primary_substance=Opioids.proportion@2023", summary(values, weights, lambda code: code == "2"), files, counts, {"primary_substance": bad(values)})

# 6 the median of full-time equivalents, and 7 the share of teams with a Peer Specialist
rows = read("teams_2024.csv")
counts = {"teams_2024.csv": (len(rows), len(rows))}
fte = sorted(float(row["fte"]) for row in rows)
figure("teams.team-workforce.fte=0%2E5.quantile", {"value": fte[len(fte) // 2], "base": len(fte), "without a valid answer": 0}, ["teams_2024.csv"], counts, {"fte": 0})
values = [row["roles___1"] for row in rows]
figure("teams.team-workforce.roles=Peer%20Specialist.proportion", summary(values, None, lambda box: box == "1"), ["teams_2024.csv"], counts, {"roles___1": 0})

# 8 mean hourly wage of coaches, of whom two gave one out of range
rows = read("coaches_2024.csv")
values = [number(row["hourly_wage"], 10, 60) for row in rows]
figure("coaches.coach-workforce.hourly_wage.mean", summary(values), ["coaches_2024.csv"], {"coaches_2024.csv": (len(rows), len(rows))}, {"hourly_wage": bad(values)})

# 9 the share employed at intake of people whose window of five to eight months has closed; a record that stands twice is refused
rows, seen = [], set()
everything = read("followup_2024.csv")
for row in everything:
    if (row["person_id"], row["event"]) not in seen:
        seen.add((row["person_id"], row["event"]))
        rows.append(row)
values = [coded(row["employed"], "01") for row in rows]


def eight_months_after(day):
    month = day.month + 7
    year, month = day.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


closed = [row["event"] == "intake" and eight_months_after(datetime.date.fromisoformat(row["event_date"])) < datetime.date(2024, 12, 31) for row in rows]
intake = [value for is_closed, value in zip(closed, values) if is_closed]
figure("followup.six-months.employed=Yes.proportion.event=Intake.followup_window=closed", summary(intake, None, lambda code: code == "1"), ["followup_2024.csv"],
       {"followup_2024.csv": (len(everything), len(rows))}, {"employed": bad(values)})

# 10 the people of the log; a visit without a check-in that can be read has no place in the year
rows = read("attendance_2024.csv.gz")
came = {row["person_id"] for row in rows if row["check_in"].startswith("2024") and "02-30" not in row["check_in"]}
figure("attendance.coming.people.count", {"value": len(came)}, ["attendance_2024.csv.gz"], {"attendance_2024.csv.gz": (len(rows), len(rows))}, {"check_in": 1, "check_out": 1})

(HERE / "expected.json").write_text(json.dumps(EXPECTED, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
