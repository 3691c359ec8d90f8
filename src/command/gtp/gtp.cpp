// SPDX-License-Identifier: MIT
#include "command/gtp/gtp.h"

#include <istream>

#include "command/gtp/gtp_commands.h"
#include "command/gtp/gtp_failed_start.h"
#include "command/gtp/gtp_start.h"
#include "command/gtp/subcommand.h"
#include "command/launch.h"
#include "command/version.h"
#include "core/error.h"
#include "engine/board_health.h"
#include "eval/sgf_metadata.h"
#include "play/profile_use.h"
#include "protocol/bounded_line.h"

namespace katago {

namespace {

constexpr std::string_view kGoodbye = "All cleaned up, quitting";

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"gtp", "Run KataGo main GTP engine for playing games or casual analysis.", engine_options()};
        result.options.push_back(
            {"human-model", "", "FILE", "A second network, which imitates people (see humanSLProfile).", false});
        result.options.push_back({"override-version", "", "VERSION", "Answer to the GTP command 'version'.", false});
        return result;
    }();
    return line;
}

std::string unknown_command(std::string_view line) {
    if (!line.starts_with('{')) return "unknown command";
    return "unknown command: this is the GTP engine, JSON queries are answered by 'katago analysis'";
}

void answer(GtpSession& session, const GtpRequest& request, std::string_view line) {
    const GtpCommand* command = find_gtp_command(request.command);
    if (!command) return session.respond(GtpStatus::Failure, request.id, unknown_command(line));
    if (command->pondering == GtpCommand::Pondering::Stops) session.stop_pondering();
    try {
        const GtpReply reply = command->run(session, request);
        if (reply) session.respond(GtpStatus::Success, request.id, *reply);
    } catch (const std::exception& error) {
        // Also what no command foresees: one bad request must not end the engine.
        session.respond(GtpStatus::Failure, request.id, error.what());
    }
}

void answer_line(GtpSession& session, const BoundedLine& line) {
    const std::string text = normalize_gtp_line(line.text);
    if (text.empty() && !line.cut) return;
    if (session.settings().log_all_gtp_communication) session.log().write("Controller: " + text);
    GtpRequest request;
    try {
        request = parse_gtp_request(text);
        request.typed = typed_arguments(line.text);
    } catch (const ProtocolError& error) {
        session.respond(GtpStatus::Failure, std::nullopt, error.what());
        return;
    }
    if (line.cut) {
        const std::string limit = std::to_string(kMaxGtpLineBytes);
        session.respond(GtpStatus::Failure, request.id, "the line is longer than " + limit + " bytes");
        return;
    }
    if (request.command.empty()) {
        // Without an empty line behind it: transcripts of the reference hold us to that.
        session.output().write("? empty command\n");
        return;
    }
    answer(session, request, text);
}

// The lines that clients wait for on stderr.
void say_what_was_loaded(GtpProgram& program, std::ostream& err) {
    GtpSession& session = program.session;
    auto say = [&](const std::string& text) {
        if (session.settings().startup_print_message_to_stderr)
            session.announce(text);
        else
            program.log.write(text);
    };
    say(product_line());
    say("Using " + nice_name(session.game().rules()) + " rules initially, unless GTP/GUI overrides this");
    session.announce(board_announcement(session.game().size()));
    report_unused_keys(program.launch.config, program.log, err);
    say("Loaded config " + program.launch.config.name());
    say("Loaded model " + program.engine.model_file());
    if (program.human) say("Loaded human SL model " + program.human->model_file());
    say("Model name: " + program.engine.model().name);
    if (program.human) say("Human SL model name: " + program.human->model().name);
    program.engine.report(program.log);
    const Config& config = program.launch.config;
    if (config.contains("defaultBoardXSize") != config.contains("defaultBoardYSize"))
        program.log.write("WARNING: defaultBoardXSize and defaultBoardYSize count only together, one alone is ignored");
    say("GTP ready, beginning main protocol loop");
    if (program.human && program.human->evaluator().wants_metadata() &&
        !profile_of_name(session.settings().human_profile()))
        say("WARNING: Provided -human-model but humanSLProfile was not set in the config or overrides. The human "
            "network will not be used until it is set.");
    const ProfileUse profiles = ProfileUse::of(program.engine, program.human.get());
    if (const auto warning = profiles.warning(session.settings().human_profile())) say(*warning);
}

}  // namespace

void run_gtp_loop(GtpSession& session, GtpLines lines, const std::function<void()>& after_line) {
    while (!session.quit_requested()) {
        const std::optional<BoundedLine> line = lines.next();
        // Any line, even an empty one, and the end of input end what runs beside the reader.
        session.interrupt();
        if (!line) break;
        answer_line(session, *line);
        if (!session.quit_requested()) session.reader().expect();
        if (after_line) after_line();
    }
    session.stop_pondering();
    if (!session.quit_requested()) session.reader().expect();
}

int run_gtp(std::span<const std::string> arguments, const Streams& streams) {
    return run_gtp_on(backends(), arguments, streams);
}

int run_gtp_on(BackendTable backends, std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (options.wants_help()) {
        streams.out << help_text(command_line());
        return 0;
    }
    if (options.wants_version()) {
        streams.out << "\ngtp  version: " << version_text() << "\n";
        return 0;
    }
    std::unique_ptr<GtpStart> start;
    std::unique_ptr<GtpProgram> program;
    try {
        start = std::make_unique<GtpStart>(options, streams);
        const OutputReader::Notice nobody_reads(*streams.reader, [&] { start->measuring->stop(); });
        program = std::make_unique<GtpProgram>(*start, backends, options, streams);
    } catch (const MeasuringStopped&) {
        streams.reader->expect();
        start->log->write(kGoodbye);
        return 0;
    } catch (const std::exception& error) {
        if (streams.typed) throw;  // a person has read stderr
        streams.err << "Uncaught exception: " << error.what() << std::endl;
        answer_failed_start(error.what(), {streams.in, start ? start->end_early_answers() : nullptr}, streams.out);
        return 1;
    }
    GtpEarlyAnswers* const early = start->end_early_answers();
    say_what_was_loaded(*program, streams.err);
    BoardHealth health;
    if (const auto warning = health.new_warning()) program->session.announce(*warning);
    run_gtp_loop(program->session, {streams.in, early}, [&] {
        if (const auto warning = health.new_warning_now_and_then()) program->session.announce(*warning);
    });
    program->log.write(kGoodbye);
    return 0;
}

}  // namespace katago
