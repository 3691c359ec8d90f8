// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace katago {

// One command-line option in KataGo's spelling: a single dash before a long name, the value as the next argument.
struct OptionSpec {
    std::string name;   // "model"
    std::string alias;  // "v" for -v, empty: none
    std::string value;  // what help calls the value ("FILE"); empty: a switch without one
    std::string help;
    bool repeatable = false;
};

// A subcommand's command line, for parsing and for help.
struct CommandLine {
    std::string name;
    std::string description;
    std::vector<OptionSpec> options;
};

// What was given. A value, immutable.
class Options {
  public:
    // Throws UsageError with the text KataGo prints, a usage line included. `--name` is taken for `-name`.
    static Options parse(const CommandLine& line, std::span<const std::string> arguments);

    bool wants_help() const { return help_; }
    bool wants_version() const { return version_; }
    bool has(std::string_view name) const { return values_.contains(name); }
    std::optional<std::string> value(std::string_view name) const;
    std::vector<std::string> values(std::string_view name) const;

  private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    bool help_ = false;
    bool version_ = false;
};

// "gtp  [-config <FILE>] ...  [-model <FILE>]", wrapped at 75 columns and indented by three.
std::string usage_text(const CommandLine& line);
std::string help_text(const CommandLine& line);
// Answers -help and -version, where one was given. Returns whether there is nothing else to do.
bool answer_help(const CommandLine& line, const Options& options, std::ostream& out);

// The options that every command with a network takes: -model, -config, -precision, -override-config.
std::vector<OptionSpec> engine_options();

// Parses the value of a numeric option. Throws UsageError "<what>: invalid value <text>".
int parse_int_option(const std::string& text, std::string_view what, int min, int max);
double parse_number_option(const std::string& text, std::string_view what, double min, double max);

}  // namespace katago
