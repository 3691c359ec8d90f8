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
    // The same as they were typed, see typed_arguments(): for names of files, which may hold any bytes.
    std::string typed;

    // The arguments joined by single spaces, as error messages quote them.
    std::string joined() const;
};

// A line as GTP sees it: control and non-ASCII characters, comment and outer white space removed, tabs turned into
// spaces. Empty: nothing to answer.
std::string normalize_gtp_line(std::string_view line);

// Takes a normalized, non-empty line apart. Every single space separates, so that two in a row make an empty argument.
// Throws ProtocolError where the id has more than nine digits.
GtpRequest parse_gtp_request(std::string_view line);

// What stands behind the command in a line as it came, byte for byte, comment included, without outer white space.
std::string_view typed_arguments(std::string_view line);

enum class GtpStatus { Success, Failure };

// The whole response with its closing blank line.
std::string gtp_response(GtpStatus status, std::optional<int> id, std::string_view text);
// The first line of a response that is written bit by bit.
std::string gtp_header(std::optional<int> id);

// The text with runs of line ends made one: a blank line inside a response would end it.
std::string without_blank_lines(std::string_view text);

}  // namespace katago
