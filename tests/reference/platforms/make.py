"""Makes twins of two real exports: the text that the platform gave, cut short, and the workbook that it gives of the same answers.
Takes the folder of `star_wars.csv` (fivethirtyeight/data) and of `google_forms_jupyter_2016.csv` (jupyter/surveys). openpyxl 3.1.5."""

import csv
import datetime as dt
import sys
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
RECORDS = 60


def numbers(text):
    """A cell as the platform types it in a workbook."""
    return int(text) if text.isdigit() and len(text) < 16 else text or None


def twin(name, rows, typed, merged=()):
    with open(HERE / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet" if merged else "Form Responses 1"
    for row in typed:
        sheet.append(row)
    book.save(HERE / f"{name}.xlsx")
    for first, last in merged:
        sheet.merge_cells(start_row=1, start_column=first + 1, end_row=1, end_column=last + 1)
    if merged:
        book.save(HERE / f"{name}_merged.xlsx")


def survey_monkey(source):
    rows = list(csv.reader(open(source, encoding="cp1252", newline="")))[: RECORDS + 2]
    typed = [[cell or None for cell in row] for row in rows[:2]] + [[numbers(cell) for cell in row] for row in rows[2:]]
    starts = [column for column, name in enumerate(rows[0]) if name] + [len(rows[0])]
    merged = [(first, last - 1) for first, last in zip(starts, starts[1:]) if last - first > 1]
    twin("survey_monkey", rows, typed, merged)


def google_forms(source):
    rows = list(csv.reader(open(source, encoding="utf-8", newline="")))[: RECORDS + 1]
    # Who taught what is no matter of a test.
    kept = [column for column, name in enumerate(rows[0]) if not any(word in name.lower() for word in ("name", "mail", "school", "webpage", "url"))]
    rows = [[row[column] for column in kept] for row in rows]
    moment = lambda text: dt.datetime.strptime(text, "%m/%d/%Y %H:%M:%S")
    typed = [rows[0]] + [[moment(row[0])] + [numbers(cell) for cell in row[1:]] for row in rows[1:]]
    twin("google_forms", rows, typed)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    survey_monkey(folder / "surveymonkey/star_wars.csv")
    google_forms(folder / "other_platforms/google_forms_jupyter_2016.csv")
