// SPDX-License-Identifier: MIT
// `katago tune`: measures the kernels that a network can be computed with on this machine, and shows the choice.
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "backend/registry.h"
#include "command/launch.h"
#include "command/tune/subcommand.h"
#include "core/json_text.h"
#include "core/text.h"
#include "engine/choice/backend_choice.h"
#include "engine/embedded_network.h"
#include "engine/engine.h"
#include "engine/fp32_agreement.h"
#include "engine/network_settings.h"
#include "report/progress_line.h"

namespace katago {

namespace {

using nlohmann::json;

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{
            "tune",
            "Measure the kernels that a network can use on this machine, for as long as that takes (a start is "
            "bounded by nnMeasureSeconds), and show the choice.",
            engine_options()};
        result.options.insert(result.options.end(),
                              {{"verbose", "", "", "Show every kernel of every shape, not only the chosen.", false},
                               {"json", "", "", "Print one JSON object instead of text.", false},
                               {"force", "", "", "Measure again what was measured before.", false}});
        return result;
    }();
    return line;
}

// What the command shows.
struct Tuning {
    std::string model, backend, precision;
    std::filesystem::path folder;
    bool kept = true;  // in the folder
    std::vector<KernelTiming> timings;
    Agreement agreement;
};

Tuning tune(const Launch& launch, bool force, std::ostream& err) {
    const BackendSetting setting = read_backend_setting(launch.config, backends());
    const Model model = load_model(launch.model_file, model_read_options(launch.config));
    const BackendChoice choice =
        choose_backend(model, setting, launch.config, {.measure_again = force, .watch = {.console = &err}});
    for (const std::string& note : choice.notes) err << note << std::endl;
    const Backend& backend = *choice.chosen.backend;
    ProgressLine progress(err);
    const bool int8 = read_precision(launch.config).precision == Precision::Int8;
    LoadOptions options = load_options(launch.config, int8 ? Precision::Int8 : Precision::Auto, choice.chosen);
    options.measure_again = force;
    options.log = [&, last = std::string()](const std::string& line) mutable {
        if (line != last) err << line << std::endl;
        last = line;
    };
    Tuning result;
    result.model = model.info.name;
    result.backend = choice.chosen.text();
    result.folder = options.tuning_folder;
    bool is_first = true;
    options.progress = [&](int done, int all) {
        if (!is_first) result.kept = false;  // what was kept is not measured a second time
        progress.show("Measuring kernels: " + std::to_string(done) + " of " + std::to_string(all));
    };
    result.timings = backend.kernel_timings(*model.graph, options);
    is_first = false;
    options.measure_again = false;
    std::shared_ptr<const LoadedModel> loaded = backend.load(*model.graph, options);
    result.precision = loaded->description();
    options.measure_again = force;
    const auto show_comparison = [&](int done, int all) {
        progress.show("Comparing with FP32: " + std::to_string(done) + " of " + std::to_string(all));
    };
    result.agreement = agreement_with_fp32({model, choice, options, show_comparison}, loaded);
    return result;
}

// "-" where this machine cannot run the kernel.
std::string microseconds_of(const KernelTiming& timing) {
    return std::isfinite(timing.seconds) ? fixed_number(1e6 * timing.seconds, 1) : "-";
}

json to_json(const Tuning& tuning) {
    json kernels = json::array();
    for (const KernelTiming& t : tuning.timings) {
        kernels.push_back({{"shape", t.shape},
                           {"layers", t.layers},
                           {"kernel", t.kernel},
                           {"microseconds", 1e6 * t.seconds},
                           {"chosen", t.chosen}});
    }
    const Agreement& a = tuning.agreement;
    return {{"model", tuning.model},
            {"backend", tuning.backend},
            {"precision", tuning.precision},
            {"folder", tuning.folder.string()},
            {"kept", tuning.kept},
            {"kernels", kernels},
            {"agreement",
             {{"positions", a.positions},
              {"top1", a.top1},
              {"policyKL", a.mean_kl},
              {"winrateError", a.mean_winrate_error},
              {"leadError", a.mean_score_error}}}};
}

void print(const Tuning& tuning, bool verbose, std::ostream& out) {
    out << "Model name: " << tuning.model << "\nBackend " << tuning.backend << "\nPrecision: " << tuning.precision
        << "\nAgainst FP32: " << describe(tuning.agreement) << "\n\n"
        << std::left << std::setw(20) << "shape" << std::right << std::setw(8) << "layers"
        << "  " << std::left << std::setw(18) << "kernel" << std::right << std::setw(14) << "microseconds"
        << (verbose ? "  choice" : "") << "\n";
    for (const KernelTiming& t : tuning.timings) {
        if (!verbose && !t.chosen) continue;
        out << std::left << std::setw(20) << t.shape << std::right << std::setw(8) << t.layers << "  " << std::left
            << std::setw(18) << t.kernel << std::right << std::setw(14) << microseconds_of(t)
            << (verbose && t.chosen ? "  *" : "") << "\n";
    }
    if (tuning.kept)
        out << "\nKept in " << tuning.folder.string() << std::endl;
    else
        out << "\nNot kept: " << tuning.folder.string()
            << " cannot be written. Name another folder with -override-config homeDataDir=FOLDER" << std::endl;
}

}  // namespace

int run_tune(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const Tuning tuning = tune(prepare_launch(options), options.has("force"), streams.err);
    if (options.has("json"))
        streams.out << json_text(to_json(tuning), 2) << std::endl;
    else
        print(tuning, options.has("verbose"), streams.out);
    return 0;
}

}  // namespace katago
