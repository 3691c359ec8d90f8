// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "command/subcommand.h"

namespace katago {

// The version of the protocols and of the behaviour that this engine has in common with KataGo.
inline constexpr std::string_view kKatagoVersion = "1.17.2";
// What git calls the commit that this program was built from, "unknown" where the source came without git.
extern const std::string_view kRevision;
// "Jan 01 2025 12:00:00": when it was built; SOURCE_DATE_EPOCH sets it, so that equal sources make equal programs.
extern const std::string_view kBuildTime;

// "KataGo v1.17.2".
std::string product_line();
// What `katago version` prints: product, revision, date of the build, backends.
std::string version_text();

// A network's name as short as `version` over GTP shows it: "g170-b6c96-s175395328-d26788732" is "g170-b6c96-s175M".
std::string short_model_name(std::string_view internal_name);

// `katago version`.
int run_version(std::span<const std::string> arguments, const Streams& streams);

inline constexpr Subcommand kVersionSubcommand{"version", "Print version and exit.", run_version};

}  // namespace katago
