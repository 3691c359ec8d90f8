// SPDX-License-Identifier: MIT
#include "command/options.h"

#include <algorithm>

#include "command/version.h"
#include "core/error.h"
#include "core/text.h"

namespace katago {

namespace {

constexpr size_t kUsageColumns = 75;

std::string synopsis(const OptionSpec& option) {
    std::string text = "-" + option.name;
    if (!option.alias.empty()) text += "|-" + option.alias;
    if (!option.value.empty()) text += " <" + option.value + ">";
    text = "[" + text + "]";
    if (option.repeatable) text += " ...";
    return text;
}

[[noreturn]] void fail(const CommandLine& line, const std::string& argument, const std::string& reason) {
    throw UsageError("PARSE ERROR: Argument: " + argument + "\n             " + reason + "\n\nBrief USAGE: \n" +
                     usage_text(line) + "\n\nFor complete USAGE and HELP type: \n   " + line.name + " -help\n");
}

const OptionSpec* find_option(const CommandLine& line, std::string_view argument) {
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    for (const OptionSpec& option : line.options)
        if (argument == option.name || (!option.alias.empty() && argument == option.alias)) return &option;
    return nullptr;
}

bool is_one_of(std::string_view argument, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (argument == name) return true;
    return false;
}

}  // namespace

Options Options::parse(const CommandLine& line, std::span<const std::string> arguments) {
    Options result;
    for (size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (is_one_of(argument, {"-h", "--h", "-help", "--help"})) {
            result.help_ = true;
            continue;
        }
        if (is_one_of(argument, {"-version", "--version"})) {
            result.version_ = true;
            continue;
        }
        if (is_one_of(argument, {"--", "-ignore_rest", "--ignore_rest"})) break;
        const bool is_option = argument.size() > 1 && argument.front() == '-';
        const OptionSpec* option = is_option ? find_option(line, argument) : nullptr;
        if (!option) fail(line, argument, "Couldn't find match for argument");
        const std::string shown = "(-" + option->name + ")";
        if (result.has(option->name) && !option->repeatable) fail(line, shown, "Argument already set!");
        std::string value;
        if (!option->value.empty()) {
            if (i + 1 >= arguments.size()) fail(line, shown, "Missing a value for this argument!");
            value = arguments[++i];
        }
        result.values_[option->name].push_back(value);
    }
    return result;
}

std::optional<std::string> Options::value(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second.back();
}

std::vector<std::string> Options::values(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string usage_text(const CommandLine& line) {
    std::string text = "   " + line.name + " ";
    const std::string indent(text.size(), ' ');
    size_t column = text.size();
    auto add = [&](const std::string& piece) {
        if (column + 1 + piece.size() > kUsageColumns) {
            text += "\n" + indent;
            column = indent.size();
        }
        text += " " + piece;
        column += 1 + piece.size();
    };
    for (const OptionSpec& option : line.options) add(synopsis(option));
    add("[-version]");
    add("[-h]");
    return text;
}

std::string help_text(const CommandLine& line) {
    std::string text =
        "\nDESCRIPTION: \n\n   " + line.description + "\n\nUSAGE: \n\n" + usage_text(line) + "\n\n\nWhere: \n\n";
    for (const OptionSpec& option : line.options) {
        text += "   ";
        if (!option.alias.empty()) text += "-" + option.alias + ",  ";
        text += "-" + option.name;
        if (!option.value.empty()) text += " <" + option.value + ">";
        if (option.repeatable) text += "  (accepted multiple times)";
        text += "\n     " + option.help + "\n\n";
    }
    text += "   -version\n     Displays version information and exits.\n\n";
    text += "   -h,  -help\n     Displays usage information and exits.\n\n";
    return text;
}

bool answer_help(const CommandLine& line, const Options& options, std::ostream& out) {
    if (options.wants_help())
        out << help_text(line);
    else if (options.wants_version())
        out << "\n" << line.name << "  version: " << version_text() << "\n";
    return options.wants_help() || options.wants_version();
}

std::vector<OptionSpec> engine_options() {
    return {
        {"config", "", "FILE", "Config file(s) to use (see configs/gtp.cfg); a later file's keys replace earlier ones.",
         true},
        {"model", "", "FILE", "Neural net model file to use (.bin.gz, .txt.gz, .bin, .txt, .gz, .safetensors).", false},
        {"no-verify", "", "", "Do not check the sums in a .safetensors file: a faster start.", false},
        {"precision", "", "NAME",
         "What the network is computed in: auto, fp32, fp16, int8 (default nnPrecision, auto).", false},
        {"backend", "", "NAME",
         "What computes it: auto (the faster of processor and graphics device), cpu, vulkan, reference (default "
         "nnBackend, auto).",
         false},
        {"device", "", "N",
         "Number or part of the name of the graphics device, as katago info -devices lists them (default nnDevice).",
         false},
        {"kernels", "", "NAME",
         "Whose kernels compute it on the CPU: auto (the fastest), own, xnnpack, eigen (default nnKernels, auto).",
         false},
        {"override-config", "", "KEYVALUEPAIRS",
         "Replaces settings of the config: \"key=value, key=value...\"; an empty value removes the key.", true},
    };
}

int parse_int_option(const std::string& text, std::string_view what, int min, int max) {
    const std::optional<int> value = parse_int(text);
    if (!value || *value < min || *value > max) throw UsageError(std::string(what) + ": invalid value: " + text);
    return *value;
}

double parse_number_option(const std::string& text, std::string_view what, double min, double max) {
    const std::optional<double> value = parse_number(text);
    if (!value || !(*value >= min) || !(*value <= max))
        throw UsageError(std::string(what) + ": invalid value: " + text);
    return *value;
}

}  // namespace katago
