"""Times both commands in turns and prints the best of each, their ratio and the peak memory.

    python3 measure.py RECOVISTA [ROUNDS]

RECOVISTA is a release build; Polars comes from the Python that runs this script.
"""

import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "data")
ROWS = 1_000_000


def make(recovista):
    """The file, and the registry that one check looks into."""
    os.makedirs(DATA, exist_ok=True)
    members = os.path.join(DATA, "members.csv")
    if not os.path.exists(members):
        schema = os.path.join(HERE, "..", "peers", "members.toml")
        subprocess.run([recovista, "synth", schema, "--rows", str(ROWS), "--seed", "1", "--out", members], check=True)
    with open(os.path.join(DATA, "centers.csv"), "w", encoding="utf-8") as centers:
        centers.write("center_id\n")
        centers.writelines(f"C{center:04}\n" for center in range(0, 3901))
    return members


def timed(command):
    """Seconds and peak memory in MB of one command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} failed")
    return seconds, usage.ru_maxrss / 1024


def main():
    recovista = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    members = make(recovista)
    commands = {
        "polars": [sys.executable, os.path.join(HERE, "polars_read.py"), members],
        "recovista": [recovista, "check", os.path.join(HERE, "pipeline.toml"), "--data"],
    }
    start_only = [sys.executable, "-c", "import polars"]
    best = {}
    for _ in range(rounds):
        for name, command in [*commands.items(), ("start of polars", start_only)]:
            best[name] = min(best.get(name, (1e9, 0)), timed(command))
    for name, (seconds, memory) in best.items():
        print(f"{name:<16} {seconds:6.2f} s  {memory:6.0f} MB")
    read = best["polars"][0] - best["start of polars"][0]
    print(f"bare read without the start of Python: {read:.2f} s")
    print(f"recovista takes {best['recovista'][0] / read:.2f} times the bare read")


main()
