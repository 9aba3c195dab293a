"""Asks the HTTP API of a platform."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

from .series import Series

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
#: Answers that say: come again in a moment.
BUSY = (429, 503)
MOST_ATTEMPTS = 6


class DaoyuError(Exception):
    """What the platform refuses: `code` is stable (docs/errors.md), the text says what would be right."""

    def __init__(self, code, detail, status=None):
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status


class Client:
    """
    >>> daoyu = Client("http://127.0.0.1:8080", token)
    >>> oxygen = daoyu.series("aquaculture_pond", device="zx-03", fields=["dissolved_oxygen"], start="-7d", every="1h")
    >>> oxygen.frame()  # with pandas
    """

    def __init__(self, url, token, timeout=60):
        self.url = url.rstrip("/")
        self._token = token
        self._timeout = timeout

    def series(
        self,
        kind,
        *,
        park=None,
        site=None,
        device=None,
        fields=None,
        start="-24h",
        end="now",
        every=None,
        agg=None,
        quality=None,
        values=None,
        as_of=None,
    ):
        """
        Readings, or windows of them where `every` is given ("1h", "1d"). Times are datetimes with a zone, texts such as
        "2026-07-01T00:00:00+08:00", or relative: "-7d". A datetime without a zone is refused, never guessed.
        """
        answer = self.get(
            "series",
            kind=kind,
            park=park,
            site=site,
            device=device,
            fields=_joined(fields),
            **{"from": _time(start), "to": _time(end)},
            every=every,
            agg=_joined(agg),
            quality=quality,
            values=values,
            as_of=_time(as_of),
        )
        return Series(answer)

    def events(self, *, park=None, site=None, start=None, end=None):
        """What people wrote down, as dicts with `at` and `until` as datetimes."""
        found = self.get("events", park=park, site=site, **{"from": _time(start), "to": _time(end)})["events"]
        return [_dated(each, ("at", "until", "recordedAt")) for each in found]

    def corrections(self, *, park=None, site=None, device=None, field=None, start=None, end=None, as_of=None):
        """Corrections in the order in which they are applied."""
        found = self.get(
            "corrections",
            park=park,
            site=site,
            device=device,
            field=field,
            **{"from": _time(start), "to": _time(end)},
            as_of=_time(as_of),
        )["corrections"]
        return [_dated(each, ("at", "until", "recordedAt")) for each in found]

    def ledger(self, *, park=None, device=None):
        """Counts of a device: received = stored + duplicate + quarantined + pending."""
        return self.get("ledger", park=park, device=device)["ledger"]

    def kinds(self):
        return self.get("kinds")["kinds"]

    def export(self, path, kind, *, start, end="now", format=None, **more):
        """
        Writes raw readings to a file: parquet, arrow, csv, xlsx or datapackage, by the end of its name. Half a file is never left.
        """
        endings = {"parquet": "parquet", "arrow": "arrow", "arrows": "arrow", "csv": "csv", "xlsx": "xlsx", "zip": "datapackage"}
        format = format or endings.get(str(path).rsplit(".", 1)[-1].lower())
        if format is None:
            raise ValueError(f"no format follows from {path}: give format=")
        query = {name: _joined(value) for name, value in more.items()}
        import os

        part = f"{path}.part"
        with self._open("export", kind=kind, format=format, **{"from": _time(start), "to": _time(end)}, **query) as answer:
            try:
                with open(part, "wb") as file:
                    # A broken connection raises IncompleteRead; chunked answers end with a mark of their own.
                    while chunk := answer.read(1 << 20):
                        file.write(chunk)
                os.replace(part, path)
            finally:
                if os.path.exists(part):
                    os.remove(part)
        return path

    def get(self, path, **query):
        """Any address below /api/v1, as JSON."""
        with self._open(path, **query) as answer:
            return json.load(answer)

    def _open(self, path, **query):
        asked = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}?{asked}", headers={"authorization": f"Bearer {self._token}"}
        )
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                return urllib.request.urlopen(request, timeout=self._timeout)
            except urllib.error.HTTPError as error:
                if error.code in BUSY and attempt < MOST_ATTEMPTS:
                    time.sleep(min(60.0, float(error.headers.get("retry-after") or 1)))
                    continue
                raise _problem(error) from error
            except urllib.error.URLError as error:
                raise DaoyuError("PLATFORM_UNREACHABLE", f"no platform answers at {self.url}: {error.reason}") from error
        raise AssertionError("every attempt returns or raises")


def _problem(error):
    try:
        answer = json.load(error)
    except ValueError:
        answer = {}
    return DaoyuError(answer.get("code", f"HTTP_{error.code}"), answer.get("detail", str(error.reason)), error.code)


def _joined(value):
    return ",".join(value) if isinstance(value, (list, tuple)) else value


def _time(value):
    if not isinstance(value, datetime):
        return value
    if value.utcoffset() is None:
        raise ValueError(f"{value} has no zone: say datetime(..., tzinfo=daoyu.client.BEIJING) or another")
    return str(round(value.timestamp() * 1000))


def _dated(record, names):
    return {
        name: datetime.fromtimestamp(value / 1000, BEIJING) if name in names and value is not None else value
        for name, value in record.items()
    }
