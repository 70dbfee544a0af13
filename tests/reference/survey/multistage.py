"""Two stages with finite populations, by the textbook formula (Cochran, section 10.3), in exact fractions.

Prints the mean, its standard error and df of the cases in tests/it/reference.rs.
"""
from fractions import Fraction as F
from math import sqrt

# stratum, center, person, answer; population: centers per stratum, people per center
ROWS = [
    ("north", "a", 1, 3), ("north", "a", 2, 5), ("north", "a", 3, 4),
    ("north", "b", 4, 8), ("north", "b", 5, 6),
    ("north", "c", 6, 2), ("north", "c", 7, 2), ("north", "c", 8, 5), ("north", "c", 9, 7),
    ("south", "d", 10, 9), ("south", "d", 11, 4), ("south", "d", 12, 6),
    ("south", "e", 13, 1), ("south", "e", 14, 3),
]
PEOPLE = {"a": 12, "b": 9, "c": 20, "d": 15, "e": 8}


def estimate(centers, rows=ROWS, fpc=True, keep=lambda r: True):
    strata = sorted({r[0] for r in rows})
    units = {s: sorted({r[1] for r in rows if r[0] == s}) for s in strata}
    m = {u: sum(r[1] == u for r in rows) for u in PEOPLE}
    w = {r[2]: F(centers[r[0]], len(units[r[0]])) * F(PEOPLE[r[1]], m[r[1]]) for r in rows}
    dom = [r for r in rows if keep(r)]
    total = sum(w[r[2]] for r in dom)
    mean = sum(w[r[2]] * r[3] for r in dom) / total
    z = {r[2]: (w[r[2]] * (r[3] - mean) / total if keep(r) else F(0)) for r in rows}
    var = F(0)
    for s in strata:
        n, big = len(units[s]), centers[s]
        f1 = F(n, big) if fpc else F(0)
        t = {u: sum(z[r[2]] for r in rows if r[1] == u) for u in units[s]}
        bar = sum(t.values()) / n
        if f1 != 1:
            var += (1 - f1) * F(n, n - 1) * sum((x - bar) ** 2 for x in t.values())
        for u in units[s]:
            f2 = F(m[u], PEOPLE[u])
            zu = [z[r[2]] for r in rows if r[1] == u]
            b = sum(zu) / m[u]
            var += f1 * (1 - f2) * F(m[u], m[u] - 1) * sum((x - b) ** 2 for x in zu)
    return float(mean), sqrt(var)


print("two stages", estimate({"north": 6, "south": 5}))
print("first stage a census", estimate({"north": 3, "south": 2}))
print("one stratum a census", estimate({"north": 3, "south": 5}))
print("domain of odd people", estimate({"north": 6, "south": 5}, keep=lambda r: r[2] % 2 == 1))

a = [r[3] for r in ROWS if r[1] == "a"]
bar = sum(a) / 3
print("center a alone", bar, sqrt((1 - 3 / 12) / 3 * sum((x - bar) ** 2 for x in a) / 2))
