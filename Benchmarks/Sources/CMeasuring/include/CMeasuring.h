#ifndef WINDSOCK_CMEASURING_H
#define WINDSOCK_CMEASURING_H

#include <stddef.h>

/* Counts the allocations of all threads, from 0 on: calls of malloc, calloc, realloc, posix_memalign and aligned_alloc
 * by anything in the program, C libraries and the Swift runtime included. Outside of the two calls nothing is counted,
 * which costs next to nothing. */
void windsock_allocations_begin(void);
/* Ends the counting and returns the count. */
size_t windsock_allocations_end(void);

/* Calls `work` with `context`. The name is what callgrind is told to count in: --toggle-collect=windsock_collect. */
void windsock_collect(void (*_Nonnull work)(void *_Nonnull context), void *_Nonnull context);

#endif
