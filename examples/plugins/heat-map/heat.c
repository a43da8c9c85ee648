#include "heat.h"

#include <math.h>

// How much a cell that moves as a whole is warmed in a second.
static const float WARMTH = 2.0f;

void heat_add(heat *map, const uint8_t *moved, size_t count, uint64_t now, float half_life) {
    float seconds = map->at && now > map->at ? (float)(now - map->at) / 1e9f : 0.0f;
    map->at = now;
    if (seconds > 1.0f) seconds = 1.0f; // behind a gap nobody knows what moved in it
    float cooling = exp2f(-seconds / half_life), warming = WARMTH * seconds / 255.0f;
    for (size_t i = 0; i < HEAT_CELLS && i < count; i++) {
        float warm = map->cells[i] * cooling + (float)moved[i] * warming;
        map->cells[i] = warm < 1.0f ? warm : 1.0f;
    }
}

// How much of a colour that is there from `low` on and full from `high` on.
static uint8_t ramp(float value, float low, float high) {
    float share = (value - low) / (high - low);
    return (uint8_t)(255.0f * (share < 0.0f ? 0.0f : share > 1.0f ? 1.0f : share));
}

void heat_paint(const heat *map, uint8_t *rgba) {
    for (size_t i = 0; i < HEAT_CELLS; i++, rgba += 4) {
        float warm = map->cells[i];
        rgba[0] = ramp(warm, 0.4f, 0.65f);
        rgba[1] = warm < 0.65f ? ramp(warm, 0.1f, 0.4f) : (uint8_t)(255 - ramp(warm, 0.65f, 1.0f));
        rgba[2] = (uint8_t)(255 - ramp(warm, 0.25f, 0.5f));
        rgba[3] = ramp(warm, 0.02f, 0.5f);
    }
}
