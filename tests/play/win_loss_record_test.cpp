// SPDX-License-Identifier: MIT
#include "play/win_loss_record.h"

#include <doctest/doctest.h>

using namespace katago;

TEST_CASE("win_loss_record: tells the last moves as each player sees them") {
    WinLossRecord record;
    CHECK(!record.last(Color::White));
    for (const double value : {0.9, -0.5, 0.25}) record.add(value);
    CHECK(record.last(Color::White) == 0.25);
    CHECK(record.last(Color::Black) == -0.25);
    CHECK(record.lowest(Color::White, 2) == -0.5);
    CHECK(record.highest(Color::White, 2) == 0.25);
    CHECK(record.lowest(Color::Black, 3) == -0.9);
    CHECK(record.highest(Color::Black, 3) == 0.5);
    CHECK(!record.lowest(Color::Black, 4));
    record.clear();
    CHECK(!record.highest(Color::White, 1));
}
