"""Makes one table of every plain type as Parquet, Arrow file (LZ4, as Feather is) and Arrow stream, with pyarrow 26.0.1."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

HERE = Path(__file__).parent
moment = dt.datetime(2024, 3, 5, 9, 12, 0)
table = pa.table({
    "int8": pa.array([-1, None, 127], pa.int8()),
    "uint64": pa.array([0, None, 2**64 - 1], pa.uint64()),
    "float": pa.array([1.0, float("nan"), 0.1], pa.float64()),
    "half": pa.array([1.5, None, 2.0], pa.float32()),
    "decimal": pa.array([Decimal("1.50"), None, Decimal("-0.05")], pa.decimal128(9, 2)),
    "flag": pa.array([True, None, False]),
    "text": pa.array(["a", None, "Zoë"], pa.large_string()),
    "level": pa.array(["low", None, "high"]).dictionary_encode(),
    "day": pa.array([dt.date(2024, 3, 5), None, dt.date(1899, 12, 31)]),
    "nanos": pa.array([1709629920000000001, None, -1], pa.timestamp("ns")),
    "zoned": pa.array([moment, None, moment], pa.timestamp("ms", tz="America/New_York")),
    "clock": pa.array([dt.time(9, 12), None, dt.time(23, 59, 59, 500000)], pa.time64("us")),
    "length": pa.array([dt.timedelta(hours=36, minutes=30), None, dt.timedelta(seconds=-1)], pa.duration("ms")),
    "bytes": pa.array([b"x", None, b"y"], pa.binary()),
})
pq.write_table(table, HERE / "types.parquet", compression="zstd")
feather.write_feather(table, str(HERE / "types.feather"), compression="lz4")
with pa.OSFile(str(HERE / "types.arrows"), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
    stream.write_table(table)
nested = pa.table({"id": [1], "list": pa.array([[1, 2]]), "struct": pa.array([{"a": 1}])})
pq.write_table(nested, HERE / "nested.parquet")
feather.write_feather(nested, str(HERE / "nested.feather"), compression="uncompressed")
with pa.OSFile(str(HERE / "nested.arrows"), "wb") as file, pa.ipc.new_stream(file, nested.schema) as stream:
    stream.write_table(nested)
# Bytes that are text in one row and none in the other two, numbers of all sizes, brotli.
odd = pa.table({"key": pa.array([b"plain", b"\xff\x00", b"\xe9"]), "number": [-0.0, 1e300, 1.5e-9]})
pq.write_table(odd, HERE / "odd.parquet", compression="brotli")
# One text of a megabyte, 2,200 times: a small file that unfolds to more than two gigabytes.
long = pa.DictionaryArray.from_arrays(pa.array([0] * 2200, pa.int32()), pa.array(["x" * 2**20]))
pq.write_table(pa.table({"text": long}), HERE / "long.parquet", compression="zstd", store_schema=False, write_statistics=False)
