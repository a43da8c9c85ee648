// A motion heat map over the picture: where something moved, it glows, and cools down behind it.
//
// A cell costs a handful of instructions for each picture, and the host blends one small image over the whole picture: the colours change
// ten times a second, the rest is the host's.
#include "bindings/plugin.h"
#include "heat.h"
#include "options.h"

// The colours are made anew this often, in nanoseconds.
static const uint64_t EVERY = 100000000;

static heat map;
static uint8_t pixels[HEAT_CELLS * 4];
static framegate_plugin_drawing_own_image_t image;
static bool has_image;
static uint64_t painted;

static void paint(uint64_t now) {
    if (has_image && now - painted < EVERY) return;
    heat_paint(&map, pixels);
    painted = now;
    plugin_list_u8_t list = {pixels, sizeof pixels};
    framegate_plugin_drawing_pixel_error_t error;
    bool is_good;
    if (has_image) {
        is_good = framegate_plugin_drawing_method_image_update(framegate_plugin_drawing_borrow_image(image), &list, &error);
    } else {
        framegate_plugin_drawing_size_t size = {HEAT_WIDE, HEAT_HIGH};
        is_good = has_image = framegate_plugin_drawing_static_image_from_rgba(&size, &list, &image, &error);
    }
    if (!is_good) framegate_plugin_drawing_pixel_error_free(&error);
}

exports_framegate_plugin_processor_verdict_t
exports_framegate_plugin_processor_process(exports_framegate_plugin_processor_borrow_picture_t picture) {
    framegate_plugin_types_size_t size, grid = {HEAT_WIDE, HEAT_HIGH};
    plugin_list_u8_t cells;
    framegate_plugin_pictures_pixel_error_t error;
    framegate_plugin_pictures_method_picture_size(picture, &size);
    uint64_t now = framegate_plugin_pictures_method_picture_presentation_time(picture);
    if (!framegate_plugin_pictures_method_picture_motion(picture, &grid, (uint8_t)current.threshold, &cells, &error)) {
        // A picture smaller than the grid.
        framegate_plugin_pictures_pixel_error_free(&error);
        return EXPORTS_FRAMEGATE_PLUGIN_PROCESSOR_VERDICT_KEEP;
    }
    heat_add(&map, cells.ptr, cells.len, now, (float)current.half_life);
    plugin_list_u8_free(&cells);
    paint(now);
    framegate_plugin_drawing_rect_t whole = {0, 0, size.width, size.height};
    if (has_image) {
        framegate_plugin_drawing_blend(picture, &whole, framegate_plugin_drawing_borrow_image(image), (uint8_t)current.opacity);
    }
    return EXPORTS_FRAMEGATE_PLUGIN_PROCESSOR_VERDICT_KEEP;
}
