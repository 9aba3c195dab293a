/* The little of MQTT 3.1.1 that a device needs: CONNECT, PUBLISH at QoS 1, SUBSCRIBE, PUBACK, PING, DISCONNECT. */
#ifndef DAOYU_MQTT_H
#define DAOYU_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MQTT_PACKET_MAX 4096 /* bytes; longer packets from the platform are skipped */

/* The byte stream below. For TLS put mbedtls_ssl_write and mbedtls_ssl_read here: the server's name checked (mbedtls_ssl_set_hostname),
   MBEDTLS_SSL_VERIFY_REQUIRED, and the CA of the platform in the chain. */
typedef struct transport {
  int socket; /* to wait on; -1 when closed */
  int (*send)(struct transport *, const uint8_t *bytes, size_t length);
  int (*receive)(struct transport *, uint8_t *bytes, size_t length); /* 0: closed, -1: error */
  void (*close)(struct transport *);
  void *tls;
} transport_t;

typedef struct {
  transport_t transport;
  uint8_t in[MQTT_PACKET_MAX];
  size_t filled;  /* bytes in `in` */
  size_t skipped; /* of a packet that is too long, still to come */
} mqtt_t;

typedef struct {
  uint8_t type;  /* high half of the first byte: 2 CONNACK, 3 PUBLISH, 4 PUBACK, 9 SUBACK, 13 PINGRESP */
  uint8_t flags; /* low half */
  const uint8_t *body;
  size_t length;
} mqtt_packet_t;

typedef struct {
  const char *client_id, *password; /* the user name is the client id */
  const char *will_topic, *will_payload;
  uint16_t keep_alive; /* seconds */
} mqtt_connect_t;

/* Plain TCP. */
bool mqtt_dial(mqtt_t *mqtt, const char *host, const char *port);
void mqtt_close(mqtt_t *mqtt);

/* False: the connection is broken. */
bool mqtt_send_connect(mqtt_t *mqtt, const mqtt_connect_t *connect);
bool mqtt_send_publish(mqtt_t *mqtt, const char *topic, const char *text, uint16_t id, bool is_dup, bool is_retained);
bool mqtt_send_subscribe(mqtt_t *mqtt, const char *filter, uint16_t id);
bool mqtt_send_puback(mqtt_t *mqtt, uint16_t id);
bool mqtt_send_ping(mqtt_t *mqtt);
bool mqtt_send_disconnect(mqtt_t *mqtt);

/* Reads what is there. False: the connection is broken. */
bool mqtt_read(mqtt_t *mqtt);
/* The next whole packet of what was read; its body is valid until the next call. */
bool mqtt_next(mqtt_t *mqtt, mqtt_packet_t *packet);

#endif
