"""All samples of tiny populations: what the variance of a change of two waves is, and what its estimates are on average.

Written from the textbook formulas without recovista; `tests/it/two_waves.rs` draws the same samples and holds
`estimate::answer` to the true variances printed here. `python3 tests/reference/change/two_waves.py`
"""
from itertools import combinations, product

# answers of people in two waves, by center
CENTERS = [
    [(3, 5), (6, 7), (9, 12), (14, 15)],
    [(8, 9), (11, 14), (12, 13), (17, 21)],
    [(1, 4), (2, 3), (7, 9), (10, 12)],
]


def draws(centers, taken, people):
    """All samples of one wave: the people of each center taken."""
    for some in combinations(range(len(centers)), taken):
        for seats in product(*[list(combinations(range(len(centers[c])), people)) for c in some]):
            yield {(c, s): centers[c][s] for c, own in zip(some, seats) for s in own}


def mean(sample, wave):
    return sum(answer[wave] for answer in sample.values()) / len(sample)


def squares(values):
    values = list(values)
    return sum(v * v for v in values) - sum(values) ** 2 / len(values)


def stage(first, second, n, size, above_var, above_cov):
    """One stage below one parent: variances of both waves and their covariance, from influences by unit and wave."""
    both = [u for u in first if u in second]
    total = above_var * (1 - n / size) * n / (n - 1) * (squares(first.values()) + squares(second.values()))
    expected = n * n / size
    if both:
        m1, m2 = sum(first.values()) / n, sum(second.values()) / n
        c = sum((first[u] - m1) * (second[u] - m2) for u in both) / (len(both) * (1 - 2 / n + len(both) / n**2))
        total += 2 * above_cov * (len(both) - expected) * c
    return total, expected / len(both) if both else 0.0


def estimated(one, two, taken, people, centers):
    """The variance of mean two less mean one, as estimated from one pair of samples."""
    z = [{k: sign * (a[w] - mean(s, w)) / len(s) for k, a in s.items()} for w, (s, sign) in enumerate(((one, -1), (two, 1)))]
    by = [{c: sum(v for (d, _), v in own.items() if d == c) for c in {d for d, _ in own}} for own in z]
    total, passed = stage(by[0], by[1], taken, centers, 1.0, 1.0) if taken > 1 else (0.0, 1.0)
    share = taken / centers
    for c in set(by[0]) | set(by[1]):
        first, second = ({s: v for (d, s), v in own.items() if d == c} for own in z)
        size = len(CENTERS[c])
        if first and second:
            total += stage(first, second, people, size, share, passed)[0]
        else:
            total += share * (1 - people / size) * people / (people - 1) * squares((first or second).values())
    return total


def true_variance(pairs):
    changes = [mean(two, 1) - mean(one, 0) for one, two in pairs]
    centre = sum(changes) / len(changes)
    return sum((c - centre) ** 2 for c in changes) / len(changes)


def panel_variance(one, two, taken, people, centers):
    """The formula of a panel: units of either wave, one fraction (n of a wave over the population)."""
    z = {}
    for w, (s, sign) in enumerate(((one, -1), (two, 1))):
        for k, a in s.items():
            z[k] = z.get(k, 0.0) + sign * (a[w] - mean(s, w)) / len(s)
    total, units = 0.0, {}
    for (c, s), v in z.items():
        units.setdefault(c, []).append(v)
    n, f = len(units), taken / centers
    if f < 1:
        total += (1 - f) * n / (n - 1) * squares(sum(v) for v in units.values())
    for c, own in units.items():
        m = len(own)
        total += f * (1 - people / len(CENTERS[c])) * m / (m - 1) * squares(own)
    return total


def main():
    waves = lambda taken, people, centers: list(draws(CENTERS[:centers], taken, people))
    plans = {
        "people drawn anew in one center": (1, 3, 1, lambda one, two: True),
        "the same people of one center": (1, 3, 1, lambda one, two: set(one) == set(two)),
        "centers and people drawn anew": (2, 3, 3, lambda one, two: True),
        "the same centers, people drawn anew": (2, 3, 3, lambda one, two: {c for c, _ in one} == {c for c, _ in two}),
        "the same centers and people": (2, 3, 3, lambda one, two: set(one) == set(two)),
        "all centers, people drawn anew": (2, 3, 2, lambda one, two: True),
    }
    for name, (taken, people, centers, keep) in plans.items():
        one = waves(taken, people, centers)
        pairs = [(a, b) for a in one for b in one if keep(a, b)]
        truth = true_variance(pairs)
        found = [estimated(a, b, taken, people, centers) for a, b in pairs]
        panel = [panel_variance(a, b, taken, people, centers) for a, b in pairs]
        low = sum(v < p / 2 for v, p in zip(found, panel))
        print(f"{name}: {len(pairs)} samples, variance {truth:.12f}, estimated {sum(found) / len(found):.12f}, as a panel {sum(panel) / len(panel):.6f}, floored {low}")


if __name__ == "__main__":
    main()
