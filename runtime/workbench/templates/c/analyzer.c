// {{WHAT}}.
#include "bindings/plugin.h"
#include "options.h"

// The picture is looked at in this many cells.
enum { WIDE = 32, HIGH = 18 };
// A cell moves when this share of it does, of 255: a quarter.
enum { MOVING = 64 };

typedef framegate_plugin_types_rect_t rect;
typedef framegate_plugin_types_size_t size;

// Whether something moved in the last picture.
static bool moved;

// The area round all cells that move, in pixels, and the share of the one that moves most; false if none does.
static bool moving(const plugin_list_u8_t *cells, size of, rect *area, uint8_t *most) {
    uint32_t left = WIDE, top = HIGH, right = 0, bottom = 0;
    *most = 0;
    for (uint32_t i = 0; i < cells->len; i++) {
        uint8_t share = cells->ptr[i];
        if (share < MOVING) continue;
        uint32_t x = i % WIDE, y = i / WIDE;
        if (x < left) left = x;
        if (y < top) top = y;
        if (x + 1 > right) right = x + 1;
        if (y + 1 > bottom) bottom = y + 1;
        if (share > *most) *most = share;
    }
    area->x = (int32_t)(left * of.width / WIDE);
    area->y = (int32_t)(top * of.height / HIGH);
    area->width = right > left ? (right - left) * of.width / WIDE : 0;
    area->height = bottom > top ? (bottom - top) * of.height / HIGH : 0;
    return right > 0;
}

exports_framegate_plugin_processor_verdict_t
exports_framegate_plugin_processor_process(exports_framegate_plugin_processor_borrow_picture_t picture) {
    size of, grid = {WIDE, HIGH};
    plugin_list_u8_t cells;
    framegate_plugin_pictures_pixel_error_t error;
    framegate_plugin_pictures_method_picture_size(picture, &of);
    if (!framegate_plugin_pictures_method_picture_motion(picture, &grid, (uint8_t)current.threshold, &cells, &error)) {
        framegate_plugin_pictures_pixel_error_free(&error);
        return EXPORTS_FRAMEGATE_PLUGIN_PROCESSOR_VERDICT_KEEP;
    }
    framegate_plugin_pictures_annotation_t found = {0};
    uint8_t most;
    bool moves = moving(&cells, of, &found.area, &most);
    plugin_list_u8_free(&cells);
    if (moves) {
        plugin_string_set(&found.label, "motion");
        found.score = most / 255.0f;
        framegate_plugin_pictures_method_picture_annotate(picture, &found);
    }
    if (moves && !moved) {
        plugin_string_t kind, data;
        plugin_string_set(&kind, "motion-began");
        plugin_string_set(&data, "{}");
        framegate_plugin_host_emit(&kind, &data);
    }
    moved = moves;
    return EXPORTS_FRAMEGATE_PLUGIN_PROCESSOR_VERDICT_KEEP;
}
