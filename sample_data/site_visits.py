"""Writes sample_data/site_visits.csv: coded excerpts of interviews that nobody gave. Same bytes on every run.

Run it from the folder of the repository: python3 sample_data/site_visits.py
"""

import csv

ROLES = [("Guest", 120), ("Staff", 64), ("Partner", 58)]
# Code, share of guests, staff and partners who raise it in percent, and two ways in which somebody could put it.
CODES = [
    ("Welcome and belonging", (78, 60, 41), ["People know my name here.", "You walk in and somebody gets up to greet you."]),
    ("Housing", (54, 63, 50), ["Without a place to sleep the rest is hard.", "We lose people when their lease ends."]),
    ("Transport", (46, 50, 36), ["The last bus goes before the evening meeting.", "It takes two buses to get to the center."]),
    ("Work and training", (42, 37, 32), ["I want a job that sees more than my record.", "Employers call us now, which is new."]),
    ("Family", (38, 27, 23), ["I see my kids again on weekends.", "Families ask for a group of their own."]),
    ("Staff and space", (17, 70, 41), ["We need one more room and two more people.", "Coaches burn out when the phone never stops."]),
    ("Stigma", (33, 40, 55), ["At the clinic they talk to me like a number.", "Neighbors came round once they met us."]),
    ("Ways into treatment", (21, 43, 59), ["A bed within a day makes all the difference.", "We call each other now and not only the police."]),
]


def main():
    state = 20241105

    def roll(end):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) * end >> 31

    rows, person = [], 0
    for place, (role, people) in enumerate(ROLES):
        for _ in range(people):
            person += 1
            visit = f"V{1 + roll(12):02}"
            for code, shares, words in CODES:
                if roll(100) < shares[place]:
                    # Somebody who speaks of a thing may come back to it.
                    for _ in range(1 + (roll(3) == 0)):
                        rows.append([f"S{person:03}", visit, role, code, words[roll(len(words))]])
    with open("sample_data/site_visits.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["excerpt_id", "source", "visit", "role", "code", "excerpt"])
        writer.writerows([f"E{number:04}", *row] for number, row in enumerate(rows, 1))


if __name__ == "__main__":
    main()
