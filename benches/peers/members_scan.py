"""Bare scan of the member file with Polars: reads the columns and sums by wave, nothing else.

No score, no design, no error: the time below which a program that reads the same text has nothing left to gain.
python members_scan.py members.csv
"""

import sys

import polars as pl

VALUES = [f"barc10_{k}" for k in range(1, 11)] + [f"k6_{k}" for k in range(1, 7)] + ["age", "years_in_recovery"]
TEXTS = ["region", "center_id", "gender", "race", "housing"]

weighted = [(pl.col(name) * pl.col("weight")).sum() for name in VALUES]
counted = [pl.col(name).count() for name in TEXTS]
scan = pl.scan_csv(sys.argv[1]).select("wave", "weight", *VALUES, *TEXTS)
sums = scan.group_by("wave").agg(pl.col("weight").sum(), *weighted, *counted).sort("wave").collect()
sys.stdout.write(sums.write_csv())
