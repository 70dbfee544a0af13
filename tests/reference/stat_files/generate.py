"""Makes the files of `made/` and writes what pyreadstat (ReadStat) finds in every file of this folder into `expected/`.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install pyreadstat==1.3.7 pandas
    /tmp/venv/bin/python generate.py          # needs Rscript with haven and foreign, and pspp, for some of `made/`

Each JSON has the columns (name, label, kind, value labels, missing values) and the rows. A cell is text: numbers as Python
writes them, days and times as the standard library's `datetime` writes them, a special missing value as a point and its
letter, nothing where nothing is. `pyreadstat/`, `haven_examples/`, `parso/` and `cdisc/` are the work of others: see README.md.
"""

import datetime as dt
import glob
import json
import math
import os
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
import pyreadstat

HERE = os.path.dirname(os.path.abspath(__file__))
READ = {"sav": pyreadstat.read_sav, "zsav": pyreadstat.read_sav, "por": pyreadstat.read_por, "dta": pyreadstat.read_dta,
        "sas7bdat": pyreadstat.read_sas7bdat, "xpt": pyreadstat.read_xport, "xpt5": pyreadstat.read_xport, "xpt8": pyreadstat.read_xport}
CATALOGS = {"test_data_linux.sas7bdat": "test_formats_linux.sas7bcat", "missing_test.sas7bdat": "missing_formats.sas7bcat",
            "readstat_plain64.sas7bdat": "readstat_64.sas7bcat", "readstat_rle32.sas7bdat": "readstat_32.sas7bcat"}
SPSS = {"date": "DATE ADATE EDATE SDATE JDATE MOYR QYR WKYR", "datetime": "DATETIME YMDHMS", "time": "TIME MTIME"}
SAS = {
    "date": "B8601DA E8601DA DATE DAY DDMMYY DDMMYYB DDMMYYC DDMMYYD DDMMYYN DDMMYYP DDMMYYS WEEKDATE WEEKDATX WEEKDAY DOWNAME WORDDATE WORDDATX "
    "YYMM YYMMC YYMMD YYMMN YYMMP YYMMS YYMMDD YYMMDDB YYMMDDC YYMMDDD YYMMDDN YYMMDDP YYMMDDS YYMON YEAR JULDAY JULIAN MMDDYY MMDDYYC MMDDYYD "
    "MMDDYYN MMDDYYP MMDDYYS MMYY MMYYC MMYYD MMYYN MMYYP MMYYS MONNAME MONTH MONYY",
    "datetime": "E8601DN E8601DT E8601DX E8601DZ E8601LX B8601DN B8601DT B8601DX B8601DZ B8601LX DATEAMPM DATETIME DTDATE DTMONYY DTWKDATX DTYEAR MDYAMPM",
    "time": "TIME TOD",
}
EPOCH = {True: dt.datetime(1582, 10, 14), False: dt.datetime(1960, 1, 1)}


def kind(ending, form):
    """What a display format says that numbers are."""
    form = (form or "").upper() if ending != "dta" else form or ""
    if ending == "dta":
        if form.startswith("%tc"):
            return "time" if form == "%tcHH:MM:SS" else "datetime"
        return {"%td": "date", "%tm": "month", "%tq": "quarter", "%th": "half", "%tw": "week"}.get(form[:3], "number")
    bare = form.split(".")[0].rstrip("0123456789")
    table = SPSS if ending in ("sav", "zsav", "por") else SAS
    return next((name for name, words in table.items() if bare in words.split()), "number")


def clock(seconds):
    """Hours, minutes and seconds."""
    micros = round(seconds * 1_000_000)
    whole, micros = divmod(micros, 1_000_000)
    text = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    return text + (f".{micros:06}".rstrip("0") if micros else "")


def cell(value, what, ending):
    """The text of a cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return "." + value if what != "text" else value
    value, spss = float(value), ending in ("sav", "zsav", "por")
    per_second = 1000 if ending == "dta" else 1
    epoch = EPOCH[spss]
    if what == "date":
        return str((epoch + dt.timedelta(days=math.floor(value / 86400) if spss else math.floor(value))).date())
    if what == "datetime":
        seconds = math.floor(value / per_second)
        moment = epoch + dt.timedelta(seconds=seconds)
        return str(moment.date()) + "T" + clock(moment.hour * 3600 + moment.minute * 60 + moment.second + (value / per_second - seconds))
    if what == "time":
        return clock(value / per_second)
    if what in ("month", "quarter", "half"):
        months = int(value) * {"month": 1, "quarter": 3, "half": 6}[what]
        return str(dt.date(1960 + months // 12, months % 12 + 1, 1))
    if what == "week":
        return str(dt.date(1960 + int(value) // 52, 1, 1) + dt.timedelta(days=7 * (int(value) % 52)))
    return repr(value)


def expect(path):
    """What the reference reader finds in a file."""
    ending = path.rsplit(".", 1)[1]
    options = {"disable_datetime_conversion": True}
    if ending != "por" and not ending.startswith("xp"):
        options["user_missing"] = True
    if os.path.basename(path) in ("python_8.dta", "python_10.dta", "python_12.dta", "python_13.dta"):
        options["encoding"] = "UTF-8"  # what pyreadstat writes, though Stata of that time would not
    catalog = CATALOGS.get(os.path.basename(path))
    frame, meta = READ[ending](path, **options)
    labels = meta.variable_value_labels
    if catalog:
        sets = pyreadstat.read_sas7bcat(os.path.join(os.path.dirname(path), catalog))[1].value_labels
        labels = {name: sets[form] for name, form in meta.original_variable_types.items() if form in sets}
    columns = []
    for name in meta.column_names:
        form = meta.original_variable_types.get(name)
        is_text = meta.readstat_variable_types.get(name) == "string"
        what = "text" if is_text else kind(ending, form)
        levels = {cell(code, what, ending): label for code, label in (labels.get(name) or {}).items()}
        ranges = [[str(part["lo"]), str(part["hi"])] for part in meta.missing_ranges.get(name) or []]
        columns.append({"name": name, "label": meta.column_names_to_labels.get(name) or "", "kind": what, "levels": levels, "missing": ranges})
    lists = [frame.iloc[:, position].tolist() for position in range(len(columns))]
    rows = [[cell(value, column["kind"], ending) for value, column in zip(row, columns)] for row in zip(*lists)]
    return {"catalog": catalog, "columns": columns, "rows": rows}


def frame(count):
    """A frame with something of everything."""
    rng = np.random.default_rng(4)
    data = pd.DataFrame({
        "id": np.arange(count), "score": rng.normal(size=count), "q1": rng.integers(1, 8, count).astype(float),
        "txt": ["é" * (i % 130) if i % 3 else "" for i in range(count)], "longer": [f"ab{i}_" * (i * 7 % 200) for i in range(count)],
        "code": [["a", "bb", "Z", "none"][i % 4] for i in range(count)],
        "day": [dt.date(1900, 1, 1) + dt.timedelta(days=i * 1137) for i in range(count)],
        "moment": [dt.datetime(1950, 1, 1) + dt.timedelta(seconds=i * 12345671) for i in range(count)],
        "clock": [dt.time(i % 24, i % 60, i * 7 % 60) for i in range(count)]})
    data.loc[5:9, "q1"] = np.nan
    return data


def make_with_python():
    """Files of pyreadstat and pandas."""
    data = frame(40)
    labels = {"q1": {1.0: "yes", 2.0: "no", 7.0: "refused"}, "code": {"a": "Alpha", "Z": "Zed"}}
    missing = {"q1": [7.0, {"lo": 5.5, "hi": 6.5}], "code": ["Z", "none"], "score": [{"lo": -99, "hi": -2}]}
    texts = ["id", "Über-score", "frage", "", "long text", "c", "d", "m", "t"]
    common = {"variable_value_labels": labels, "missing_ranges": missing, "column_labels": texts}
    pyreadstat.write_sav(data, "python.sav", **common)
    pyreadstat.write_sav(data, "python_packed.sav", row_compress=True, **common)
    pyreadstat.write_sav(data, "python.zsav", compress=True, **common)
    pyreadstat.write_sav(data.head(0), "no_rows.sav", variable_value_labels=labels, column_labels=texts)
    plain = data.drop(columns=["longer", "clock", "txt"]).assign(txt=[f"é{i}" for i in range(40)])
    pyreadstat.write_por(data.drop(columns=["longer", "txt"]), "python.por", column_labels=["id", "Score", "frage", "c", "d", "m", "t"])
    for version in (5, 8):
        pyreadstat.write_xport(plain, f"python_v{version}.xpt", file_format_version=version, table_name="MANY", column_labels=list("abcdefg"))
        powers = pd.DataFrame({f"v{i}": np.random.default_rng(i).normal(size=9) * 10.0 ** (4 * i - 40) for i in range(20)})
        pyreadstat.write_xport(powers, f"powers_v{version}.xpt", file_format_version=version, table_name="POWERS")
    for version in (8, 10, 12, 13, 14, 15):
        old = data.drop(columns=["clock"])
        if version < 13:
            old = old.assign(longer=old.longer.str.slice(0, 100), txt=old.txt.str.slice(0, 60))
        pyreadstat.write_dta(old, f"python_{version}.dta", version=version, variable_value_labels={"q1": {1: "yes", 2: "no"}})
    tagged = pd.DataFrame({"a": ["a", 1.0, "z", 2.0, np.nan], "b": [1.0, 2, 3, 4, 5]})
    pyreadstat.write_dta(tagged, "tagged.dta", missing_user_values={"a": ["a", "z"]}, variable_value_labels={"a": {"a": "refused", 1.0: "one"}})
    k6 = pd.DataFrame({f"k6_{item}": [float(i % 3), 9.0 if item == 1 else 2.0, 8.0 + item % 2, 4.0] for i, item in enumerate(range(1, 7))})
    pyreadstat.write_sav(k6, "k6.sav", missing_ranges={name: [{"lo": 8, "hi": 9}] for name in k6}, variable_value_labels={name: {9.0: "refused"} for name in k6})
    types = pd.DataFrame({
        "b": pd.Series([1, 2, -3, 100], dtype="int8"), "i": pd.Series([1, 200, -300, 32740], dtype="int16"),
        "l": pd.Series([1, 2, -3, 2147483620], dtype="int32"), "f": pd.Series([1.5, np.nan, 1e-30, 3e37], dtype="float32"),
        "d": [1.1, np.nan, 1e-300, 1e300], "s": ["x", "yy ", "", "zzz"], "cat": pd.Categorical(["lo", "hi", "lo", None]),
        "t": pd.to_datetime(["2020-01-01", "1959-12-31", None, "2262-01-01"])})
    for version in (114, 117, 118, 119):
        for order, name in (("<", "little"), (">", "big")):
            for form in ("td", "tc", "tm", "tq", "th", "ty", "tw") if version == 118 else ("td",):
                more = {"convert_strl": ["far"]} if version >= 117 else {}
                given = types.assign(far=["x" * 300, "é", "", "x" * 300]) if more else types
                given.to_stata(f"pandas_{version}_{name}_{form}.dta", version=version, byteorder=order, convert_dates={"t": form}, write_index=False, **more)


def turn(source, target):
    """The same system file, not packed, with the highest byte of every number first."""
    data, out, at = open(source, "rb").read(), bytearray(), 0
    words = []

    def move(count, size=1):
        """Copies numbers of some size, their bytes turned around, or bytes as they are."""
        nonlocal at
        parts = [data[at + i * size:at + (i + 1) * size] for i in range(count)]
        out.extend(b"".join(part[::-1] for part in parts))
        at += count * size
        return [int.from_bytes(part, "little", signed=True) for part in parts] if size > 1 else None

    move(64), move(5, 4), move(1, 8), move(84)
    while True:
        kind = move(1, 4)[0]
        if kind == 2:
            width, label, missing, _, _ = move(5, 4)
            words.append(width == 0)
            move(8)
            if label:
                move(-(-move(1, 4)[0] // 4) * 4)
            move(abs(missing), 8) if width == 0 else move(8 * abs(missing))
        elif kind == 3:
            start = at
            count, sizes = int.from_bytes(data[at:at + 4], "little"), []
            at += 4
            for _ in range(count):
                sizes.append((at, -(-(data[at + 8] + 1) // 8) * 8))
                at += 8 + sizes[-1][1]
            indices = int.from_bytes(data[at + 4:at + 8], "little")
            first = int.from_bytes(data[at + 8:at + 12], "little")
            numeric, at = words[first - 1], start
            move(1, 4)
            for _, size in sizes:
                move(1, 8) if numeric else move(8)
                move(size)
            move(2, 4), move(indices, 4)
        elif kind == 7:
            subtype, size, count = move(3, 4)
            if subtype in (3, 4, 16, 11):
                start = len(out)
                move(count, size)
                if subtype == 3:
                    out[start + 24:start + 28] = (1).to_bytes(4, "big")
            elif subtype in (21, 22):
                end = at + size * count
                while at < end:
                    move(move(1, 4)[0])
                    if subtype == 21:
                        for _ in range(move(2, 4)[1]):
                            move(move(1, 4)[0]), move(move(1, 4)[0])
                    else:
                        times = data[at]
                        move(1)
                        width = move(1, 4)[0]
                        move(times * width)
            else:
                move(size * count)
        else:
            move(1, 4)
            break
    while at < len(data):
        for numeric in words:
            move(1, 8) if numeric else move(8)
    open(target, "wb").write(out)


R = r"""
library(haven); set.seed(1); n <- 30
d <- data.frame(id = 1:n, x = rnorm(n), g = factor(sample(c("a", "b"), n, TRUE)), s = sample(c("alpha", "be", ""), n, TRUE))
d$day <- as.Date("2020-01-01") + d$id; d$mom <- as.POSIXct("2020-01-01", tz = "UTC") + d$id * 1000.5; d$t <- hms::hms(d$id * 100)
e <- d[, c("id", "x", "s", "day", "mom", "t")]
d$q <- labelled_spss(as.numeric(sample(1:9, n, TRUE)), c(ja = 1, nein = 2, kA = 9), na_range = c(8, 9), label = "Frage")
d$r <- labelled_spss(as.numeric(sample(1:9, n, TRUE)), c(ja = 1), na_range = c(6, Inf))
d$r2 <- labelled_spss(as.numeric(sample(1:9, n, TRUE)), c(ja = 1), na_range = c(-Inf, 2))
d$three <- labelled_spss(as.numeric(sample(1:9, n, TRUE)), c(ja = 1, kA = 9), na_values = c(7, 8, 9))
d$ls <- labelled_spss(sample(c("a very long value", "b", "c and more"), n, TRUE), c(One = "a very long value", Two = "b"), na_values = c("c and more"))
d$vl <- strrep("0123456789", d$id * 4)
write_sav(d, "haven.sav", compress = "none"); write_sav(d, "haven_byte.sav", compress = "byte"); write_sav(d, "haven.zsav", compress = "zsav")
for (v in c(5, 8)) write_xpt(e, sprintf("haven_%d.xpt", v), version = v)
write_sas(d[, c("id", "x", "s", "day", "mom")], "haven.sas7bdat")
names(e)[6] <- "tt"; e$tg <- labelled(c(tagged_na("a"), tagged_na("z"), NA, rep(1, n - 3)), c(ref = tagged_na("a"), one = 1))
for (v in c(14, 15)) write_dta(e, sprintf("haven_%d.dta", v), version = v)
f <- d[, c("id", "x", "g", "s")]; f$s <- paste0("t", f$s)
for (v in c(6, 7, 8, 10, 12)) foreign::write.dta(f, sprintf("foreign_%d.dta", v), version = v)
"""
PSPP = """
get file='haven_byte.sav'.
mrsets /mdgroup name=$md label='Multi D' variables=id x value=1.
mrsets /mdgroup name=$me categorylabels=countedvalues variables=q three value=9.
save outfile='pspp.sav' /uncompressed.
save outfile='pspp_packed.sav' /compressed.
save outfile='pspp.zsav' /zcompressed.
"""


def main():
    """Makes, reads, writes."""
    os.makedirs(os.path.join(HERE, "made"), exist_ok=True)
    os.makedirs(os.path.join(HERE, "expected"), exist_ok=True)
    os.chdir(os.path.join(HERE, "made"))
    make_with_python()
    for program, text in ((["Rscript"], R), (["pspp"], PSPP)):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as script:
            script.write(text)
            script.flush()
            subprocess.run([*program, script.name], check=True, stdout=sys.stderr)
    turn("pspp.sav", "big_endian.sav")
    # `readstat_*` are made by write_sas.c, compiled with the sources of ReadStat that pyreadstat ships.
    for path in sorted(glob.glob(os.path.join(HERE, "*", "*"))):
        if path.rsplit(".", 1)[-1] in READ:
            name = os.path.relpath(path, HERE).replace("/", "__") + ".json"
            with open(os.path.join(HERE, "expected", name), "w") as out:
                json.dump(expect(path), out, ensure_ascii=False, separators=(",", ":"))


main()
