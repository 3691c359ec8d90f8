// SPDX-License-Identifier: MIT
// `katago benchmarknn`: how fast the network alone is, in every precision, batch and number of threads.
#include <algorithm>
#include <ostream>

#include "backend/fma_peak.h"
#include "backend/registry.h"
#include "command/benchmark/benchmarknn_report.h"
#include "command/benchmark/subcommand.h"
#include "command/launch.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/machine.h"
#include "core/text.h"
#include "engine/choice/backend_choice.h"
#include "engine/embedded_network.h"
#include "engine/engine.h"
#include "engine/network_settings.h"
#include "engine/speed/process_memory.h"
#include "game/point.h"
#include "report/progress_line.h"

namespace katago {

namespace {

constexpr int kMaxBatch = 256;
constexpr int kMaxThreads = 1024;
constexpr int kMaxIterations = 100'000'000;
constexpr int kProfileRounds = 15;
// Without -iterations nobody waits for 200 of a big network on a small board.
constexpr double kUsualSeconds = 10;
constexpr double kComparisonSeconds = 1;
constexpr int kPositions = 32;

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"benchmarknn", "Test the speed of neural net evaluations alone, without search.",
                           engine_options()};
        result.options.insert(
            result.options.end(),
            {{"iterations", "", "N", "Timed batches per thread (default 200, fewer where they take over 10 s).", false},
             {"seconds", "", "SECONDS", "Timed seconds per measurement, instead of -iterations.", false},
             {"warmup", "", "N", "Batches per thread before these (default 20).", false},
             {"batch-size", "", "N,N,...", "Positions per batch (default 1).", false},
             {"threads", "", "N,N,...", "Threads that evaluate at the same time (default 1).", false},
             {"boardsize", "", "SIZES", "Board sizes in turn, for example 19 or 9,13,19 (default 19).", false},
             {"require-exact-nnlen", "", "", "No effect: evaluations always have exactly the board's size.", false},
             {"compare", "", "", "Also measure every precision with batches of 1, 2, 4, 8, 16 and all cores.", false},
             {"profile", "", "", "Also show what each layer takes.", false},
             {"json", "", "", "Print one JSON object instead of text.", false}});
        return result;
    }();
    return line;
}

// What the command line asks for.
struct Wanted {
    NnLoad load;                                     // the first of the batches and thread counts
    double comparison_seconds = kComparisonSeconds;  // of each further one, at most
    std::vector<int> batches = {1};
    std::vector<int> threads = {1};
    std::vector<int> board_lengths = {19};
    std::vector<Precision> precisions;
    bool compare = false, profile = false, json = false;
};

std::vector<int> parse_int_list(const std::string& text, std::string_view what, int min, int max) {
    std::vector<int> numbers;
    for (const std::string& piece : split_at_commas(text)) numbers.push_back(parse_int_option(piece, what, min, max));
    return numbers;
}

Wanted read_wanted(const Options& options) {
    Wanted wanted;
    if (options.has("iterations") && options.has("seconds"))
        throw UsageError("Cannot specify both -iterations and -seconds at the same time");
    wanted.load.max_seconds = options.has("iterations") ? NnLoad{}.max_seconds : kUsualSeconds;
    if (const auto text = options.value("seconds")) {
        wanted.load.max_seconds = parse_number_option(*text, "Number of seconds", 1e-3, 1e6);
        wanted.comparison_seconds = wanted.load.max_seconds;
        wanted.load.iterations = kMaxIterations;
    }
    auto read_int = [&](const char* name, const char* what, int min, int max, int& target) {
        if (const auto text = options.value(name)) target = parse_int_option(*text, what, min, max);
    };
    read_int("iterations", "Number of iterations", 1, kMaxIterations, wanted.load.iterations);
    read_int("warmup", "Number of warm-up iterations", 0, kMaxIterations, wanted.load.warmup);
    if (const auto text = options.value("batch-size"))
        wanted.batches = parse_int_list(*text, "Batch size", 1, kMaxBatch);
    if (const auto text = options.value("threads"))
        wanted.threads = parse_int_list(*text, "Number of threads to use", 1, kMaxThreads);
    if (const auto text = options.value("boardsize"))
        wanted.board_lengths = parse_int_list(*text, "Board size to test", 7, kMaxBoardLength);
    wanted.load.batch = wanted.batches.front();
    wanted.load.threads = wanted.threads.front();
    wanted.compare = options.has("compare");
    wanted.profile = options.has("profile");
    wanted.json = options.has("json");
    return wanted;
}

// -precision stands in the configuration by now; here it may name several.
std::vector<Precision> precisions_of(const Config& config) {
    if (!config.contains("nnPrecision")) return {read_precision(config).precision};
    std::vector<Precision> precisions;
    for (const std::string& name : split_at_commas(config.get_string("nnPrecision")))
        precisions.push_back(parse_precision(name, "nnPrecision"));
    return precisions;
}

// Everything that is measured, each network loaded once a precision.
class Measuring {
  public:
    Measuring(const Launch& launch, const Wanted& wanted, std::ostream& err)
        : wanted_(wanted),
          model_(load_model(launch.model_file, model_read_options(launch.config))),
          choice_(choose_backend(model_, read_backend_setting(launch.config, backends()), launch.config,
                                 {.watch = {.console = &err}})),
          config_(launch.config),
          progress_(err) {
        for (const std::string& note : choice_.notes) err << note << std::endl;
        const int positions = std::max(kPositions, *std::max_element(wanted.batches.begin(), wanted.batches.end()));
        for (const int length : wanted.board_lengths)
            rows_.push_back(benchmark_rows(model_.info, *model_.graph, length, positions));
    }

    NnReport run() {
        NnReport report;
        report.model_name = model_.info.name;
        report.computes_with = choice_.chosen;
        report.board_lengths = wanted_.board_lengths;
        report.multiply_adds = mean_multiply_adds(*model_.graph, rows_);
        const Precision precision = precision_here(wanted_.precisions.front());
        const auto loaded = load(precision);
        report.first = measure(*loaded, precision, wanted_.load);
        report.computes_in = loaded->description();
        report.comparisons = compare();
        if (wanted_.profile) profile(report);
        report.peak_memory_mb = peak_memory_mb();
        return report;
    }

  private:
    std::shared_ptr<const LoadedModel> load(Precision precision) {
        progress_.show("loading in " + std::string(name_of(precision)));
        return choice_.chosen.backend->load(*model_.graph, load_in(precision));
    }

    LoadOptions load_in(Precision precision) {
        LoadOptions options = load_options(config_, precision, choice_.chosen);
        options.progress = [this](int done, int all) {
            progress_.show("measuring kernels: " + std::to_string(done) + " of " + std::to_string(all));
        };
        return options;
    }

    NnMeasurement measure(const LoadedModel& loaded, Precision precision, const NnLoad& load_wanted) {
        progress_.show(std::string(name_of(precision)) + ", batch " + std::to_string(load_wanted.batch) + ", threads " +
                       std::to_string(load_wanted.threads));
        NnMeasurement result{precision, measure_nn(*model_.graph, loaded, rows_, load_wanted)};
        progress_.clear();
        return result;
    }

    // What the precision that was asked for comes to: devices have fewer.
    Precision precision_here(Precision precision) const {
        return load_options(config_, precision, choice_.chosen).precision;
    }

    // What -compare, or several precisions, batches or numbers of threads, ask for besides the first measurement.
    std::vector<NnMeasurement> compare() {
        std::vector<int> batches = wanted_.batches;
        std::vector<int> threads = wanted_.threads;
        std::vector<Precision> precisions = wanted_.precisions;
        if (wanted_.compare) {
            if (batches.size() == 1) batches = {1, 2, 4, 8, 16};
            if (threads.size() == 1 && usable_cores() > threads[0]) threads.push_back(usable_cores());
            if (precisions.size() == 1)
                precisions = {Precision::Fp32, Precision::Auto, Precision::Fp16, Precision::Int8};
        }
        for (Precision& precision : precisions) precision = precision_here(precision);
        precisions.erase(std::unique(precisions.begin(), precisions.end()), precisions.end());
        std::vector<NnMeasurement> results;
        if (batches.size() * threads.size() * precisions.size() == 1) return results;
        for (const Precision precision : precisions) {
            std::shared_ptr<const LoadedModel> loaded;
            try {
                loaded = load(precision);
            } catch (const UnsupportedError&) {
                if (!wanted_.compare) throw;
                continue;  // "every precision" means those that there are
            }
            for (const int thread_count : threads)
                for (const int batch : batches) {
                    NnLoad load = wanted_.load;
                    load.batch = batch, load.threads = thread_count;
                    load.max_seconds = std::min(load.max_seconds, wanted_.comparison_seconds);
                    results.push_back(measure(*loaded, precision, load));
                }
        }
        return results;
    }

    void profile(NnReport& report) {
        progress_.show("profile");
        const auto loaded = load(wanted_.precisions.front());
        report.profile = profile_nn(*model_.graph, *loaded, rows_.front(), wanted_.load.batch, kProfileRounds);
        report.profile_peak_gflops = measure_fma_peak(0.1);
        progress_.clear();
        if (report.profile.empty())
            throw UnsupportedError("-profile: backend " + choice_.chosen.title() + " cannot tell what its layers take");
    }

    const Wanted& wanted_;
    Model model_;
    BackendChoice choice_;
    const Config& config_;
    ProgressLine progress_;
    std::vector<NnRows> rows_;
};

}  // namespace

int run_benchmarknn(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    Wanted wanted = read_wanted(options);
    const Launch launch = prepare_launch(options);
    wanted.precisions = precisions_of(launch.config);
    NnReport report = Measuring(launch, wanted, streams.err).run();
    report.model_file = launch.model_file.string();
    report.require_exact_length = options.has("require-exact-nnlen");
    if (wanted.json)
        streams.out << json_text(nn_report_json(report), 2) << std::endl;
    else
        print_nn_report(report, streams.out);
    return 0;
}

}  // namespace katago
