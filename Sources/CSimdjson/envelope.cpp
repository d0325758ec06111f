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
    {"account", &windsock_envelope::account},   {"$type", &windsock_envelope::type},
};

static const field error_fields[] = {
    {"error", &windsock_envelope::name},
    {"message", &windsock_envelope::message},
};

static const field payload_fields[] = {
    {"$type", &windsock_envelope::payload_type}, {"did", &windsock_envelope::did},
    {"seq", &windsock_envelope::cursor},         {"time", &windsock_envelope::sent},
    {"identity", &windsock_envelope::identity},  {"account", &windsock_envelope::account},
    {"sync", &windsock_envelope::sync},
};

static const field info_fields[] = {
    {"name", &windsock_envelope::name},
    {"message", &windsock_envelope::message},
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

template <size_t count>
static void fill(windsock_envelope *envelope, const field (&fields)[count], dom::object object) {
    for (dom::key_value_pair pair : object)
        if (const field *known = find(fields, pair.key)) fill(envelope->*known->value, pair.value);
}

static bool is(const windsock_value &value, std::string_view text) {
    return value.type == WINDSOCK_STRING && std::string_view(value.bytes, value.length) == text;
}

/* The fields of the object at `key`, where there is one. */
static void fill_body(windsock_envelope *envelope, dom::object object, std::string_view key) {
    dom::object body;
    if (!object[key].get_object().get(body)) fill(envelope, body_fields, body);
}

static void read_v1(windsock_envelope *envelope, dom::object message) {
    for (std::string_view kind : {"commit", "identity", "account"})
        if (is(envelope->kind, kind)) return fill_body(envelope, message, kind);
}

static const std::string_view event_types = "network.bsky.jetstream.subscribeEvents#";

/* What `payload_type` names after the prefix; absent when that is nothing of Jetstream. */
static windsock_value kind_of(const windsock_value &payload_type) {
    windsock_value kind = payload_type;
    if (kind.type != WINDSOCK_STRING || kind.length < event_types.size() ||
        std::memcmp(kind.bytes, event_types.data(), event_types.size()) != 0)
        return {};
    kind.bytes += event_types.size();
    kind.length -= event_types.size();
    return kind;
}

static void read_v2(windsock_envelope *envelope, dom::object message) {
    /* What has the name of a field and stands beside the payload is none. */
    windsock_value type = envelope->type;
    *envelope = {};
    envelope->type = type;
    if (is(type, "error")) return fill(envelope, error_fields, message);
    dom::element payload;
    dom::object fields;
    if (!is(type, "message") || message["payload"].get(payload)) return;
    fill(envelope->payload, payload);
    if (payload.get_object().get(fields)) return;
    fill(envelope, payload_fields, fields);
    envelope->kind = kind_of(envelope->payload_type);
    if (is(envelope->kind, "commit")) return fill(envelope, body_fields, fields);
    if (is(envelope->kind, "info")) return fill(envelope, info_fields, fields);
    for (std::string_view kind : {"identity", "account", "sync"})
        if (is(envelope->kind, kind)) return fill_body(envelope, fields, kind);
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

/* Where the text of the record stands, which is in the object at `key`. Cannot fail on a message that the first pass
 * accepted and found it in; if it does, the record counts as missing. */
static void locate_record(
    windsock_parser *parser, size_t length, std::string_view key, windsock_envelope *envelope) {
    ondemand::document document;
    ondemand::object message, commit, record;
    std::string_view raw;
    padded_string_view view(parser->text.data(), length, parser->text.size());
    if (parser->lazy.iterate(view).get(document) || document.get_object().get(message) ||
        !find_object(message, key, commit) || !find_object(commit, "record", record) ||
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
    fill(envelope, message_fields, object);
    bool is_v2 = envelope->type.type != WINDSOCK_ABSENT;
    if (is_v2)
        read_v2(envelope, object);
    else
        read_v1(envelope, object);
    if (envelope->record.type == WINDSOCK_OBJECT && is(envelope->kind, "commit"))
        locate_record(parser, length, is_v2 ? "payload" : "commit", envelope);
    return nullptr;
}
