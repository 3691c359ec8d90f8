// SPDX-License-Identifier: MIT
// Texts that are not in UTF-8. Bytes that belong to one character are written side by side.
#include <doctest/doctest.h>

#include <string>

#include "core/encoding.h"
#include "core/error.h"
#include "game/records.h"

using namespace katago;
using records::parse;

namespace {

std::string in_utf16(std::string_view ascii, bool big_endian, std::string text) {
    for (const char c : ascii) {
        text += big_endian ? '\0' : c;
        text += big_endian ? c : '\0';
    }
    return text;
}

}  // namespace

TEST_CASE("sgf: in encodings with two bytes the second one neither closes nor escapes") {
    const struct {
        const char* text;
        size_t moves;
        float komi;
    } games[] = {
        {"(;GM[1]CA[Shift_JIS]SZ[9]KM[6.5]RU[Japanese];B[cc]C[\x95\\];W[gg];B[gc])", 3, 6.5F},
        {"(;GM[1]CA[Big5]SZ[9]PB[\xA5\\]KM[0.5]RU[Japanese]PW[x];B[cc])", 1, 0.5F},
        {"(;GM[1]CA[GBK]SZ[9]PW[\x81]]KM[0.5];B[cc])", 1, 0.5F},
        // Others of their kind: the encoding named after the value, other names of it, four bytes, a comment that ends
        // so.
        {"(;SZ[9]PB[\xB3\\]KM[5.5]CA[big5];B[cc];W[dd])", 2, 5.5F},
        {"(;CA[gb18030]SZ[9]PB[\x81\x30\x81\x30]PW[\x8F]]KM[5.5]C[\xC4\xE3\x8A\\];B[cc];W[dd])", 2, 5.5F},
        {"(;CA [ SJIS ] SZ[9]KM[5.5];B[cc]C[\x83]\x83\\\x8F\\];W[dd])", 2, 5.5F},
        {"(;CA[x-sjis]SZ[9]KM[5.5]C[\xC3\xBD\xC4](;B[cc]C[\x83\\](;W[dd])))", 2, 5.5F},
        {"(;CA[EUC-KR]SZ[9]KM[5.5]PB[\xC0\xCC\xBC\xBC\xB5\xB9];B[cc];W[dd])", 2, 5.5F},
    };
    for (const auto& game : games) {
        CAPTURE(game.text);
        const SgfGame read = parse(game.text);
        CHECK(read.moves.size() == game.moves);
        CHECK(read.komi == game.komi);
        CHECK(is_utf8(read.black_name + read.white_name));
    }
}

TEST_CASE("sgf: where nothing names the encoding, or names a wrong one, the reading that makes sense is taken") {
    const struct {
        const char* text;
        size_t moves;
    } games[] = {
        {"(;SZ[9]KM[0.5]PW[\x81]];B[cc])", 1},
        {"(;SZ[9]KM[0.5];B[cc]C[\x95\\];W[gg];B[gc])", 3},
        {"(;SZ[9]KM[0.5]PB[\xA5\\]PW[x];B[cc])", 1},
        {"(;CA[UTF-8]SZ[9]KM[0.5]PB[\xA6\xA8\xA5\\]PW[x];B[cc])", 1},
        {"(;CA[ISO-8859-1]SZ[9]KM[0.5]PW[\x81]];B[cc])", 1},
        // Western names end in a letter that could be a first byte.
        {"(;SZ[9]PB[Andr\xE9]KM[0.5]PW[Jos\xE9];B[cc])", 1},
        {"(;CA[ISO-8859-1]SZ[9]PB[Ren\xE9]KM[0.5];B[cc]C[d\xE9j\xE0];W[dd])", 2},
        // UTF-8 that was cut in a character.
        {"(;CA[UTF-8]SZ[9]PB[\xE6\x97\xA5\xE6\x9C]KM[0.5];B[cc])", 1},
    };
    for (const auto& game : games) {
        CAPTURE(game.text);
        const SgfGame read = parse(game.text);
        CHECK(read.moves.size() == game.moves);
        CHECK(read.komi == 0.5F);
        CHECK(is_utf8(read.black_name + read.white_name));
    }
    // What is UTF-8 is read as it, whatever it says of itself.
    const SgfGame game = parse("(;CA[GBK]SZ[9]PB[\xE6\x97\xA5]KM[0.5];B[cc])");
    CHECK(game.black_name == "\xE6\x97\xA5");
    CHECK(game.komi == 0.5F);
}

TEST_CASE("sgf: in encodings of seven bits a bracket between the marks is half of a character") {
    const struct {
        const char *text, *black;
    } games[] = {
        // The characters are PO, BO and NI of the Japanese syllables, the Chinese ones for "middle" and "country".
        {"(;CA[ISO-2022-JP]SZ[9]PB[\x1B$B%]\x1B(B]KM[5.5];B[cc];W[dd])", "\xE3\x83\x9D"},
        {"(;SZ[9]KM[5.5]PB[a\x1B$B%\\%K\x1B(J];B[cc]C[\x1B$@%]\x1B(B\n];W[dd])", "a\xE3\x83\x9C\xE3\x83\x8B"},
        {"(;SZ[9]KM[5.5]PB[\x1B$B%]\n];B[cc];W[dd])", "\xE3\x83\x9D\n"},
        {"(;CA[HZ-GB-2312]SZ[9]KM[5.5]PB[~{VP9z~} ~~];B[cc]C[~{5]~}];W[dd])", "\xE4\xB8\xAD\xE5\x9B\xBD ~"},
        {"(;SZ[9]KM[5.5]PB[~{x~}];B[cc];W[dd])", "~{x~}"},
    };
    for (const auto& game : games) {
        CAPTURE(game.text);
        const SgfGame read = parse(game.text);
        CHECK(read.moves.size() == 2);
        CHECK(read.komi == 5.5F);
        CHECK(read.black_name == game.black);
    }
}

TEST_CASE("sgf: a text that does not parse in the encoding that it names is read in the one that makes sense") {
    for (const char* text : {"(;CA[EUC-KR]SZ[9]PW[\x81]]KM[0.5];B[cc])", "(;CA[EUC-JP]SZ[9]KM[0.5];B[cc]C[\x95\\])",
                             "(;CA[EUC-JP]SZ[9]PB[\x8F]\x83]]KM[0.5];B[cc])"}) {
        CAPTURE(text);
        CHECK(parse(text).moves.size() == 1);
        CHECK(parse(text).komi == 0.5F);
    }
    CHECK_THROWS_AS(parse("(;CA[GBK]SZ[9]PB[\x81]"), ProtocolError);
}

TEST_CASE("sgf: UTF-16 is read, UTF-32 is named") {
    const std::string text = "(;SZ[9]KM[5.5];B[de];W[fe])";
    for (const std::string& coded : {in_utf16(text, false, "\xFF\xFE"), in_utf16(text, true, "\xFE\xFF"),
                                     in_utf16(text, false, {}), in_utf16(text, true, {}),
                                     in_utf16("(;C[", true, "\xFE\xFF") + std::string("\xD8\x3D\xDE\x00\xDC\x00", 6) +
                                         in_utf16("]SZ[9]KM[5.5];B[de];W[fe])", true, {})}) {
        const SgfGame game = parse(coded);
        CHECK(game.size == BoardSize{9, 9});
        CHECK(game.komi == 5.5F);
        CHECK(game.moves.size() == 2);
    }
    CHECK_THROWS_WITH_AS(parse(std::string("\xFF\xFE\0\0(\0\0\0", 8)),
                         "test.sgf: the text is in UTF-32, which is not read; wanted UTF-8", ProtocolError);
}

TEST_CASE("encoding: names in any spelling; what cannot be decoded is replaced") {
    CHECK(encoding_of_name("Shift_JIS") == Encoding::ShiftJis);
    CHECK(encoding_of_name(" Big5-HKSCS") == Encoding::Big5);
    CHECK(encoding_of_name("utf-8") == Encoding::Utf8);
    CHECK_FALSE(encoding_of_name("klingon").has_value());
    CHECK(decode("a\xFF"
                 "b\xE6\x97\xA5\xED\xA0\x80",
                 Encoding::Utf8)
              .utf8 ==
          "a\xEF\xBF\xBD"
          "b\xE6\x97\xA5\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    for (const Encoding encoding : {Encoding::Gb18030, Encoding::Big5, Encoding::ShiftJis, Encoding::EucKr,
                                    Encoding::EucJp, Encoding::Western, Encoding::Utf8}) {
        std::string all;
        for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte), all += static_cast<char>(256 - byte);
        CHECK(is_utf8(decode(all, encoding).utf8));
    }
    CHECK(excerpt("one\ntwo\xE6\x97\xA5\xFF") == "one two\xE6\x97\xA5\xEF\xBF\xBD");
    CHECK(excerpt("\xE6\x97\xA5\xE6\x97\xA5", 1) == "\xE6\x97\xA5...");
}

TEST_CASE("sgf: small letters in names of properties do not count") {
    for (const char* text : {"(;GaMe[1]SiZe[9]KoMi[5.5]Black[de];White[fe])", "(;SZ[9]KM[5.5];Bl[de];Wh[fe])",
                             "(;SiZe[9]KoMi[5.5]AddBlack[aa][bb]AddWhite[cc]PLayer[Black];Black[de];White[fe])",
                             "(;SZ[9]X1[a]KM[5.5]L2Z[b];B[de]V1[3];W[fe])", "(;sz[9]km[5.5];b[de];w[fe])",
                             "(;gameSiZe[9]KoM i[5.5];B[de]Comment[x];W[fe])"}) {
        CAPTURE(text);
        const SgfGame game = parse(text);
        CHECK(game.size == BoardSize{9, 9});
        CHECK(game.komi == 5.5F);
        REQUIRE(game.moves.size() == 2);
        CHECK(game.moves[1] == Move{point_at(5, 4), Color::White});
    }
}
