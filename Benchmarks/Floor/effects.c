#include "effects.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "moment.h"

struct effects {
    sqlite3 *database;
    struct counts *counts;
    sqlite3_stmt *find_actor, *add_actor, *name_actor, *set_account, *delete_actor, *bury_account;
    sqlite3_stmt *find_tombstone, *bury, *unbury;
    sqlite3_stmt *add_record, *replace_record, *delete_record;
};

static void prepare_actors(struct effects *effects, sqlite3 *database) {
    effects->find_actor = database_prepare(database, "SELECT id, deleted_rev FROM actor WHERE did = ?");
    effects->add_actor = database_prepare(database, "INSERT INTO actor (did, indexed_at) VALUES (?, ?)");
    effects->name_actor = database_prepare(database,
        "UPDATE actor SET handle = ?, identity_time = ?, identity_seq = ? WHERE id = ?");
    effects->set_account = database_prepare(database,
        "UPDATE actor SET active = ?, status = ?, account_time = ?, account_seq = ? WHERE id = ?");
    effects->delete_actor = database_prepare(database,
        "UPDATE actor SET deleted_rev = ?, purge_pending = 1 WHERE id = ?");
    effects->bury_account = database_prepare(database,
        "INSERT INTO account_tombstone (did, rev, account_time, received_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET rev = excluded.rev, account_time = excluded.account_time");
}

static void prepare_records(struct effects *effects, sqlite3 *database) {
    effects->find_tombstone = database_prepare(database,
        "SELECT rev FROM tombstone WHERE collection = ? AND rkey = ? AND did = ?");
    effects->bury = database_prepare(database,
        "INSERT INTO tombstone (collection, rkey, did, rev, received_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET rev = excluded.rev, received_at = excluded.received_at"
        " WHERE excluded.rev > tombstone.rev");
    effects->unbury = database_prepare(database,
        "DELETE FROM tombstone WHERE collection = ? AND rkey = ? AND did = ?");
    effects->add_record = database_prepare(database,
        "INSERT INTO record (collection, rkey, did, actor, rev, cid, json, indexed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    effects->replace_record = database_prepare(database,
        "UPDATE record SET rev = ?4, cid = ?5, json = ?6, indexed_at = ?7"
        " WHERE collection = ?1 AND rkey = ?2 AND did = ?3 AND rev < ?4");
    effects->delete_record = database_prepare(database,
        "DELETE FROM record WHERE collection = ? AND rkey = ? AND did = ? AND rev < ?");
}

struct effects *effects_open(sqlite3 *database, struct counts *counts) {
    struct effects *effects = calloc(1, sizeof *effects);
    effects->database = database;
    effects->counts = counts;
    prepare_actors(effects, database);
    prepare_records(effects, database);
    return effects;
}

/* Whether the text is less than or equal to a column, as SQLite compares texts. */
static int is_not_after(struct text text, sqlite3_stmt *statement, int column) {
    int length = sqlite3_column_bytes(statement, column);
    const void *other = sqlite3_column_text(statement, column);
    int order = memcmp(text.start, other, (size_t)(text.length < length ? text.length : length));
    return order < 0 || (order == 0 && text.length <= length);
}

static void bind_key(sqlite3_stmt *statement, const struct event *event) {
    bind(statement, 1, event->collection);
    bind(statement, 2, event->rkey);
    bind(statement, 3, event->did);
}

int64_t effects_actor(struct effects *effects, struct text did) {
    bind(effects->find_actor, 1, did);
    int64_t id = has_row(effects->find_actor) ? sqlite3_column_int64(effects->find_actor, 0) : 0;
    sqlite3_reset(effects->find_actor);
    return id;
}

/* The actor of a record, made when this is its first; 0 when the account was deleted after the event. */
static int64_t owner(struct effects *effects, const struct event *event, const char *indexed_at) {
    bind(effects->find_actor, 1, event->did);
    int is_known = has_row(effects->find_actor);
    int64_t id = is_known ? sqlite3_column_int64(effects->find_actor, 0) : 0;
    int is_gone = is_known && is_not_after(event->rev, effects->find_actor, 1);
    sqlite3_reset(effects->find_actor);
    if (is_gone) return 0;
    if (is_known) return id;
    bind(effects->add_actor, 1, event->did);
    bind(effects->add_actor, 2, (struct text){indexed_at, MOMENT_TEXT_LENGTH});
    run(effects->add_actor);
    return sqlite3_last_insert_rowid(effects->database);
}

static void put(struct effects *effects, const struct event *event, const char *indexed_at) {
    bind_key(effects->find_tombstone, event);
    int is_buried = has_row(effects->find_tombstone);
    int is_old = is_buried && is_not_after(event->rev, effects->find_tombstone, 0);
    sqlite3_reset(effects->find_tombstone);
    int64_t actor = is_old ? 0 : owner(effects, event, indexed_at);
    if (actor == 0) return;
    sqlite3_stmt *add = effects->add_record;
    bind_key(add, event);
    sqlite3_bind_int64(add, 4, actor);
    bind(add, 5, event->rev);
    bind(add, 6, event->cid);
    bind(add, 7, event->record);
    bind(add, 8, (struct text){indexed_at, MOMENT_TEXT_LENGTH});
    if (run(add) > 0) {
        count_record(effects->counts, event->collection, 1);
        if (is_buried) bind_key(effects->unbury, event), run(effects->unbury);
        return;
    }
    sqlite3_stmt *replace = effects->replace_record;
    bind_key(replace, event);
    bind(replace, 4, event->rev);
    bind(replace, 5, event->cid);
    bind(replace, 6, event->record);
    bind(replace, 7, (struct text){indexed_at, MOMENT_TEXT_LENGTH});
    run(replace);
}

static void delete(struct effects *effects, const struct event *event, int64_t received_at) {
    bind_key(effects->delete_record, event);
    bind(effects->delete_record, 4, event->rev);
    if (run(effects->delete_record) > 0) count_record(effects->counts, event->collection, -1);
    bind_key(effects->bury, event);
    bind(effects->bury, 4, event->rev);
    sqlite3_bind_int64(effects->bury, 5, received_at);
    run(effects->bury);
}

static void apply_identity(struct effects *effects, const struct event *event) {
    int64_t actor = effects_actor(effects, event->did);
    if (actor == 0 || event->handle.length == 0) return;
    bind(effects->name_actor, 1, event->handle);
    sqlite3_bind_int64(effects->name_actor, 2, event->time_us);
    sqlite3_bind_int64(effects->name_actor, 3, strtoll(event->rev.start, NULL, 10));
    sqlite3_bind_int64(effects->name_actor, 4, actor);
    run(effects->name_actor);
}

/* A deleted account takes with it all revisions up to its time. */
static void delete_account(struct effects *effects, const struct event *event, int64_t actor, int64_t received_at) {
    char rev[TID_LENGTH];
    tid_write(event->time_us, 1023, rev);
    if (actor != 0) {
        bind(effects->delete_actor, 1, (struct text){rev, TID_LENGTH});
        sqlite3_bind_int64(effects->delete_actor, 2, actor);
        run(effects->delete_actor);
        return;
    }
    bind(effects->bury_account, 1, event->did);
    bind(effects->bury_account, 2, (struct text){rev, TID_LENGTH});
    sqlite3_bind_int64(effects->bury_account, 3, event->time_us);
    sqlite3_bind_int64(effects->bury_account, 4, received_at);
    run(effects->bury_account);
}

static void apply_account(struct effects *effects, const struct event *event, int64_t received_at) {
    int64_t actor = effects_actor(effects, event->did);
    if (event_is_deletion(event)) delete_account(effects, event, actor, received_at);
    if (actor == 0) return;
    sqlite3_bind_int(effects->set_account, 1, event->is_active);
    if (event->status.length > 0) bind(effects->set_account, 2, event->status);
    else sqlite3_bind_null(effects->set_account, 2);
    sqlite3_bind_int64(effects->set_account, 3, event->time_us);
    sqlite3_bind_int64(effects->set_account, 4, strtoll(event->rev.start, NULL, 10));
    sqlite3_bind_int64(effects->set_account, 5, actor);
    run(effects->set_account);
}

void effects_apply(struct effects *effects, const struct event *event, int64_t received_at, const char *indexed_at) {
    switch (event->kind) {
    case EVENT_IDENTITY: apply_identity(effects, event); break;
    case EVENT_ACCOUNT: apply_account(effects, event, received_at); break;
    case EVENT_COMMIT:
        if (event_is_put(event)) put(effects, event, indexed_at);
        else delete(effects, event, received_at);
    }
}
