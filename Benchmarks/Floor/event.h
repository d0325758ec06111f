/* One event of a simulated Jetstream, taken apart.
 *
 * The reader knows the simulator's order of keys and checks no JSON: what decoding costs is no part of the floor. */
#ifndef EVENT_H
#define EVENT_H

#include <stdint.h>

/* Bytes that belong to somebody else. */
struct text {
    const char *start;
    int length;
};

enum event_kind { EVENT_COMMIT, EVENT_IDENTITY, EVENT_ACCOUNT };

struct event {
    enum event_kind kind;
    struct text message; /* the line without its end */
    struct text time;    /* the digits of time_us */
    struct text did, operation, collection, rkey, cid;
    struct text rev;    /* of identity and account events their sequence number, as the log keeps it */
    struct text record; /* the JSON of a create or an update, else empty */
    struct text inner_did, handle, status; /* of identity and account events */
    int is_active;
    int64_t time_us;
    char timestamp[28];
};

/* Takes the line apart; ends the program when it is none of the simulator's. */
void event_read(struct event *event, const char *line, int length);

/* Whether a record comes with it. */
int event_is_put(const struct event *event);

/* Whether the account is gone for good. */
int event_is_deletion(const struct event *event);

int text_equals(struct text text, const char *other);
int text_same(struct text left, struct text right);

#endif
