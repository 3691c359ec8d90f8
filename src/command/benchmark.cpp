// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <ostream>
#include <thread>

#include "command/benchmark_positions.h"
#include "command/engine.h"
#include "command/gtp_settings.h"
#include "command/speed.h"
#include "command/table.h"
#include "command/version.h"
#include "core/error.h"
#include "protocol/gtp_text.h"

namespace katago {

namespace {

constexpr int kDefaultVisits = 80;
constexpr int kDefaultPositions = 10;
constexpr double kDefaultSecondsPerMove = 5;
constexpr int kEvaluationRounds = 7;

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"benchmark", "Test speed with different numbers of search threads.", engine_options()};
        result.options.insert(
            result.options.end(),
            {{"visits", "v", "VISITS", "How many visits to use per search (default 80).", false},
             {"threads", "t", "THREADS", "Test these comma-separated numbers of threads.", false},
             {"numpositions", "n", "NUM", "How many positions to sample from a game (default 10).", false},
             {"boardsize", "", "SIZE", "Size of the board, 7 to 19 (default: that of the config).", false},
             {"time", "i", "SECONDS", "Typical seconds per move that the recommendation is for (default 5).", false}});
        return result;
    }();
    return line;
}

// What the command line asks for.
struct BenchmarkPlan {
    int visits = kDefaultVisits;
    int positions = kDefaultPositions;
    int board_length = kMaxBoardLength;
    double seconds_per_move = kDefaultSecondsPerMove;
    std::vector<int> threads;
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

// 1, 2, 3, 4, 6, 8, 12 ... up to the number of cores: each thread evaluates by itself, so that more threads than cores
// only wait for each other.
std::vector<int> default_thread_list() {
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    std::vector<int> threads;
    for (int power = 1; power <= cores; power *= 2) {
        threads.push_back(power);
        if (power >= 2 && power * 3 / 2 <= cores) threads.push_back(power * 3 / 2);
    }
    if (threads.back() != cores) threads.push_back(cores);
    return threads;
}

BenchmarkPlan read_plan(const Options& options, const Config& config) {
    BenchmarkPlan plan;
    auto read_int = [&](const char* name, const char* what, int min, int max, int& target) {
        if (const auto text = options.value(name)) target = parse_int_option(*text, what, min, max);
    };
    plan.board_length = board_size_from_config(config).width;
    read_int("visits", "Number of visits to use", 2, 999'999'999, plan.visits);
    read_int("numpositions", "Number of positions to use", 1, 100'000, plan.positions);
    read_int("boardsize", "Board size to test", 7, kMaxBoardLength, plan.board_length);
    if (const auto text = options.value("time"))
        plan.seconds_per_move = parse_number_option(*text, "Number of seconds per move", 1e-9, 1e6);
    const auto threads = options.value("threads");
    plan.threads = threads ? parse_thread_list(*threads) : default_thread_list();
    return plan;
}

// The config's settings with only the limit that is measured.
SearchParams params_for(const BenchmarkPlan& plan, const Config& config, int threads) {
    SearchParams params = read_gtp_settings(config).genmove;
    params.max_visits = plan.visits;
    params.max_playouts = SearchParams::kUnlimitedVisits;
    params.max_time_s = SearchParams::kUnlimitedTime;
    params.search_factor_after_one_pass = params.search_factor_after_two_pass = 1;
    params.num_threads = threads;
    return params;
}

void print_evaluation(Engine& engine, const BoardHistory& position, std::ostream& out) {
    const EvaluationSpeed speed = measure_evaluation(engine, position, kEvaluationRounds);
    out << "One evaluation on one thread: " << fixed_number(1000 * speed.seconds, 3) << " ms, "
        << fixed_number(1 / speed.seconds, 1) << " a second, " << fixed_number(speed.gflops, 1)
        << " GFLOP/s effective = " << fixed_number(speed.gflops / speed.peak_gflops, 2)
        << " P (P, one core's 256-bit FP32 multiply-adds: " << fixed_number(speed.peak_gflops, 1) << " GFLOP/s)"
        << std::endl;
}

std::string elo_text(double difference) {
    std::string text = (difference < 0 ? "-" : "+") + fixed_number(std::abs(difference), 0);
    return std::string(text.size() < 5 ? 5 - text.size() : 0, ' ') + text;
}

void print_comparison(const std::vector<SearchSpeed>& speeds, double seconds_per_move, std::ostream& out) {
    std::vector<double> elos;
    for (const SearchSpeed& speed : speeds) elos.push_back(elo_of(speed, seconds_per_move));
    const size_t best = static_cast<size_t>(std::max_element(elos.begin(), elos.end()) - elos.begin());
    out << "\nMore threads search more positions a second, but spread them less well: the comparison weighs both.\n"
        << "So APPROXIMATELY based on this benchmark, if you intend to do a " << default_number(seconds_per_move)
        << " second search: \n";
    for (size_t i = 0; i < speeds.size(); ++i) {
        const std::string threads = std::to_string(speeds[i].threads);
        out << "numSearchThreads = " << (threads.size() < 2 ? " " : "") << threads << ": "
            << (i == 0 ? "(baseline)" : elo_text(elos[i] - elos[0]) + " Elo") << (i == best ? " (recommended)" : "")
            << "\n";
    }
    out << "Set numSearchThreads in your config to the number you want." << std::endl;
}

}  // namespace

int run_benchmark(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (options.wants_help()) {
        streams.out << help_text(command_line());
        return 0;
    }
    if (options.wants_version()) {
        streams.out << "\nbenchmark  version: " << version_text() << "\n";
        return 0;
    }
    const Launch launch = prepare_launch(options);
    const BenchmarkPlan plan = read_plan(options, launch.config);
    const std::unique_ptr<Logger> log = make_logger(launch, LogOptions{}, streams);
    Engine engine(launch.model_file, launch.config);
    const std::vector<BoardHistory> positions = benchmark_positions(plan.board_length, plan.positions);

    const std::string length = std::to_string(plan.board_length);
    streams.out << "Loaded model " << engine.model_file() << "\nModel name: " << engine.model().name << "\nBackend "
                << engine.backend().name() << ": " << engine.backend().description() << "\n\nTesting using "
                << plan.visits << " visits.\n"
                << std::endl;
    print_evaluation(engine, positions[positions.size() / 2], streams.out);
    streams.out << "\nYour GTP config is currently set to use numSearchThreads = "
                << read_gtp_settings(launch.config).genmove.num_threads << "\n"
                << (plan.threads.size() > 1 ? "Testing different numbers of threads" : "Testing") << " (board size "
                << length << "x" << length << "): " << std::endl;

    std::vector<SearchSpeed> speeds;
    for (const int threads : plan.threads) {
        const SearchParams params = params_for(plan, launch.config, threads);
        speeds.push_back(measure_search(engine.evaluator(), params, positions, [&](const SearchSpeed& speed) {
            streams.err << "\r" << speed_line(speed, positions.size()) << std::flush;
        }));
        streams.err << "\r\033[K" << std::flush;
        streams.out << speed_line(speeds.back(), positions.size());
        if (speeds.size() == 1)
            streams.out << " (EloDiff baseline)" << std::endl;
        else
            streams.out << " (EloDiff "
                        << trimmed(elo_text(elo_of(speeds.back(), plan.seconds_per_move) -
                                            elo_of(speeds.front(), plan.seconds_per_move)))
                        << ")" << std::endl;
    }
    if (speeds.size() > 1) print_comparison(speeds, plan.seconds_per_move, streams.out);
    streams.out << "\nPeak memory: " << fixed_number(peak_memory_mb(), 0) << " MB" << std::endl;
    return 0;
}

}  // namespace katago
