/* A ring buffer of readings in a file, as one would keep it in flash: written slot by slot, survives power loss, drops the oldest when full. */
#ifndef DAOYU_RING_H
#define DAOYU_RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_TEXT_MAX 496 /* bytes of one reading */

typedef struct {
  int file;
  uint32_t slots;
  uint32_t first; /* number of the oldest reading that has no PUBACK */
  uint32_t next;  /* number that the next reading gets; numbers start at 1 and never repeat */
} ring_t;

/* Opens the file or makes it, and finds what was left in it. */
bool ring_open(ring_t *ring, const char *path, uint32_t slots);

/* On the disk when it returns. The oldest reading gives way when there is no room. */
bool ring_append(ring_t *ring, const char *text);

/* Copies reading `number` into `text` (RING_TEXT_MAX + 1 bytes); false when it is gone or acknowledged. */
bool ring_read(ring_t *ring, uint32_t number, char *text);

/* The platform has it. A slot is marked by clearing bits, which flash can do without an erase. */
bool ring_acknowledge(ring_t *ring, uint32_t number);

#endif
