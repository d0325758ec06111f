#ifndef WINDSOCK_CZSTD_H
#define WINDSOCK_CZSTD_H

/* zdict.h tells a dictionary's id, and trains the ones that the simulator and the tests use. */
#include <zdict.h>
#include <zstd.h>
#include <zstd_errors.h>

#endif
