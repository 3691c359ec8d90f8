// SPDX-License-Identifier: MIT
#include "core/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cstdint>

#include "core/encoding/shifts.h"

namespace katago {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

uint8_t byte_at(std::string_view text, size_t at) {
    return at < text.size() ? static_cast<uint8_t>(text[at]) : uint8_t{0};
}

struct Range {
    uint8_t first = 0xFF, last = 0;
    bool contains(uint8_t byte) const { return byte >= first && byte <= last; }
};

// How the bytes from 0x80 of an encoding make up characters.
struct Layout {
    Encoding encoding;
    const char* iconv_name;
    Range lead[2];
    Range trail[2];
    // Where the characters lie that nearly all text is written in: the standard's first level.
    Range common_lead, common_trail;

    bool is_pair(uint8_t first, uint8_t second) const {
        return (lead[0].contains(first) || lead[1].contains(first)) &&
               (trail[0].contains(second) || trail[1].contains(second));
    }
};

constexpr Layout kLayouts[] = {
    {Encoding::Western, "WINDOWS-1252", {}, {}, {}, {}},
    {Encoding::Gb18030, "GB18030", {{0x81, 0xFE}}, {{0x40, 0x7E}, {0x80, 0xFE}}, {0xA1, 0xF7}, {0xA1, 0xFE}},
    {Encoding::Big5, "BIG5-HKSCS", {{0x81, 0xFE}}, {{0x40, 0x7E}, {0xA1, 0xFE}}, {0xA1, 0xC6}, {0x40, 0xFE}},
    {Encoding::ShiftJis,
     "CP932",
     {{0x81, 0x9F}, {0xE0, 0xFC}},
     {{0x40, 0x7E}, {0x80, 0xFC}},
     {0x81, 0x98},
     {0x40, 0xFC}},
    {Encoding::EucKr, "CP949", {{0x81, 0xFE}}, {{0x41, 0x5A}, {0x61, 0xFE}}, {0xB0, 0xC8}, {0xA1, 0xFE}},
    {Encoding::EucJp, "EUC-JP", {{0x8E, 0x8E}, {0xA1, 0xFE}}, {{0xA1, 0xFE}}, {0xA1, 0xCF}, {0xA1, 0xFE}},
};

const Layout& layout_of(Encoding encoding) {
    for (const Layout& layout : kLayouts)
        if (layout.encoding == encoding) return layout;
    return kLayouts[0];
}

// The number of bytes of the character of UTF-8 at `at`; 0 where there is none (also for overlong ones, surrogates and
// numbers past U+10FFFF).
size_t utf8_length(std::string_view text, size_t at) {
    const uint8_t first = byte_at(text, at);
    if (first < 0x80) return 1;
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
    for (size_t i = 1; i < length; ++i)
        if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
    const uint8_t second = byte_at(text, at + 1);
    const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return wrong ? 0 : length;
}

// iconv(3) for one character at a time. One thread at a time.
class Converter {
  public:
    explicit Converter(const char* encoding) : state_(iconv_open("UTF-8", encoding)) {}
    ~Converter() {
        if (works()) iconv_close(state_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    void append(std::string_view character, std::string& out) {
        char from[4], to[16];
        const size_t length = character.copy(from, sizeof from);
        char *source = from, *target = to;
        size_t left = length, space = sizeof to;
        const bool converted = works() && iconv(state_, nullptr, nullptr, nullptr, nullptr) == 0 &&
                               iconv(state_, &source, &left, &target, &space) != static_cast<size_t>(-1) &&
                               iconv(state_, nullptr, nullptr, &target, &space) != static_cast<size_t>(-1);
        out += converted && target != to ? std::string_view(to, static_cast<size_t>(target - to)) : kReplacement;
    }

  private:
    bool works() const { return reinterpret_cast<intptr_t>(state_) != -1; }

    iconv_t state_;
};

DecodedText repair_utf8(std::string_view text) {
    DecodedText result;
    for (size_t at = 0; at < text.size();) {
        const size_t length = utf8_length(text, at);
        result.utf8 += length > 0 ? text.substr(at, length) : kReplacement;
        result.unlikely += length == 0;
        at += length > 0 ? length : 1;
    }
    return result;
}

// Of the character at `at`, whose first byte is not ASCII.
size_t character_length(std::string_view text, size_t at, const Layout& layout) {
    const uint8_t first = byte_at(text, at), second = byte_at(text, at + 1);
    if (layout.is_pair(first, second)) return 2;
    // GB18030 has characters of four bytes, the second and fourth being digits.
    constexpr Range kDigits{0x30, 0x39};
    const bool four = layout.encoding == Encoding::Gb18030 && layout.lead[0].contains(first) &&
                      kDigits.contains(second) && layout.lead[0].contains(byte_at(text, at + 2)) &&
                      kDigits.contains(byte_at(text, at + 3));
    return four ? 4 : 1;
}

bool is_unlikely(std::string_view text, size_t at, size_t length, const Layout& layout) {
    const uint8_t first = byte_at(text, at), second = byte_at(text, at + 1);
    // Accented letters of Western languages stand alone between others.
    if (layout.encoding == Encoding::Western) return first < 0xA0 || second >= 0x80;
    return length != 2 || !layout.common_lead.contains(first) || !layout.common_trail.contains(second);
}

void append_code_point(uint32_t code, std::string& out) {
    const auto put = [&](uint32_t byte) { out += static_cast<char>(static_cast<uint8_t>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            put(0xE0 | code >> 12);
        } else {
            put(0xF0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3F));
        }
        put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

std::string utf8_of_utf16(std::string_view text, bool big_endian) {
    const auto unit_at = [&](size_t at) -> uint32_t {
        const uint32_t first = byte_at(text, at), second = byte_at(text, at + 1);
        return big_endian ? first << 8 | second : second << 8 | first;
    };
    std::string out;
    for (size_t at = 0; at < text.size(); at += 2) {
        const uint32_t unit = unit_at(at);
        const bool cut = at + 1 == text.size();
        const bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
        const uint32_t next = unit_at(at + 2);
        if (surrogate && unit <= 0xDBFF && at + 3 < text.size() && next >= 0xDC00 && next <= 0xDFFF) {
            append_code_point(0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00), out);
            at += 2;
        } else if (cut || surrogate) {
            out += kReplacement;
        } else {
            append_code_point(unit, out);
        }
    }
    return out;
}

}  // namespace

bool has_two_byte_characters(Encoding encoding) {
    return encoding != Encoding::Utf8 && encoding != Encoding::Western && !has_shifts(encoding);
}

std::optional<Encoding> seven_bit_encoding(std::string_view text, std::optional<Encoding> declared) {
    if (!std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; }))
        return std::nullopt;
    if (text.find("\x1B$") != std::string_view::npos) return Encoding::Iso2022Jp;
    return declared == Encoding::Hz ? declared : std::nullopt;
}

bool is_utf8(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        const size_t length = utf8_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

DecodedText decode(std::string_view text, Encoding encoding) {
    if (encoding == Encoding::Utf8) return repair_utf8(text);
    if (encoding == Encoding::Iso2022Jp) return decode(without_shifts(text, encoding), Encoding::EucJp);
    if (encoding == Encoding::Hz) return decode(without_shifts(text, encoding), Encoding::Gb18030);
    const Layout& layout = layout_of(encoding);
    Converter converter(layout.iconv_name);
    DecodedText result;
    result.utf8.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        if (byte_at(text, at) < 0x80) {
            result.utf8 += text[at++];
            continue;
        }
        const size_t length = character_length(text, at, layout);
        result.unlikely += is_unlikely(text, at, length, layout);
        converter.append(text.substr(at, length), result.utf8);
        at += length;
    }
    return result;
}

std::optional<std::string> decode_utf16(std::string_view text) {
    const uint8_t first = byte_at(text, 0), second = byte_at(text, 1);
    const bool marked = (first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF);
    if (text.size() < 2 || (!marked && (first == 0) == (second == 0))) return std::nullopt;
    return utf8_of_utf16(marked ? text.substr(2) : text, marked ? first == 0xFE : first == 0);
}

std::string excerpt(std::string_view utf8, size_t max_characters) {
    std::string result;
    for (size_t at = 0; at < utf8.size() && max_characters > 0; --max_characters) {
        const size_t length = utf8_length(utf8, at);
        const bool control = length == 1 && (byte_at(utf8, at) < 0x20 || byte_at(utf8, at) == 0x7F);
        result += control ? " " : length > 0 ? utf8.substr(at, length) : kReplacement;
        at += length > 0 ? length : 1;
        if (max_characters == 1 && at < utf8.size()) result += "...";
    }
    return result;
}

}  // namespace katago
