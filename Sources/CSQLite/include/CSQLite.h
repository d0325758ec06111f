#ifndef WINDSOCK_CSQLITE_H
#define WINDSOCK_CSQLITE_H

/* Here because sqlite3_config and sqlite3_db_config are variadic, which Swift cannot call. */

/* Has SQLite count no memory: the counters are the process's own, behind one mutex that every allocation takes, and
 * cost a tenth of all instructions (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html, MEMSTATUS).
 * To be called before anything else of SQLite; later it does nothing. Returns SQLite's result code. */
int windsock_sqlite_count_no_memory(void);

/* Has a connection that is the last one to be closed leave the write-ahead log as it is, instead of copying all of it into
 * the database's file first (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE). `connection` is a `sqlite3 *`. Returns SQLite's result
 * code. */
int windsock_sqlite_leave_log_on_close(void *connection);

#endif
