// SPDX-License-Identifier: MIT
#include "protocol/bounded_line.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace katago;

TEST_CASE("bounded_line: lines come one by one, the last one also without an end") {
    std::istringstream in(std::string("a\n\nb\r\n\0c\nhalf", 13));
    CHECK(read_bounded_line(in, 100)->text == "a");
    CHECK(read_bounded_line(in, 100)->text == "");
    CHECK(read_bounded_line(in, 100)->text == "b\r");
    CHECK(read_bounded_line(in, 100)->text == std::string("\0c", 2));
    CHECK(read_bounded_line(in, 100)->text == "half");
    CHECK(!read_bounded_line(in, 100));
    CHECK(!read_bounded_line(in, 100));
}

TEST_CASE("bounded_line: of a line that is too long the beginning is kept and the rest skipped") {
    std::istringstream in("abcd\nabcde\nnext\n" + std::string(100'000, 'x'));
    CHECK(!read_bounded_line(in, 4)->cut);
    const auto longer = read_bounded_line(in, 4);
    CHECK(longer->cut);
    CHECK(longer->text == "abcd");
    CHECK(read_bounded_line(in, 4)->text == "next");
    const auto endless = read_bounded_line(in, 4);
    CHECK(endless->cut);
    CHECK(endless->text == "xxxx");
    CHECK(!read_bounded_line(in, 4));
}
