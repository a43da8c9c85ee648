// {{WHAT}}.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bindings/plugin.h"
#include "options.h"

typedef exports_framegate_plugin_event_receiver_failure_t failure;

static bool again(failure *err) {
    err->tag = EXPORTS_FRAMEGATE_PLUGIN_EVENT_RECEIVER_FAILURE_AGAIN;
    err->val.again = 0; // when the host thinks best
    return false;
}

static bool refused(failure *err, const char *why) {
    err->tag = EXPORTS_FRAMEGATE_PLUGIN_EVENT_RECEIVER_FAILURE_REFUSED;
    plugin_string_dup(&err->val.refused, why);
    return false;
}

// The event as JSON, in memory of its own. Kinds and names have no characters that JSON escapes, and the data is JSON already.
static char *body(exports_framegate_plugin_event_receiver_borrow_event_t event, size_t *length) {
    plugin_string_t kind, stream = {0}, data;
    framegate_plugin_events_method_event_kind(event, &kind);
    framegate_plugin_events_method_event_data(event, &data);
    bool has_stream = framegate_plugin_events_method_event_stream_name(event, &stream);
    size_t room = kind.len + stream.len + data.len + 160;
    char *text = malloc(room);
    if (!text) abort();
    *length = (size_t)snprintf(text, room,
                               "{\"id\":%" PRIu64 ",\"kind\":\"%.*s\",\"stream\":\"%.*s\",\"time_ns\":%" PRIu64 ",\"data\":%.*s}",
                               framegate_plugin_events_method_event_id(event), (int)kind.len, (const char *)kind.ptr,
                               (int)stream.len, stream.ptr ? (const char *)stream.ptr : "",
                               framegate_plugin_events_method_event_time(event), (int)data.len, (const char *)data.ptr);
    plugin_string_free(&kind);
    plugin_string_free(&data);
    if (has_stream) plugin_string_free(&stream);
    return text;
}

bool exports_framegate_plugin_event_receiver_deliver(exports_framegate_plugin_event_receiver_borrow_event_t event,
                                                     failure *err) {
    plugin_string_t method, url, name, value;
    plugin_string_set(&method, "POST");
    plugin_string_set(&url, current.url);
    plugin_string_set(&name, "content-type");
    plugin_string_set(&value, "application/json");
    framegate_plugin_http_own_request_t request = framegate_plugin_http_constructor_request(&method, &url);
    framegate_plugin_http_borrow_request_t asked = framegate_plugin_http_borrow_request(request);
    framegate_plugin_http_method_request_add_header(asked, &name, &value);
    size_t length;
    char *text = body(event, &length);
    plugin_list_u8_t bytes = {(uint8_t *)text, length};
    framegate_plugin_http_method_request_set_body(asked, &bytes);
    free(text);
    framegate_plugin_http_own_response_t response;
    framegate_plugin_http_http_error_t error;
    bool sent = framegate_plugin_http_method_request_send(asked, &response, &error);
    framegate_plugin_http_request_drop_own(request);
    if (!sent) {
        bool granted = error.tag != FRAMEGATE_PLUGIN_HTTP_HTTP_ERROR_NOT_GRANTED;
        framegate_plugin_http_http_error_free(&error);
        return granted ? again(err) : refused(err, "the host of `url` is not granted");
    }
    uint16_t status = framegate_plugin_http_method_response_status(framegate_plugin_http_borrow_response(response));
    framegate_plugin_http_response_drop_own(response);
    // What the other side does not understand it will not understand later.
    if (status >= 400 && status < 500) return refused(err, "the answer's status is 4xx");
    return (status >= 200 && status < 300) || again(err);
}
