// The options of a stream, from the JSON that streams.toml gives. Pure: `make test` runs it on your own machine.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>

typedef struct {
    char {{KEY}}[512]; // {{MEANING}}
} options;

#define OPTIONS_DEFAULT {.{{KEY}} = "{{DEFAULT}}"}

// The same as JSON Schema, for editors and people.
#define OPTIONS_SCHEMA                                                                                                 \
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"{{KEY}}\":{\"type\":\"string\","                 \
    "\"default\":\"{{DEFAULT}}\",\"description\":\"{{MEANING}}\"}}}"

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
