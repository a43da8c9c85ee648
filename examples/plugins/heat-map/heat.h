// How warm each cell of a picture is. Pure: `make test` runs it on your own machine.
#ifndef HEAT_H
#define HEAT_H

#include <stddef.h>
#include <stdint.h>

enum { HEAT_WIDE = 64, HEAT_HIGH = 36, HEAT_CELLS = HEAT_WIDE * HEAT_HIGH };

typedef struct {
    float cells[HEAT_CELLS]; // 0 is cold, 1 as warm as it gets
    uint64_t at;             // of the last picture, in nanoseconds
} heat;

// Cools all by the time that went by, and warms what moved: `moved` has for each cell the share that did, of 255. Half of the warmth is gone after
// `half_life` seconds.
void heat_add(heat *map, const uint8_t *moved, size_t count, uint64_t now, float half_life);

// Colours from blue over green and yellow to red, in RGBA; the colder, the more transparent.
void heat_paint(const heat *map, uint8_t *rgba);

#endif
