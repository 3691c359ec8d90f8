// SPDX-License-Identifier: MIT
// `katago validate`: how far one network's word is from another's: a quantized file from its source, or one precision
// from FP32.
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "command/launch.h"
#include "command/validate/budgets.h"
#include "command/validate/subcommand.h"
#include "command/validate/validation.h"
#include "command/validate/validation_json.h"
#include "command/validate/validation_page.h"
#include "command/validate/validation_report.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json_text.h"
#include "core/replace_file.h"
#include "core/text.h"
#include "engine/engine.h"

namespace katago {

namespace {

constexpr int kMostPositions = 1'000'000, kMostThreads = 256, kMostSeed = 1'000'000'000;

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"validate",
                           "Measure how far a network's answers are from another's on positions of real games: a "
                           "quantized file against its source, or a precision against FP32.",
                           engine_options()};
        auto& options = result.options;
        options.insert(
            options.end(),
            {{"against", "", "FILE", "The network that counts as right (default: the same file).", false},
             {"against-precision", "", "NAME", "What that one is computed in (default fp32).", false},
             {"against-backend", "", "NAME", "What computes that one (default cpu).", false},
             {"positions", "", "PATH[,PATH...]",
              "Game records (SGF), or folders of them (default: games that come with the engine).", false},
             {"exclude", "", "PATH[,PATH...]",
              "Records, or folders of them, not to be used wherever copies of them are found. The games that a "
              "quantized file was calibrated with are never used.",
              false},
             {"count", "", "NUMBER", "Positions to draw from the games (default 1000).", false},
             {"seed", "", "NUMBER", "Which of them: the same number draws the same positions (default 1).", false},
             {"threads", "", "NUMBER",
              "Positions evaluated at the same time (default: one a core, or twice a batch where they share batches).",
              false},
             {"json", "", "", "Print one JSON object instead of the table.", false},
             {"report", "", "FILE", "Also write a page with plots (HTML, one file).", false}});
        const auto budgets = budget_options();
        options.insert(options.end(), budgets.begin(), budgets.end());
        return result;
    }();
    return line;
}

std::vector<std::filesystem::path> read_paths(const Options& options, const char* name) {
    std::vector<std::filesystem::path> paths;
    for (const std::string& text : options.values(name))
        for (const std::string& piece : split_at_commas(text))
            if (!piece.empty()) paths.emplace_back(piece);
    return paths;
}

ValidationOptions read_options(const Options& options, const Launch& launch) {
    ValidationOptions wanted;
    wanted.model = launch.model_file;
    wanted.against = options.value("against").value_or(launch.model_file.string());
    wanted.against_precision = options.value("against-precision").value_or(wanted.against_precision);
    parse_precision(wanted.against_precision, "-against-precision");
    wanted.against_backend = options.value("against-backend").value_or(wanted.against_backend);
    wanted.positions = read_paths(options, "positions");
    wanted.excluded = read_paths(options, "exclude");
    const auto number = [&](const char* name, int min, int max, int usual) {
        const auto text = options.value(name);
        return text ? parse_int_option(*text, "-" + std::string(name), min, max) : usual;
    };
    wanted.count = number("count", 1, kMostPositions, wanted.count);
    wanted.seed = static_cast<uint64_t>(number("seed", 0, kMostSeed, 1));
    wanted.threads = number("threads", 1, kMostThreads, 0);
    return wanted;
}

}  // namespace

int run_validate(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const auto bounds = read_budgets(options);
    if (const auto file = options.value("report")) check_can_write(*file);
    const Launch launch = prepare_launch(options);
    const Validation validation = validate(read_options(options, launch), launch.config, streams.err);
    for (const std::string& warning : validation.warnings) streams.err << "left out: " << warning << std::endl;
    const std::vector<BudgetCheck> budgets = check_budgets(bounds, validation.agreement);
    if (options.has("json"))
        streams.out << json_text(validation_json(validation, budgets), 2) << std::endl;
    else
        streams.out << validation_text(validation, budgets) << std::flush;
    if (const auto file = options.value("report")) write_file(*file, validation_page(validation, budgets));
    const bool kept = std::all_of(budgets.begin(), budgets.end(), [](const BudgetCheck& b) { return b.kept; });
    return kept ? 0 : 1;
}

}  // namespace katago
