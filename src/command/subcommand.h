// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "command/output_reader.h"

namespace katago {

// The three streams of a command: the process's own, or a test's.
struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    std::shared_ptr<OutputReader> reader = std::make_shared<OutputReader>();  // of `out`
    bool typed = false;                                                       // a person types the input
};

// A subcommand: `katago <name> <arguments>`. run() returns the exit status; throws Error. Its folder has it in its
// subcommand.h, and table.cpp has its row.
struct Subcommand {
    std::string_view name;
    std::string_view summary;
    int (*run)(std::span<const std::string> arguments, const Streams& streams);
};

}  // namespace katago
