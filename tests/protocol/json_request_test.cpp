// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "core/rng.h"
#include "protocol/json_request.h"

using namespace katago;

namespace {

std::string error_of(std::string_view line) {
    try {
        parse_json_request(line);
        return {};
    } catch (const ProtocolError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("json_request: complaints quote the line, cut where it is long") {
    CHECK(error_of("nonsense").ends_with(" - could not parse input line as json request: nonsense"));
    CHECK(error_of(R"( [ 1, 2 ] )") == "Request line was valid json but was not an object, ignoring: [1,2]");
    const std::string error = error_of(std::string(5'000'000, 'x'));
    CHECK(error.size() < 20'000);
    CHECK(error.ends_with("xxx..."));
}

TEST_CASE("json_request: nesting without end is refused, brackets in strings do not count") {
    CHECK(error_of(std::string(1'000'000, '[')).starts_with("nested more than 100 levels deep"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    CHECK(error_of(objects).starts_with("nested more than 100 levels deep"));
    CHECK(error_of(R"({"id":")" + std::string(1000, '[') + R"(\"[[["})").empty());
}

TEST_CASE("json_request: of a key that is given twice the last one counts") {
    CHECK(id_of_request(parse_json_request(R"({"id":"a","id":"b"})")) == "b");
    CHECK_THROWS_WITH(id_of_request(parse_json_request(R"({"id":7})")), "Request must have a string \"id\" field");
    CHECK_THROWS_WITH(id_of_request(parse_json_request("{}")), "Request must have a string \"id\" field");
}

TEST_CASE("json_request: replies are compact, sorted, UTF-8 whatever came in") {
    CHECK(error_line(FieldError("komi", "bad"), "\xC3\xA9") ==
          "{\"error\":\"bad\",\"field\":\"komi\",\"id\":\"\xC3\xA9\"}");
    CHECK(warning_line({"f", "w"}, "i") == R"({"field":"f","id":"i","warning":"w"})");
    CHECK(error_line("\xFF\xFE") == "{\"error\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}");
}

TEST_CASE("json_request: random bytes never do more than bring a complaint in one line") {
    const uint64_t seed = 20260101;
    CAPTURE(seed);
    Rng rng(seed);
    const std::string alphabet = "{}[]\",:\\0123456789.eE+-truefalsn \t\x00\x01\x7F\x80\xC3\xFF";
    for (int i = 0; i < 20'000; ++i) {
        std::string line;
        for (uint64_t length = rng.below(40); length > 0; --length) line += alphabet[rng.below(alphabet.size())];
        const std::string error = error_of(line);
        if (!error.empty()) CHECK(error_line(error).find('\n') == std::string::npos);
    }
}
