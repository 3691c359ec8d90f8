// SPDX-License-Identifier: MIT
#include "core/config_text.h"

#include <doctest/doctest.h>

#include <string>

#include "core/config.h"
#include "core/error.h"

using namespace katago;

namespace {

Config parse(std::string_view text) {
    return Config::from_text(text, "test.cfg");
}

}  // namespace

TEST_CASE("config text: what editors and web pages add to a configuration does not count") {
    for (const char* text : {
             "\xEF\xBB\xBF# x\nmaxVisits = 5\n",  // a byte order mark
             "\xEF\xBB\xBFmaxVisits = 5",         //
             "# x\r\nmaxVisits = 5\r\n",          // line ends of Windows
             "# x\rmaxVisits = 5\r",              // and of old Macs
             "\tmaxVisits\t=\t5\t# x",            // tabs
             "maxVisits\xC2\xA0=\xC2\xA0"
             "5\xC2\xA0",                                  // non-breaking spaces
             "\xC2\xA0 \xC2\xA0maxVisits = 5\xC2\xA0# x",  //
             "maxVisits =\xA0"
             "5\xA0\n\xA0\n",  // the same in Latin-1
             "\xE3\x80\x80maxVisits\xE3\x80\x80=\xE3\x80\x80"
             "5",                                     // U+3000
             "maxVisits\xE2\x80\xAF= 5\xE2\x80\x8B",  // U+202F, U+200B
             "maxVisits = \xE2\x80\x9C"
             "5\xE2\x80\x9D # x",  // typographic quotes
             "maxVisits = \xE2\x80\x9E"
             "5\xE2\x80\x9C",  //
             "maxVisits = \xC2\xAB"
             "5\xC2\xBB",
         }) {
        CAPTURE(text);
        const Config config = parse(text);
        CHECK(config.get_int("maxVisits", {1, 9}) == 5);
        CHECK(config.all().size() == 1);
    }
}

TEST_CASE("config text: bytes that belong to a value stay") {
    CHECK(parse("logDir = /tmp/\xE5\x9B\xB4\xE6\xA3\x8B").get_string("logDir") == "/tmp/\xE5\x9B\xB4\xE6\xA3\x8B");
    CHECK(parse("logDir = voil\xC3\xA0").get_string("logDir") == "voil\xC3\xA0");  // its last byte is 0xA0
    CHECK(parse("logDir = a\xC2\xA0z").get_string("logDir") == "a\xC2\xA0z");
    CHECK(parse("logDir = \"\xC2\xA0\"").get_string("logDir") == "\xC2\xA0");
    CHECK(parse("logDir = \xE2\x80\x9C"
                "a b # c\xE2\x80\x9D")
              .get_string("logDir") == "a b # c");
}

TEST_CASE("config text: lines keep their numbers, whatever ends them") {
    for (const char* text : {"a = 1\r\nb\r\n", "a = 1\rb\r",
                             "\xEF\xBB\xBF"
                             "a = 1\nb\n"})
        CHECK_THROWS_WITH_AS(parse(text), "Could not parse key value pair, line 2 in 'test.cfg'", ConfigError);
}

TEST_CASE("config text: wide encodings are named as such") {
    for (const std::string& text : {std::string("\xFF\xFE"
                                                "a\0=\0"
                                                "1\0",
                                                8),
                                    std::string("\xFE\xFF\0a\0=\0"
                                                "1",
                                                8),
                                    std::string("a\0=\0"
                                                "1\0",
                                                6),
                                    std::string("\0\0\xFE\xFF", 4)})
        CHECK_THROWS_WITH_AS(parse(text), doctest::Contains("UTF-16"), ConfigError);
}

TEST_CASE("config text: a quote that is not closed, or has more behind it, is an error") {
    CHECK_THROWS_AS(parse("a = \xE2\x80\x9C"
                          "5\xE2\x80\x9D x"),
                    ConfigError);
    CHECK(parse("a = \xE2\x80\x9C"
                "5")
              .get_string("a") ==
          "\xE2\x80\x9C"
          "5");  // a value like any other
    CHECK_THROWS_AS(parse("a = \xE2\x80\x9C\xE2\x80\x9D"), ConfigError);
}

TEST_CASE("config text: overrides are read alike") {
    for (const char* text : {"a\xC2\xA0=\xC2\xA0"
                             "7,\xC2\xA0"
                             "b = 8\xC2\xA0",
                             "\xE2\x80\x9C"
                             "a=7,b=8\xE2\x80\x9D",
                             "a=\xE2\x80\x9C"
                             "7\xE2\x80\x9D,\tb=8",
                             "\xEF\xBB\xBF"
                             "a=7,b=8\r\n"}) {
        CAPTURE(text);
        Config config;
        config.apply_overrides(text);
        CHECK(config.get_int("a", {0, 9}) == 7);
        CHECK(config.get_int("b", {0, 9}) == 8);
    }
}
