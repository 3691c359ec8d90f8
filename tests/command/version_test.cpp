// SPDX-License-Identifier: MIT
#include "command/version.h"

#include <doctest/doctest.h>

#include <regex>
#include <string>

using namespace katago;

TEST_CASE("version: KataGo's lines name the revision and when it was built") {
    const std::regex lines(
        "KataGo v1\\.17\\.2\n"
        "Git revision: (unknown|[\\w.-]+)\n"
        "Compile Time: [A-Z][a-z]{2} [ \\d]\\d \\d{4} \\d\\d:\\d\\d:\\d\\d\n"
        "Using Eigen\\(CPU\\) backend\n");
    const std::string text = version_text();
    std::smatch found;
    REQUIRE(std::regex_search(text, found, lines, std::regex_constants::match_continuous));
    CHECK(found[1].str() == kRevision);
}
