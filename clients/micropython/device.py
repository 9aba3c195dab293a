# A device as it should be, for MicroPython and for Python 3: measures on time whatever the network does, keeps each reading in a file
# until its PUBACK, sends again what has none.
#
#   micropython device.py HOST PORT PARK.DEVICE PASSWORD FOLDER [INTERVAL_SECONDS]
#
# On a board: call main() with these texts from main.py, after the network is up and ntptime.settime() has set the clock.
# For TLS wrap the socket in Link.open(): ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), load_verify_locations(cafile="ca.pem") and
# wrap_socket(sock, server_hostname=host); never CERT_NONE.
import json
import os
import random
import select
import socket
import struct
import sys
import time

KEEP_ALIVE_S = 120
PUBACK_S = 20  # longer without one: the link is taken for dead
FIRST_PAUSE_S = 1
LONGEST_PAUSE_S = 60
KEPT = 1440  # a day of readings a minute

CONNACK, PUBLISH, PUBACK, PINGRESP = 2, 3, 4, 13
STATUS_ID, ERRORS_ID, COMMANDS_ID, FIRST_REPLY_ID, READING_IDS = 60001, 60002, 60003, 60004, 60000

if hasattr(time, "ticks_ms"):  # MicroPython: counts up and wraps, whatever the clock does

    def now_s():
        global _last, _whole
        tick = time.ticks_ms()
        _whole += time.ticks_diff(tick, _last)
        _last = tick
        return _whole / 1000

    _last, _whole = time.ticks_ms(), 0
else:
    now_s = time.monotonic


def utc_ms():
    # Boards count from 2000, others from 1970.
    return int(time.time() * 1000) + (946684800000 if time.gmtime(0)[0] == 2000 else 0)


def is_clock_set():
    return utc_ms() > 1735689600000  # 2025


def measure():
    # Your sensors. A value that could not be read is left out, never sent as -127 or as it was before.
    return {
        "time": utc_ms(),  # that of the measurement: it stays with the reading
        "dissolved_oxygen": 6 + random.getrandbits(10) / 1024,
        "water_temperature": 21 + random.getrandbits(10) / 1024,
    }


class Queue:
    """Readings in files until they are acknowledged; the oldest gives way when there is no room."""

    def __init__(self, folder):
        self.folder = folder
        try:
            os.mkdir(folder)
        except OSError:
            pass
        self.numbers = sorted(int(name[:-5]) for name in os.listdir(folder) if name.endswith(".json"))
        self.next = self.numbers[-1] + 1 if self.numbers else 1

    def path(self, number):
        return self.folder + "/" + str(number) + ".json"

    def append(self, text):
        path = self.path(self.next)
        with open(path + ".part", "w") as file:
            file.write(text)
            file.flush()
            if hasattr(os, "fsync"):
                os.fsync(file.fileno())
        os.rename(path + ".part", path)  # whole or not at all
        self.numbers.append(self.next)
        self.next += 1
        if len(self.numbers) > KEPT:
            self.acknowledge(self.numbers[0])

    def read(self, number):
        with open(self.path(number)) as file:
            return file.read()

    def acknowledge(self, number):
        if number in self.numbers:
            self.numbers.remove(number)
            os.remove(self.path(number))


def text(value):
    data = value.encode()
    return struct.pack("!H", len(data)) + data


def packet(first, body):
    header, left = bytes([first]), len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        header += bytes([digit | (0x80 if left else 0)])
        if not left:
            return header + body


class Link:
    """One connection. OSError from any method: it is broken."""

    def __init__(self, host, port):
        address = socket.getaddrinfo(host, port)[0][-1]
        self.socket = socket.socket()
        self.socket.connect(address)
        self.poll = select.poll()
        self.poll.register(self.socket, select.POLLIN)
        self.bytes = b""

    def send(self, data):
        while data:
            sent = self.socket.send(data)
            data = data[sent:]

    def publish(self, topic, payload, packet_id, is_dup=False, is_retained=False):
        flags = 0x32 | (0x08 if is_dup else 0) | (0x01 if is_retained else 0)
        self.send(packet(flags, text(topic) + struct.pack("!H", packet_id) + payload.encode()))

    def subscribe(self, topic, packet_id):
        self.send(packet(0x82, struct.pack("!H", packet_id) + text(topic) + b"\x01"))

    def wait(self, seconds):
        """Reads what comes within the time."""
        if self.poll.poll(int(max(0, seconds) * 1000)):
            chunk = self.socket.recv(1024)
            if not chunk:
                raise OSError("closed")
            self.bytes += chunk

    def next(self):
        """The next whole packet of what was read: its type, flags and body; None if there is none."""
        length, used = 0, 1
        while True:
            if used >= len(self.bytes):
                return None
            length |= (self.bytes[used] & 0x7F) << (7 * (used - 1))
            used += 1
            if not self.bytes[used - 1] & 0x80:
                break
        if len(self.bytes) < used + length:
            return None
        first, body = self.bytes[0], self.bytes[used : used + length]
        self.bytes = self.bytes[used + length :]
        return first >> 4, first & 0x0F, body

    def close(self):
        self.socket.close()


class Device:
    def __init__(self, host, port, name, password, folder, interval):
        self.host, self.port, self.name, self.password, self.interval = host, port, name, password, interval
        self.prefix = "daoyu/" + name.replace(".", "/") + "/"
        self.queue = Queue(folder)
        self.due = now_s()
        self.sent = 0  # the newest that was ever sent: what is not newer carries DUP
        self.flying = None  # number and time of sending
        self.reply_id = FIRST_REPLY_ID
        self.last_command = None

    def measure_if_due(self):
        while now_s() >= self.due:
            self.due += self.interval
            if is_clock_set():
                self.queue.append(json.dumps(measure()))

    def send_oldest(self, link):
        if self.flying or not self.queue.numbers:
            return
        number = self.queue.numbers[0]
        is_dup = number <= self.sent
        self.flying = (number, now_s())
        self.sent = max(self.sent, number)
        link.publish(self.prefix + "telemetry", self.queue.read(number), 1 + number % READING_IDS, is_dup)

    def obey(self, link, payload):
        command, expires = json.loads(payload).get("id"), json.loads(payload).get("expires", 0)
        if command is None:
            return
        is_over = command != self.last_command and expires < utc_ms()
        states = ("failed",) if is_over else ("received", "done")
        if not is_over and command != self.last_command:  # it may come again: it is answered each time, and done once
            print("command", payload)
        if not is_over:
            self.last_command = command
        for state in states:
            self.reply_id = FIRST_REPLY_ID if self.reply_id == 65535 else self.reply_id + 1
            link.publish(self.prefix + "replies", json.dumps({"id": command, "state": state}), self.reply_id)

    def received(self, link, flags, body):
        length = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
        packet_id = None
        if flags & 0x06:
            packet_id, rest = rest[:2], rest[2:]
        if topic == self.prefix + "errors":
            print("the platform refuses something:", rest.decode())
        else:
            self.obey(link, rest.decode())
        if packet_id:
            link.send(packet(0x40, packet_id))

    def serve(self, link):
        """Until the link breaks. True when anything was acknowledged."""
        has_worked, is_accepted, began, spoke, asked = False, False, now_s(), now_s(), None
        self.flying = None
        # Level 4 is MQTT 3.1.1; user name, password, will at QoS 1, retained; the session is kept, so that commands wait.
        hello = text("MQTT") + bytes([4, 0xEC]) + struct.pack("!H", KEEP_ALIVE_S) + text(self.name)
        hello += text(self.prefix + "status") + text("offline") + text(self.name) + text(self.password)
        try:
            link.send(packet(0x10, hello))
            while True:
                self.measure_if_due()
                if is_accepted:
                    self.send_oldest(link)
                now = now_s()
                if self.flying and now - self.flying[1] > PUBACK_S:
                    return has_worked
                if (not is_accepted and now - began > PUBACK_S) or (asked and now - asked > PUBACK_S):
                    return has_worked
                spoke = max(spoke, self.flying[1] if self.flying else 0)
                if not asked and now - spoke > KEEP_ALIVE_S / 2:
                    link.send(b"\xc0\x00")
                    asked = spoke = now
                link.wait(min(1, self.due - now))
                while True:
                    found = link.next()
                    if found is None:
                        break
                    kind, flags, body = found
                    if kind == CONNACK:
                        if body[1] != 0:
                            print("refused: return code", body[1])
                            return has_worked
                        is_accepted = True
                        link.publish(self.prefix + "status", "online", STATUS_ID, is_retained=True)
                        link.subscribe(self.prefix + "errors", ERRORS_ID)
                        link.subscribe(self.prefix + "commands/#", COMMANDS_ID)
                    elif kind == PUBLISH:
                        self.received(link, flags, body)
                    elif kind == PUBACK:
                        packet_id = struct.unpack("!H", body[:2])[0]
                        if self.flying and packet_id == 1 + self.flying[0] % READING_IDS:
                            self.queue.acknowledge(self.flying[0])  # only now may the reading go
                            self.flying = None
                            has_worked = True
                    elif kind == PINGRESP:
                        asked = None
        except OSError as error:
            print("link broken:", error)
            return has_worked

    def run(self):
        pause = FIRST_PAUSE_S
        while True:
            link = None
            try:
                link = Link(self.host, self.port)
            except OSError as error:
                print("cannot connect:", error)
            if link:
                if self.serve(link):
                    pause = FIRST_PAUSE_S
                link.close()
            # A random part, so that a thousand devices do not come back at one beat. Measuring goes on.
            until = now_s() + pause / 2 + pause / 2 * random.getrandbits(10) / 1024
            while now_s() < until:
                self.measure_if_due()
                time.sleep(max(0.01, min(0.2, until - now_s())))
            pause = min(2 * pause, LONGEST_PAUSE_S)


def main(host, port, name, password, folder, interval="60"):
    Device(host, int(port), name, password, folder, float(interval)).run()


if __name__ == "__main__" and len(sys.argv) > 5:
    main(*sys.argv[1:])
