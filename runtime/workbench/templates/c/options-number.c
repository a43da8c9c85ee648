#include "options.h"

#include <stdio.h>

#include "json.h"

options current = OPTIONS_DEFAULT;

size_t options_read(const char *text, size_t length, options *out, mistake *mistakes, size_t most) {
    options read = OPTIONS_DEFAULT;
    size_t count = 0;
    mistake none;
    json_reader reader = json_open(text, length);
    for (json_member member; json_next(&reader, &member);) {
        mistake *told = count < most ? &mistakes[count] : &none;
        snprintf(told->path, sizeof told->path, "/%.*s", (int)member.key_length, member.key);
        if (!json_is(&member, "{{KEY}}")) {
            snprintf(told->message, sizeof told->message, "there is only `{{KEY}}`");
            count++;
            continue;
        }
        long number;
        if (json_integer(&member, &number) && number >= {{LEAST}} && number <= {{MOST}}) {
            read.{{KEY}} = (int)number;
        } else {
            snprintf(told->message, sizeof told->message, "must be {{LEAST}} to {{MOST}}, got %.*s", (int)member.value_length,
                     member.value);
            count++;
        }
    }
    if (count == 0) *out = read;
    return count;
}
