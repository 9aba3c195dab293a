#include "ring.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* One slot: 512 bytes, a divisor of every flash page. A torn write fails the CRC and counts as empty. */
typedef struct {
  uint32_t number;
  uint32_t crc;
  uint16_t length;
  uint8_t waiting; /* 0xff: no PUBACK yet; 0x00: acknowledged */
  uint8_t reserved[5];
  char text[RING_TEXT_MAX];
} slot_t;

static uint32_t crc32_of(const void *data, size_t length, uint32_t crc) {
  const uint8_t *bytes = data;
  crc = ~crc;
  while (length--) {
    crc ^= *bytes++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

/* `waiting` is left out: it changes later. */
static uint32_t slot_crc(const slot_t *slot) {
  uint32_t crc = crc32_of(&slot->number, sizeof slot->number, 0);
  crc = crc32_of(&slot->length, sizeof slot->length, crc);
  return crc32_of(slot->text, slot->length, crc);
}

static off_t offset_of(const ring_t *ring, uint32_t number) {
  return (off_t)(number % ring->slots) * (off_t)sizeof(slot_t);
}

static bool load(ring_t *ring, off_t offset, slot_t *slot) {
  return pread(ring->file, slot, sizeof *slot, offset) == (ssize_t)sizeof *slot && slot->number > 0 &&
         slot->length <= RING_TEXT_MAX && slot->crc == slot_crc(slot);
}

bool ring_open(ring_t *ring, const char *path, uint32_t slots) {
  ring->slots = slots;
  ring->file = open(path, O_RDWR | O_CREAT, 0600);
  if (ring->file < 0) return false;
  uint32_t newest = 0, oldest = 0;
  for (uint32_t index = 0; index < slots; index++) {
    slot_t slot;
    if (!load(ring, offset_of(ring, index), &slot)) continue;
    if (slot.number > newest) newest = slot.number;
    if (slot.waiting && (oldest == 0 || slot.number < oldest)) oldest = slot.number;
  }
  ring->next = newest + 1;
  ring->first = oldest ? oldest : ring->next;
  return true;
}

bool ring_append(ring_t *ring, const char *text) {
  slot_t slot = {.number = ring->next, .waiting = 0xff};
  size_t length = strlen(text);
  if (length > RING_TEXT_MAX) return false;
  slot.length = (uint16_t)length;
  memcpy(slot.text, text, length);
  slot.crc = slot_crc(&slot);
  if (pwrite(ring->file, &slot, sizeof slot, offset_of(ring, slot.number)) != (ssize_t)sizeof slot) return false;
  if (fdatasync(ring->file) != 0) return false;
  ring->next++;
  if (ring->next - ring->first > ring->slots) ring->first = ring->next - ring->slots;
  return true;
}

bool ring_read(ring_t *ring, uint32_t number, char *text) {
  slot_t slot;
  if (!load(ring, offset_of(ring, number), &slot) || slot.number != number || !slot.waiting) return false;
  memcpy(text, slot.text, slot.length);
  text[slot.length] = '\0';
  return true;
}

bool ring_acknowledge(ring_t *ring, uint32_t number) {
  slot_t slot;
  if (!load(ring, offset_of(ring, number), &slot) || slot.number != number) return false;
  slot.waiting = 0;
  if (pwrite(ring->file, &slot, sizeof slot, offset_of(ring, number)) != (ssize_t)sizeof slot) return false;
  char text[RING_TEXT_MAX + 1];
  while (ring->first < ring->next && !ring_read(ring, ring->first, text)) ring->first++;
  return true;
}
