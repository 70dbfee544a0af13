"""Visit job with DuckDB. python visits_duckdb.py visits.csv"""

import sys

import duckdb

QUERY = """
copy (
  select center_id, month(check_in) as month, count(*) as visits, count(distinct member_id) as people,
         median(epoch(check_out - check_in) / 60) as median_minutes
  from read_csv(?, header = true, columns = {
    'visit_id': 'varchar', 'member_id': 'varchar', 'center_id': 'varchar', 'check_in': 'timestamp', 'check_out': 'timestamp'})
  group by all order by all
) to '/dev/stdout' (format csv, header)
"""

duckdb.execute(QUERY, [sys.argv[1]])
