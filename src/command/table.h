// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace katago {

// The three streams of a command: the process's own, or a test's.
struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
};

// A subcommand: `katago <name> <arguments>`. run() returns the exit status; throws Error.
struct Subcommand {
    std::string_view name;
    std::string_view summary;
    int (*run)(std::span<const std::string> arguments, const Streams& streams);
};

std::span<const Subcommand> subcommands();
// nullptr: there is none of that name.
const Subcommand* find_subcommand(std::string_view name);
// What `katago help` prints.
std::string general_help(std::string_view program);

// The subcommands, one file each.
int run_analysis(std::span<const std::string> arguments, const Streams& streams);
int run_gtp(std::span<const std::string> arguments, const Streams& streams);
int run_benchmark(std::span<const std::string> arguments, const Streams& streams);
int run_benchmarknn(std::span<const std::string> arguments, const Streams& streams);
int run_evaluate(std::span<const std::string> arguments, const Streams& streams);
int run_genconfig(std::span<const std::string> arguments, const Streams& streams);
int run_info(std::span<const std::string> arguments, const Streams& streams);
int run_match(std::span<const std::string> arguments, const Streams& streams);
int run_quantize(std::span<const std::string> arguments, const Streams& streams);
int run_sample(std::span<const std::string> arguments, const Streams& streams);
int run_tune(std::span<const std::string> arguments, const Streams& streams);
int run_validate(std::span<const std::string> arguments, const Streams& streams);
int run_version(std::span<const std::string> arguments, const Streams& streams);

}  // namespace katago
