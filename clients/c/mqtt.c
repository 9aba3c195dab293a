#include "mqtt.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A send that takes longer means that the link is dead. */
#define SEND_SECONDS 10

static int plain_send(transport_t *transport, const uint8_t *bytes, size_t length) {
  return (int)send(transport->socket, bytes, length, MSG_NOSIGNAL);
}

static int plain_receive(transport_t *transport, uint8_t *bytes, size_t length) {
  return (int)recv(transport->socket, bytes, length, 0);
}

static void plain_close(transport_t *transport) {
  if (transport->socket >= 0) close(transport->socket);
  transport->socket = -1;
}

bool mqtt_dial(mqtt_t *mqtt, const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  mqtt->filled = mqtt->skipped = 0;
  mqtt->transport = (transport_t){-1, plain_send, plain_receive, plain_close, NULL};
  if (getaddrinfo(host, port, &hints, &found) != 0) return false;
  for (struct addrinfo *each = found; each && mqtt->transport.socket < 0; each = each->ai_next) {
    int fd = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (fd < 0) continue;
    struct timeval patience = {.tv_sec = SEND_SECONDS};
    int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(fd, each->ai_addr, each->ai_addrlen) == 0) mqtt->transport.socket = fd;
    else close(fd);
  }
  freeaddrinfo(found);
  return mqtt->transport.socket >= 0;
}

void mqtt_close(mqtt_t *mqtt) {
  mqtt->transport.close(&mqtt->transport);
}

/* A packet under construction, from the end of the longest fixed header on. */
typedef struct {
  uint8_t bytes[MQTT_PACKET_MAX];
  size_t length;
  bool is_too_long;
} builder_t;

static void put(builder_t *builder, const void *bytes, size_t length) {
  if (builder->length + length > sizeof builder->bytes) {
    builder->is_too_long = true;
    return;
  }
  memcpy(builder->bytes + builder->length, bytes, length);
  builder->length += length;
}

static void put_u16(builder_t *builder, uint16_t number) {
  uint8_t bytes[2] = {(uint8_t)(number >> 8), (uint8_t)number};
  put(builder, bytes, 2);
}

static void put_text(builder_t *builder, const char *text) {
  put_u16(builder, (uint16_t)strlen(text));
  put(builder, text, strlen(text));
}

static bool send_all(mqtt_t *mqtt, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    int sent = mqtt->transport.send(&mqtt->transport, bytes, length);
    if (sent <= 0) return false;
    bytes += sent;
    length -= (size_t)sent;
  }
  return true;
}

static bool finish(mqtt_t *mqtt, uint8_t first, builder_t *body) {
  uint8_t header[5] = {first};
  size_t used = 1, left = body->length;
  if (body->is_too_long) return false;
  do {
    header[used] = (uint8_t)(left & 0x7f);
    left >>= 7;
    if (left) header[used] |= 0x80;
    used++;
  } while (left);
  return send_all(mqtt, header, used) && send_all(mqtt, body->bytes, body->length);
}

bool mqtt_send_connect(mqtt_t *mqtt, const mqtt_connect_t *connect) {
  builder_t body = {.length = 0};
  put_text(&body, "MQTT");
  /* Level 4 is MQTT 3.1.1. Flags: user name, password, will retained, will QoS 1, will; the session is kept, so that commands wait. */
  put(&body, (uint8_t[]){4, 0x80 | 0x40 | 0x20 | 0x08 | 0x04}, 2);
  put_u16(&body, connect->keep_alive);
  put_text(&body, connect->client_id);
  put_text(&body, connect->will_topic);
  put_text(&body, connect->will_payload);
  put_text(&body, connect->client_id);
  put_text(&body, connect->password);
  return finish(mqtt, 0x10, &body);
}

bool mqtt_send_publish(mqtt_t *mqtt, const char *topic, const char *text, uint16_t id, bool is_dup, bool is_retained) {
  builder_t body = {.length = 0};
  put_text(&body, topic);
  put_u16(&body, id);
  put(&body, text, strlen(text));
  return finish(mqtt, (uint8_t)(0x30 | 0x02 | (is_dup ? 0x08 : 0) | (is_retained ? 0x01 : 0)), &body);
}

bool mqtt_send_subscribe(mqtt_t *mqtt, const char *filter, uint16_t id) {
  builder_t body = {.length = 0};
  put_u16(&body, id);
  put_text(&body, filter);
  put(&body, (uint8_t[]){1}, 1); /* at QoS 1 */
  return finish(mqtt, 0x82, &body);
}

bool mqtt_send_puback(mqtt_t *mqtt, uint16_t id) {
  builder_t body = {.length = 0};
  put_u16(&body, id);
  return finish(mqtt, 0x40, &body);
}

bool mqtt_send_ping(mqtt_t *mqtt) {
  return send_all(mqtt, (uint8_t[]){0xc0, 0}, 2);
}

bool mqtt_send_disconnect(mqtt_t *mqtt) {
  return send_all(mqtt, (uint8_t[]){0xe0, 0}, 2);
}

bool mqtt_read(mqtt_t *mqtt) {
  int got = mqtt->transport.receive(&mqtt->transport, mqtt->in + mqtt->filled, sizeof mqtt->in - mqtt->filled);
  if (got <= 0) return false;
  mqtt->filled += (size_t)got;
  return true;
}

static void drop(mqtt_t *mqtt, size_t length) {
  memmove(mqtt->in, mqtt->in + length, mqtt->filled - length);
  mqtt->filled -= length;
}

bool mqtt_next(mqtt_t *mqtt, mqtt_packet_t *packet) {
  static uint8_t body[MQTT_PACKET_MAX];
  size_t skipped = mqtt->skipped < mqtt->filled ? mqtt->skipped : mqtt->filled;
  drop(mqtt, skipped);
  mqtt->skipped -= skipped;
  size_t length = 0, used = 1;
  for (int shift = 0;; shift += 7, used++) {
    if (used >= mqtt->filled || shift > 21) return false;
    length |= (size_t)(mqtt->in[used] & 0x7f) << shift;
    if (!(mqtt->in[used] & 0x80)) break;
  }
  used++;
  if (used + length > sizeof mqtt->in) {
    mqtt->skipped = used + length;
    return mqtt_next(mqtt, packet);
  }
  if (used + length > mqtt->filled) return false;
  memcpy(body, mqtt->in + used, length);
  *packet = (mqtt_packet_t){mqtt->in[0] >> 4, mqtt->in[0] & 0x0f, body, length};
  drop(mqtt, used + length);
  return true;
}
