/* Fills a database with a long history, so that questions and starts can be measured on a log of any length.
 *
 *   fill --rows N --begin MICROSECONDS --end MICROSECONDS EVENTS DATABASE
 *
 * DATABASE is an empty one that `windsock run` made. The N rows of the log lie evenly between the two times; they are
 * EVENTS (what `windsock-simulator generate` wrote), as often as it takes, each time with other keys, times and
 * accounts. Before them go a ninth as many events of which only the effects are left, as where the log was cleaned, so
 * that deletes leave about as many records as the log has rows. One event in a thousand ended in an error. All sums are
 * right, and the cursor is at the end. Prints one line of JSON. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "database.h"
#include "effects.h"
#include "lines.h"
#include "log.h"
#include "moment.h"

enum {
    ROWS_PER_TRANSACTION = 20000,
    /* A long history has few events a minute, so their sums are many. */
    ROWS_PER_SUMS = 500,
    ROWS_PER_ERROR = 1000,
    ROWS_PER_CLEANED = 9,
    /* Rounds that have accounts of their own: later ones add to those. */
    ACCOUNT_ROUNDS = 4,
    /* More than the sequence numbers of a round differ by. */
    SEQUENCE_STEP = 100000000,
    LINE_BYTES = 1 << 20,
    DELAY_MICROSECONDS = 50000,
};

struct options {
    int64_t rows, begin, end;
    const char *events, *database;
};

struct fill {
    struct counts *counts;
    struct effects *effects;
    sqlite3_stmt *log;
    struct text *lines; /* of EVENTS */
    int64_t line_count;
    int64_t first_time; /* of EVENTS */
    int64_t cleaned;    /* how many events come before the log */
    double stretch;     /* how much longer the history is than EVENTS */
    int64_t begin;      /* of the history */
    int64_t round_length;
};

static struct options read_options(int count, char **arguments) {
    struct options options = {0};
    static const struct option known[] = {
        {"rows", required_argument, NULL, 'r'},
        {"begin", required_argument, NULL, 'b'},
        {"end", required_argument, NULL, 'e'},
        {NULL, 0, NULL, 0},
    };
    for (int name; (name = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (name) {
        case 'r': options.rows = atoll(optarg); break;
        case 'b': options.begin = atoll(optarg); break;
        case 'e': options.end = atoll(optarg); break;
        default: exit(64);
        }
    }
    if (count - optind != 2 || options.rows < ROWS_PER_CLEANED || options.begin <= 0 ||
        options.begin >= options.end) {
        fprintf(stderr, "usage: fill --rows N --begin MICROSECONDS --end MICROSECONDS EVENTS DATABASE\n");
        exit(64);
    }
    options.events = arguments[optind];
    options.database = arguments[optind + 1];
    return options;
}

static void read_lines(struct fill *fill, const char *path) {
    struct lines lines = lines_open(path);
    int64_t room = 0;
    struct text line;
    while (lines_next(&lines, &line)) {
        if (line.length > LINE_BYTES) continue;
        if (fill->line_count == room) {
            room = room * 2 + 1024;
            fill->lines = realloc(fill->lines, (size_t)room * sizeof *fill->lines);
        }
        fill->lines[fill->line_count++] = line;
    }
}

static int64_t time_of(const struct fill *fill, int64_t line) {
    struct event event;
    event_read(&event, fill->lines[line].start, fill->lines[line].length);
    return event.time_us;
}

/* Lays the events out over the history: whole rounds of EVENTS, and the beginning of one more. */
static void lay_out(struct fill *fill, struct options options) {
    fill->cleaned = options.rows / ROWS_PER_CLEANED;
    int64_t events = options.rows + fill->cleaned;
    fill->first_time = time_of(fill, 0);
    int64_t round = time_of(fill, fill->line_count - 1) - fill->first_time + 1;
    int64_t rest = time_of(fill, events % fill->line_count) - fill->first_time;
    double span = (double)(options.end - options.begin) * (double)events / (double)options.rows;
    fill->stretch = span / ((double)(events / fill->line_count) * (double)round + (double)rest + 1);
    if (fill->stretch < 1) {
        fprintf(stderr, "the history is too short for so many rows\n");
        exit(64);
    }
    fill->begin = options.end - (int64_t)span;
    fill->round_length = (int64_t)((double)round * fill->stretch);
}

/* Where a time of EVENTS lies in the history; the order of times is kept. */
static int64_t moved(const struct fill *fill, int64_t time, int64_t round) {
    return fill->begin + round * fill->round_length + (int64_t)((double)(time - fill->first_time) * fill->stretch);
}

static void move_tid(const struct fill *fill, struct text tid, int64_t round) {
    int64_t time;
    int clock;
    if (tid.length != TID_LENGTH) return; /* a record key that is no TID, such as `self` */
    tid_read(tid.start, &time, &clock);
    tid_write(moved(fill, time, round), clock, (char *)tid.start);
}

static void write_digits(struct text digits, int64_t value) {
    for (int i = digits.length - 1; i >= 0; i--, value /= 10) ((char *)digits.start)[i] = (char)('0' + value % 10);
}

/* Names another account; a did:web stays who it is. */
static void change_account(struct text did, int64_t round) {
    if (strncmp(did.start, "did:plc:", 8) == 0) {
        ((char *)did.start)[did.length - 1] = (char)('a' + round % ACCOUNT_ROUNDS);
    }
}

/* Copies a line and makes another event of it, in the same number of bytes. */
static void make_event(const struct fill *fill, int64_t index, struct event *event, char *buffer) {
    struct text line = fill->lines[index % fill->line_count];
    int64_t round = index / fill->line_count;
    memcpy(buffer, line.start, (size_t)line.length);
    event_read(event, buffer, line.length);
    change_account(event->did, round);
    if (event->kind == EVENT_COMMIT) {
        move_tid(fill, event->rev, round);
        move_tid(fill, event->rkey, round);
    } else {
        change_account(event->inner_did, round);
        write_digits(event->rev, strtoll(event->rev.start, NULL, 10) + round * SEQUENCE_STEP);
    }
    write_digits(event->time, moved(fill, event->time_us, round));
    event_read(event, buffer, line.length);
}

/* Counts an event that was cleaned from the log. */
static void count_cleaned(struct counts *counts) {
    count_total(counts, "stored", 1);
    count_total(counts, status_success, 1);
    count_total(counts, "cleaned_success", 1);
}

static void add_event(struct fill *fill, int64_t index, char *buffer) {
    struct event event;
    char indexed_at[MOMENT_TEXT_LENGTH + 1];
    make_event(fill, index, &event, buffer);
    int is_cleaned = index < fill->cleaned;
    int is_error = !is_cleaned && index % ROWS_PER_ERROR == 0;
    struct log_entry entry = {
        .status = is_error ? status_error : status_success,
        .error = is_error ? "Conflicting CID for one revision" : NULL,
        .received_at = event.time_us + DELAY_MICROSECONDS,
    };
    moment_text(entry.received_at, indexed_at);
    if (is_cleaned) {
        count_cleaned(fill->counts);
    } else if (log_add(fill->log, &event, entry) != 0) {
        count_total(fill->counts, "stored", 1);
        count_total(fill->counts, "payload_bytes", event.message.length);
        count_finished(fill->counts, &event, entry.status);
    }
    if (!is_error) effects_apply(fill->effects, &event, entry.received_at, indexed_at);
}

/* Removes the records of deleted accounts, as the daemon's clean-up does. */
static void purge(sqlite3 *database) {
    database_run(database,
        "CREATE TEMP TABLE gone AS SELECT record.id, record.collection FROM actor INDEXED BY actor_purge"
        " CROSS JOIN record INDEXED BY record_actor ON record.actor = actor.id"
        " WHERE actor.purge_pending = 1 AND record.rev <= actor.deleted_rev;"
        "DELETE FROM record WHERE id IN (SELECT id FROM gone);"
        "UPDATE record_count SET records = records - (SELECT count(*) FROM gone WHERE collection = record_count.collection);"
        "UPDATE actor SET purge_pending = 0 WHERE purge_pending = 1");
}

/* Ends what the run left that made the database, and leaves the cursor at the end of the history. */
static void save_cursor(sqlite3 *database, int64_t end) {
    database_run(database, "DELETE FROM run; DELETE FROM jetstream_cursor");
    database_set(database,
        "INSERT INTO jetstream_cursor (host, wire, kind, cursor, time_us, updated_at)"
        " SELECT 'fill', 'v1', 'time', time, time, time FROM (SELECT %lld AS time)", end);
}

int main(int count, char **arguments) {
    struct options options = read_options(count, arguments);
    static char buffer[LINE_BYTES];
    static struct fill fill;
    double start = seconds_now();
    read_lines(&fill, options.events);
    lay_out(&fill, options);
    sqlite3 *database = database_open(options.database);
    /* Nobody else looks on, and what fails is made anew: no journal, no waiting for the disk. */
    database_run(database, "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                           "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1000000");
    fill.counts = counts_open(database);
    fill.effects = effects_open(database, fill.counts);
    fill.log = log_prepare(database);
    int64_t events = options.rows + fill.cleaned;
    for (int64_t index = 0; index < events;) {
        database_run(database, "BEGIN");
        int64_t stop = index + ROWS_PER_TRANSACTION < events ? index + ROWS_PER_TRANSACTION : events;
        while (index < stop) {
            add_event(&fill, index++, buffer);
            if (index % ROWS_PER_SUMS == 0 || index == stop) counts_write(fill.counts);
        }
        database_run(database, "COMMIT");
    }
    purge(database);
    save_cursor(database, options.end);
    database_run(database, "PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL");
    printf("{\"seconds\": %.1f, \"rows\": %lld, \"records\": %lld, \"actors\": %lld}\n", seconds_now() - start,
           database_number(database, "SELECT count(*) FROM jetstream_activity"),
           database_number(database, "SELECT sum(records) FROM record_count"),
           database_number(database, "SELECT max(id) FROM actor"));
    return 0;
}
