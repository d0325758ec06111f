#include "counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

/* A batch meets a handful of names, so a list is searched, from its end. NSIDs have up to 317 characters. */
enum { SUMS = 4096, NAME_BYTES = 320 };

struct sum {
    int64_t minute; /* 0 when the sum is none of a minute */
    char name[NAME_BYTES];
    int name_length;
    int64_t value;
};

struct list {
    struct sum sums[SUMS];
    int length;
};

struct counts {
    struct list totals, minutes, records;
    sqlite3_stmt *add_total, *add_minute[5], *add_record;
};

/* The columns of a minute: what succeeded by operation, and what failed. */
static const char *const kinds[5] = {"creates", "updates", "deletes", "others", "errors"};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char status_success[] = "success", status_error[] = "error";

struct counts *counts_open(sqlite3 *database) {
    struct counts *counts = calloc(1, sizeof *counts);
    counts->add_total = database_prepare(database,
        "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value");
    for (int i = 0; i < KINDS; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "INSERT INTO activity_minute (minute, %1$s) VALUES (?, ?)"
                 " ON CONFLICT DO UPDATE SET %1$s = %1$s + excluded.%1$s", kinds[i]);
        counts->add_minute[i] = database_prepare(database, sql);
    }
    counts->add_record = database_prepare(database,
        "INSERT INTO record_count (collection, records) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET records = records + excluded.records");
    return counts;
}

static void add(struct list *list, int64_t minute, struct text name, int64_t value) {
    for (struct sum *sum = list->sums + list->length; sum-- > list->sums;) {
        if (sum->minute == minute && sum->name_length == name.length &&
            memcmp(sum->name, name.start, (size_t)name.length) == 0) {
            sum->value += value;
            return;
        }
    }
    if (list->length == SUMS || name.length > NAME_BYTES) {
        fprintf(stderr, "too many sums in one transaction; try smaller ones\n");
        exit(70);
    }
    struct sum *sum = &list->sums[list->length++];
    *sum = (struct sum){.minute = minute, .name_length = name.length, .value = value};
    memcpy(sum->name, name.start, (size_t)name.length);
}

static struct text string(const char *name) { return (struct text){name, (int)strlen(name)}; }

void count_total(struct counts *counts, const char *name, int64_t value) {
    add(&counts->totals, 0, string(name), value);
}

/* Which of `kinds` a finished event is. */
static int kind_of(const struct event *event, const char *status) {
    static const char *const operations[3] = {"create", "update", "delete"};
    if (status != status_success) return KINDS - 1;
    for (int i = 0; i < 3; i++) {
        if (event->operation.length == 6 && memcmp(event->operation.start, operations[i], 6) == 0) return i;
    }
    return 3;
}

void count_finished(struct counts *counts, const struct event *event, const char *status) {
    add(&counts->minutes, event->time_us / 60000000, string(kinds[kind_of(event, status)]), 1);
    count_total(counts, status, 1);
}

void count_record(struct counts *counts, struct text collection, int64_t value) {
    add(&counts->records, 0, collection, value);
}

static void write_total(struct counts *counts, const struct sum *sum) {
    bind(counts->add_total, 1, (struct text){sum->name, sum->name_length});
    sqlite3_bind_int64(counts->add_total, 2, sum->value);
    run(counts->add_total);
}

static void write_minute(struct counts *counts, const struct sum *sum) {
    int kind = 0;
    while (strncmp(sum->name, kinds[kind], (size_t)sum->name_length) != 0) kind++;
    sqlite3_bind_int64(counts->add_minute[kind], 1, sum->minute);
    sqlite3_bind_int64(counts->add_minute[kind], 2, sum->value);
    run(counts->add_minute[kind]);
}

static void write_record(struct counts *counts, const struct sum *sum) {
    bind(counts->add_record, 1, (struct text){sum->name, sum->name_length});
    sqlite3_bind_int64(counts->add_record, 2, sum->value);
    run(counts->add_record);
}

static void write_list(struct counts *counts, struct list *list,
                       void (*write)(struct counts *, const struct sum *)) {
    for (int i = 0; i < list->length; i++) {
        if (list->sums[i].value != 0) write(counts, &list->sums[i]);
    }
    list->length = 0;
}

void counts_write(struct counts *counts) {
    write_list(counts, &counts->totals, write_total);
    write_list(counts, &counts->minutes, write_minute);
    write_list(counts, &counts->records, write_record);
}
