#include "log.h"

#include "database.h"
#include "moment.h"

sqlite3_stmt *log_prepare(sqlite3 *database) {
    return database_prepare(database,
        "INSERT INTO jetstream_activity"
        " (timestamp, operation, collection, did, status, error_message, event_json, rkey, rev, cid, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
}

int64_t log_add(sqlite3_stmt *statement, const struct event *event, struct log_entry entry) {
    bind(statement, 1, (struct text){event->timestamp, MOMENT_TEXT_LENGTH});
    bind(statement, 2, event->operation);
    bind(statement, 3, event->collection);
    bind(statement, 4, event->did);
    bind_string(statement, 5, entry.status);
    if (entry.error) bind_string(statement, 6, entry.error);
    bind(statement, 7, event->message);
    bind(statement, 8, event->rkey);
    bind(statement, 9, event->rev);
    bind(statement, 10, event->cid);
    sqlite3_bind_int64(statement, 11, entry.received_at);
    int rows = run(statement);
    if (entry.error) sqlite3_bind_null(statement, 6);
    return rows == 0 ? 0 : sqlite3_last_insert_rowid(sqlite3_db_handle(statement));
}
