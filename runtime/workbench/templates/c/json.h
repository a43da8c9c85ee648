// Reads a flat JSON object: the options of a plugin. What is nested is passed over. The host gives valid JSON; anything else ends the reading.
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { JSON_NUMBER, JSON_TEXT, JSON_OTHER } json_kind;

// A member of the object: slices of the text, which must outlive it.
typedef struct {
    const char *key;
    size_t key_length;
    json_kind kind;
    const char *value; // as written, with the quotes of a text
    size_t value_length;
} json_member;

// What has not been read yet.
typedef struct {
    const char *at;
    const char *end;
} json_reader;

json_reader json_open(const char *text, size_t length);

// The next member; false at the end.
bool json_next(json_reader *reader, json_member *member);

bool json_is(const json_member *member, const char *key);

// A number as an integer; false for a fraction, or for what is no number.
bool json_integer(const json_member *member, long *number);

// A text without its quotes and escapes, ended by a zero; false for what is no text, or longer than the room.
bool json_text(const json_member *member, char *room, size_t size);

#endif
