#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "heat.h"
#include "options.h"

static mistake mistakes[4];

static size_t read(const char *text) {
    return options_read(text, strlen(text), &current, mistakes, 4);
}

static void options_are_read_or_refused_with_the_place_and_the_value(void) {
    assert(read("{\"half_life\": 2, \"opacity\": 255}") == 0 && current.half_life == 2 && current.threshold == 24);
    assert(read("{\"opacity\":256,\"colour\":{}}") == 2 && strcmp(mistakes[0].path, "/opacity") == 0);
    assert(strcmp(mistakes[0].message, "must be 0 to 255, got 256") == 0);
}

static void what_moves_gets_warm_and_cools_down_by_half(void) {
    static heat map;
    static uint8_t moved[HEAT_CELLS], rgba[HEAT_CELLS * 4];
    moved[7] = 255;
    heat_add(&map, moved, sizeof moved, 1000000000, 1.0f);
    assert(map.cells[7] == 0.0f); // the first picture: no time went by
    heat_add(&map, moved, sizeof moved, 1500000000, 1.0f);
    assert(map.cells[7] == 1.0f && map.cells[8] == 0.0f);
    moved[7] = 0;
    heat_add(&map, moved, sizeof moved, 2500000000, 1.0f);
    assert(fabsf(map.cells[7] - 0.5f) < 1e-6f);
    heat_paint(&map, rgba);
    assert(rgba[7 * 4 + 3] == 255 && rgba[8 * 4 + 3] == 0);
}

int main(void) {
    options_are_read_or_refused_with_the_place_and_the_value();
    what_moves_gets_warm_and_cools_down_by_half();
    puts("ok");
    return 0;
}
