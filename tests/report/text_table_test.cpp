// SPDX-License-Identifier: MIT
#include "report/text_table.h"

#include <doctest/doctest.h>

using namespace katago;

TEST_CASE("text table: numbers to the right, words to the left") {
    TextTable table({"n", "name", "x"}, 1);
    table.add({"100", "a", "y"});
    table.add({"7", "longer", ""});
    CHECK(table.text() == "  n  name    x\n100  a       y\n  7  longer\n");
}
