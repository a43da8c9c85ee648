#include "options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static mistake mistakes[4];

static size_t read(const char *text) {
    return options_read(text, strlen(text), &current, mistakes, 4);
}

int main(void) {
    assert(read("{}") == 0 && current.{{KEY}} == {{DEFAULT}});
    assert(read("{\"{{KEY}}\": {{MOST}}}") == 0 && current.{{KEY}} == {{MOST}});
    assert(read("{\"{{KEY}}\":0}") == 1 && strcmp(mistakes[0].path, "/{{KEY}}") == 0);
    assert(strcmp(mistakes[0].message, "must be {{LEAST}} to {{MOST}}, got 0") == 0);
    assert(read("{\"colour\":{\"a\":[1,\"}\"]},\"{{KEY}}\":\"x\"}") == 2 && current.{{KEY}} == {{MOST}});
    puts("ok: options are read, or refused with the place and the value");
    return 0;
}
