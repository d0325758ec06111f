#ifndef WINDSOCK_CSIMDJSON_H
#define WINDSOCK_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define WINDSOCK_NOEXCEPT noexcept
extern "C" {
#else
#define WINDSOCK_NOEXCEPT
#endif

/* simdjson is C++, which Swift reaches through these few functions. Nothing here throws, and none of them keeps a
 * pointer that it was given. */

/* Whether `length` bytes at `bytes` are well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above
 * U+10FFFF). An empty text is. */
bool windsock_is_utf8(const char *_Nullable bytes, size_t length);

/* What stands at a field of an envelope. */
typedef enum {
    WINDSOCK_ABSENT = 0,
    WINDSOCK_STRING,
    WINDSOCK_INTEGER, /* fits int64_t */
    WINDSOCK_BOOLEAN,
    WINDSOCK_OBJECT,
    WINDSOCK_NULL,
    WINDSOCK_OTHER, /* an array, or a number that is no int64_t */
} windsock_type;

typedef struct {
    windsock_type type;
    /* WINDSOCK_STRING: the unescaped text. WINDSOCK_OBJECT of `record`: its text as it was sent. Valid until the next
     * call with the same parser; NULL for every other type. */
    const char *_Nullable bytes;
    size_t length;
    int64_t integer; /* WINDSOCK_INTEGER; WINDSOCK_BOOLEAN: 0 or 1 */
} windsock_value;

/* The fields of a Jetstream message. Where a key stands twice, the first one counts.
 *
 * `type` is absent in a v1 message: the first line is what stands at its top, the body's fields are those of its
 * `commit`, `identity` or `account`, whichever `kind` names.
 *
 * A v2 message has a `type` (`$type`). In a "message", `did`, `cursor` (`seq` there), `sent` (`time` there) and the types
 * of `identity`, `account` and `sync` are those of its payload, and `kind` is what its `payload_type` names of Jetstream;
 * the body's fields are those of the payload itself for a "commit", else those of the object that `kind` names. */
typedef struct {
    windsock_value did, time_us, cursor, kind;
    windsock_value commit, identity, account, sync; /* only their types */
    windsock_value type, payload, payload_type, sent; /* v2; of `payload` only the type */
    windsock_value rev, operation, collection, rkey, cid, record;
    windsock_value handle, active, status, seq, time;
    windsock_value name, message; /* v2: of an "error", or of a payload of the kind "info" */
    size_t record_offset; /* where the text of `record` begins in the message */
} windsock_envelope;

typedef struct windsock_parser windsock_parser;

/* A parser keeps its buffers from message to message. It belongs to one thread at a time; NULL when memory is short. */
windsock_parser *_Nullable windsock_parser_create(void);
void windsock_parser_destroy(windsock_parser *_Nullable parser);

/* Parses and validates a whole message (RFC 8259, UTF-8, at most 1,024 levels deep) and fills `envelope`.
 * Returns NULL, or why it is no JSON object: a text that lives as long as the program. Ends the program when memory is
 * short, so that the machine's fault is not taken for the message's. */
const char *_Nullable windsock_parse(
    windsock_parser *_Nonnull parser, const char *_Nullable message, size_t length,
    windsock_envelope *_Nonnull envelope) WINDSOCK_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
