// SPDX-License-Identifier: MIT
#include "game/rules.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"

using namespace katago;

namespace {

std::string compact(std::string_view text) {
    return compact_text(parse_rules(text, KomiInText::Allowed), KomiInOutput::Shown);
}

}  // namespace

TEST_CASE("rules: named rule sets are found whatever their case") {
    CHECK(compact("Chinese") == "koSIMPLEscoreAREAtaxNONEsui0whbNfpok1komi7.5");
    CHECK(compact(" japanese ") == "koSIMPLEscoreTERRITORYtaxSEKIsui0komi6.5");
    CHECK(compact("aga button") == "koSITUATIONALscoreAREAtaxNONEsui0button1whbN-1fpok1komi7");
    CHECK(compact("new zealand") == "koSITUATIONALscoreAREAtaxNONEsui1fpok1komi7");
    CHECK(parse_rules("tromp-taylor", KomiInText::Forbidden) == Rules());
    CHECK_FALSE(rules_of_name("martian"));
}

TEST_CASE("rules: the compact form is read in any order, with defaults by scoring") {
    CHECK(compact("scoreTERRITORY ko SIMPLE sui0") == "koSIMPLEscoreTERRITORYtaxSEKIsui0komi6.5");
    CHECK(compact("button1") == "koPOSITIONALscoreAREAtaxNONEsui1button1komi7");
    CHECK(compact("komi-3.25koSPIGHTwhbN-1scoringAREA") == "koSPIGHTscoreAREAtaxNONEsui1whbN-1komi-3.25");
    for (const char* text : {"", "koFOO", "kosimple", "komi", "komi1e5", "komi200000", "sui2", "tax", "japanese!"})
        CHECK_THROWS_WITH_AS(parse_rules(text, KomiInText::Allowed),
                             (std::string("Could not parse rules: ") + text).c_str(), ProtocolError);
    CHECK_THROWS_AS(parse_rules("komi7.5", KomiInText::Forbidden), ProtocolError);
}

TEST_CASE("rules: fields of a JSON object are checked by name and type") {
    const Rules rules = rules_of_fields({{"scoring", std::string("TERRITORY")}, {"suicide", false}, {"komi", 5.5}},
                                        "{}", KomiInText::Allowed);
    CHECK(compact_text(rules, KomiInOutput::Shown) == "koPOSITIONALscoreTERRITORYtaxSEKIsui0komi5.5");
    const auto fails_with = [](const RuleField& field, const char* message) {
        CHECK_THROWS_WITH_AS(rules_of_fields({field}, "{...}", KomiInText::Forbidden), message, ProtocolError);
    };
    fails_with({"colour", std::string("red")}, "Unknown rules option: colour");
    fails_with({"komi", 6.5}, "Unknown rules option: komi");
    fails_with({"suicide", std::string("yes")}, "Could not parse rules: {...}");
    fails_with({"ko", std::monostate()}, "Could not parse rules: {...}");
    fails_with({"ko", std::string("FOO")}, "Rules::parseKoRule: Invalid ko rule: FOO");
    CHECK_THROWS_AS(rules_of_fields({{"komi", 6.3}}, "", KomiInText::Allowed), ProtocolError);
    CHECK_THROWS_AS(rules_of_fields({{"komi", 400.5}}, "", KomiInText::Allowed), ProtocolError);
}

TEST_CASE("rules: one field is changed as kata-set-rule asks") {
    const Rules changed = with_rule(Rules(), "scoring", "territory");
    CHECK(changed.scoring == ScoringRule::Territory);
    CHECK(changed.tax == TaxRule::None);
    CHECK(with_rule(Rules(), "hasButton", " True ").has_button);
    CHECK_THROWS_WITH_AS(with_rule(Rules(), "suicide", "maybe"), "could not parse bool: MAYBE", ProtocolError);
    CHECK_THROWS_WITH_AS(with_rule(Rules(), "komi", "7"), "Unknown rules option: komi", ProtocolError);
}

TEST_CASE("rules: JSON and nice names are KataGo's") {
    const Rules chinese = parse_rules("chinese", KomiInText::Forbidden);
    CHECK(
        json_text(chinese, KomiInOutput::Shown) ==
        "{\"friendlyPassOk\":true,\"hasButton\":false,\"ko\":\"SIMPLE\",\"komi\":7.5,\"scoring\":\"AREA\",\"suicide\":"
        "false,\"tax\":\"NONE\",\"whiteHandicapBonus\":\"N\"}");
    Rules other = chinese;
    other.komi = 7;
    CHECK(json_text(other, KomiInOutput::Shown).find("\"komi\":7.0,") != std::string::npos);
    CHECK(json_text(other, KomiInOutput::Hidden).find("komi") == std::string::npos);
    CHECK(nice_name(other) == "Chinese");
    CHECK(nice_name(Rules()) == "TrompTaylor");
    CHECK(nice_name(parse_rules("goe", KomiInText::Forbidden)) == "koPOSITIONALscoreAREAtaxNONEsui1fpok1");
}

TEST_CASE("rules: what a network cannot represent is replaced") {
    const Rules spight = parse_rules("koSPIGHT", KomiInText::Forbidden);
    CHECK(supported_rules(spight, 8).ko == KoRule::Situational);
    const Rules japanese = parse_rules("japanese", KomiInText::Forbidden);
    CHECK(supported_rules(japanese, 8) == japanese);
    CHECK(nice_name(supported_rules(japanese, 6)) == "koSITUATIONALscoreAREAtaxNONEsui0");
    CHECK_FALSE(supported_rules(with_rule(japanese, "hasButton", "true"), 8).has_button);
}
