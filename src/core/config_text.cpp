// SPDX-License-Identifier: MIT
#include "core/config_text.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr char kLatin1Space = '\xA0';

// In UTF-8: U+00A0, U+2000 to U+200B, U+202F, U+205F, U+3000, U+FEFF.
constexpr std::string_view kBlanks[] = {"\xC2\xA0",     "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
                                        "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
                                        "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\x8B", "\xE2\x80\xAF", "\xE2\x81\x9F",
                                        "\xE3\x80\x80", kByteOrderMark};
// U+201C to U+201F, and the pair of French.
constexpr std::string_view kQuotes[] = {"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E",
                                        "\xE2\x80\x9F", "\xC2\xAB",     "\xC2\xBB"};
constexpr std::array kWideText = {"\xFF\xFE"sv, "\xFE\xFF"sv, "\0\0\xFE\xFF"sv};

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

// Bytes of the blank that the text begins with; 0: none.
size_t leading_blank(std::string_view text) {
    for (const std::string_view blank : kBlanks)
        if (text.starts_with(blank)) return blank.size();
    return text.starts_with(kLatin1Space) ? 1 : 0;
}

size_t trailing_blank(std::string_view text) {
    for (const std::string_view blank : kBlanks)
        if (text.ends_with(blank)) return blank.size();
    return text.ends_with(kLatin1Space) && (text.size() == 1 || is_ascii(text[text.size() - 2])) ? 1 : 0;
}

size_t leading_quote(std::string_view text) {
    for (const std::string_view quote : kQuotes)
        if (text.starts_with(quote)) return quote.size();
    return 0;
}

}  // namespace

std::string_view config_text(std::string_view stored, const std::string& name) {
    const bool is_wide = std::any_of(kWideText.begin(), kWideText.end(),
                                     [&](std::string_view mark) { return stored.starts_with(mark); });
    if (is_wide || stored.find('\0') != std::string_view::npos)
        throw ConfigError(name +
                          (is_wide ? ": is UTF-16 text" : ": holds zero bytes: is it UTF-16, or no text at all?") +
                          "; a configuration must be UTF-8: save it again with that encoding");
    if (stored.starts_with(kByteOrderMark)) stored.remove_prefix(kByteOrderMark.size());
    return stored;
}

std::string_view without_outer_blanks(std::string_view text) {
    for (;;) {
        text = trimmed(text);
        const size_t front = leading_blank(text);
        text.remove_prefix(front);
        const size_t back = trailing_blank(text);
        text.remove_suffix(back);
        if (front + back == 0) return text;
    }
}

std::optional<TypographicQuote> typographic_quote(std::string_view text) {
    const size_t open = leading_quote(text);
    if (open == 0) return std::nullopt;
    for (size_t at = open; at < text.size(); ++at)
        if (const size_t close = leading_quote(text.substr(at)); close > 0)
            return TypographicQuote{text.substr(open, at - open), text.substr(at + close)};
    return std::nullopt;
}

}  // namespace katago
