"""Recomputes windows of good values from the raw CSV export with nothing of ours: python3 recompute.py RAW.csv WINDOWS.json [control]

Controls spoil the raw values on purpose and must be found: `doubted` takes doubted values in, `shifted` reads Beijing times as UTC, `float32` rounds.
Exit code 0: equal; 1: not, with the first difference.
"""
import csv
import json
import struct
import sys
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
DOUBTS = {"spike", "stuck", "clock"}
control = sys.argv[3] if len(sys.argv) > 3 else ""
field = "dissolved_oxygen"

windows = {}
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        text = row[f"{field} [mg/L]"]
        if text == "":
            continue
        flags = {flag.split(":")[1] for flag in row["flags"].split() if flag.startswith(field + ":")}
        if flags & DOUBTS and control != "doubted":
            continue
        value = float(text)
        if control == "float32":
            value = struct.unpack("f", struct.pack("f", value))[0]
        time = datetime.fromisoformat(row["time"])
        if control == "shifted":
            time = time.replace(tzinfo=timezone.utc)
        start = time.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        windows.setdefault(int(start.timestamp() * 1000), []).append(value)

expected = {
    "mean": {start: sum(values) / len(values) for start, values in windows.items()},
    "min": {start: min(values) for start, values in windows.items()},
    "max": {start: max(values) for start, values in windows.items()},
    "count": {start: float(len(values)) for start, values in windows.items()},
}
with open(sys.argv[2], encoding="utf-8") as file:
    answered = {each["aggregate"]: dict((p[0], p[1]) for p in each["points"]) for each in json.load(file)["series"]}
for aggregate, points in expected.items():
    if points.keys() != answered[aggregate].keys():
        sys.exit(f"{aggregate}: other windows than {sorted(answered[aggregate])[:3]}…")
    for start, value in points.items():
        if abs(value - answered[aggregate][start]) > 1e-9:
            sys.exit(f"{aggregate} of {start}: {answered[aggregate][start]}, recomputed {value}")
print(f"{len(windows)} days equal")
