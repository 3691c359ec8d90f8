// SPDX-License-Identifier: MIT
// Komi and rules as servers, programs and people write them.
#include <doctest/doctest.h>

#include <string>

#include "core/encoding.h"
#include "game/records.h"
#include "game/rules_written.h"

using namespace katago;
using records::parse;

namespace {

bool mentions(const SgfGame& game, std::string_view text) {
    for (const std::string& warning : game.warnings)
        if (warning.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("sgf: the komi of a server that names itself anywhere") {
    const struct {
        const char* text;
        float komi;
    } games[] = {
        {"(;KM[375]RU[Chinese]AP[GNU Go:3.8]AP[foxwq];B[pp])", 7.5F},
        {"(;KM[650]RU[Japanese]AP[GNU Go:3.8][foxwq])", 6.5F},
        {"(;KM[325]AP[x][y:1][foxwq:2])", 6.5F},
        {"(;KM[750]RU[Chinese]SO[foxwq])", 7.5F},
        {"(;KM[275]PC[\xE9\x87\x8E\xE7\x8B\x90\xE5\x9B\xB4\xE6\xA3\x8B])", 5.5F},
        {"(;AP[foxwq];KM[375]RU[Chinese];B[pp])", 7.5F},
        {"(;KM[0]AP[x][foxwq])", 0.0F},
        // In points, by programs that convert the server's games or check records.
        {"(;KM[5.5]AP[foxwq])", 5.5F},
        {"(;KM[0.5]RU[Japanese]AP[SGFC:2.0])", 0.5F},
        {"(;KM[-6.5]AP[SGFC:2.0])", -6.5F},
    };
    for (const auto& game : games) {
        CAPTURE(game.text);
        const SgfGame read = parse(game.text);
        CHECK(read.komi == game.komi);
        CHECK(read.warnings.empty());
    }
}

TEST_CASE("sgf: a komi of hundredths, whoever wrote it, is read as points and told") {
    const struct {
        const char* text;
        float komi;
    } games[] = {
        {"(;KM[375]RU[Chinese])", 7.5F},  {"(;KM[375])", 7.5F},  // 3.75 makes sense as stones of one side alone
        {"(;KM[650]RU[Japanese])", 6.5F}, {"(;KM[750]RU[Chinese])", 7.5F},
        {"(;KM[325]RU[cn])", 6.5F},       {"(;KM[350]RU[Chinese])", 7.0F},
        {"(;KM[350]RU[Korean])", 3.5F},   {"(;KM[-650]RU[Japanese])", -6.5F},
        {"(;KM[250]RU[Chinese])", 5.0F},  {"(;KM[800])", 8.0F},
        {"(;KM[450]RU[Japanese])", 4.5F}, {"(;KM[650.00])", 6.5F},
    };
    for (const auto& game : games) {
        CAPTURE(game.text);
        const SgfGame read = parse(game.text);
        CHECK(read.komi == game.komi);
        CHECK(mentions(read, "is read as hundredths"));
    }
    CHECK(parse("(;KM[375]RU[Chinese])").warnings.front() == "test.sgf: KM[375] is read as hundredths: komi 7.5");
    CHECK(parse("(;KM[100])").komi == 100.0F);
    CHECK(parse("(;KM[-50])").komi == -50.0F);
}

TEST_CASE("sgf: komi as people write it") {
    const struct {
        const char *written, *rules;
        float komi;
    } rows[] = {
        {"6,5", "", 6.5F},
        {"+6.5", "", 6.5F},
        {" 6.5 ", "", 6.5F},
        {"6.5\xE7\x9B\xAE", "", 6.5F},
        {"6.5\n", "", 6.5F},
        {"\xEF\xBC\x96\xEF\xBC\x8E\xEF\xBC\x95", "", 6.5F},
        {"6\xE7\x9B\xAE\xE5\x8D\x8A", "", 6.5F},
        {"6\xEC\xA7\x91 \xEB\xB0\x98", "", 6.5F},
        {"komi 6.5", "", 6.5F},
        {"Komi: 6.5 points", "", 6.5F},
        {"6 1/2", "", 6.5F},
        {"6\xC2\xBD", "", 6.5F},
        {"13/2", "", 6.5F},
        {"\xE8\xB4\xB4"
         "3\xE5\x8F\x88"
         "3/4\xE5\xAD\x90",
         "Chinese", 7.5F},
        {"3.75 stones", "", 7.5F},
        {"3 3/4", "Chinese", 7.5F},
        {"-6,50", "", -6.5F},
        {"\xE2\x88\x92"
         "6.5",
         "", -6.5F},
        {"7.", "", 7.0F},
        {".5pt", "", 0.5F},
    };
    for (const auto& row : rows) {
        CAPTURE(row.written);
        const SgfGame game = parse("(;KM[" + std::string(row.written) + "]RU[" + row.rules + "])");
        CHECK(game.komi == row.komi);
    }
    CHECK(parse("(;CA[Shift_JIS]KM[6.5\x96\xDA])").warnings.empty());
}

TEST_CASE("sgf: a komi that cannot be read is named, and left out") {
    for (const char* written : {"six", "6.5/7.5", "6;5", "1,000", "6.5 6.5", "--6", "1/0", "6.5 dollars", "6.25",
                                "0x10", "1e9", "9999999999999999999999", "\xE6\x97\xA5", "6.5\n7"}) {
        CAPTURE(written);
        const SgfGame game = parse("(;KM[" + std::string(written) + "])");
        CHECK_FALSE(game.komi.has_value());
        REQUIRE(game.warnings.size() == 1);
        CHECK(game.warnings[0].starts_with("test.sgf: "));
        CHECK(game.warnings[0].find(excerpt(written)) != std::string::npos);
        CHECK(game.warnings[0].find('\n') == std::string::npos);
    }
    CHECK(parse("(;KM[])").warnings.empty());
    CHECK(parse("(;KM[ ][6.5][6.5])").komi == 6.5F);
}

TEST_CASE("sgf: rules as people write them") {
    const struct {
        const char *written, *name;
    } rows[] = {
        {"Japanese Rules", "japanese"},
        {"jp", "japanese"},
        {"cn", "chinese"},
        {"Chinese, Pair Go", "chinese"},
        {"\xE6\x97\xA5\xE6\x9C\xAC", "japanese"},
        {"\xE4\xB8\xAD\xE5\x9B\xBD", "chinese"},
        {"\xE4\xB8\xAD\xE5\x9C\x8B\xE8\xA6\x8F\xE5\x89\x87", "chinese"},
        {"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xA7\x84\xE5\x88\x99(\xE6\x95\xB0\xE7\x9B\xAE)", "japanese"},
        {"\xED\x95\x9C\xEA\xB5\xAD\xEB\xA3\xB0", "korean"},
        {" JAPANESE ", "japanese"},
        {"Japanese (1989)", "japanese"},
        {"Japanese 2003 rules", "japanese"},
        {"Nihon Ki-in", "japanese"},
        {"Korea", "korean"},
        {"Rules of Go: AGA", "aga"},
        {"American", "aga"},
        {"New-Zealand rules", "nz"},
        {"Tromp/Taylor", "tromp-taylor"},
        {"Ing (GOE)", "ing"},
        {"Japanese/Korean", "japanese"},
        {"cn / Pair Go", "chinese"},
        {"Stone Scoring rules", "stone-scoring"},
        {"OGS Chinese", "chinese-ogs"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.written);
        CHECK(rules_as_written(row.written) == rules_of_name(row.name));
    }
    for (const char* unknown : {"Klingon", "Japanese/Chinese", "Japanese, Chinese", "no", "rules", "2003", "{\"ko\":1}",
                                "koSIMPLEscoreFOO", "\xE6\x97\xA5\xE6\x9C\xAC \xE4\xB8\xAD\xE5\x9B\xBD"}) {
        CAPTURE(unknown);
        const SgfGame game = parse("(;KM[5.5]RU[" + std::string(unknown) + "])");
        CHECK_FALSE(game.rules.has_value());
        CHECK(mentions(game, "test.sgf: Could not parse rules: " + std::string(unknown)));
        CHECK(game.rules_or(*rules_of_name("japanese")).scoring == ScoringRule::Territory);
        CHECK(game.rules_or(*rules_of_name("japanese")).komi == 5.5F);
    }
    CHECK(parse("(;RU[{\"ko\":\"SIMPLE\",\"scoring\":\"TERRITORY\"}])").rules->scoring == ScoringRule::Territory);
    CHECK(parse("(;RU[koSIMPLEscoreAREAtaxNONEsui0])").rules->ko == KoRule::Simple);
    CHECK(parse("(;CA[GBK]RU[\xC8\xD5\xB1\xBE])").rules_text.has_value());
}
