"""Damages files and has the program read them: PROGRAM SECONDS FILE...

For formats that the program reads in a child process, where the fuzzer sees nothing of the code. Every reading must end
by itself within 60 seconds with exit code 0, 1, 2 or 3, and without the words of a panic. Prints what does not, and keeps the file.
"""

import os
import random
import subprocess
import sys
import tempfile
import time

program, seconds, *files = sys.argv[1:]
rng = random.Random(20241231)
seeds = [(os.path.splitext(name)[1], open(name, "rb").read()) for name in files]
folder = tempfile.mkdtemp(prefix="recovista-damage-")
end = time.time() + float(seconds)
count = finds = 0
codes: dict[int, int] = {}
slowest = 0.0
while time.time() < end:
    ending, whole = rng.choice(seeds)
    data = bytearray(whole)
    kind = rng.randrange(4)
    if kind == 0:
        del data[rng.randrange(len(data) + 1):]
    elif kind == 1:
        for _ in range(rng.choice((1, 2, 8, 64))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        start = rng.randrange(len(data))
        stop = min(len(data), start + rng.randrange(1, 64))
        data[start:stop] = bytes(rng.choice((0, 255, rng.randrange(256))) for _ in range(stop - start))
    else:
        start = rng.randrange(len(data))
        stop = rng.randrange(start, len(data))
        place = rng.randrange(len(data))
        data[place:place] = data[start:stop]
    path = os.path.join(folder, f"damaged{ending}")
    with open(path, "wb") as file:
        file.write(data)
    begin = time.time()
    try:
        done = subprocess.run([program, "estimate", path, "--count", "--format", "csv"], capture_output=True, timeout=60)
        code, said = done.returncode, done.stderr
    except subprocess.TimeoutExpired:
        code, said = -1, b"timeout"
    slowest = max(slowest, time.time() - begin)
    codes[code] = codes.get(code, 0) + 1
    count += 1
    if code not in (0, 1, 2, 3) or b"panicked" in said:
        finds += 1
        kept = os.path.join(folder, f"find-{finds}{ending}")
        with open(kept, "wb") as file:
            file.write(data)
        print(kept, code, said[-300:].decode(errors="replace"), flush=True)
print(f"{count} readings, exit codes {dict(sorted(codes.items()))}, {finds} finds, slowest {slowest:.1f} s")
