"""Member job in Python: Polars reads and scores, svy estimates. python members_svy.py members.csv"""

import sys

import polars as pl
import svy

ITEMS = {"barc10": ([f"barc10_{k}" for k in range(1, 11)], 2), "k6": ([f"k6_{k}" for k in range(1, 7)], 1)}
MEANS = ["barc10_sum", "k6_sum", "age", "years_in_recovery"]
SHARES = ["gender", "race", "housing"]


def score(name: str) -> pl.Expr:
    """Mean of the answered items times their number; missing when too many are."""
    items, allowed = ITEMS[name]
    few = pl.sum_horizontal(pl.col(items).is_null()) <= allowed
    return pl.when(few).then(pl.mean_horizontal(items) * len(items)).alias(f"{name}_sum")


def rows(estimates: list, stat: str) -> pl.DataFrame:
    frames = []
    for variable, estimate in estimates:
        table = estimate.to_polars()
        level = pl.col(variable).cast(pl.String) if stat == "proportion" else pl.lit("0.5" if stat == "quantile" else "")
        columns = [pl.col("wave").cast(pl.String), pl.lit(variable).alias("variable"), level.alias("level"), pl.lit(stat).alias("stat")]
        frames.append(table.select(*columns, pl.col("est").alias("estimate"), pl.col("se").alias("std_error")))
    return pl.concat(frames)


def main() -> None:
    people = (
        pl.scan_csv(sys.argv[1])
        .select("region", "center_id", "weight", "wave", "age", "years_in_recovery", *SHARES, score("barc10"), score("k6"))
        .collect()
    )
    sample = svy.Sample(people, svy.Design(stratum="region", psu="center_id", wgt="weight"))
    options = {"by": "wave", "drop_nulls": True}
    means = sample.estimation.mean(MEANS, **options)
    shares = sample.estimation.prop(SHARES, **options)
    median = sample.estimation.median("age", q_method="middle", **options)
    parts = [rows(list(zip(MEANS, means)), "mean"), rows(list(zip(SHARES, shares)), "proportion"), rows([("age", median)], "quantile")]
    sys.stdout.write(pl.concat(parts).write_csv())


main()
