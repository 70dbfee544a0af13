#!/usr/bin/env bash
# Fuzzes one reader: fuzz/run.sh READER SECONDS [ENDING…]
# Seeds are the files of the repository, and of RECOVISTA_REAL_DATA where it is set, that have one of the endings and at most 64 kB.
# Needs a nightly toolchain and `cargo install cargo-fuzz`.
set -euo pipefail
cd "$(dirname "$0")"

reader="$1" seconds="$2"
shift 2
corpus="corpus/$reader"
mkdir -p "$corpus"
for folder in ../tests/reference ../sample_data "${RECOVISTA_REAL_DATA:-}"; do
    [ -n "$folder" ] && [ -d "$folder" ] || continue
    for ending in "$@"; do
        find "$folder" -name "*.$ending" -size -65k -print0 | while IFS= read -r -d '' file; do
            cp "$file" "$corpus/seed-$(sha1sum "$file" | cut -c1-16)"
        done
    done
done
if [ "$reader" != content ]; then export RECOVISTA_FUZZ_READER="$reader"; fi
exec cargo +nightly fuzz run --dev -s none read "$corpus" -- \
    -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
