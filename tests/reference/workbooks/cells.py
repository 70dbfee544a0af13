"""Every cell of the workbooks in `readxl/` as openpyxl 3.1.5 and xlrd 2.0.2 read it, into cells.json.

Numbers and true/false as JSON has them, text as it is; a date is {"date": ISO 8601 with a time}. Cells with formulas hold the value
that was stored. Days before March 1900 are left out: openpyxl takes the day that never was for the one before; Excel's own text beside
them says what they are."""

import datetime as dt
import json
import warnings
from pathlib import Path

import openpyxl
import xlrd

HERE = Path(__file__).parent / "readxl"
warnings.simplefilter("ignore")


def told(value):
    if isinstance(value, dt.datetime):
        return {"date": value.isoformat(timespec="seconds")} if value >= dt.datetime(1900, 3, 1) else None
    if isinstance(value, dt.time):
        return {"date": value.isoformat(timespec="seconds")}
    if isinstance(value, str) and not value.strip():
        return None
    return value


def of_xlsx(path):
    book = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: {cell.coordinate: told(cell.value) for row in sheet.iter_rows() for cell in row} for sheet in book.worksheets}


def of_xls(path):
    book = xlrd.open_workbook(path)
    sheets = {}
    for sheet in book.sheets():
        cells = sheets.setdefault(sheet.name, {})
        for row in range(sheet.nrows):
            for column in range(sheet.ncols):
                cell = sheet.cell(row, column)
                value = cell.value
                if cell.ctype == xlrd.XL_CELL_DATE:
                    value = xlrd.xldate_as_datetime(value, book.datemode)
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    value = bool(value)
                elif cell.ctype == xlrd.XL_CELL_ERROR:
                    value = xlrd.error_text_from_code[value]
                cells[xlrd.formula.cellname(row, column)] = told(value)
    return sheets


answers = {}
for path in sorted(HERE.iterdir()):
    try:
        sheets = of_xls(path) if path.suffix == ".xls" else of_xlsx(path)
    except Exception as error:
        print(f"{path.name}: not read, {error}")
        continue
    answers[path.name] = {name: {place: value for place, value in cells.items() if value is not None} for name, cells in sheets.items()}
(HERE.parent / "cells.json").write_text(json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
