// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katago {

// Joins with `separator`.
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);
// Without white space at either end.
std::string_view trimmed(std::string_view text);
// "a, b" as a and b; of an empty text one empty piece.
std::vector<std::string> split_at_commas(std::string_view text);

// Numbers and booleans as the reference accepts them: the whole text, decimal, neither "nan" nor "inf"; "true" or
// "false" in any case.
std::optional<int> parse_int(std::string_view text);
std::optional<double> parse_number(std::string_view text);
std::optional<bool> parse_bool(std::string_view text);

// As a C++ stream prints by default: six significant digits, no trailing zeros.
std::string default_number(double value);
// The same with a decimal point and trailing zeros, always.
std::string pointed_number(double value);
// With a fixed number of decimals.
std::string fixed_number(double value, int decimals);

}  // namespace katago
