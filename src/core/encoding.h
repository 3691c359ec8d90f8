// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace katago {

// Encodings of text files, ASCII being a part of each. Those of East Asia have characters of two bytes, the second of
// which may be the code of an ASCII character, a bracket or a backslash among them. ISO-2022-JP and HZ have characters
// of two bytes between marks, and use seven bits only.
enum class Encoding { Utf8, Western, Gb18030, Big5, ShiftJis, EucKr, EucJp, Iso2022Jp, Hz };

// The encoding of a name such as "GBK", "Shift_JIS" or "windows-1252", in any case and with any separators.
std::optional<Encoding> encoding_of_name(std::string_view name);
bool has_two_byte_characters(Encoding encoding);

bool is_utf8(std::string_view text);
// Whether it is in ISO-2022-JP, whose marks stand in no other text, or in HZ, where that is what it says of itself.
std::optional<Encoding> seven_bit_encoding(std::string_view text, std::optional<Encoding> declared);

struct DecodedText {
    std::string utf8;
    // Bytes and characters that a text of that encoding seldom holds; compares encodings that a text may be in.
    size_t unlikely = 0;
};

// The text in UTF-8. U+FFFD stands for what the encoding does not have, and for every character that this system's
// iconv(3) has no table of; which bytes make up a character never depends on that.
DecodedText decode(std::string_view text, Encoding encoding);

// UTF-16, told by a byte order mark or by the zero byte beside its first character, in UTF-8; else nothing.
std::optional<std::string> decode_utf16(std::string_view text);

// The beginning of a text in UTF-8 for messages: at most so many characters, on one line.
std::string excerpt(std::string_view utf8, size_t max_characters = 40);

}  // namespace katago
