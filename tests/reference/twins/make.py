"""Writes one survey as delimited text, workbook, SPSS, Stata and Parquet file, and what each of its cells means.

The answers are those of the first people of `sample_data/members_2024.csv` (synthetic), with columns that the survey
does not have: a time with an offset, remarks, a site with text codes, topics in one cell, long numbers. Each kind of file
says the same in its own way: SPSS has user-missing codes, Stata `.a` and `.b` with labels, Parquet booleans and a time
zone, the workbook typed dates. Written with pandas 3.1.1, openpyxl 3.1.5, pyreadstat 1.3.7 and pyarrow 26.0.1.
"""

import csv
import datetime as dt
import json
import math
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

HERE = Path(__file__).parent
ROWS = 48
ZONE = ZoneInfo("America/New_York")
MISSING = {"-7": ("a", "refused"), "-9": ("b", "not asked")}
GENDER = {1: "Female", 2: "Male", 3: "Non-binary"}
SITE = {"N": "North", "S": "South"}
RACE = ["White", "Black", "Asian"]
REMARKS = [
    "fine", "one, two", 'she said "no"', "first line\nsecond line", "Zoë – naïve café", "", "日本語", "a;b\tc", "'quoted'", "007",
    "x" * 300, "=1+1", "ends with \"", "🙂 good", "1,5",
]
TOPICS = ["work", "housing; work", "", "health; housing; work", "health"]


def source():
    with open(HERE / "../../../sample_data/members_2024.csv", newline="") as file:
        return [row for _, row in zip(range(ROWS), csv.DictReader(file))]


def people():
    """One dictionary a person: `None` is an empty cell, and "-7" or "-9" a code that means no answer."""
    for number, row in enumerate(source()):
        answer = lambda name, kind: row[name] if row[name] in MISSING else kind(row[name]) if row[name] else None
        started = dt.datetime(2024, 3, 9 + number % 3, number % 24, 12, number % 60) if number % 9 else None
        yield {
            "respondent_id": row["respondent_id"],
            "case_number": 900_000_000_000 + number * 7,
            "site": None if number % 11 == 5 else "NS"[number % 2],
            "completed_on": dt.date.fromisoformat(row["completed_on"]) if row["completed_on"] else None,
            "started": started,
            "age": "-7" if number % 10 == 3 else "-9" if number % 10 == 6 else answer("age", int),
            "gender": "-9" if number % 13 == 4 else answer("gender", int),
            "race___1": int(row["race___1"] == "1"),
            "race___2": int(row["race___2"] == "1"),
            "race___3": int(number % 4 == 0 or "1" not in (row["race___1"], row["race___2"])),
            "years": "-7" if number % 17 == 2 else [2 / 3, -1.5, 0.0, 1e-7, 19.8, 123456789.125, None][number % 7],
            "topics": TOPICS[number % len(TOPICS)] or None,
            "remark": REMARKS[number % len(REMARKS)] or None,
        }


PEOPLE = list(people())
NAMES = list(PEOPLE[0])


def seconds(moment):
    return None if moment is None else round((dt.datetime.combine(moment, dt.time()) if type(moment) is dt.date else moment).replace(tzinfo=dt.timezone.utc).timestamp())


def truth():
    """What every cell means: a text, a number or a list, or the reason why there is none."""
    def cell(name, person):
        value = person[name]
        if value is None:
            return {"missing": "skipped"}
        if value in MISSING:
            return {"missing": MISSING[value][1]}
        return {"gender": lambda: GENDER[value], "site": lambda: SITE[value], "topics": lambda: value.split("; ")}.get(
            name, lambda: seconds(value) if name in ("completed_on", "started") else value)()
    fields = {name: [cell(name, person) for person in PEOPLE] for name in NAMES if not name.startswith("race")}
    fields["race"] = [[label for place, label in enumerate(RACE) if person[f"race___{place + 1}"]] for person in PEOPLE]
    (HERE / "truth.json").write_text(json.dumps(fields, ensure_ascii=False, indent=0) + "\n")


def delimited():
    def cell(name, value):
        if value is None:
            return ""
        if name == "started":
            return value.replace(tzinfo=ZONE).isoformat()
        return repr(value) if isinstance(value, float) else str(value)
    with open(HERE / "twins.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(NAMES)
        out.writerows([cell(name, person[name]) for name in NAMES] for person in PEOPLE)


def plain(value):
    return int(value) if isinstance(value, str) and value in MISSING else value


def workbook():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(NAMES)
    for person in PEOPLE:
        sheet.append([plain(person[name]) for name in NAMES])
    for cell in (cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str) and cell.value.startswith("=")):
        cell.data_type = "s"
    book.save(HERE / "twins.xlsx")


NUMBERS = {"age": int, "gender": int, "years": float}


def spss():
    frame = pd.DataFrame({name: [plain(person[name]) for person in PEOPLE] for name in NAMES})
    for name in NUMBERS:
        frame[name] = frame[name].astype(float)
    for name in ("site", "topics", "remark"):
        frame[name] = frame[name].fillna("")
    codes = {-7: "Refused", -9: "Not asked"}
    pyreadstat.write_sav(
        frame, HERE / "twins.sav", row_compress=True,
        variable_value_labels={"age": codes, "gender": {**GENDER, **codes}, "years": codes, "site": SITE},
        missing_ranges={"age": [-7, -9], "gender": [-7, -9], "years": [{"lo": -9, "hi": -7}]},
        column_labels=[f"Question {name}" for name in NAMES],
    )


def stata():
    frame = pd.DataFrame({name: [MISSING[value][0] if isinstance(value := person[name], str) and value in MISSING else value for person in PEOPLE] for name in NAMES})
    for name in NUMBERS:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), math.nan)
    for name in ("site", "topics", "remark"):
        frame[name] = frame[name].fillna("")
    codes = {"a": "refused", "b": "not asked"}
    pyreadstat.write_dta(
        frame, HERE / "twins.dta", version=15,
        variable_value_labels={"age": codes, "gender": {**GENDER, **codes}, "years": {"a": "refused"}},
        missing_user_values={"age": ["a", "b"], "gender": ["a", "b"], "years": ["a"]},
    )


def parquet():
    columns = {name: [plain(person[name]) for person in PEOPLE] for name in NAMES}
    columns["started"] = [value and value.replace(tzinfo=ZONE) for value in columns["started"]]
    kinds = {
        "case_number": pa.int64(), "completed_on": pa.date32(), "started": pa.timestamp("us", tz="America/New_York"), "age": pa.int16(),
        "gender": pa.int8(), "years": pa.float64(), **{f"race___{place}": pa.bool_() for place in (1, 2, 3)},
    }
    arrays = {name: pa.array(columns[name] if "race" not in name else [bool(value) for value in columns[name]], kinds.get(name, pa.string())) for name in NAMES}
    pq.write_table(pa.table(arrays), HERE / "twins.parquet", compression="brotli")


for write in (truth, delimited, workbook, spss, stata, parquet):
    write()
