#include "CMeasuring.h"

__attribute__((noinline)) void windsock_collect(void (*work)(void *context), void *context) {
    work(context);
    /* Something to come back to: a jump in place of the call would leave this function before the work begins. */
    __asm__ volatile("" ::: "memory");
}
