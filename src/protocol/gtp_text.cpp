// SPDX-License-Identifier: MIT
#include "protocol/gtp_text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "core/error.h"

namespace katago {

namespace {

constexpr size_t kMaxIdDigits = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string printed(const char* format, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

}  // namespace

std::string GtpRequest::joined() const {
    return join(arguments, " ");
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
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

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
    std::string result;
    for (size_t i = 0; i < pieces.size(); ++i) {
        if (i > 0) result += separator;
        result += pieces[i];
    }
    return result;
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string upper_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return result;
}

std::string without_blank_lines(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (c != '\n' || result.empty() || result.back() != '\n') result += c;
    while (!result.empty() && result.back() == '\n') result.pop_back();
    return result;
}

std::optional<int> parse_int(std::string_view text) {
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
        if (!text.empty() && text.front() == '-') return std::nullopt;
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> parse_number(std::string_view text) {
    // Leaves out "nan", "inf" and hexadecimal.
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
        if (!text.empty() && text.front() == '-') return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<bool> parse_bool(std::string_view text) {
    const std::string lower = lower_case(text);
    if (lower == "true") return true;
    if (lower == "false") return false;
    return std::nullopt;
}

std::string default_number(double value) {
    return printed("%.6g", value);
}

std::string pointed_number(double value) {
    return printed("%#.6g", value);
}

std::string fixed_number(double value, int decimals) {
    char buffer[512];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return buffer;
}

}  // namespace katago
