"""Makes one table in three kinds of workbook, as people lay it out: a title, a merged header of two rows, notes below,
dates as serial days and as text, an error, a percentage. openpyxl 3.1.5, xlwt 1.3.0, odfpy 1.4.1."""

import datetime as dt
from pathlib import Path

import openpyxl
import xlwt
from odf import opendocument, table, text

HERE = Path(__file__).parent
HEADER = ["Person", "Mood", None, "Seen", "Rate"]
SECOND = [None, "before", "after", None, None]
DAY = dt.date
ROWS = [
    ["p1", 3, 4.5, DAY(2024, 3, 5), 0.25],
    ["p2", 2, "#DIV/0!", "25.3.2024", 0.5],
    ["p3", 1, 0.3, "3/4/2024", 1],
    ["p4", 5, 6, dt.datetime(2024, 3, 6, 9, 12), 0],
    ["p5", 2, 2, DAY(2024, 2, 29), 0.125],
]
NOTE = "Source: the registry of all centers, as of today"
TITLE = "Moods of 2024"


def xlsx(epoch, name):
    book = openpyxl.Workbook()
    book.epoch = epoch
    sheet = book.active
    sheet.title = "Moods"
    sheet["A1"] = TITLE
    for column, (first, second) in enumerate(zip(HEADER, SECOND), 1):
        sheet.cell(3, column, first)
        sheet.cell(4, column, second)
    for merged in ["A3:A4", "B3:C3", "D3:D4", "E3:E4"]:
        sheet.merge_cells(merged)
    for row, record in enumerate(ROWS, 5):
        for column, value in enumerate(record, 1):
            cell = sheet.cell(row, column, value)
            if value == "#DIV/0!":
                cell.data_type = "e"
            if column == 5:
                cell.number_format = "0.0%"
    sheet.cell(11, 1, NOTE)
    book.create_sheet("Empty")
    other = book.create_sheet("Centers")
    other["A1"], other["A2"] = "center", "Lynn"
    book.save(HERE / name)


def xls():
    book = xlwt.Workbook()
    sheet = book.add_sheet("Moods")
    sheet.write(0, 0, TITLE)
    sheet.write_merge(2, 3, 0, 0, "Person")
    sheet.write_merge(2, 2, 1, 2, "Mood")
    sheet.write(3, 1, "before")
    sheet.write(3, 2, "after")
    sheet.write_merge(2, 3, 3, 3, "Seen")
    sheet.write_merge(2, 3, 4, 4, "Rate")
    for row, record in enumerate(ROWS, 4):
        for column, value in enumerate(record):
            if value == "#DIV/0!":
                sheet.row(row).set_cell_error(column, "#DIV/0!")
            elif isinstance(value, dt.date):
                style = "yyyy-mm-dd hh:mm" if isinstance(value, dt.datetime) else "yyyy-mm-dd"
                sheet.write(row, column, value, xlwt.easyxf(num_format_str=style))
            else:
                sheet.write(row, column, value, xlwt.easyxf(num_format_str="0.0%" if column == 4 else "General"))
    sheet.write(10, 0, NOTE)
    book.add_sheet("Empty")
    book.add_sheet("Centers").write(0, 0, "center")
    book.get_sheet(2).write(1, 0, "Lynn")
    book.save(str(HERE / "moods.xls"))


def ods():
    document = opendocument.OpenDocumentSpreadsheet()

    def cell(value):
        if value is None:
            return table.TableCell()
        if isinstance(value, dt.datetime):
            made = table.TableCell(valuetype="date", datevalue=value.isoformat())
        elif isinstance(value, dt.date):
            made = table.TableCell(valuetype="date", datevalue=value.isoformat())
        elif isinstance(value, (int, float)):
            made = table.TableCell(valuetype="float", value=repr(value))
        else:
            made = table.TableCell(valuetype="string")
            made.addElement(text.P(text=value))
        return made

    def rows(sheet, lines):
        for line in lines:
            row = table.TableRow()
            for value in line:
                row.addElement(cell(value))
            sheet.addElement(row)

    moods = table.Table(name="Moods")
    joined = ["Person", "Mood / before", "Mood / after", "Seen", "Rate"]
    records = [[None if value == "#DIV/0!" else value for value in record] for record in ROWS]
    rows(moods, [[TITLE], [], [], joined, *records])
    rows(moods, [[], [NOTE]])
    # Sheets claim a million empty rows of sixteen thousand columns.
    filler = table.TableRow(numberrowsrepeated=1_000_000)
    filler.addElement(table.TableCell(numbercolumnsrepeated=16_000))
    moods.addElement(filler)
    document.spreadsheet.addElement(moods)
    centers = table.Table(name="Centers")
    rows(centers, [["center"], ["Lynn"]])
    document.spreadsheet.addElement(centers)
    document.save(str(HERE / "moods.ods"))


xlsx(openpyxl.utils.datetime.WINDOWS_EPOCH, "moods.xlsx")
xlsx(openpyxl.utils.datetime.MAC_EPOCH, "moods_1904.xlsx")
xls()
ods()
