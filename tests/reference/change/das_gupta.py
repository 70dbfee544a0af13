"""The example 5.3 of Das Gupta 1993 (Standardization and decomposition of rates: a user's manual, U.S. Census Bureau P23-186;
a work of the United States government, public domain): population in thousands and deaths per 1,000 of the United States in
1985 and 1970, by race and age. Writes das_gupta_1993.csv and prints both parts of the difference of the crude rates.

    python3 tests/reference/change/das_gupta.py
"""
from pathlib import Path

SIZE_1985 = [3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472, 707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236]
SIZE_1970 = [2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315, 535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117]
RATE_1985 = [9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570, 17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161]
RATE_1970 = [18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837, 36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205]

rows = list(zip([1] * 11 + [2] * 11, list(range(1, 12)) * 2, SIZE_1985, RATE_1985, SIZE_1970, RATE_1970))
text = "race,age,size_1985,rate_1985,size_1970,rate_1970\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
(Path(__file__).resolve().parent / "das_gupta_1993.csv").write_text(text)
later, earlier = sum(SIZE_1985), sum(SIZE_1970)
print("crude", sum(n * r for n, r in zip(SIZE_1970, RATE_1970)) / earlier, sum(n * r for n, r in zip(SIZE_1985, RATE_1985)) / later)
print("within", sum((n2 / later + n1 / earlier) / 2 * (r2 - r1) for _, _, n2, r2, n1, r1 in rows))
print("mix", sum((n2 / later - n1 / earlier) * (r2 + r1) / 2 for _, _, n2, r2, n1, r1 in rows))
