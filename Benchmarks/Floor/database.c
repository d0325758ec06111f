#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(sqlite3 *database, const char *what) {
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(database));
    exit(74);
}

sqlite3 *database_open(const char *path) {
    sqlite3 *database;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) fail(database, path);
    if (database_number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'jetstream_activity'") != 1) {
        fprintf(stderr, "%s: no database that windsock made\n", path);
        exit(65);
    }
    return database;
}

void database_run(sqlite3 *database, const char *sql) {
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) fail(database, sql);
}

void database_set(sqlite3 *database, const char *format, long long value) {
    char sql[256];
    snprintf(sql, sizeof sql, format, value);
    database_run(database, sql);
}

long long database_number(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement = database_prepare(database, sql);
    long long value = has_row(statement) ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

sqlite3_stmt *database_prepare(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        fail(database, sql);
    }
    return statement;
}

void bind(sqlite3_stmt *statement, int index, struct text text) {
    sqlite3_bind_text(statement, index, text.start, text.length, SQLITE_STATIC);
}

void bind_string(sqlite3_stmt *statement, int index, const char *string) {
    bind(statement, index, (struct text){string, (int)strlen(string)});
}

int run(sqlite3_stmt *statement) {
    sqlite3 *database = sqlite3_db_handle(statement);
    if (sqlite3_step(statement) != SQLITE_DONE) fail(database, sqlite3_sql(statement));
    sqlite3_reset(statement);
    return sqlite3_changes(database);
}

int has_row(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(sqlite3_db_handle(statement), sqlite3_sql(statement));
    return code == SQLITE_ROW;
}
