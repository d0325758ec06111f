/* What an event does to the state: actors, records and tombstones. */
#ifndef EFFECTS_H
#define EFFECTS_H

#include <sqlite3.h>
#include <stdint.h>

#include "counts.h"
#include "event.h"

struct effects;

struct effects *effects_open(sqlite3 *database, struct counts *counts);

/* Applies one event in the transaction that is open.
 *
 * received_at is when the event came, in microseconds; indexed_at is the same as text. */
void effects_apply(struct effects *effects, const struct event *event, int64_t received_at, const char *indexed_at);

/* The id of an actor, 0 when nothing of it is stored. */
int64_t effects_actor(struct effects *effects, struct text did);

#endif
