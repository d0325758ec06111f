#include "moment.h"

#include <string.h>
#include <time.h>

static const char tid_alphabet[] = "234567abcdefghijklmnopqrstuvwxyz";

int64_t moment_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void moment_text(int64_t microseconds, char text[MOMENT_TEXT_LENGTH + 1]) {
    /* Events come in order, so nearly all share their second with the one before. */
    static int64_t last_second = -1;
    static char last_text[21];
    int64_t second = microseconds / 1000000;
    if (second != last_second) {
        time_t whole = (time_t)second;
        struct tm parts;
        gmtime_r(&whole, &parts);
        strftime(last_text, sizeof last_text, "%Y-%m-%dT%H:%M:%S.", &parts);
        last_second = second;
    }
    memcpy(text, last_text, 20);
    int64_t rest = microseconds % 1000000;
    for (int i = 25; i >= 20; i--, rest /= 10) text[i] = (char)('0' + rest % 10);
    memcpy(text + 26, "Z", 2);
}

void tid_write(int64_t microseconds, int clock, char *text) {
    uint64_t value = (uint64_t)microseconds << 10 | (uint64_t)clock;
    for (int i = TID_LENGTH - 1; i >= 0; i--, value >>= 5) text[i] = tid_alphabet[value & 31];
}

void tid_read(const char *text, int64_t *microseconds, int *clock) {
    uint64_t value = 0;
    for (int i = 0; i < TID_LENGTH; i++) {
        value = value << 5 | (uint64_t)(strchr(tid_alphabet, text[i]) - tid_alphabet);
    }
    *microseconds = (int64_t)(value >> 10);
    *clock = (int)(value & 1023);
}
