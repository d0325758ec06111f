#include "CSQLite.h"

#include <sqlite3.h>

int windsock_sqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int windsock_sqlite_leave_log_on_close(void *connection, int is_left) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, is_left, (int *)0);
}
