/* SQLite without ceremony: whatever fails ends the program. */
#ifndef DATABASE_H
#define DATABASE_H

#include <sqlite3.h>

#include "event.h"

sqlite3 *database_open(const char *path);

/* Runs statements whose rows nobody wants. */
void database_run(sqlite3 *database, const char *sql);

/* Runs one statement with a number in it, as printf does. */
void database_set(sqlite3 *database, const char *format, long long value);

/* The first column of the first row; 0 when there is none. */
long long database_number(sqlite3 *database, const char *sql);

sqlite3_stmt *database_prepare(sqlite3 *database, const char *sql);

/* Binds bytes that stay where they are until the statement is run. */
void bind(sqlite3_stmt *statement, int index, struct text text);
void bind_string(sqlite3_stmt *statement, int index, const char *string);

/* Runs a statement that returns no rows, and makes it ready for the next time; returns how many rows it changed. */
int run(sqlite3_stmt *statement);

/* Steps to the first row; the caller resets. */
int has_row(sqlite3_stmt *statement);

#endif
