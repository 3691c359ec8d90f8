// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "game/board.h"
#include "game/history.h"
#include "game/point.h"

// Single fields of JSON requests, with the reference's checks and messages. Those that return an optional return
// nothing where the field is missing. All throw FieldError.
namespace katago::json_field {

using nlohmann::json;

// A JSON integer within the range.
std::optional<int64_t> integer(const json& request, const char* field, Range<int64_t> range, const char* complaint);
// Any JSON number within the range.
std::optional<double> number(const json& request, const char* field, Range<double> range, const char* complaint);
// False where it is missing.
bool boolean(const json& request, const char* field);
// An array of integers, in which fractions are cut off and booleans count as 0 and 1.
std::optional<std::vector<int64_t>> integers(const json& request, const char* field, const char* complaint);

// "b", "w", "black", "white".
std::optional<Player> player(const json& request, const char* field);
// The points of an array of vertices.
std::vector<Point> points(const json& request, const char* field, BoardSize board);
// An array of [player, vertex] pairs. kNullPoint stands for a vertex in machine form outside the board.
std::vector<Move> moves(const json& value, const char* field, BoardSize board);
// The same for stones that stand on the board.
std::vector<Stone> stones(const json& value, const char* field, BoardSize board);

}  // namespace katago::json_field
