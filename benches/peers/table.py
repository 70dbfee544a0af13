"""results.json in, the tables of README.md out, between its two marks."""

import json
import pathlib
import statistics

HERE = pathlib.Path(__file__).parent
FIRST, LAST = "<!-- results -->", "<!-- end of results -->"


def main() -> None:
    results = json.loads((HERE / "results.json").read_text())
    readme = HERE / "README.md"
    before, rest = readme.read_text().split(FIRST, 1)
    after = rest.split(LAST, 1)[1]
    readme.write_text(before + FIRST + "\n" + text(results) + LAST + after)


def text(results: dict) -> str:
    machine, measured = results["machine"], results["measured"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    lines = [f"Measured on {machine['date']}: {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, Linux {machine['system']}, load {machine['load_before']} before the start. {versions}.", ""]
    for job in ("members", "visits"):
        entries = [entry for entry in measured if entry["job"] == job]
        lines += ["| rows | program | seconds, median (least–most) | beside recovista | processor seconds | peak memory, MB | of it anonymous, MB | answers |", "| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |"]
        lines += [line(entry, entries) for entry in sorted(entries, key=lambda entry: entry["rows"])]
        lines.append("")
    lines += ["![Seconds of the member job against rows, one line for each program](times.svg)", ""]
    return "\n".join(lines)


def line(entry: dict, entries: list) -> str:
    own = next((other for other in entries if other["peer"] == "recovista" and other["rows"] == entry["rows"]), None)
    wall = statistics.median(entry["wall"])
    ratio = f"{wall / statistics.median(own['wall']):.2g}×" if own else ""
    spread = f"{wall:.3f} ({entry['wall'][0]:.3f}–{entry['wall'][-1]:.3f})"
    cells = [f"{entry['rows']:,}", entry["peer"], spread, ratio, f"{entry['cpu']:.2f}", f"{entry['peak_rss_mb']:.0f}", f"{entry['peak_anonymous_mb']:.0f}", agreement(entry)]
    return f"| {' | '.join(cells)} |"


def agreement(entry: dict) -> str:
    if "answers" not in entry:
        return "none: it only reads and sums"
    if entry["agrees_with"] == entry["peer"]:
        return f"{entry['answers']:,}"
    return f"{entry['answers']:,}, " + (f"equal to {entry['agrees_with']}" if entry["differences"] == 0 else f"{entry['differences']} differ")


main()
