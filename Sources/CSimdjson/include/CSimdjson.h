#ifndef WINDSOCK_CSIMDJSON_H
#define WINDSOCK_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* simdjson is C++ without exceptions here; these functions are all that Swift sees of it. None of them keeps a pointer
 * that it was given. */

/* Whether `length` bytes at `bytes` are well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above
 * U+10FFFF). An empty text is. */
bool windsock_is_utf8(const char *_Nullable bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
