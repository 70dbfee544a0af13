"""Visit job with Polars' streaming engine. python visits_polars.py visits.csv"""

import sys

import polars as pl

FORMAT = "%Y-%m-%dT%H:%M:%S"
time = {name: pl.col(name).str.to_datetime(FORMAT, time_unit="us") for name in ("check_in", "check_out")}
visits = pl.scan_csv(sys.argv[1], schema_overrides={"check_in": pl.String, "check_out": pl.String})
table = (
    visits.select("center_id", "member_id", time["check_in"], time["check_out"])
    .group_by("center_id", pl.col("check_in").dt.month().alias("month"))
    .agg(
        pl.len().alias("visits"),
        pl.col("member_id").n_unique().alias("people"),
        ((pl.col("check_out") - pl.col("check_in")).dt.total_seconds() / 60).median().alias("median_minutes"),
    )
    .sort("center_id", "month")
    .collect(engine="streaming")
)
sys.stdout.write(table.write_csv())
