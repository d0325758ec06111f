#include "CSQLite.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <string.h>

enum {
    /* What Windsock makes; files of other page sizes are written as they are. */
    PAGE_SIZE = 4096,
    FIRST_PAGE_HEADER = 100,
    /* Pages that one page of the pointer map covers, and itself (https://www.sqlite.org/fileformat.html#ptrmap_pages). */
    POINTER_MAP_INTERVAL = PAGE_SIZE / 5 + 1,
};

/* A page with the rest of a long text begins with the number of the next such page, and its text is whoever's who wrote it.
 * Where numbers reach 2 << 24, at 128 GiB, such a page can be made to look like one of a b-tree; files that are near that are
 * written as they are. What a checkpoint adds to the file is far less than the difference. */
static const sqlite3_int64 LARGEST_FILE = 120LL << 30;

static int number_at(const unsigned char *bytes) { return bytes[0] << 8 | bytes[1]; }

/* The length of a b-tree page's header by its first byte; 0 for any other page. */
static int header_length(unsigned char kind) {
    switch (kind) {
    case 2:
    case 5: return 12;
    case 10:
    case 13: return 8;
    default: return 0;
    }
}

int windsock_sqlite_clean_page(unsigned char *page, int size, long long number) {
    int start = number == 1 ? FIRST_PAGE_HEADER : 0;
    int length = header_length(page[start]);
    if (size != PAGE_SIZE || length == 0 || (number > 1 && (number - 2) % POINTER_MAP_INTERVAL == 0)) return 0;
    int cells = number_at(page + start + 3);
    int content = number_at(page + start + 5);
    int pointers = start + length;
    int end = pointers + 2 * cells;
    /* A page that only looks like one, such as the rest of a long text, has pointers that lead nowhere. */
    if (content > size || end > content || (cells == 0 && length == 12)) return 0;
    for (int at = pointers; at < end; at += 2) {
        int cell = number_at(page + at);
        if (cell < content || cell >= size) return 0;
    }
    for (int at = end; at < content; at++) {
        if (page[at] == 0) continue;
        memset(page + at, 0, (size_t)(content - at));
        return 1;
    }
    return 0;
}

/* The functions of SQLite's own files, and the same with another one for writing. */
static const sqlite3_io_methods *original;
static sqlite3_io_methods cleaning;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int write_clean(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
    unsigned char page[PAGE_SIZE];
    sqlite3_int64 length = 0;
    int is_cleaned = size == PAGE_SIZE && offset % PAGE_SIZE == 0 && original->xFileSize(file, &length) == SQLITE_OK
        && length < LARGEST_FILE && offset < LARGEST_FILE;
    if (!is_cleaned) return original->xWrite(file, bytes, size, offset);
    memcpy(page, bytes, PAGE_SIZE);
    windsock_sqlite_clean_page(page, PAGE_SIZE, offset / PAGE_SIZE + 1);
    return original->xWrite(file, page, size, offset);
}

int windsock_sqlite_write_clean_pages(void *connection) {
    sqlite3_file *file = 0;
    int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK) return code;
    if (file == 0 || file->pMethods == 0) return SQLITE_OK;
    pthread_mutex_lock(&lock);
    if (original == 0) {
        original = file->pMethods;
        cleaning = *original;
        cleaning.xWrite = write_clean;
    }
    /* Files on a file system with locks of another kind have other functions, which are left as they are. */
    if (file->pMethods == original) file->pMethods = &cleaning;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}
