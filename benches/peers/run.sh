#!/bin/sh
# The whole comparison, from an empty machine (Debian or Ubuntu, root for apt) to results.json, README tables and times.svg.
#   benches/peers/run.sh [DATA FOLDER] [RUNS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=${1:-${TMPDIR:-/tmp}/recovista-peers}
runs=${2:-5}
target=${CARGO_TARGET_DIR:-$root/target}
recovista=$target/release/recovista
mkdir -p "$data"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if ! command -v Rscript >/dev/null || ! [ -x /usr/bin/time ] || ! Rscript -e 'stopifnot(all(c("survey", "data.table") %in% rownames(installed.packages())))' >/dev/null 2>&1; then
  as_root apt-get update -qq
  as_root apt-get install -y -qq r-base-core r-cran-survey r-cran-data.table python3-venv time
fi
[ -x "$data/venv/bin/python" ] || python3 -m venv "$data/venv"
"$data/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
cargo build --release --manifest-path "$root/Cargo.toml"

make_data() { # job rows
  [ -s "$data/$1_$2.csv" ] || "$recovista" synth "$here/$1.toml" --rows "$2" --seed 1 --out "$data/$1_$2.csv"
}
for rows in 1000 100000 1000000; do make_data members $rows; done
make_data visits 20000000

"$data/venv/bin/python" "$here/measure.py" --recovista "$recovista" --data "$data" --runs "$runs"
"$data/venv/bin/python" "$here/table.py"
"$data/venv/bin/python" "$here/plot.py"
