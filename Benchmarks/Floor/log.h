/* The log of events, `jetstream_activity`. */
#ifndef LOG_H
#define LOG_H

#include <sqlite3.h>
#include <stdint.h>

#include "event.h"

/* What an event is logged with beside its own fields. */
struct log_entry {
    const char *status;
    const char *error; /* NULL when there is nothing to say */
    int64_t received_at;
};

/* Prepares the statement that adds a row. */
sqlite3_stmt *log_prepare(sqlite3 *database);

/* Adds a row; returns its id, or 0 when the log has the event already. */
int64_t log_add(sqlite3_stmt *statement, const struct event *event, struct log_entry entry);

#endif
