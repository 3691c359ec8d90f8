// SPDX-License-Identifier: MIT
#include "protocol/json_request.h"

#include "core/json_text.h"

namespace katago {

namespace {

using nlohmann::json;

// No request goes deeper than five levels; without a bound, printing a line of brackets would exhaust the stack.
constexpr int kMaxNesting = 100;
// The longest part of a line that a message quotes.
constexpr size_t kMaxQuotedBytes = 10'000;

std::string shortened(std::string_view line) {
    if (line.size() <= kMaxQuotedBytes) return std::string(line);
    return std::string(line.substr(0, kMaxQuotedBytes)) + "...";
}

bool nested_too_deeply(std::string_view line) {
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxNesting) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

[[noreturn]] void fail_to_parse(const std::string& reason, std::string_view line) {
    throw JsonSyntaxError(reason + " - could not parse input line as json request: " + shortened(line));
}

}  // namespace

json parse_json_request(std::string_view line) {
    if (nested_too_deeply(line))
        fail_to_parse("nested more than " + std::to_string(kMaxNesting) + " levels deep", line);
    json request;
    try {
        request = parse_json(line);
    } catch (const json::exception& error) {
        fail_to_parse(error.what(), line);
    }
    if (!request.is_object())
        throw ProtocolError("Request line was valid json but was not an object, ignoring: " +
                            shortened(json_line(request)));
    return request;
}

std::string id_of_request(const json& request) {
    const auto id = request.find("id");
    if (id == request.end() || !id->is_string()) throw ProtocolError("Request must have a string \"id\" field");
    return id->get<std::string>();
}

std::string json_line(const json& value) {
    return json_text(value);
}

std::string error_line(std::string_view text) {
    return json_line({{"error", text}});
}

std::string error_line(const FieldError& error, std::string_view id) {
    return json_line({{"error", error.what()}, {"field", error.field()}, {"id", id}});
}

std::string warning_line(const FieldWarning& warning, std::string_view id) {
    return json_line({{"warning", warning.text}, {"field", warning.field}, {"id", id}});
}

}  // namespace katago
