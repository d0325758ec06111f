#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moment.h"

static void refuse(const struct event *event, const char *wanted) {
    fprintf(stderr, "no event of the simulator (%s expected): %.*s\n", wanted, event->message.length,
            event->message.start);
    exit(65);
}

/* Steps over what must come next. */
static const char *step_over(const struct event *event, const char *at, const char *literal) {
    size_t length = strlen(literal);
    if (strncmp(at, literal, length) != 0) refuse(event, literal);
    return at + length;
}

/* Steps over what may come next; 0 when something else does. */
static int skip(const char **at, const char *literal) {
    size_t length = strlen(literal);
    if (strncmp(*at, literal, length) != 0) return 0;
    *at += length;
    return 1;
}

/* Reads up to a character, and steps over it. */
static struct text read_until(const struct event *event, const char **at, char end) {
    const char *start = *at;
    const char *stop = memchr(start, end, (size_t)(event->message.start + event->message.length - start));
    if (!stop) refuse(event, "the end of a value");
    *at = stop + 1;
    return (struct text){start, (int)(stop - start)};
}

static int64_t number(struct text digits) { return strtoll(digits.start, NULL, 10); }

/* The content's identifier is the last key, the record the one before it. */
static void read_record(struct event *event, const char *at) {
    static const char before_cid[] = ",\"cid\":\"";
    const char *end = event->message.start + event->message.length - strlen("\"}}");
    const char *cid = memrchr(at, '"', (size_t)(end - at));
    if (!cid) refuse(event, "cid");
    cid += 1;
    event->cid = (struct text){cid, (int)(end - cid)};
    event->record = (struct text){at, (int)(cid - strlen(before_cid) - at)};
}

static void read_commit(struct event *event, const char *at) {
    at = step_over(event, at, "commit\",\"commit\":{\"rev\":\"");
    event->rev = read_until(event, &at, '"');
    at = step_over(event, at, ",\"operation\":\"");
    event->operation = read_until(event, &at, '"');
    at = step_over(event, at, ",\"collection\":\"");
    event->collection = read_until(event, &at, '"');
    at = step_over(event, at, ",\"rkey\":\"");
    event->rkey = read_until(event, &at, '"');
    if (skip(&at, ",\"record\":")) read_record(event, at);
}

static void read_identity(struct event *event, const char *at) {
    at = step_over(event, at, "identity\",\"identity\":{\"did\":\"");
    event->operation = (struct text){"identity", 8};
    event->inner_did = read_until(event, &at, '"');
    if (skip(&at, ",\"handle\":\"")) event->handle = read_until(event, &at, '"');
    at = step_over(event, at, ",\"seq\":");
    event->rev = read_until(event, &at, ',');
}

static void read_account(struct event *event, const char *at) {
    at = step_over(event, at, "account\",\"account\":{\"active\":");
    event->operation = (struct text){"account", 7};
    event->is_active = text_equals(read_until(event, &at, ','), "true");
    at = step_over(event, at, "\"did\":\"");
    event->inner_did = read_until(event, &at, '"');
    at = step_over(event, at, ",\"seq\":");
    event->rev = read_until(event, &at, ',');
    at = step_over(event, at, "\"time\":\"");
    read_until(event, &at, '"');
    if (skip(&at, ",\"status\":\"")) event->status = read_until(event, &at, '"');
}

void event_read(struct event *event, const char *line, int length) {
    static const struct text none = {"", 0};
    *event = (struct event){.message = {line, length}};
    event->collection = event->rkey = event->cid = event->record = event->handle = event->status = none;
    const char *at = step_over(event, line, "{\"did\":\"");
    event->did = read_until(event, &at, '"');
    at = step_over(event, at, ",\"time_us\":");
    event->time = read_until(event, &at, ',');
    event->time_us = number(event->time);
    moment_text(event->time_us, event->timestamp);
    at = step_over(event, at, "\"kind\":\"");
    switch (*at) {
    case 'c': event->kind = EVENT_COMMIT, read_commit(event, at); break;
    case 'i': event->kind = EVENT_IDENTITY, read_identity(event, at); break;
    default: event->kind = EVENT_ACCOUNT, read_account(event, at);
    }
}

int event_is_put(const struct event *event) { return event->record.length > 0; }

int event_is_deletion(const struct event *event) {
    return event->kind == EVENT_ACCOUNT && !event->is_active && text_equals(event->status, "deleted");
}

int text_equals(struct text text, const char *other) {
    return text_same(text, (struct text){other, (int)strlen(other)});
}

int text_same(struct text left, struct text right) {
    return left.length == right.length && memcmp(left.start, right.start, (size_t)left.length) == 0;
}
