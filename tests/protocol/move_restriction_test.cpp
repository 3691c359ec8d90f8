// SPDX-License-Identifier: MIT
#include "protocol/move_restriction.h"

#include <doctest/doctest.h>

#include <array>

using namespace katago;

TEST_CASE("move_restriction: a move that is left out twice stays out down to the greater depth") {
    const BoardSize board{9, 9};
    const Point corner = *parse_vertex("A1", board);
    const Point centre = *parse_vertex("E5", board);
    MoveRestriction restriction;
    restriction.avoid(std::array{corner, centre}, 3, board);
    restriction.avoid(std::array{corner}, 1, board);
    restriction.avoid(std::array{centre}, 5, board);
    REQUIRE(restriction.avoid_until.size() == 82);
    CHECK(restriction.avoid_until[static_cast<size_t>(policy_index(corner, board))] == 3);
    CHECK(restriction.avoid_until[static_cast<size_t>(policy_index(centre, board))] == 5);
    CHECK(restriction.avoid_until.back() == 0);
    CHECK(restriction.allow_until == 0);
}
