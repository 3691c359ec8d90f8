// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katago {

// What a file that was given as a network looks like instead, and what to do: a web page, an archive, a pointer of Git
// LFS, a network of another program. Nothing where its start shows no such thing.
//   start   the first bytes, unpacked; all of a short file
std::optional<std::string> describe_foreign_file(std::string_view start);

}  // namespace katago
