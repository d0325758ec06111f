#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <simdjson.h>
#include <string_view>
#include <vector>

using namespace simdjson;

/* Two passes over one padded copy. The first (DOM) validates every byte and yields the fields; it does not know where a
 * value stands in the text. The second (on demand) finds the text of the record, which is kept as it was sent; it
 * validates little of what it skips, which is why it is not enough alone. */
struct windsock_parser {
    dom::parser whole;
    ondemand::parser lazy;
    std::vector<char> text;
};

bool windsock_is_utf8(const char *bytes, size_t length) {
    return length == 0 || validate_utf8(bytes, length);
}

windsock_parser *windsock_parser_create(void) {
    return new (std::nothrow) windsock_parser;
}

void windsock_parser_destroy(windsock_parser *parser) {
    delete parser;
}

/* Above this the parser's buffers, which are many times the message, are given back with the next message. */
static const size_t kept_bytes = 256 * 1024;

static void fill(windsock_value &value, dom::element element) {
    if (value.type != WINDSOCK_ABSENT) return;
    std::string_view string;
    switch (element.type()) {
    case dom::element_type::STRING:
        string = element.get_string().value_unsafe();
        value.type = WINDSOCK_STRING;
        value.bytes = string.data();
        value.length = string.size();
        break;
    case dom::element_type::INT64:
        value.type = WINDSOCK_INTEGER;
        value.integer = element.get_int64().value_unsafe();
        break;
    case dom::element_type::BOOL:
        value.type = WINDSOCK_BOOLEAN;
        value.integer = element.get_bool().value_unsafe();
        break;
    case dom::element_type::OBJECT: value.type = WINDSOCK_OBJECT; break;
    case dom::element_type::NULL_VALUE: value.type = WINDSOCK_NULL; break;
    default: value.type = WINDSOCK_OTHER; break;
    }
}

struct field {
    std::string_view key;
    windsock_value windsock_envelope::*value;
};

static const field message_fields[] = {
    {"did", &windsock_envelope::did},           {"time_us", &windsock_envelope::time_us},
    {"cursor", &windsock_envelope::cursor},     {"kind", &windsock_envelope::kind},
    {"commit", &windsock_envelope::commit},     {"identity", &windsock_envelope::identity},
    {"account", &windsock_envelope::account},
};

static const field body_fields[] = {
    {"rev", &windsock_envelope::rev},               {"operation", &windsock_envelope::operation},
    {"collection", &windsock_envelope::collection}, {"rkey", &windsock_envelope::rkey},
    {"cid", &windsock_envelope::cid},               {"record", &windsock_envelope::record},
    {"handle", &windsock_envelope::handle},         {"active", &windsock_envelope::active},
    {"status", &windsock_envelope::status},         {"seq", &windsock_envelope::seq},
    {"time", &windsock_envelope::time},
};

template <size_t count>
static const field *find(const field (&fields)[count], std::string_view key) {
    for (const field &candidate : fields)
        if (candidate.key == key) return &candidate;
    return nullptr;
}

static bool is_body(const windsock_value windsock_envelope::*value) {
    return value == &windsock_envelope::commit || value == &windsock_envelope::identity ||
           value == &windsock_envelope::account;
}

/* The object at the first `key`, which may be written with escapes, as in the first pass. */
static bool find_object(ondemand::object object, std::string_view key, ondemand::object &found) {
    for (auto entry : object) {
        std::string_view name;
        if (entry.unescaped_key().get(name)) return false;
        if (name == key) return !entry.value().get_object().get(found);
    }
    return false;
}

/* Where the text of commit.record stands. Cannot fail on a message that the first pass accepted and found it in; if it
 * does, the record counts as missing. */
static void locate_record(windsock_parser *parser, size_t length, windsock_envelope *envelope) {
    ondemand::document document;
    ondemand::object message, commit, record;
    std::string_view raw;
    padded_string_view view(parser->text.data(), length, parser->text.size());
    if (parser->lazy.iterate(view).get(document) || document.get_object().get(message) ||
        !find_object(message, "commit", commit) || !find_object(commit, "record", record) ||
        record.raw_json().get(raw)) {
        envelope->record = {};
        return;
    }
    while (!raw.empty() && raw.back() != '}') raw.remove_suffix(1);
    envelope->record.bytes = raw.data();
    envelope->record.length = raw.size();
    envelope->record_offset = static_cast<size_t>(raw.data() - parser->text.data());
}

const char *windsock_parse(
    windsock_parser *parser, const char *message, size_t length, windsock_envelope *envelope) noexcept {
    *envelope = {};
    if (length == 0) return "Empty: no JSON found";
    if (parser->text.size() > kept_bytes + SIMDJSON_PADDING && length <= kept_bytes) *parser = windsock_parser();
    if (parser->text.size() < length + SIMDJSON_PADDING) parser->text.resize(length + SIMDJSON_PADDING);
    std::memcpy(parser->text.data(), message, length);
    std::memset(parser->text.data() + length, 0, SIMDJSON_PADDING);

    dom::element root;
    error_code error = parser->whole.parse(parser->text.data(), length, false).get(root);
    /* Memory that is short is no fault of the message: end here, and the message is read again. */
    if (error == MEMALLOC) std::abort();
    if (error) return error_message(error);
    dom::object object;
    if (root.get_object().get(object)) return "The message is not a JSON object.";
    for (dom::key_value_pair pair : object)
        if (const field *known = find(message_fields, pair.key)) fill(envelope->*known->value, pair.value);
    if (envelope->kind.type != WINDSOCK_STRING) return nullptr;
    const field *named = find(message_fields, {envelope->kind.bytes, envelope->kind.length});
    dom::object body;
    if (!named || !is_body(named->value) || object[named->key].get_object().get(body)) return nullptr;
    for (dom::key_value_pair pair : body)
        if (const field *known = find(body_fields, pair.key)) fill(envelope->*known->value, pair.value);
    if (named->value != &windsock_envelope::commit) return nullptr;
    if (envelope->record.type == WINDSOCK_OBJECT) locate_record(parser, length, envelope);
    return nullptr;
}
