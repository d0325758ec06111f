/* Times as the tables hold them, and the identifiers that are made of times. */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdint.h>

enum { MOMENT_TEXT_LENGTH = 27, TID_LENGTH = 13 };

/* Microseconds since 1970, by the clock on the wall. */
int64_t moment_now(void);

/* Writes YYYY-MM-DDTHH:MM:SS.ffffffZ and a 0. */
void moment_text(int64_t microseconds, char text[MOMENT_TEXT_LENGTH + 1]);

/* Writes the 13 characters of a TID without a 0: 53 bits of microseconds, 10 bits that tell clocks apart. */
void tid_write(int64_t microseconds, int clock, char *text);

/* Reads the 13 characters of a TID. */
void tid_read(const char *text, int64_t *microseconds, int *clock);

/* Seconds, by a clock that never jumps. */
double seconds_now(void);

#endif
