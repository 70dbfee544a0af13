"""results.json in, times.svg out: wall time against rows for the member job, both axes in powers of ten.

Plain SVG with its own light and dark colors, so that it reads in either without a plotting library.
"""

import json
import math
import pathlib
import statistics

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 800, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 240, 56, 68
STYLE = """
text { font: 14px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 } .axis { fill: #59636e; font-size: 13px }
.grid { stroke: #d1d9e0 } .back { fill: #ffffff }
.line { fill: none; stroke: #59636e; stroke-width: 2 } .dot { fill: #59636e }
.own { stroke: #0b6e4f; stroke-width: 3 } .dot.own { fill: #0b6e4f; stroke: none } text.own { fill: #0b6e4f; font-weight: 600; stroke: none }
.floor { stroke-dasharray: 5 4 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .axis { fill: #9198a1 } .grid { stroke: #3d444d } .back { fill: #0d1117 }
  .line { stroke: #9198a1 } .dot { fill: #9198a1 }
  .own { stroke: #4ac29a } .dot.own { fill: #4ac29a } text.own { fill: #4ac29a }
}
"""


def main() -> None:
    measured = [entry for entry in json.loads((HERE / "results.json").read_text())["measured"] if entry["job"] == "members"]
    lines: dict[str, list[tuple[int, float]]] = {}
    for entry in sorted(measured, key=lambda entry: entry["rows"]):
        lines.setdefault(entry["peer"], []).append((entry["rows"], statistics.median(entry["wall"])))
    (HERE / "times.svg").write_text(svg(lines))


def svg(lines: dict) -> str:
    rows = [row for line in lines.values() for row, _ in line]
    walls = [wall for line in lines.values() for _, wall in line]
    low, high = math.floor(math.log10(min(walls))), math.ceil(math.log10(max(walls)))
    across = scale(math.log10(min(rows)), math.log10(max(rows)), LEFT, WIDTH - RIGHT)
    up = scale(low, high, HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t">',
             f"<title id=\"t\">{describe(lines)}</title><style>{STYLE}</style>", f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
             f'<text class="title" x="{LEFT}" y="24">Member job: seconds from start to end of the process</text>']
    for power in range(low, high + 1):
        y = up(power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="axis" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    for row in sorted(set(rows)):
        parts.append(f'<text class="axis" x="{across(math.log10(row)):.1f}" y="{HEIGHT - BOTTOM + 24}" text-anchor="middle">{row:,}</text>')
    parts.append(f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - BOTTOM + 50}" text-anchor="middle">members in the file</text>')
    heights = apart({peer: up(math.log10(line[-1][1])) for peer, line in lines.items()})
    for peer, line in lines.items():
        kind = "own" if peer == "recovista" else "floor" if "sums only" in peer else ""
        points = [(across(math.log10(row)), up(math.log10(wall))) for row, wall in line]
        parts.append(f'<polyline class="line {kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
        parts += [f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in points]
        parts.append(f'<text class="{kind}" x="{points[-1][0] + 12:.1f}" y="{heights[peer] + 5:.1f}">{peer}, {shown(line[-1][1])}</text>')
    return "\n".join([*parts, "</svg>", ""])


def scale(first: float, last: float, start: float, end: float):
    return lambda value: start + (value - first) / ((last - first) or 1) * (end - start)


def apart(heights: dict, least: float = 18) -> dict:
    """Labels at the ends of the lines, moved down where they would touch."""
    placed, before = {}, -math.inf
    for peer, height in sorted(heights.items(), key=lambda pair: pair[1]):
        before = placed[peer] = max(height, before + least)
    return placed


def shown(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def describe(lines: dict) -> str:
    ends = ", ".join(f"{peer} {shown(line[-1][1])}" for peer, line in lines.items())
    return f"Time of the member job against rows. At the largest file: {ends}."


main()
