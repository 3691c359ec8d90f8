// SPDX-License-Identifier: MIT
#include "core/encoding/shifts.h"

namespace katago {

namespace {

struct Shift {
    Encoding encoding;
    std::string_view mark;
    bool to_two_bytes;
    std::string_view text = {};  // what the mark stands for besides
};

// Sources: RFC 1468 and RFC 1843.
constexpr Shift kShifts[] = {
    {Encoding::Iso2022Jp, "\x1B$@", true},
    {Encoding::Iso2022Jp, "\x1B$B", true},
    {Encoding::Iso2022Jp, "\x1B(B", false},
    {Encoding::Iso2022Jp, "\x1B(J", false},
    {Encoding::Hz, "~{", true},
    {Encoding::Hz, "~}", false},
    {Encoding::Hz, "~~", false, "~"},
    {Encoding::Hz, "~\n", false},
};

const Shift* shift_at_start(std::string_view text, Encoding encoding) {
    for (const Shift& shift : kShifts)
        if (shift.encoding == encoding && text.starts_with(shift.mark)) return &shift;
    return nullptr;
}

bool is_printable(char c) {
    return c > ' ' && c <= '~';
}

}  // namespace

bool has_shifts(Encoding encoding) {
    return encoding == Encoding::Iso2022Jp || encoding == Encoding::Hz;
}

std::string without_shifts(std::string_view text, Encoding encoding) {
    std::string result;
    bool two_bytes = false;
    while (!text.empty()) {
        if (const Shift* shift = shift_at_start(text, encoding)) {
            two_bytes = shift->to_two_bytes;
            result += shift->text;
            text.remove_prefix(shift->mark.size());
        } else if (two_bytes && text.size() > 1 && is_printable(text[0]) && is_printable(text[1])) {
            for (const char c : text.substr(0, 2)) result += static_cast<char>(static_cast<unsigned char>(c) | 0x80U);
            text.remove_prefix(2);
        } else {
            // A line ends in ASCII, whatever mark is missing.
            if (text[0] == '\n' || text[0] == '\r') two_bytes = false;
            result += text[0];
            text.remove_prefix(1);
        }
    }
    return result;
}

}  // namespace katago
