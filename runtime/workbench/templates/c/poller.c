// {{WHAT}}.
#include <stdio.h>

#include "bindings/plugin.h"
#include "options.h"

// As many bytes as are kept: `state` holds 64 kB.
enum { MOST = 4096 };

bool exports_framegate_plugin_ticker_tick(plugin_string_t *err) {
    plugin_string_t method, url, key;
    plugin_string_set(&method, "GET");
    plugin_string_set(&url, current.url);
    // Where the text is kept, for the plugin's other roles.
    plugin_string_set(&key, "text");
    framegate_plugin_http_own_request_t request = framegate_plugin_http_constructor_request(&method, &url);
    framegate_plugin_http_own_response_t response;
    framegate_plugin_http_http_error_t error;
    bool sent = framegate_plugin_http_method_request_send(framegate_plugin_http_borrow_request(request), &response, &error);
    framegate_plugin_http_request_drop_own(request);
    if (!sent) {
        framegate_plugin_http_http_error_free(&error);
        plugin_string_dup(err, "no answer");
        return false;
    }
    framegate_plugin_http_borrow_response_t answer = framegate_plugin_http_borrow_response(response);
    uint16_t status = framegate_plugin_http_method_response_status(answer);
    plugin_list_u8_t body;
    framegate_plugin_http_method_response_body(answer, &body);
    framegate_plugin_http_response_drop_own(response);
    bool kept = false;
    if (status == 200) {
        plugin_list_u8_t value = {body.ptr, body.len < MOST ? body.len : MOST};
        kept = framegate_plugin_state_set(&key, &value, err);
    } else {
        char words[64];
        snprintf(words, sizeof words, "the answer's status is %u", (unsigned)status);
        plugin_string_dup(err, words);
    }
    plugin_list_u8_free(&body);
    return kept;
}
