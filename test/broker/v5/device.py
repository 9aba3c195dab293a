"""A device that speaks MQTT 5 by paho-mqtt: publishes, prints each PUBACK and what it is told, and answers commands."""

import json
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

host, port, user, password = sys.argv[1:5]
park, device = user.split(".")
prefix = f"daoyu/{park}/{device}/"


def say(**event):
    print(json.dumps(event), flush=True)


def on_connect(client, userdata, flags, reason, properties):
    say(event="connected", reason=reason.value, receiveMaximum=properties.ReceiveMaximum)
    client.subscribe([(prefix + "errors", 1), (prefix + "commands/#", 1)][0:2])


def on_subscribe(client, userdata, mid, reasons, properties):
    say(event="subscribed", reasons=[reason.value for reason in reasons])
    client.publish(prefix + "telemetry", '{"dissolved_oxygen": 6.5}', qos=1)
    client.publish(prefix + "telemetry", "{broken", qos=1)
    client.publish(prefix + "telemetry", '{"water_temperature": 21.5}', qos=2)


def on_publish(client, userdata, mid, reason, properties):
    codes = dict(getattr(properties, "UserProperty", []))
    say(event="acknowledged", reason=reason.value, code=codes.get("code"))


def on_message(client, userdata, message):
    if message.topic.endswith("errors"):
        return say(event="told", code=json.loads(message.payload)["code"])
    properties = Properties(PacketTypes.PUBLISH)
    properties.CorrelationData = message.properties.CorrelationData
    client.publish(message.properties.ResponseTopic, '{"state": "done"}', qos=1, properties=properties)
    say(event="obeyed", topic=message.topic)


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=user, protocol=mqtt.MQTTv5)
client.username_pw_set(user, password)
client.on_connect, client.on_subscribe = on_connect, on_subscribe
client.on_publish, client.on_message = on_publish, on_message
client.connect(host, int(port))
client.loop_forever()
