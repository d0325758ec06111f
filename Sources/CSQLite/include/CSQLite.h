#ifndef WINDSOCK_CSQLITE_H
#define WINDSOCK_CSQLITE_H

/* Here because sqlite3_config is variadic, which Swift cannot call. */

/* Has SQLite count no memory: the counters are the process's own, behind one mutex that every allocation takes, and
 * cost a tenth of all instructions (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html, MEMSTATUS).
 * To be called before anything else of SQLite; later it does nothing. Returns SQLite's result code. */
int windsock_sqlite_count_no_memory(void);

#endif
