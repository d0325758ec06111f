/* What a transaction adds to the sums, added up in memory and written once. */
#ifndef COUNTS_H
#define COUNTS_H

#include <sqlite3.h>
#include <stdint.h>

#include "event.h"

struct counts;

/* The statuses that an event can end in; compared by address. */
extern const char status_success[], status_error[];

struct counts *counts_open(sqlite3 *database);

/* Adds to a row of `counter`. */
void count_total(struct counts *counts, const char *name, int64_t value);

/* Adds a finished event to the minute of its time, and to the total of its status, one of the above. */
void count_finished(struct counts *counts, const struct event *event, const char *status);

/* Adds to the number of a collection's records. */
void count_record(struct counts *counts, struct text collection, int64_t value);

/* Writes what was added, and forgets it. */
void counts_write(struct counts *counts);

#endif
