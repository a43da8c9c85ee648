// The options of a stream, from the JSON that streams.toml gives. Pure: `make test` runs it on your own machine.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>

typedef struct {
    int threshold; // how much the brightness of a point must change to count, 1 to 255
    int half_life; // seconds after which half of the warmth is gone, 1 to 3600
    int opacity;   // of the map, 0 to 255
} options;

#define OPTIONS_DEFAULT {.threshold = 24, .half_life = 5, .opacity = 160}

// The same as JSON Schema, for editors and people.
#define OPTIONS_SCHEMA                                                                                                 \
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"                                             \
    "\"threshold\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":255,\"default\":24,"                                \
    "\"description\":\"how much the brightness of a point must change to count\"},"                                    \
    "\"half_life\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":3600,\"default\":5,"                                \
    "\"description\":\"seconds after which half of the warmth is gone\"},"                                             \
    "\"opacity\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":255,\"default\":160,"                                 \
    "\"description\":\"of the map\"}}}"

// What is wrong: where (a JSON pointer), and the rule with the value.
typedef struct {
    char path[80];
    char message[160];
} mistake;

// The options in force.
extern options current;

// Reads options; gives how many mistakes there are, of which at most `most` are told. With a mistake `out` is left as it was.
size_t options_read(const char *text, size_t length, options *out, mistake *mistakes, size_t most);

#endif
