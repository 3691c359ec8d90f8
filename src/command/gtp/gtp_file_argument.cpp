// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_file_argument.h"

#include <system_error>

#include "core/error.h"
#include "core/text.h"

namespace katago::gtp {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// "#" that begins the text or follows a blank, and what is behind it, go.
std::string_view without_comment(std::string_view text) {
    for (size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1))
        if (at == 0 || is_blank(text[at - 1])) return trimmed(text.substr(0, at));
    return text;
}

bool exists(std::string_view name) {
    std::error_code failure;  // what cannot be looked at is not there
    return !name.empty() && std::filesystem::exists(std::filesystem::path(name), failure);
}

struct QuotedName {
    std::string name;
    std::string_view behind;
};

// Nothing where the text does not begin with a quote. The closing one is followed by a blank or the end.
std::optional<QuotedName> quoted_name(std::string_view text) {
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) return std::nullopt;
    for (size_t at = text.find(text.front(), 1); at != std::string_view::npos; at = text.find(text.front(), at + 1))
        if (at + 1 == text.size() || is_blank(text[at + 1]))
            return QuotedName{std::string(text.substr(1, at - 1)), without_comment(trimmed(text.substr(at + 1)))};
    throw ProtocolError("The closing quote is missing in " + std::string(text));
}

std::string_view typed_text(const GtpRequest& request) {
    if (request.typed.find('\0') != std::string::npos)
        throw ProtocolError("A file's name cannot hold a zero byte: '" + request.joined() + "'");
    return request.typed;
}

[[noreturn]] void fail_to_load(const GtpRequest& request) {
    throw ProtocolError("Expected one or two arguments for loadsgf but got '" + request.joined() + "'");
}

}  // namespace

FileToLoad read_file_to_load(const GtpRequest& request) {
    const std::string_view typed = typed_text(request);
    if (exists(typed)) return {typed, std::nullopt};
    if (const auto quoted = quoted_name(typed)) {
        if (quoted->name.empty() || quoted->behind.find_first_of(" \t") != std::string_view::npos)
            fail_to_load(request);
        return {quoted->name, quoted->behind.empty() ? std::nullopt : std::optional<std::string>(quoted->behind)};
    }
    const std::string_view text = without_comment(typed);
    if (text.empty()) fail_to_load(request);
    const size_t last_blank = text.find_last_of(" \t");
    if (last_blank == std::string_view::npos || exists(text)) return {text, std::nullopt};
    const std::string_view name = trimmed(text.substr(0, last_blank)), last = text.substr(last_blank + 1);
    if (exists(name)) return {name, std::string(last)};
    // A file that is there, and more words behind it than a number.
    if (exists(text.substr(0, text.find_first_of(" \t")))) fail_to_load(request);
    if (parse_int(last)) return {name, std::string(last)};
    return {text, std::nullopt};
}

std::optional<std::filesystem::path> read_file_to_write(const GtpRequest& request) {
    const auto fail = [&] {
        throw ProtocolError("Expected zero or one argument for print but got '" + request.joined() + "'");
    };
    const std::string_view typed = typed_text(request);
    if (const auto quoted = quoted_name(typed)) {
        if (!quoted->behind.empty()) fail();
        return quoted->name;
    }
    const std::string_view text = without_comment(typed);
    if (text.empty()) return std::nullopt;
    const bool is_one_word = text.find_first_of(" \t") == std::string_view::npos;
    if (!is_one_word && text.find('/') == std::string_view::npos && !lower_case(text).ends_with(".sgf")) fail();
    return text;
}

}  // namespace katago::gtp
