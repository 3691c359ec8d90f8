// SPDX-License-Identifier: MIT
#include "core/encoding.h"
#include "core/text.h"

namespace katago {

namespace {

struct NamedEncoding {
    std::string_view name;
    Encoding encoding;
};

// Small letters and digits only.
constexpr NamedEncoding kNames[] = {
    {"utf8", Encoding::Utf8},
    {"unicode", Encoding::Utf8},
    {"ascii", Encoding::Utf8},
    {"usascii", Encoding::Utf8},
    {"latin1", Encoding::Western},
    {"iso88591", Encoding::Western},
    {"iso885915", Encoding::Western},
    {"windows1252", Encoding::Western},
    {"cp1252", Encoding::Western},
    {"gbk", Encoding::Gb18030},
    {"gb2312", Encoding::Gb18030},
    {"gb18030", Encoding::Gb18030},
    {"gb", Encoding::Gb18030},
    {"cp936", Encoding::Gb18030},
    {"ms936", Encoding::Gb18030},
    {"936", Encoding::Gb18030},
    {"windows936", Encoding::Gb18030},
    {"euccn", Encoding::Gb18030},
    {"big5", Encoding::Big5},
    {"big5hkscs", Encoding::Big5},
    {"cp950", Encoding::Big5},
    {"ms950", Encoding::Big5},
    {"950", Encoding::Big5},
    {"windows950", Encoding::Big5},
    {"big5tw", Encoding::Big5},
    {"shiftjis", Encoding::ShiftJis},
    {"sjis", Encoding::ShiftJis},
    {"xsjis", Encoding::ShiftJis},
    {"shiftjisx0213", Encoding::ShiftJis},
    {"mskanji", Encoding::ShiftJis},
    {"cp932", Encoding::ShiftJis},
    {"ms932", Encoding::ShiftJis},
    {"932", Encoding::ShiftJis},
    {"windows932", Encoding::ShiftJis},
    {"windows31j", Encoding::ShiftJis},
    {"cswindows31j", Encoding::ShiftJis},
    {"euckr", Encoding::EucKr},
    {"ksc5601", Encoding::EucKr},
    {"ksc56011987", Encoding::EucKr},
    {"cp949", Encoding::EucKr},
    {"ms949", Encoding::EucKr},
    {"949", Encoding::EucKr},
    {"uhc", Encoding::EucKr},
    {"windows949", Encoding::EucKr},
    {"eucjp", Encoding::EucJp},
    {"xeucjp", Encoding::EucJp},
    {"ujis", Encoding::EucJp},
    {"iso2022jp", Encoding::Iso2022Jp},
    {"csiso2022jp", Encoding::Iso2022Jp},
    {"jis", Encoding::Iso2022Jp},
    {"hz", Encoding::Hz},
    {"hzgb2312", Encoding::Hz},
};

}  // namespace

std::optional<Encoding> encoding_of_name(std::string_view name) {
    std::string wanted;
    for (const char c : lower_case(name))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) wanted += c;
    for (const NamedEncoding& row : kNames)
        if (row.name == wanted) return row.encoding;
    return std::nullopt;
}

}  // namespace katago
