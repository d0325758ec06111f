#ifndef WINDSOCK_CSQLITE_H
#define WINDSOCK_CSQLITE_H

/* sqlite3_config and sqlite3_db_config are here because they are variadic, which Swift cannot call; the pages and the
 * file, because SQLite has tables of C functions for them. */

/* Has SQLite count no memory: the counters are the process's own, behind one mutex that every allocation takes, and
 * cost a tenth of all instructions (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html, MEMSTATUS).
 * To be called before anything else of SQLite; later it does nothing. Returns SQLite's result code. */
int windsock_sqlite_count_no_memory(void);

/* Whether a connection that is the last one to be closed leaves the write-ahead log as it is, instead of copying all of it
 * into the database's file first (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE). `connection` is a `sqlite3 *`. Returns SQLite's
 * result code. */
int windsock_sqlite_leave_log_on_close(void *connection, int is_left);

/* Has a connection write the pages of the database's file without what they hold of the past: SQLite's secure_delete
 * overwrites what is deleted, but not the copies that stay between a page's pointers and its content when its rows are
 * spread over other pages. The bytes there mean nothing (https://www.sqlite.org/fileformat.html#b_tree_pages), and are
 * written as zeros. The pages in the write-ahead log are not changed: it has to be emptied besides. `connection` is a
 * `sqlite3 *`. Returns SQLite's result code. */
int windsock_sqlite_write_clean_pages(void *connection);

/* Waits until what was written to the database's file is on the disk, as SQLite does at the end of a whole checkpoint.
 * `connection` is a `sqlite3 *`. Returns SQLite's result code. */
int windsock_sqlite_sync_file(void *connection);

/* Overwrites with zeros what a b-tree page holds between its pointers and its content; leaves any other page as it is.
 * Returns whether there was something. */
int windsock_sqlite_clean_page(unsigned char *page, int size, long long number);

#endif
