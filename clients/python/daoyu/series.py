"""The answer of /series: rows for plain Python, frames for pandas."""

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


class Series:
    """One or more series of points, as the platform answered (`raw`)."""

    def __init__(self, answer):
        self.raw = answer
        self.every = answer["every"]
        self.quality = answer["quality"]

    @property
    def units(self):
        """UCUM units by column."""
        return {_column(each): each["unit"] for each in self.raw["series"]}

    def rows(self):
        """
        A dict a point: time (a datetime in Beijing time), park, site, device, field, aggregate, value, unit, flags; of windows coverage,
        excluded and incomplete, too. A window of doubted values alone has the value None.
        """
        found = []
        for each in self.raw["series"]:
            common = {name: each[name] for name in ("park", "site", "device", "field", "aggregate", "unit")}
            incomplete = set(each.get("incomplete") or ())
            for index, (at, value, *flags) in enumerate(each["points"]):
                row = {"time": _instant(at), **common, "value": value, "flags": flags[0] if flags else []}
                for name in ("used", "excluded", "coverage"):
                    if each.get(name):
                        row[name] = each[name][index]
                if self.every is not None:
                    row["incomplete"] = at in incomplete
                found.append(row)
            for at, excluded, flags in each.get("doubted") or ():
                row = {"time": _instant(at), **common, "value": None, "flags": flags, "excluded": excluded, "coverage": 0.0}
                found.append({**row, "used": 0, "incomplete": True})
        found.sort(key=lambda row: (row["park"], row["site"], row["device"], row["field"], row["aggregate"], row["time"]))
        return found

    def frame(self):
        """
        A DataFrame with one column a field and aggregate, indexed by time (Asia/Shanghai); of several devices by device, too. The units
        stand in `frame.attrs["units"]`.
        """
        return self._wide("value", float)

    def flags(self):
        """The flags of each value, beside `frame()`: a text such as "spike late", empty where the value is good."""
        frame = self._wide("flags", object)
        return frame.apply(lambda column: column.map(lambda flags: " ".join(flags) if isinstance(flags, list) else ""))

    def coverage(self):
        """Of windows: the share of expected values that each is made of, beside `frame()`."""
        return self._wide("coverage", float)

    def excluded(self):
        """Of windows: how many doubted values were left out of each, beside `frame()`."""
        return self._wide("excluded", float)

    def _wide(self, what, kind):
        try:
            import pandas
        except ImportError as error:
            raise ImportError("frames need pandas: pip install pandas; rows() does without") from error
        rows = self.rows()
        devices = sorted({(row["park"], row["device"]) for row in rows})
        columns = {}
        for row in rows:
            key = row["time"] if len(devices) == 1 else (f"{row['park']}.{row['device']}", row["time"])
            columns.setdefault(_column(row), {})[key] = row.get(what)
        keys = sorted({key for column in columns.values() for key in column})
        times = pandas.to_datetime([key if len(devices) == 1 else key[1] for key in keys], utc=True)
        index = times.tz_convert("Asia/Shanghai").rename("time")
        if len(devices) > 1:
            index = pandas.MultiIndex.from_arrays([[key[0] for key in keys], index], names=["device", "time"])
        frame = pandas.DataFrame(
            {name: pandas.Series([column.get(key) for key in keys], index=index, dtype=kind) for name, column in columns.items()},
            index=index,
        )
        frame.attrs["units"] = self.units
        return frame


def _column(each):
    name = each["field"] if each["aggregate"] in ("raw", "mean") else f"{each['field']}_{each['aggregate']}"
    return f"{name}_{each['values']}" if "values" in each else name


def _instant(at):
    return datetime.fromtimestamp(at / 1000, BEIJING)
