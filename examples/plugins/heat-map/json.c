#include "json.h"

#include <stdlib.h>
#include <string.h>

static void skip_space(json_reader *reader) {
    while (reader->at < reader->end && strchr(" \t\r\n,:", *reader->at)) reader->at++;
}

// Behind the text that begins here with its quote.
static void skip_text(json_reader *reader) {
    reader->at++;
    while (reader->at < reader->end && *reader->at != '"') reader->at += *reader->at == '\\' ? 2 : 1;
    if (reader->at < reader->end) reader->at++;
    if (reader->at > reader->end) reader->at = reader->end;
}

static void skip_value(json_reader *reader) {
    int depth = 0;
    while (reader->at < reader->end) {
        char c = *reader->at;
        if (c == '"') {
            skip_text(reader);
            if (depth == 0) return;
            continue;
        }
        if (depth == 0 && strchr(",}] \t\r\n", c)) return;
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        reader->at++;
        if (depth == 0 && (c == '}' || c == ']')) return;
    }
}

json_reader json_open(const char *text, size_t length) {
    json_reader reader = {text, text + length};
    skip_space(&reader);
    if (reader.at < reader.end && *reader.at == '{') {
        reader.at++;
    } else {
        reader.at = reader.end;
    }
    return reader;
}

bool json_next(json_reader *reader, json_member *member) {
    skip_space(reader);
    if (reader->at >= reader->end || *reader->at != '"') return false;
    member->key = reader->at + 1;
    skip_text(reader);
    member->key_length = (size_t)(reader->at - member->key) - 1;
    skip_space(reader);
    if (reader->at >= reader->end) return false;
    member->value = reader->at;
    bool is_number = *reader->at == '-' || (*reader->at >= '0' && *reader->at <= '9');
    member->kind = *reader->at == '"' ? JSON_TEXT : is_number ? JSON_NUMBER : JSON_OTHER;
    skip_value(reader);
    member->value_length = (size_t)(reader->at - member->value);
    return true;
}

bool json_is(const json_member *member, const char *key) {
    return strlen(key) == member->key_length && memcmp(key, member->key, member->key_length) == 0;
}

bool json_integer(const json_member *member, long *number) {
    char room[24];
    if (member->kind != JSON_NUMBER || member->value_length >= sizeof room) return false;
    memcpy(room, member->value, member->value_length);
    room[member->value_length] = 0;
    char *end;
    *number = strtol(room, &end, 10);
    return *end == 0;
}

// The UTF-8 of a character at `room`; how many bytes it has.
static size_t put(char *room, unsigned long c) {
    if (c < 0x80) return room[0] = (char)c, 1;
    if (c < 0x800) return room[0] = (char)(0xc0 | c >> 6), room[1] = (char)(0x80 | (c & 0x3f)), 2;
    room[0] = (char)(0xe0 | c >> 12);
    room[1] = (char)(0x80 | (c >> 6 & 0x3f));
    room[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

bool json_text(const json_member *member, char *room, size_t size) {
    if (member->kind != JSON_TEXT || member->value_length < 2) return false;
    const char *at = member->value + 1, *end = member->value + member->value_length - 1;
    size_t length = 0;
    while (at < end) {
        if (length + 4 > size) return false;
        if (*at != '\\') {
            room[length++] = *at++;
            continue;
        }
        static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
        const char *escape = end - at > 1 ? strchr(written, at[1]) : NULL;
        if (escape && *escape) {
            room[length++] = meant[escape - written];
            at += 2;
        } else if (end - at >= 6 && at[1] == 'u') {
            char digits[5] = {at[2], at[3], at[4], at[5], 0};
            length += put(room + length, strtoul(digits, NULL, 16));
            at += 6;
        } else {
            return false;
        }
    }
    room[length] = 0;
    return true;
}
