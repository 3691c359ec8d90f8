// SPDX-License-Identifier: MIT
#include "report/slow_progress.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace katago;

TEST_CASE("slow progress: off a terminal a line is written after a second, and then one now and then") {
    std::ostringstream err;
    double now = 10;
    SlowProgress progress(err, [&] { return now; });
    progress.show("Measuring", 0, 4);
    now = 10.9;
    progress.show("Measuring", 1, 4);
    CHECK(err.str().empty());
    now = 12;
    progress.show("Measuring", 2, 4);
    const std::string first = "Measuring [##########..........] 2 of 4, 0:02 left\n";
    CHECK(err.str() == first);
    now = 16.9;
    progress.show("Measuring", 3, 4);
    CHECK(err.str() == first);
    now = 17;
    progress.show("Comparing", 0, 6);
    CHECK(err.str() == first + "Comparing [....................] 0 of 6\n");
}
