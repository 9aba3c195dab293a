"""Recomputes statistics, derived series and report numbers from the raw CSV export with nothing of ours.

python3 recompute.py POND.csv WEATHER.csv ANSWERS.json [control]

Controls spoil the raw values on purpose and must be found: `dropped` leaves every flagged row out, late ones too, `doubted` takes doubted values in,
`shifted` reads Beijing times as UTC, `float32` rounds. Exit code 0: equal; 1: not, with the first difference.
"""
import csv
import json
import struct
import sys
from datetime import datetime, timezone

DOUBTS = {"spike", "stuck", "clock"}
HOUR = 3_600_000
DAY = 24 * HOUR
OFFSET = 8 * HOUR
control = sys.argv[4] if len(sys.argv) > 4 else ""
with open(sys.argv[3], encoding="utf-8") as file:
    answers = json.load(file)
checked = 0


def good(path, field):
    """[(epoch ms, value)] of good values in order of time."""
    found = []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row[field] == "":
                continue
            flags = {flag.split(":")[1] for flag in row["flags"].split() if flag.startswith(field + ":")}
            if control == "dropped" and flags:
                continue
            if flags & DOUBTS and control != "doubted":
                continue
            value = float(row[field])
            if control == "float32":
                value = struct.unpack("f", struct.pack("f", value))[0]
            time = datetime.fromisoformat(row["time"])
            if control == "shifted":
                time = time.replace(tzinfo=timezone.utc)
            found.append((round(time.timestamp() * 1000), value))
    return sorted(found)


def segments(samples, begin, end, interval):
    """Straight lines between values two and a half intervals apart at most, cut to the window."""
    for (t0, v0), (t1, v1) in zip(samples, samples[1:]):
        a, b = max(t0, begin), min(t1, end)
        if t1 - t0 <= 2.5 * interval and b > a:
            slope = (v1 - v0) / (t1 - t0)
            yield a, b, v0 + slope * (a - t0), v0 + slope * (b - t0)


def below(samples, begin, end, interval, limit):
    total = 0.0
    for a, b, first, last in segments(samples, begin, end, interval):
        one, other = limit - first, limit - last
        if one > 0 and other > 0:
            total += b - a
        elif max(one, other) > 0:
            total += (b - a) * max(one, other) / abs(one - other)
    return total


def known(samples, begin, end, interval):
    return sum(b - a for a, b, _, _ in segments(samples, begin, end, interval))


def inside(samples, begin, end):
    return [value for time, value in samples if begin <= time < end]


def percentile(values, share):
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (rank - low) * (ordered[high] - ordered[low])


def same(what, answered, expected):
    global checked
    checked += 1
    if (answered is None) != (expected is None) or (expected is not None and abs(answered - expected) > 1e-9):
        sys.exit(f"{what}: {answered}, recomputed {expected}")


def coverage(what, window, samples, interval):
    begin, end = window["from"], window["to"]
    share = known(samples, begin, end, interval) / (end - begin)
    if abs(window["coverage"] - share) > 6e-4:
        sys.exit(f"coverage of {what}: {window['coverage']}, recomputed {share}")
    same(f"values of {what}", window["used"], len(inside(samples, begin, end)))


pond = good(sys.argv[1], "dissolved_oxygen")
weather = good(sys.argv[2], "air_temperature")
FIVE, TEN = 300_000, 600_000

for window in answers["minimum"]:
    values = inside(pond, window["from"], window["to"])
    if (window["from"] + OFFSET) % DAY != DAY // 2:
        sys.exit("a window does not begin at noon")
    same("dawn minimum", window["value"], min(values) if values else None)
    coverage("dawn minimum", window, pond, FIVE)
for window in answers["debt"]:
    begin, end = window["from"], window["to"]
    hours = below(pond, begin, end, FIVE, 5) / HOUR if known(pond, begin, end, FIVE) > 0 else None
    same("debt hours", window["value"], hours)
for window in answers["nights"]:
    values = inside(pond, window["from"], window["to"])
    same("median", window["values"].get("median"), percentile(values, 0.5) if values else None)
    same("p90", window["values"].get("p90"), percentile(values, 0.9) if values else None)
for window in answers["degrees"]:
    values = inside(weather, window["from"], window["to"])
    expected = max(0, (min(max(values), 35) + max(min(values), 10)) / 2 - 10) if values else None
    same("degree days", window["value"], expected)
complete = [w for w in answers["degrees"] if known(weather, w["from"], w["to"], TEN) >= 0.9 * (w["to"] - w["from"])]
same("sum of degree days", answers["total"]["value"], sum(w["value"] for w in complete))
same("complete days", answers["total"]["complete"], len(complete))
for report in answers["reports"]:
    begin, end = report["from"], report["to"]
    row = next(row for row in report["rows"] if row["field"]["text"]["en"] == "dissolved oxygen")
    values = inside(pond, begin, end)
    same("report: least", row["min"]["value"], min(values))
    same("report: mean", row["mean"]["value"], sum(sorted(values)) / len(values))
    same("report: greatest", row["max"]["value"], max(values))
    same("report: beyond warning", row["warning"]["value"], below(pond, begin, end, FIVE, 5) / 60_000)
    same("report: beyond critical", row["critical"]["value"], below(pond, begin, end, FIVE, 4.5) / 60_000)
    same("report: unknown", row["unknown"]["value"], (end - begin - known(pond, begin, end, FIVE)) / 60_000)
print(f"{checked} numbers equal")
