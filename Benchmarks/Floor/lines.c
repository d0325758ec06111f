#include "lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct lines lines_open(const char *path) {
    struct stat status;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) {
        fprintf(stderr, "%s: there are no events to read\n", path);
        exit(66);
    }
    char *start = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (start == MAP_FAILED) {
        perror(path);
        exit(66);
    }
    return (struct lines){start, start + status.st_size, start};
}

int lines_next(struct lines *lines, struct text *line) {
    if (lines->next >= lines->end) return 0;
    const char *end = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
    if (!end) end = lines->end;
    *line = (struct text){lines->next, (int)(end - lines->next)};
    lines->next = end + 1;
    return 1;
}
