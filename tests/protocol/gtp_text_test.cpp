// SPDX-License-Identifier: MIT
#include "protocol/gtp_text.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/text.h"

using namespace katago;

TEST_CASE("gtp_text: a line loses comments, control characters and outer white space") {
    CHECK(normalize_gtp_line("  play b\tD4 \r") == "play b D4");
    CHECK(normalize_gtp_line("name # a comment") == "name");
    CHECK(normalize_gtp_line("# only") == "");
    CHECK(normalize_gtp_line(" \t\r\v\f ") == "");
    CHECK(normalize_gtp_line("na\xc3\xa4me\x01") == "name");
    CHECK(normalize_gtp_line(std::string("na\0me", 5)) == "name");
}

TEST_CASE("gtp_text: an id may stick to its command and loses leading zeros") {
    CHECK(parse_gtp_request("name").id == std::nullopt);
    CHECK(parse_gtp_request("007 name").id == 7);
    const GtpRequest stuck = parse_gtp_request("7x name");
    CHECK(stuck.id == 7);
    CHECK(stuck.command == "x");
    CHECK(stuck.joined() == "name");
    CHECK(parse_gtp_request("-1 name").command == "-1");
    CHECK(parse_gtp_request("3").command == "");
    CHECK(parse_gtp_request("999999999 name").id == 999999999);
    CHECK_THROWS_AS(parse_gtp_request("1234567890 name"), ProtocolError);
}

TEST_CASE("gtp_text: every space separates, so that two in a row make an empty argument") {
    const GtpRequest request = parse_gtp_request("komi  5.5");
    REQUIRE(request.arguments.size() == 2);
    CHECK(request.arguments[0] == "");
    CHECK(request.joined() == " 5.5");
}

TEST_CASE("gtp_text: what was typed behind the command keeps its bytes") {
    CHECK(typed_arguments(" 7 loadsgf \t/a \xE5\x9B\xB4#1  b \r") == "/a \xE5\x9B\xB4#1  b");
    CHECK(typed_arguments("\xEF\xBB\xBF"
                          "12loadsgf x") == "x");
    CHECK(typed_arguments("load\x01sgf x\x02y") == "x\x02y");
    CHECK(typed_arguments("name#a b") == "#a b");
    for (const char* none : {"", "7", "name", "7name\r", "\xFF"}) CHECK(typed_arguments(none).empty());
}

TEST_CASE("gtp_text: responses carry the id and end with a blank line") {
    CHECK(gtp_response(GtpStatus::Success, std::nullopt, "KataGo") == "= KataGo\n\n");
    CHECK(gtp_response(GtpStatus::Success, 5, "") == "=5 \n\n");
    CHECK(gtp_response(GtpStatus::Failure, 5, "unknown command") == "?5 unknown command\n\n");
    CHECK(gtp_header(std::nullopt) == "=\n");
    CHECK(gtp_header(12) == "=12\n");
}

TEST_CASE("gtp_text: numbers are read whole and in decimal") {
    CHECK(parse_int("12") == 12);
    CHECK(parse_int("+12") == 12);
    CHECK(parse_int("-3") == -3);
    CHECK(parse_number("1e1") == 10.0);
    CHECK(parse_number("-.5") == -0.5);
    for (const char* bad : {"", "9.5", "x", "9 ", "99999999999", "+-3"}) CHECK(parse_int(bad) == std::nullopt);
    for (const char* bad : {"", "nan", "inf", "0x10", "1e", "1.5x", " 5.5", "+-3", "1e999"})
        CHECK(parse_number(bad) == std::nullopt);
    CHECK(parse_bool("TRUE") == true);
    CHECK(parse_bool("false") == false);
    CHECK(parse_bool("1") == std::nullopt);
}

TEST_CASE("gtp_text: numbers are printed as C++ streams do") {
    CHECK(default_number(0.5) == "0.5");
    CHECK(default_number(3.029994) == "3.02999");
    CHECK(default_number(1e-5) == "1e-05");
    CHECK(default_number(1e20) == "1e+20");
    CHECK(default_number(-0.0) == "-0");
    CHECK(pointed_number(47) == "47.0000");
    CHECK(pointed_number(0.5) == "0.500000");
    CHECK(fixed_number(1.25, 3) == "1.250");
}

TEST_CASE("gtp_text: blank lines inside a text are dropped") {
    CHECK(without_blank_lines("a\n\n\nb\n\n") == "a\nb");
}
