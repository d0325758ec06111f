/* A file of one event a line, in memory as a whole. */
#ifndef LINES_H
#define LINES_H

#include <stddef.h>

#include "event.h"

struct lines {
    const char *start, *end;
    const char *next; /* where the next line begins */
};

/* Maps the file; ends the program when it cannot be read. */
struct lines lines_open(const char *path);

/* Takes the next line; 0 at the end. */
int lines_next(struct lines *lines, struct text *line);

#endif
