"""The client against a running platform: arguments are its address, a token and a folder to write to; fails with what differs."""

import csv
import sys
from datetime import datetime, timedelta, timezone

import daoyu
from daoyu.client import BEIJING

url, token, folder = sys.argv[1:4]
client = daoyu.Client(url, token)
place = {"device": "probe", "start": "-4d"}


def same(found, wanted, what):
    assert found == wanted, f"{what}: {found!r}, not {wanted!r}"


def close(found, wanted, what):
    assert abs(found - wanted) < 1e-9, f"{what}: {found!r}, not {wanted!r}"


# Without any library.
raw = client.series("aquaculture_pond", fields=["dissolved_oxygen", "water_temperature"], **place)
rows = [row for row in raw.rows() if row["field"] == "dissolved_oxygen"]
assert len(rows) > 500, len(rows)
same(rows[0]["time"].utcoffset(), timedelta(hours=8), "zone")
same(raw.units, {"dissolved_oxygen": "mg/L", "water_temperature": "Cel"}, "units")
same([row["value"] for row in rows if "spike" in row["flags"]], [19.0], "spikes")
daily = client.series("aquaculture_pond", fields=["dissolved_oxygen"], every="1d", agg=["mean", "min"], **place)
days = {}
for row in rows:
    if "spike" not in row["flags"]:
        days.setdefault(row["time"].date(), []).append(row["value"])
means = {row["time"].date(): row["value"] for row in daily.rows() if row["aggregate"] == "mean"}
same(sorted(means), sorted(days), "days")
for day, values in days.items():
    close(means[day], sum(values) / len(values), f"mean of {day}")
same(sum(row["excluded"] for row in daily.rows() if row["aggregate"] == "mean"), 1, "doubted values left out")
same([event["kind"] for event in client.events(site="test-site", start="-4d")], ["feeding"], "events")
same(client.events(site="test-site", start="-4d")[0]["at"].utcoffset(), timedelta(hours=8), "zone of events")
same([each["reason"] for each in client.corrections(device="probe")], ["checked by hand"], "corrections")
row = client.ledger(device="probe")[0]
same(row["received"], row["stored"] + row["duplicate"] + row["quarantined"] + row["pending"], "ledger")
try:
    client.series("no_such_kind")
    raise AssertionError("an unknown kind was answered")
except daoyu.DaoyuError as error:
    same(error.code, "KIND_UNKNOWN", "code")
try:
    client.series("aquaculture_pond", start=datetime(2026, 7, 1))
    raise AssertionError("a datetime without a zone was taken")
except ValueError as error:
    assert "zone" in str(error)
from_utc = client.series("aquaculture_pond", device="probe", start=rows[0]["time"].astimezone(timezone.utc))
same(from_utc.rows()[0]["time"], rows[0]["time"], "an instant of UTC is the same instant")
client.export(f"{folder}/x.csv", "aquaculture_pond", start="-4d", time="epoch", device="probe")
with open(f"{folder}/x.csv", encoding="utf-8", newline="") as file:
    lines = list(csv.DictReader(file))
same(len(lines), len(rows), "rows of the CSV")
same(int(lines[0]["time"]), round(rows[0]["time"].timestamp() * 1000), "epoch")

if "pandas" in sys.argv[4:]:
    import openpyxl
    import pyarrow.ipc
    import pyarrow.parquet

    frame = raw.frame()
    same(str(frame.index.tz), "Asia/Shanghai", "zone of the index")
    same(frame.attrs["units"]["dissolved_oxygen"], "mg/L", "unit of a frame")
    same(len(frame), len(rows), "rows of the frame")
    same(int((raw.flags()["dissolved_oxygen"].str.contains("spike")).sum()), 1, "flagged values")
    good = frame["dissolved_oxygen"][~raw.flags()["dissolved_oxygen"].str.contains("spike")]
    theirs = daily.frame()["dissolved_oxygen"]
    assert ((good.resample("1D").mean() - theirs).abs() < 1e-9).all(), "daily means differ from pandas'"
    assert (daily.coverage()["dissolved_oxygen"] > 0).all()
    more = {"start": "-4d", "device": "probe", "fields": ["dissolved_oxygen", "water_temperature"]}
    for name in ("x.parquet", "x.arrow", "x.xlsx"):
        client.export(f"{folder}/{name}", "aquaculture_pond", **more)
    table = pyarrow.parquet.read_table(f"{folder}/x.parquet")
    same(str(table.schema.field("time").type), "timestamp[ms, tz=UTC]", "type of the time")
    assert b"datapackage" in table.schema.metadata
    of_file = table.to_pandas().set_index("time").tz_convert("Asia/Shanghai")
    same(list(of_file.index), list(frame.index), "times of the file")
    same(list(of_file["dissolved_oxygen"]), list(frame["dissolved_oxygen"]), "values of the file")
    with pyarrow.ipc.open_stream(f"{folder}/x.arrow") as stream:
        same(stream.read_all().to_pylist(), table.to_pylist(), "Arrow")
    sheet = openpyxl.load_workbook(f"{folder}/x.xlsx", read_only=True)["daoyu.probe"]
    cells = list(sheet.iter_rows(values_only=True))
    same(len(cells), len(rows) + 1, "rows of the sheet")
    shown = rows[0]["time"].astimezone(BEIJING).replace(tzinfo=None)
    assert abs(cells[1][0] - shown) < timedelta(seconds=1), (cells[1][0], shown)
    same(cells[1][cells[0].index("dissolved_oxygen [mg/L]")], rows[0]["value"], "value of a cell")

print("all right")
