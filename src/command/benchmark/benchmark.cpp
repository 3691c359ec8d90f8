// SPDX-License-Identifier: MIT
// `katago benchmark`: how fast the search is, and with how many threads it is strongest.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "command/benchmark/subcommand.h"
#include "command/launch.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/text.h"
#include "engine/benchmark_positions.h"
#include "engine/engine.h"
#include "engine/speed/evaluation_speed.h"
#include "engine/speed/process_memory.h"
#include "engine/speed/thread_search.h"
#include "play/game_settings.h"
#include "play/player_settings.h"
#include "report/progress_line.h"

namespace katago {

namespace {

constexpr int kDefaultVisits = 80;
constexpr int kDefaultPositions = 10;
constexpr double kDefaultSecondsPerMove = 5;
constexpr int kEvaluationRounds = 7;
constexpr int kMinBenchmarkLength = 7;

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"benchmark", "Test speed with different numbers of search threads.", engine_options()};
        result.options.insert(
            result.options.end(),
            {{"visits", "v", "VISITS", "How many visits to use per search (default 80).", false},
             {"threads", "t", "THREADS", "Test these comma-separated numbers of threads.", false},
             {"numpositions", "n", "NUM", "How many positions to sample from a game (default 10).", false},
             {"sgf", "", "FILE", "Take the positions of this game instead of a built-in one.", false},
             {"boardsize", "", "SIZE", "Size of the board, 7 to 19 (default: that of the config).", false},
             {"tune", "s", "", "Search for the best number of threads, which is also the default.", false},
             {"time", "i", "SECONDS", "Typical seconds per move that the recommendation is for (default 5).", false},
             {"fixed-batch-size", "", "N", "No effect: every thread evaluates its own positions.", false},
             {"half-batch-size", "", "", "No effect: every thread evaluates its own positions.", false},
             {"json", "", "", "Print one JSON object; the text goes to stderr.", false}});
        return result;
    }();
    return line;
}

// What the command line asks for.
struct BenchmarkPlan {
    std::vector<std::string> warnings;  // about the game record that the positions come from
    int visits = kDefaultVisits;
    double seconds_per_move = kDefaultSecondsPerMove;
    std::vector<int> threads;  // empty: find the best
    std::vector<BoardHistory> positions;
};

std::vector<int> parse_thread_list(const std::string& text) {
    std::vector<int> threads;
    std::string_view rest = text;
    while (true) {
        const size_t end = rest.find(',');
        threads.push_back(
            parse_int_option(std::string(trimmed(rest.substr(0, end))), "Number of threads to use", 1, 4096));
        if (end == std::string_view::npos) return threads;
        rest.remove_prefix(end + 1);
    }
}

void refuse_both(const Options& options, const char* one, const char* other) {
    if (options.has(one) && options.has(other))
        throw UsageError("Cannot specify both -" + std::string(one) + " and -" + other + " at the same time");
}

BenchmarkPlan read_plan(const Options& options, const Config& config) {
    refuse_both(options, "sgf", "boardsize");
    refuse_both(options, "threads", "tune");
    refuse_both(options, "fixed-batch-size", "half-batch-size");
    BenchmarkPlan plan;
    auto read_int = [&](const char* name, const char* what, Range<int> range, int otherwise) {
        const auto text = options.value(name);
        return text ? parse_int_option(*text, what, range.min, range.max) : otherwise;
    };
    plan.visits = read_int("visits", "Number of visits to use", {2, 999'999'999}, plan.visits);
    read_int("fixed-batch-size", "Batch size", {1, 65536}, 1);
    if (const auto text = options.value("time"))
        plan.seconds_per_move = parse_number_option(*text, "Number of seconds per move", 1e-9, 1e6);
    if (const auto text = options.value("threads")) plan.threads = parse_thread_list(*text);

    const int count = read_int("numpositions", "Number of positions to use", {1, 100'000}, kDefaultPositions);
    const int length = std::max(kMinBenchmarkLength, board_size_from_config(config).width);
    plan.positions =
        options.has("sgf")
            ? benchmark_positions_of(*options.value("sgf"), count, plan.warnings)
            : benchmark_positions(
                  read_int("boardsize", "Board size to test", {kMinBenchmarkLength, kMaxBoardLength}, length), count);
    return plan;
}

// The config's settings with only the limit that is measured.
SearchParams params_for(const BenchmarkPlan& plan, const Config& config, int threads) {
    SearchParams params = read_gtp_player_settings(config).search;
    params.max_visits = plan.visits;
    params.max_playouts = SearchParams::kUnlimitedVisits;
    params.max_time_s = SearchParams::kUnlimitedTime;
    params.search_factor_after_one_pass = params.search_factor_after_two_pass = 1;
    params.num_threads = threads;
    return params;
}

// Runs the plan, telling on `text` what it does as it goes.
class Benchmark {
  public:
    Benchmark(Engine& engine, const Config& config, const BenchmarkPlan& plan, const Streams& streams)
        : engine_(engine),
          thread_counts_(ThreadCounts::of(engine.evaluator())),
          config_(config),
          plan_(plan),
          out_(streams.out),
          reader_(*streams.reader),
          progress_(streams.err) {}

    void run() {
        const BoardSize size = plan_.positions[0].board().size();
        const std::string board = "(board size " + std::to_string(size.width) + "x" + std::to_string(size.height) + ")";
        out_ << "Testing using " << plan_.visits << " visits.\n";
        if (plan_.visits == kDefaultVisits)
            out_ << "  If you have a strong machine, consider testing more, for example with -visits 800,\n"
                 << "  because long searches use many threads better than short ones.\n";
        out_ << "\nBackend " << engine_.computes_with().text() << "\n";
        measure_one_evaluation();
        out_ << "\nYour GTP config is currently set to use numSearchThreads = "
             << read_gtp_player_settings(config_, /*has_human_network=*/false, thread_counts_).search.num_threads
             << "\n";
        if (plan_.threads.empty())
            search_best(board);
        else
            test_list(board);
        if (speeds_.size() > 1)
            out_ << "\n"
                 << comparison_text(speeds_, plan_.seconds_per_move)
                 << "\nIf you are happy with this, set numSearchThreads in your config to the number recommended,"
                 << "\nor run this again with -time for the seconds that you give a move.\n";
        out_ << "\nPeak memory: " << fixed_number(peak_memory_mb(), 0) << " MB" << std::endl;
    }

    nlohmann::ordered_json json() const {
        const BoardSize size = plan_.positions[0].board().size();
        nlohmann::ordered_json json = {{"modelFile", engine_.model_file()},
                                       {"modelName", engine_.model().name},
                                       {"backend", engine_.computes_with().text()},
                                       {"boardXSize", size.width},
                                       {"boardYSize", size.height},
                                       {"visits", plan_.visits},
                                       {"positions", plan_.positions.size()},
                                       {"secondsPerMove", plan_.seconds_per_move},
                                       {"nnEvalsPerSec", 1 / evaluation_.seconds},
                                       {"msPerEval", 1000 * evaluation_.seconds},
                                       {"gflops", evaluation_.gflops},
                                       {"peakGflops", evaluation_.peak_gflops},
                                       {"multipleOfPeak", evaluation_.gflops / evaluation_.peak_gflops}};
        for (const SearchSpeed& speed : speeds_)
            json["results"].push_back(
                {{"numSearchThreads", speed.threads},
                 {"visitsPerSec", speed.visits_per_second()},
                 {"nnEvalsPerSec", speed.evaluations_per_second()},
                 {"seconds", speed.seconds},
                 {"eloDiff", elo_of(speed, plan_.seconds_per_move) - elo_of(speeds_[0], plan_.seconds_per_move)}});
        json["recommendedNumSearchThreads"] = speeds_[best_of(speeds_, plan_.seconds_per_move)].threads;
        json["peakMemoryMB"] = peak_memory_mb();
        return json;
    }

  private:
    void measure_one_evaluation() {
        progress_.show("measuring single evaluations");
        evaluation_ = measure_evaluation(engine_, plan_.positions[plan_.positions.size() / 2], kEvaluationRounds);
        progress_.clear();
        out_ << "One evaluation on one thread: " << fixed_number(1000 * evaluation_.seconds, 3) << " ms, "
             << fixed_number(1 / evaluation_.seconds, 1) << " a second, " << fixed_number(evaluation_.gflops, 1)
             << " GFLOP/s effective = " << fixed_number(evaluation_.gflops / evaluation_.peak_gflops, 2)
             << " P (P, one core's 256-bit FP32 multiply-adds: " << fixed_number(evaluation_.peak_gflops, 1)
             << " GFLOP/s)" << std::endl;
    }

    SearchSpeed measure(int threads) {
        Search search(engine_.evaluator(), params_for(plan_, config_, threads), /*seed=*/0);
        const OutputReader::Notice nobody_reads(reader_, [&] { search.abandon(); });
        const SearchSpeed speed =
            measure_search(search, engine_.evaluator(), plan_.positions, [&](const SearchSpeed& so_far) {
                progress_.show(progress_text(so_far, plan_.positions.size()));
                reader_.expect();
            });
        progress_.clear();
        return speed;
    }

    void test_list(const std::string& board) {
        out_ << (plan_.threads.size() > 1 ? "Testing different numbers of threads " : "Testing ") << board << ": "
             << std::endl;
        for (const int threads : plan_.threads) {
            speeds_.push_back(measure(threads));
            print_last(speeds_.back());
        }
    }

    void search_best(const std::string& board) {
        const std::vector<int> candidates = thread_candidates(thread_counts_);
        out_ << "Automatically trying different numbers of threads to home in on the best " << board
             << ": \nPossible numbers of threads to test: ";
        for (const int threads : candidates) out_ << threads << ", ";
        out_ << std::endl;
        speeds_ = search_threads(candidates, plan_.seconds_per_move, [&](int threads) {
            const SearchSpeed speed = measure(threads);
            out_ << speed_line(speed, plan_.positions.size()) << std::endl;
            return speed;
        });
        out_ << "\nOrdered summary of results: \n\n";
        for (const SearchSpeed& speed : speeds_) print_last(speed);
    }

    void print_last(const SearchSpeed& speed) {
        out_ << speed_line(speed, plan_.positions.size())
             << elo_difference_text(speed, speeds_.front(), plan_.seconds_per_move) << std::endl;
    }

    Engine& engine_;
    const ThreadCounts thread_counts_;
    const Config& config_;
    const BenchmarkPlan& plan_;
    std::ostream& out_;
    OutputReader& reader_;
    ProgressLine progress_;
    EvaluationSpeed evaluation_;
    std::vector<SearchSpeed> speeds_;
};

}  // namespace

int run_benchmark(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const bool wants_json = options.has("json");
    const Streams text{streams.in, wants_json ? streams.err : streams.out, streams.err, streams.reader};

    const Launch launch = prepare_launch(options);
    const BenchmarkPlan plan = read_plan(options, launch.config);
    for (const std::string& warning : plan.warnings) streams.err << "WARNING: " << warning << std::endl;
    LogOptions log_options;
    log_options.to_stdout = true;
    log_options.config_contents = false;
    const std::unique_ptr<Logger> log = make_logger(launch, log_options, text);
    Engine engine(launch.model_file, launch.config, {.console = &streams.err});
    log->write("Loaded config " + launch.config.name());
    log->write("Loaded model " + engine.model_file());
    log->write("Model name: " + engine.model().name);
    engine.report(*log);
    text.out << std::endl;
    if (launch.config.contains("nnMaxBatchSize") && engine.evaluator().max_batch() == 1)
        text.out << "WARNING: Your nnMaxBatchSize is hardcoded to " << launch.config.get_string("nnMaxBatchSize")
                 << ", which has no effect here: every thread evaluates its own positions.\n";
    Benchmark benchmark(engine, launch.config, plan, text);
    benchmark.run();
    if (wants_json) streams.out << json_text(benchmark.json(), 2) << std::endl;
    return 0;
}

}  // namespace katago
