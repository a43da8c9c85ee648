#include "options.h"

#include <stdio.h>

#include "json.h"

options current = OPTIONS_DEFAULT;

typedef struct {
    const char *key;
    long least, most;
    size_t at; // in `options`
} rule;

static const rule RULES[] = {
    {"threshold", 1, 255, offsetof(options, threshold)},
    {"half_life", 1, 3600, offsetof(options, half_life)},
    {"opacity", 0, 255, offsetof(options, opacity)},
};

static const rule *find(const json_member *member) {
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        if (json_is(member, RULES[i].key)) return &RULES[i];
    }
    return NULL;
}

size_t options_read(const char *text, size_t length, options *out, mistake *mistakes, size_t most) {
    options read = OPTIONS_DEFAULT;
    size_t count = 0;
    mistake none;
    json_reader reader = json_open(text, length);
    for (json_member member; json_next(&reader, &member);) {
        mistake *told = count < most ? &mistakes[count] : &none;
        snprintf(told->path, sizeof told->path, "/%.*s", (int)member.key_length, member.key);
        const rule *rule = find(&member);
        long number;
        if (!rule) {
            snprintf(told->message, sizeof told->message, "there are `threshold`, `half_life` and `opacity`");
            count++;
        } else if (json_integer(&member, &number) && number >= rule->least && number <= rule->most) {
            *(int *)((char *)&read + rule->at) = (int)number;
        } else {
            snprintf(told->message, sizeof told->message, "must be %ld to %ld, got %.*s", rule->least, rule->most,
                     (int)member.value_length, member.value);
            count++;
        }
    }
    if (count == 0) *out = read;
    return count;
}
