/*
 * A device as it should be: measures on time whatever the network does, keeps each reading until its PUBACK, sends again what has none.
 *
 *   make && ./device HOST PORT PARK.DEVICE PASSWORD readings.ring [INTERVAL_SECONDS]
 *
 * To make it yours: replace measure(), and the file by a partition of your flash (ring.c).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "mqtt.h"
#include "ring.h"

enum {
  SLOTS = 2880,            /* two days of readings a minute; 1.4 MB of flash */
  WINDOW = 10,             /* publishes without a PUBACK at one time */
  KEEP_ALIVE_S = 120,      /* below the idle time of 4G carriers */
  PUBACK_MS = 20000,       /* longer without one: the link is taken for dead */
  FIRST_PAUSE_MS = 1000,   /* before reconnecting; doubled each time … */
  LONGEST_PAUSE_MS = 60000 /* … up to this */
};

/* Ids of publishes that are no readings lie above those of readings, which are 1 to 60000. */
enum { READING_IDS = 60000, STATUS_ID = 60001, ERRORS_ID = 60002, COMMANDS_ID = 60003, FIRST_REPLY_ID = 60004 };

static volatile sig_atomic_t is_stopping;
static ring_t ring;
static mqtt_t mqtt;
static char id[130], telemetry[200], status[200], errors[200], commands[200], replies[200];
static uint16_t reply_id = FIRST_REPLY_ID;
/* Readings on their way: number and time of sending, in the order of sending. */
static struct {
  uint32_t number;
  int64_t sent_at;
} flight[WINDOW];
static int flying;
/* The newest reading that was ever sent: what is not newer carries DUP. Lost with the power, which costs nothing: a reading's identity is
   its time. */
static uint32_t newest_sent;

static void stop(int signal_number) {
  (void)signal_number;
  is_stopping = 1;
}

/* Never jumps: for everything that waits. */
static int64_t monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* UTC. On a microcontroller start SNTP (esp_netif_sntp_init) and measure only once the clock is set; without a battery it says 1970 after
   power-up. Before that, keep the uptime with each reading and work out its time when SNTP has answered. */
static int64_t utc_ms(void) {
  struct timeval now;
  gettimeofday(&now, NULL);
  return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

static bool is_clock_set(void) {
  return utc_ms() > 1735689600000; /* 2025 */
}

/* Your sensors. A value that could not be read is left out, never sent as -127 or as it was before. */
static bool measure(char *text, size_t size) {
  double oxygen = 6.0 + (double)(rand() % 1000) / 1000, water = 21.0 + (double)(rand() % 100) / 100;
  int length = snprintf(text, size, "{\"time\":%lld,\"dissolved_oxygen\":%.3f,\"water_temperature\":%.2f}",
                        (long long)utc_ms(), oxygen, water);
  return length > 0 && (size_t)length < size;
}

/* The time is that of the measurement, and stays with the reading. */
static void measure_and_keep(void) {
  char text[RING_TEXT_MAX + 1];
  if (!is_clock_set()) return;
  if (measure(text, sizeof text) && !ring_append(&ring, text)) fprintf(stderr, "cannot keep a reading: %s\n", strerror(errno));
}

static uint16_t packet_id(uint32_t number) {
  return (uint16_t)(1 + number % READING_IDS);
}

/* Sends what is kept and not on its way, oldest first, no more than the window. */
static bool send_readings(void) {
  char text[RING_TEXT_MAX + 1];
  uint32_t number = flying > 0 ? flight[flying - 1].number + 1 : ring.first;
  for (; flying < WINDOW && number < ring.next; number++) {
    if (!ring_read(&ring, number, text)) continue;
    bool is_dup = number <= newest_sent;
    if (!mqtt_send_publish(&mqtt, telemetry, text, packet_id(number), is_dup, false)) return false;
    flight[flying].number = number;
    flight[flying].sent_at = monotonic_ms();
    flying++;
    if (!is_dup) newest_sent = number;
  }
  return true;
}

/* Only now may the reading go. */
static void acknowledged(uint16_t packet) {
  for (int index = 0; index < flying; index++) {
    if (packet_id(flight[index].number) != packet) continue;
    ring_acknowledge(&ring, flight[index].number);
    flying--;
    memmove(&flight[index], &flight[index + 1], (size_t)(flying - index) * sizeof flight[0]);
    return;
  }
}

/* Copies the text of a string member of a flat JSON object; a real firmware has a JSON reader. */
static bool text_member(const char *json, const char *name, char *text, size_t size) {
  char key[40];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char *start = strstr(json, key);
  if (start == NULL) return false;
  start += strlen(key);
  size_t length = strcspn(start, "\"");
  if (length >= size) return false;
  memcpy(text, start, length);
  text[length] = '\0';
  return true;
}

static bool reply(const char *command, const char *state) {
  char text[200];
  snprintf(text, sizeof text, "{\"id\":\"%s\",\"state\":\"%s\"}", command, state);
  reply_id = reply_id == 65535 ? FIRST_REPLY_ID : (uint16_t)(reply_id + 1);
  return mqtt_send_publish(&mqtt, replies, text, reply_id, false, false);
}

/* The same command may come again: it is answered each time, and done once. Nothing is done after its end. */
static bool obey(const char *text) {
  static char last[40];
  char command[40];
  if (!text_member(text, "id", command, sizeof command)) return true;
  const char *expires = strstr(text, "\"expires\":");
  bool is_known = strcmp(command, last) == 0;
  if (!is_known && expires != NULL && strtoll(expires + 10, NULL, 10) < utc_ms()) return reply(command, "failed");
  if (!is_known) {
    printf("command %s\n", text); /* Here the relay would be switched. */
    strcpy(last, command);
  }
  return reply(command, "received") && reply(command, "done");
}

static bool received(const mqtt_packet_t *packet) {
  if (packet->length < 2) return false;
  size_t topic_length = (size_t)packet->body[0] << 8 | packet->body[1], at = 2 + topic_length;
  bool is_qos_1 = (packet->flags & 0x06) != 0;
  if (at + (is_qos_1 ? 2 : 0) > packet->length) return false;
  uint16_t packet_number = is_qos_1 ? (uint16_t)(packet->body[at] << 8 | packet->body[at + 1]) : 0;
  at += is_qos_1 ? 2 : 0;
  char text[MQTT_PACKET_MAX + 1];
  memcpy(text, packet->body + at, packet->length - at);
  text[packet->length - at] = '\0';
  bool is_error = topic_length == strlen(errors) && memcmp(packet->body + 2, errors, topic_length) == 0;
  if (is_error) fprintf(stderr, "the platform refuses something: %s\n", text);
  bool is_well = is_error || obey(text);
  return is_well && (!is_qos_1 || mqtt_send_puback(&mqtt, packet_number));
}

/* What a connection goes through until it breaks or the device stops. `pause_ms` is that before the next attempt. */
static void serve(const char *password, int64_t interval_ms, int64_t *next_measurement, int64_t *pause_ms) {
  mqtt_connect_t hello = {id, password, status, "offline", KEEP_ALIVE_S};
  bool is_accepted = false;
  int64_t spoke_at = monotonic_ms(), asked_at = 0, dialled_at = spoke_at;
  flying = 0;
  if (!mqtt_send_connect(&mqtt, &hello)) return;
  for (;;) {
    int64_t now = monotonic_ms();
    while (now >= *next_measurement) {
      measure_and_keep();
      *next_measurement += interval_ms;
    }
    if (is_accepted && !is_stopping && !send_readings()) return;
    if (is_stopping && (flying == 0 || !is_accepted)) {
      mqtt_send_disconnect(&mqtt);
      return;
    }
    /* The oldest publish, the CONNECT or the ping has waited too long for its answer. */
    if (flying > 0 && now - flight[0].sent_at > PUBACK_MS) return;
    if (!is_accepted && now - dialled_at > PUBACK_MS) return;
    if (asked_at != 0 && now - asked_at > PUBACK_MS) return;
    if (flying > 0) spoke_at = flight[flying - 1].sent_at > spoke_at ? flight[flying - 1].sent_at : spoke_at;
    if (asked_at == 0 && now - spoke_at > KEEP_ALIVE_S * 500) {
      if (!mqtt_send_ping(&mqtt)) return;
      asked_at = spoke_at = now;
    }
    int64_t wait_ms = *next_measurement - now;
    struct pollfd descriptor = {mqtt.transport.socket, POLLIN, 0};
    if (poll(&descriptor, 1, (int)(wait_ms < 1000 ? wait_ms : 1000)) > 0 && !mqtt_read(&mqtt)) return;
    mqtt_packet_t packet;
    while (mqtt_next(&mqtt, &packet)) {
      if (packet.type == 2) { /* CONNACK */
        if (packet.length < 2 || packet.body[1] != 0) {
          fprintf(stderr, "refused: return code %d\n", packet.length < 2 ? -1 : packet.body[1]);
          return;
        }
        is_accepted = true;
        if (!mqtt_send_publish(&mqtt, status, "online", STATUS_ID, false, true)) return;
        if (!mqtt_send_subscribe(&mqtt, errors, ERRORS_ID) || !mqtt_send_subscribe(&mqtt, commands, COMMANDS_ID)) return;
      } else if (packet.type == 3) { /* PUBLISH */
        if (!received(&packet)) return;
      } else if (packet.type == 4 && packet.length >= 2) { /* PUBACK */
        acknowledged((uint16_t)(packet.body[0] << 8 | packet.body[1]));
        *pause_ms = FIRST_PAUSE_MS; /* Not before: a platform that takes connections but nothing else must not be stormed. */
      } else if (packet.type == 13) { /* PINGRESP */
        asked_at = 0;
      }
    }
  }
}

/* Goes on measuring while it waits. */
static void wait_and_measure(int64_t ms, int64_t interval_ms, int64_t *next_measurement) {
  int64_t until = monotonic_ms() + ms;
  for (int64_t now = monotonic_ms(); now < until && !is_stopping; now = monotonic_ms()) {
    while (now >= *next_measurement) {
      measure_and_keep();
      *next_measurement += interval_ms;
    }
    int64_t least = *next_measurement < until ? *next_measurement : until;
    poll(NULL, 0, (int)(least - now < 1000 ? least - now + 1 : 1000));
  }
}

int main(int count, char **values) {
  if (count < 6) {
    fprintf(stderr, "usage: %s HOST PORT PARK.DEVICE PASSWORD RING_FILE [INTERVAL_SECONDS]\n", values[0]);
    return 2;
  }
  const char *dot = strchr(values[3], '.');
  if (dot == NULL || strlen(values[3]) >= sizeof id || !ring_open(&ring, values[5], SLOTS)) {
    fprintf(stderr, "the device must read park.name, and %s must be a file that can be written\n", values[5]);
    return 2;
  }
  int64_t interval_ms = count > 6 ? (int64_t)(atof(values[6]) * 1000) : 60000;
  if (interval_ms < 100) interval_ms = 100;
  strcpy(id, values[3]);
  char prefix[180];
  snprintf(prefix, sizeof prefix, "daoyu/%.*s/%s", (int)(dot - values[3]), values[3], dot + 1);
  snprintf(telemetry, sizeof telemetry, "%s/telemetry", prefix);
  snprintf(status, sizeof status, "%s/status", prefix);
  snprintf(errors, sizeof errors, "%s/errors", prefix);
  snprintf(commands, sizeof commands, "%s/commands/#", prefix);
  snprintf(replies, sizeof replies, "%s/replies", prefix);
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  srand((unsigned)(utc_ms() ^ (int64_t)strlen(values[4]))); /* On a device: its serial number and noise of the ADC. */

  int64_t next_measurement = monotonic_ms(), pause_ms = FIRST_PAUSE_MS;
  while (!is_stopping) {
    if (mqtt_dial(&mqtt, values[1], values[2])) {
      serve(values[4], interval_ms, &next_measurement, &pause_ms);
      mqtt_close(&mqtt);
    }
    /* A random part, so that a thousand devices do not come back at one beat. */
    wait_and_measure(pause_ms / 2 + rand() % (pause_ms / 2 + 1), interval_ms, &next_measurement);
    pause_ms = pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
  }
  return 0;
}
