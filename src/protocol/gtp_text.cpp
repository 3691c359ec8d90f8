// SPDX-License-Identifier: MIT
#include "protocol/gtp_text.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

constexpr size_t kMaxIdDigits = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string GtpRequest::joined() const {
    return join(arguments, " ");
}

std::string normalize_gtp_line(std::string_view line) {
    std::string result;
    for (const char c : trimmed(line)) {
        if (c == '#') break;
        if (c == '\t')
            result += ' ';
        else if (c >= 32 && c < 127)
            result += c;
    }
    return std::string(trimmed(result));
}

GtpRequest parse_gtp_request(std::string_view line) {
    GtpRequest request;
    size_t digits = 0;
    while (digits < line.size() && is_digit(line[digits])) ++digits;
    if (digits > kMaxIdDigits)
        throw ProtocolError("GTP id '0' could not be parsed: Could not parse digits, overflow: " +
                            std::string(line.substr(0, digits)));
    if (digits > 0) request.id = *parse_int(line.substr(0, digits));

    std::string_view rest = trimmed(line.substr(digits));
    if (rest.empty()) return request;
    size_t end = rest.find(' ');
    request.command = rest.substr(0, end);
    while (end != std::string_view::npos) {
        rest.remove_prefix(end + 1);
        end = rest.find(' ');
        request.arguments.emplace_back(rest.substr(0, end));
    }
    return request;
}

std::string_view typed_arguments(std::string_view line) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    const auto is_seen = [](char c) { return c > ' ' && c < 127; };  // others GTP drops
    size_t at = 0;
    const auto skip = [&](const auto& what) {
        while (at < line.size() && what(line[at])) ++at;
    };
    const auto skip_unseen = [&] { skip([&](char c) { return !is_seen(c); }); };
    skip_unseen();
    skip([&](char c) { return is_digit(c) || (!is_seen(c) && !is_blank(c)); });
    skip_unseen();
    skip([&](char c) { return !is_blank(c) && c != '#'; });
    return trimmed(line.substr(at));
}

std::string gtp_response(GtpStatus status, std::optional<int> id, std::string_view text) {
    std::string response(status == GtpStatus::Success ? "=" : "?");
    if (id) response += std::to_string(*id);
    response += ' ';
    response += text;
    response += "\n\n";
    return response;
}

std::string gtp_header(std::optional<int> id) {
    return id ? "=" + std::to_string(*id) + "\n" : "=\n";
}

std::string without_blank_lines(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (c != '\n' || result.empty() || result.back() != '\n') result += c;
    while (!result.empty() && result.back() == '\n') result.pop_back();
    return result;
}

}  // namespace katago
