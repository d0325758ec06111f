/* The floor: what SQLite alone costs for the work that Windsock does, without network, JSON or Swift.
 *
 *   floor [--batch N] [--page-size BYTES] [--checkpoint-pages N] [--cache-kib N] EVENTS DATABASE
 *   floor --version                                                     # SQLite's
 *
 * DATABASE is one that `windsock run` made, so the tables are Windsock's own; rows are added to it. EVENTS is what
 * `windsock-simulator generate` wrote. For each batch, commit 1 logs it as `processing` with the cursor, and commit 2
 * applies it, sets the statuses and adds to the counters. Prints one line of JSON. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "counts.h"
#include "database.h"
#include "effects.h"
#include "lines.h"
#include "log.h"
#include "moment.h"

struct options {
    int batch;
    long page_bytes; /* 0 keeps the database's */
    long checkpoint_pages;
    long cache_kib;
    const char *events, *database;
};

struct floor {
    sqlite3 *database;
    struct counts *counts;
    struct effects *effects;
    sqlite3_stmt *begin, *commit, *log, *finish, *save_cursor;
    struct event *events; /* the batch */
    int64_t *ids;         /* the rows of the batch, 0 for what is not logged */
    int length;
    int64_t received_at; /* of the batch, and as text */
    char indexed_at[MOMENT_TEXT_LENGTH + 1];
    char log_path[4096]; /* the write-ahead log */
    int64_t most_log_bytes;
};

static int64_t file_bytes(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static double processor_seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static struct options read_options(int count, char **arguments) {
    struct options options = {.batch = 2000, .checkpoint_pages = 12000, .cache_kib = 24000};
    static const struct option known[] = {
        {"batch", required_argument, NULL, 'b'},
        {"page-size", required_argument, NULL, 'p'},
        {"checkpoint-pages", required_argument, NULL, 'w'},
        {"cache-kib", required_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    for (int name; (name = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (name) {
        case 'b': options.batch = atoi(optarg); break;
        case 'p': options.page_bytes = atol(optarg); break;
        case 'w': options.checkpoint_pages = atol(optarg); break;
        case 'c': options.cache_kib = atol(optarg); break;
        case 'v': puts(sqlite3_libversion()); exit(0);
        default: exit(64);
        }
    }
    if (count - optind != 2 || options.batch < 1) {
        fprintf(stderr, "usage: floor [--batch N] [--page-size BYTES] [--checkpoint-pages N] [--cache-kib N]"
                        " EVENTS DATABASE\n");
        exit(64);
    }
    options.events = arguments[optind];
    options.database = arguments[optind + 1];
    return options;
}

/* The settings of Windsock's own connection. */
static void configure(sqlite3 *database, struct options options) {
    if (options.page_bytes > 0) {
        database_run(database, "PRAGMA journal_mode = DELETE");
        database_set(database, "PRAGMA page_size = %lld", options.page_bytes);
        database_run(database, "VACUUM");
    }
    database_run(database, "PRAGMA journal_mode = WAL;"
                           "PRAGMA synchronous = NORMAL;"
                           "PRAGMA foreign_keys = ON;"
                           "PRAGMA temp_store = MEMORY;"
                           "PRAGMA cell_size_check = ON;"
                           "PRAGMA mmap_size = 0");
    database_set(database, "PRAGMA cache_size = -%lld", options.cache_kib);
    database_set(database, "PRAGMA wal_autocheckpoint = %lld", options.checkpoint_pages);
}

static void prepare(struct floor *floor, struct options options) {
    sqlite3 *database = floor->database = database_open(options.database);
    configure(database, options);
    floor->counts = counts_open(database);
    floor->effects = effects_open(database, floor->counts);
    floor->begin = database_prepare(database, "BEGIN IMMEDIATE");
    floor->commit = database_prepare(database, "COMMIT");
    floor->log = log_prepare(database);
    floor->finish = database_prepare(database,
        "UPDATE jetstream_activity SET status = 'success' WHERE id BETWEEN ? AND ? AND status = 'processing'");
    floor->save_cursor = database_prepare(database,
        "INSERT INTO jetstream_cursor (host, wire, kind, cursor, time_us, updated_at)"
        " VALUES ('floor', 'v1', 'time', ?1, ?1, ?2)"
        " ON CONFLICT DO UPDATE SET cursor = ?1, time_us = ?1, updated_at = ?2");
    floor->events = calloc((size_t)options.batch, sizeof *floor->events);
    floor->ids = calloc((size_t)options.batch, sizeof *floor->ids);
    snprintf(floor->log_path, sizeof floor->log_path, "%s-wal", options.database);
}

/* Takes the next batch; 0 at the end. */
static int read_batch(struct floor *floor, struct lines *lines, int limit) {
    struct text line;
    for (floor->length = 0; floor->length < limit && lines_next(lines, &line); floor->length++) {
        event_read(&floor->events[floor->length], line.start, line.length);
    }
    floor->received_at = moment_now();
    moment_text(floor->received_at, floor->indexed_at);
    return floor->length > 0;
}

/* Identity and account events are logged for actors that are known, by an earlier record of this batch too. */
static int is_wanted(struct floor *floor, int index) {
    const struct event *event = &floor->events[index];
    if (event->kind == EVENT_COMMIT || event_is_deletion(event)) return 1;
    for (int i = 0; i < index; i++) {
        if (event_is_put(&floor->events[i]) && text_same(floor->events[i].did, event->did)) return 1;
    }
    return effects_actor(floor->effects, event->did) != 0;
}

/* Commit 1. */
static void log_batch(struct floor *floor) {
    struct log_entry entry = {.status = "processing", .received_at = floor->received_at};
    int64_t bytes = 0, stored = 0, newest = 0;
    run(floor->begin);
    for (int i = 0; i < floor->length; i++) {
        const struct event *event = &floor->events[i];
        floor->ids[i] = 0;
        if (event->time_us > newest) newest = event->time_us;
        if (!is_wanted(floor, i)) {
            count_total(floor->counts, "skipped_unknown_actor", 1);
            continue;
        }
        floor->ids[i] = log_add(floor->log, event, entry);
        if (floor->ids[i] == 0) {
            count_total(floor->counts, "skipped_duplicate", 1);
            continue;
        }
        stored++;
        bytes += event->message.length;
    }
    count_total(floor->counts, "stored", stored);
    count_total(floor->counts, "processing", stored);
    count_total(floor->counts, "payload_bytes", bytes);
    counts_write(floor->counts);
    sqlite3_bind_int64(floor->save_cursor, 1, newest);
    sqlite3_bind_int64(floor->save_cursor, 2, floor->received_at);
    run(floor->save_cursor);
    run(floor->commit);
}

/* Commit 2. */
static void apply_batch(struct floor *floor) {
    int64_t first = 0, last = 0;
    run(floor->begin);
    for (int i = 0; i < floor->length; i++) {
        if (floor->ids[i] == 0) continue;
        if (first == 0) first = floor->ids[i];
        last = floor->ids[i];
        effects_apply(floor->effects, &floor->events[i], floor->received_at, floor->indexed_at);
        count_finished(floor->counts, &floor->events[i], status_success);
        count_total(floor->counts, "processing", -1);
    }
    sqlite3_bind_int64(floor->finish, 1, first);
    sqlite3_bind_int64(floor->finish, 2, last);
    run(floor->finish);
    counts_write(floor->counts);
    run(floor->commit);
}

int main(int count, char **arguments) {
    struct options options = read_options(count, arguments);
    struct lines lines = lines_open(options.events);
    static struct floor floor;
    struct rusage before, after;
    long events = 0;
    prepare(&floor, options);
    getrusage(RUSAGE_SELF, &before);
    double start = seconds_now();
    while (read_batch(&floor, &lines, options.batch)) {
        log_batch(&floor);
        apply_batch(&floor);
        events += floor.length;
        int64_t log_bytes = file_bytes(floor.log_path);
        if (log_bytes > floor.most_log_bytes) floor.most_log_bytes = log_bytes;
    }
    double seconds = seconds_now() - start;
    getrusage(RUSAGE_SELF, &after);
    database_run(floor.database, "PRAGMA wal_checkpoint(TRUNCATE)");
    printf("{\"events\": %ld, \"seconds\": %.4f, \"cpuSeconds\": {\"user\": %.4f, \"system\": %.4f},"
           " \"fileBytes\": %lld, \"walBytes\": %lld}\n",
           events, seconds, processor_seconds(after.ru_utime) - processor_seconds(before.ru_utime),
           processor_seconds(after.ru_stime) - processor_seconds(before.ru_stime),
           (long long)file_bytes(options.database), (long long)floor.most_log_bytes);
    return 0;
}
