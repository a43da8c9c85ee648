// What every plugin answers: what it is, and whether it takes its options.
#include <stdlib.h>

#include "bindings/plugin.h"
#include "options.h"

void exports_framegate_plugin_lifecycle_describe(plugin_string_t *ret) {
    plugin_string_dup(ret, "{\"name\":\"heat-map\",\"version\":\"0.1.0\",\"description\":\"Draws where something moved lately as a heat map\",\"options\":" OPTIONS_SCHEMA "}");
}

bool exports_framegate_plugin_lifecycle_configure(plugin_string_t *text,
                                                  exports_framegate_plugin_lifecycle_list_mistake_t *err) {
    enum { MOST = 8 };
    mistake mistakes[MOST];
    size_t count = options_read((const char *)text->ptr, text->len, &current, mistakes, MOST);
    plugin_string_free(text);
    if (count == 0) return true;
    if (count > MOST) count = MOST;
    // What is given back is freed by the bindings.
    err->ptr = malloc(count * sizeof *err->ptr);
    if (!err->ptr) abort();
    err->len = count;
    for (size_t i = 0; i < count; i++) {
        plugin_string_dup(&err->ptr[i].path, mistakes[i].path);
        plugin_string_dup(&err->ptr[i].message, mistakes[i].message);
    }
    return false;
}
