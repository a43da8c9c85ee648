// {{WHAT}}.
#include "bindings/plugin.h"
#include "options.h"

// What the viewer asks for, or what it shows best.
static plugin_string_t format_of(exports_framegate_plugin_format_chooser_borrow_viewer_t viewer) {
    plugin_string_t format;
    if (framegate_plugin_viewers_method_viewer_asked_format(viewer, &format)) return format;
    plugin_list_string_t accepts;
    framegate_plugin_viewers_method_viewer_accepts(viewer, &accepts);
    if (accepts.len > 0) {
        plugin_string_dup_n(&format, (const char *)accepts.ptr[0].ptr, accepts.ptr[0].len);
    } else {
        plugin_string_dup(&format, "image/jpeg");
    }
    plugin_list_string_free(&accepts);
    return format;
}

exports_framegate_plugin_format_chooser_own_choice_t
exports_framegate_plugin_format_chooser_choose(exports_framegate_plugin_format_chooser_borrow_viewer_t viewer) {
    plugin_string_t format = format_of(viewer);
    framegate_plugin_viewers_own_choice_t choice = framegate_plugin_viewers_constructor_choice(&format);
    plugin_string_free(&format);
    // A viewer is slow when it skips, or when what is written to it waits for half of the time.
    if (framegate_plugin_viewers_method_viewer_skipped(viewer) > 0.5f ||
        framegate_plugin_viewers_method_viewer_write_wait(viewer) > 0.5f) {
        framegate_plugin_viewers_borrow_choice_t chosen = framegate_plugin_viewers_borrow_choice(choice);
        framegate_plugin_viewers_method_choice_set_width(chosen, (uint32_t)current.narrow);
        framegate_plugin_viewers_method_choice_set_quality(chosen, 60);
    }
    return choice;
}
