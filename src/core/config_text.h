// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katago {

// Settings as people's editors, keyboards and web pages leave them: byte order marks, non-breaking spaces, quotation
// marks of typography. Part of Config.

// Without a UTF-8 byte order mark. Throws ConfigError, naming the file, where it is UTF-16 or UTF-32 text or no text.
std::string_view config_text(std::string_view stored, const std::string& name);

// Without blanks at either end: white space, the spaces of Unicode that are not seen as such (U+00A0, U+3000 and the
// like), and byte 0xA0, a non-breaking space in Latin-1, where it is no part of another character.
std::string_view without_outer_blanks(std::string_view text);

// What stands between two typographic quotation marks, where the text begins with one, and what comes behind them.
struct TypographicQuote {
    std::string_view inside, behind;
};
std::optional<TypographicQuote> typographic_quote(std::string_view text);

}  // namespace katago
