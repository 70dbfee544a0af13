"""Runs every program of commands.json as a whole process and writes results.json.

python measure.py --recovista PATH --data FOLDER --runs N [--job members|visits] [--peer NAME ...]

Wall time is taken from before the process starts until it has ended, output included. Peak memory comes from one
more run under GNU time (largest resident set, pages of mapped files included) while RssAnon of /proc/PID/status is
read every five milliseconds (largest anonymous memory: what the program itself allocated).
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import answers

HERE = pathlib.Path(__file__).parent
SIZES = {"members": [1_000, 100_000, 1_000_000], "visits": [20_000_000]}


def main() -> None:
    options = arguments()
    jobs = json.loads((HERE / "commands.json").read_text())
    kept = json.loads(options.out.read_text())["measured"] if options.out.exists() else []
    where = machine(options)
    for job in [options.job] if options.job else list(jobs):
        for rows in SIZES[job]:
            data = options.data / f"{job}_{rows}.csv"
            programs = [program for program in jobs[job] if not options.peer or program["peer"] in options.peer]
            new = measure_all(job, rows, data, programs, options)
            done = {(entry["job"], entry["rows"], entry["peer"]) for entry in new}
            kept = [entry for entry in kept if (entry["job"], entry["rows"], entry["peer"]) not in done] + new
            options.out.write_text(json.dumps({"machine": where, "measured": kept}, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recovista", default="recovista")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--job", choices=list(SIZES))
    parser.add_argument("--peer", action="append")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results.json")
    return parser.parse_args()


def measure_all(job: str, rows: int, data: pathlib.Path, programs: list, options: argparse.Namespace) -> list:
    """All programs of a job on one file; they take turns, so that a busy minute does not fall on one of them."""
    read = answers.of_members if job == "members" else answers.of_visits
    runs = options.runs if rows < 1_000_000 else max(3, options.runs // 2)
    commands = {program["peer"]: fill(program["run"], data, options) for program in programs}
    walls, printed, failed = {peer: [] for peer in commands}, {}, {}
    for _ in range(runs + 1):  # the first turn warms the file cache and does not count
        for peer, command in commands.items():
            if peer not in failed:
                wall, text, problem = timed(command)
                walls[peer].append(wall)
                printed[peer] = text
                if problem:
                    failed[peer] = problem
    entries, reference = [], None
    for program in programs:
        peer = program["peer"]
        if peer in failed:
            print(f"{job} {rows} {peer}: failed: {failed[peer]}", file=sys.stderr)
            continue
        entry = {"job": job, "rows": rows, "bytes": data.stat().st_size, "peer": peer, "wall": sorted(walls[peer][1:])}
        entry |= memory(commands[peer])
        if program.get("answers", True):
            found = read(printed[peer])
            reference = reference or (peer, found)
            wrong = answers.differences(reference[1], found)
            entry |= {"answers": len(found), "agrees_with": reference[0], "differences": len(wrong)}
            for line in wrong[:5]:
                print(f"{job} {rows} {peer} differs from {reference[0]}: {line}", file=sys.stderr)
        entries.append(entry)
        print(f"{job} {rows:>9,} {peer}: {statistics.median(entry['wall']):.3f} s, {entry['peak_rss_mb']:.0f} MB, anonymous {entry['peak_anonymous_mb']:.0f} MB", file=sys.stderr)
    return entries


def fill(command: list, data: pathlib.Path, options: argparse.Namespace) -> list:
    words = {"{recovista}": options.recovista, "{data}": str(data), "{python}": sys.executable}
    return [words.get(word, word.replace("{here}", str(HERE))) for word in command]


def timed(command: list) -> tuple[float, str, str]:
    if shutil.which(command[0]) is None:
        return 0.0, "", f"there is no program {command[0]}"
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        start = time.perf_counter()
        code = subprocess.call(command, stdout=out, stderr=error, stdin=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        out.seek(0)
        error.seek(0)
        problem = error.read().decode(errors="replace")[-400:] or f"exit {code}" if code else ""
        return wall, out.read().decode(), problem


def memory(command: list) -> dict:
    with tempfile.NamedTemporaryFile() as report:
        wrapped = ["/usr/bin/time", "-f", "%M %U %S", "-o", report.name, *command]
        process = subprocess.Popen(wrapped, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        anonymous = 0
        while process.poll() is None:
            anonymous = max(anonymous, rss_anonymous(process.pid))
            time.sleep(0.005)
        peak, user, system = report.read().decode().split()[-3:]
    return {"peak_rss_mb": int(peak) / 1024, "peak_anonymous_mb": anonymous / 1024, "cpu": float(user) + float(system)}


def rss_anonymous(parent: int) -> int:
    """Anonymous memory of the children of GNU time, in KiB; 0 while there is none."""
    try:
        children = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        lines = [line for child in children for line in pathlib.Path(f"/proc/{child}/status").read_text().splitlines()]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def machine(options: argparse.Namespace) -> dict:
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory_kb = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory_kb / 1024 / 1024),
        "system": platform.release(),
        "load_before": round(os.getloadavg()[0], 2),
        "versions": versions(options),
    }


def versions(options: argparse.Namespace) -> dict:
    from importlib.metadata import version

    found = {name: version(name) for name in ("svy", "polars", "duckdb")} | {"Python": platform.python_version()}
    script = 'cat(R.version$major, ".", R.version$minor, " ", as.character(packageVersion("survey")), " ", as.character(packageVersion("data.table")), sep = "")'
    for names, command in ((("R", "survey", "data.table"), ["Rscript", "-e", script]), (("recovista",), [options.recovista, "--version"])):
        try:
            words = subprocess.check_output(command, text=True).replace("recovista ", "").split()
            found |= dict(zip(names, words))
        except (OSError, subprocess.CalledProcessError):
            pass
    return found


main()
