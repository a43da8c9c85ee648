#include "options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static mistake mistakes[4];

static size_t read(const char *text) {
    return options_read(text, strlen(text), &current, mistakes, 4);
}

int main(void) {
    assert(read("{}") == 0 && strcmp(current.{{KEY}}, "{{DEFAULT}}") == 0);
    assert(read("{\"{{KEY}}\": \"a\\\"b\\u00e4\"}") == 0 && strcmp(current.{{KEY}}, "a\"b\xc3\xa4") == 0);
    assert(read("{\"{{KEY}}\":7}") == 1 && strcmp(mistakes[0].path, "/{{KEY}}") == 0);
    assert(strstr(mistakes[0].message, "got 7"));
    assert(read("{\"colour\":{\"a\":[1,\"}\"]},\"{{KEY}}\":7}") == 2 && current.{{KEY}}[0] == 'a');
    puts("ok: options are read, or refused with the place and the value");
    return 0;
}
