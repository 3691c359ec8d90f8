// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katago {

// One GTP command line, taken apart.
struct GtpRequest {
    std::optional<int> id;
    std::string command;  // empty: there was nothing behind the id
    std::vector<std::string> arguments;

    // The arguments joined by single spaces, as error messages quote them.
    std::string joined() const;
};

// A line as GTP sees it: control and non-ASCII characters, comment and outer white space removed, tabs turned into
// spaces. Empty: nothing to answer.
std::string normalize_gtp_line(std::string_view line);

// Takes a normalized, non-empty line apart. Every single space separates, so that two in a row make an empty argument.
// Throws ProtocolError where the id has more than nine digits.
GtpRequest parse_gtp_request(std::string_view line);

enum class GtpStatus { Success, Failure };

// The whole response with its closing blank line.
std::string gtp_response(GtpStatus status, std::optional<int> id, std::string_view text);
// The first line of a response that is written bit by bit.
std::string gtp_header(std::optional<int> id);

// Joins with `separator`.
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);
// Without white space at either end.
std::string_view trimmed(std::string_view text);
// Runs of line ends become one: a blank line inside a response would end it.
std::string without_blank_lines(std::string_view text);

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
