// {{WHAT}}.
#include <stdio.h>

#include "bindings/plugin.h"
#include "options.h"

// Made for a height of the picture, and kept: the host caches what it drew with it.
static framegate_plugin_drawing_own_text_style_t style;
static uint32_t style_height;

static void make_style(uint32_t height) {
    if (style_height) framegate_plugin_drawing_text_style_drop_own(style);
    // White with a dark contour: it can be read on anything.
    framegate_plugin_drawing_color_t white = {255, 255, 255, 255}, black = {0, 0, 0, 255};
    style = framegate_plugin_drawing_constructor_text_style(height / 15, &white);
    framegate_plugin_drawing_method_text_style_set_outline(framegate_plugin_drawing_borrow_text_style(style), 2, &black);
    style_height = height;
}

exports_framegate_plugin_processor_verdict_t
exports_framegate_plugin_processor_process(exports_framegate_plugin_processor_borrow_picture_t picture) {
    framegate_plugin_pictures_size_t size;
    framegate_plugin_pictures_method_picture_size(picture, &size);
    if (size.height != style_height) make_style(size.height);

    char line[640];
    plugin_string_t stream, text;
    framegate_plugin_host_stream_name(&stream);
    snprintf(line, sizeof line, "%s %.*s", current.text, (int)stream.len, (const char *)stream.ptr);
    plugin_string_free(&stream);
    plugin_string_set(&text, line);
    framegate_plugin_drawing_point_t at = {(int32_t)(size.height / 30), (int32_t)(size.height / 30)};
    framegate_plugin_drawing_text(picture, &at, &text, framegate_plugin_drawing_borrow_text_style(style));
    return EXPORTS_FRAMEGATE_PLUGIN_PROCESSOR_VERDICT_KEEP;
}
