#include "CSimdjson.h"

#include <simdjson.h>

bool windsock_is_utf8(const char *bytes, size_t length) {
    return length == 0 || simdjson::validate_utf8(bytes, length);
}
