// SPDX-License-Identifier: MIT
#include <functional>
#include <istream>
#include <ostream>

#include "command/analysis/analysis_session.h"
#include "command/analysis/subcommand.h"
#include "command/launch.h"
#include "command/options.h"
#include "command/version.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/board_health.h"
#include "engine/engine.h"
#include "engine/network_settings.h"
#include "eval/sgf_metadata.h"
#include "play/profile_use.h"

namespace katago {

namespace {

// Settings where there is no configuration file: a query that says nothing gets as many visits as a move over GTP.
constexpr std::string_view kBuiltInConfig = "maxVisits = 500";

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"analysis", "Run KataGo parallel JSON-based analysis engine.", engine_options()};
        result.options.push_back(
            {"human-model", "", "FILE", "A second network, which imitates people (see humanSLProfile).", false});
        result.options.push_back({"analysis-threads", "", "THREADS",
                                  "Positions analysed at a time; instead of numAnalysisThreads in the config.", false});
        result.options.push_back(
            {"quit-without-waiting", "", "", "At the end of input, quit without finishing what was asked for.", false});
        return result;
    }();
    return line;
}

std::optional<int> analysis_threads(const Options& options) {
    const std::optional<std::string> text = options.value("analysis-threads");
    if (!text) return std::nullopt;
    return parse_int_option(*text, "-analysis-threads", INT32_MIN, INT32_MAX);
}

LogOptions log_defaults() {
    LogOptions defaults;
    defaults.to_stderr = true;
    return defaults;
}

void log_statistics(Engine& engine, Logger& log) {
    const EvaluatorStats stats = engine.evaluator().stats();
    log.write("NN rows: " + std::to_string(stats.evaluations));
    log.write("NN batches: " + std::to_string(stats.batches));
    log.write("NN avg batch size: " + default_number(stats.mean_batch()));
    log.write("All cleaned up, quitting");
}

// Answers lines until the input ends or nobody reads the answers; calls `after_line` after each.
void answer_lines(AnalysisSession& session, const Streams& streams, const std::function<void()>& after_line) {
    while (!streams.reader->gone()) {
        const std::optional<BoundedLine> line = read_bounded_line(streams.in, kMaxJsonLineBytes);
        if (!line) return;
        session.answer(*line);
        after_line();
    }
}

}  // namespace

int run_analysis(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (options.wants_help()) {
        streams.out << help_text(command_line());
        return 0;
    }
    if (options.wants_version()) {
        streams.out << "\nanalysis  version: " << version_text() << "\n";
        return 0;
    }
    const Launch launch = prepare_launch(options, {.file = std::nullopt, .text = kBuiltInConfig});
    const auto log = make_logger(launch, log_defaults(), streams);
    // What clients look for on stderr; the log may go there too.
    const auto say = [&](const std::string& text) {
        if (!log->options().to_stderr) streams.err << text << std::endl;
        log->write(text);
    };
    log->write("Analysis Engine starting...");
    say(product_line());
    read_analysis_options(launch.config, analysis_threads(options));  // throws before a network is loaded
    const EngineOptions loading{.console = &streams.err, .measuring = measuring_time(launch.config)};
    Engine engine(launch.model_file, launch.config, loading);
    const AnalysisOptions analysis =
        read_analysis_options(launch.config, analysis_threads(options), ThreadCounts::of(engine.evaluator()));
    if (analysis.threads.warning) say(*analysis.threads.warning);
    const std::unique_ptr<Engine> human = load_human_engine(options, launch.config, loading);
    AnalysisSession session({engine, launch.config, analysis, *log, streams, human.get()});
    report_unused_keys(launch.config, *log, streams.err);
    engine.report(*log);
    log->write("Loaded config " + launch.config.name());
    log->write("Loaded model " + engine.model_file());
    log->write("Analyzing up to " + std::to_string(analysis.threads.positions) + " positions at a time in parallel");
    if (human) log->write("Loaded human SL model " + human->model_file());
    say("Started, ready to begin handling requests");
    if (human && human->evaluator().wants_metadata() && !profile_of_name(session.human_profile()))
        say("Warning: Provided -human-model but humanSLProfile is not yet set. The human network will only be used "
            "for queries that set it in overrideSettings.");
    const ProfileUse profiles = ProfileUse::of(engine, human.get());
    if (const auto warning = profiles.warning(session.human_profile())) say(*warning);
    BoardHealth health;
    if (const auto warning = health.new_warning()) say(*warning);
    answer_lines(session, streams, [&] {
        if (const auto warning = health.new_warning_now_and_then()) say(*warning);
    });
    if (options.has("quit-without-waiting"))
        session.drop();
    else
        session.finish();
    streams.reader->expect();
    log_statistics(engine, *log);
    return 0;
}

}  // namespace katago
