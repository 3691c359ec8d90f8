// SPDX-License-Identifier: MIT
#include "command/gtp.h"

#include <ostream>

#include "command/gtp_commands.h"
#include "command/table.h"
#include "command/version.h"
#include "core/error.h"

namespace katago {

namespace {

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{"gtp", "Run KataGo main GTP engine for playing games or casual analysis.", engine_options()};
        result.options.push_back(
            {"human-model", "", "FILE", "Human SL network; this engine cannot use one yet.", false});
        result.options.push_back({"override-version", "", "VERSION", "Answer to the GTP command 'version'.", false});
        return result;
    }();
    return line;
}

// Writes a response and its first line to the log, as logAllGTPCommunication wants it.
class Responder {
  public:
    explicit Responder(GtpSession& session) : session_(session) {}

    void respond(GtpStatus status, std::optional<int> id, const std::string& text) {
        const std::string response = gtp_response(status, id, text);
        log(response.substr(0, response.find('\n')));
        session_.output().write(response);
    }
    void log(const std::string& text) {
        if (session_.settings().log_all_gtp_communication) session_.log().write(text);
    }

  private:
    GtpSession& session_;
};

void answer(GtpSession& session, const GtpRequest& request, Responder& responder) {
    const GtpCommand* command = find_gtp_command(request.command);
    if (!command) return responder.respond(GtpStatus::Failure, request.id, "unknown command");
    if (command->pondering == GtpCommand::Pondering::Stops) session.stop_pondering();
    try {
        const GtpReply reply = command->run(session, request);
        if (reply) responder.respond(GtpStatus::Success, request.id, *reply);
    } catch (const std::exception& error) {
        // Also what no command foresees: one bad request must not end the engine.
        responder.respond(GtpStatus::Failure, request.id, error.what());
    }
}

void answer_line(GtpSession& session, const std::string& line) {
    const std::string text = normalize_gtp_line(line);
    if (text.empty()) return;
    Responder responder(session);
    responder.log("Controller: " + text);
    GtpRequest request;
    try {
        request = parse_gtp_request(text);
    } catch (const ProtocolError& error) {
        responder.respond(GtpStatus::Failure, std::nullopt, error.what());
        return;
    }
    if (request.command.empty()) {
        // Without an empty line behind it: transcripts of the reference hold us to that.
        session.output().write("? empty command\n");
        return;
    }
    answer(session, request, responder);
}

void say(const std::string& text, const GtpSettings& settings, Logger& log, std::ostream& err) {
    if (settings.startup_print_message_to_stderr && !log.options().to_stderr) err << text << std::endl;
    log.write(text);
}

std::string gtp_version(const Engine& engine, const Options& options) {
    return options.value("override-version")
        .value_or(std::string(kKatagoVersion) + "+" + short_model_name(engine.model().name));
}

}  // namespace

void run_gtp_loop(GtpSession& session, std::istream& in) {
    std::string line;
    while (!session.quit_requested() && std::getline(in, line)) {
        // Any line, even an empty one, ends what runs beside the reader.
        session.interrupt();
        answer_line(session, line);
        if (session.output().failed()) throw IoError("standard output was closed");
    }
    session.interrupt();
    session.stop_pondering();
}

int run_gtp(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (options.wants_help()) {
        streams.out << help_text(command_line());
        return 0;
    }
    if (options.wants_version()) {
        streams.out << "\ngtp  version: " << version_text() << "\n";
        return 0;
    }
    if (options.has("human-model")) throw UnsupportedError("-human-model: this engine cannot use a human network yet");
    const Launch launch = prepare_launch(options);
    const std::unique_ptr<Logger> log = make_logger(launch, LogOptions{}, streams);
    Engine engine(launch.model_file, launch.config);
    GtpSession session({engine, launch.config, *log, streams, gtp_version(engine, options)});

    const GtpSettings& settings = session.settings();
    const BoardSize size = session.game().size();
    say(product_line(), settings, *log, streams.err);
    say("Using " + nice_name(session.game().rules()) + " rules initially, unless GTP/GUI overrides this", settings,
        *log, streams.err);
    say("Initializing board with boardXSize " + std::to_string(size.width) + " boardYSize " +
            std::to_string(size.height),
        settings, *log, streams.err);
    report_unused_keys(launch.config, *log, streams.err);
    say("Loaded config " + launch.config.name(), settings, *log, streams.err);
    say("Loaded model " + engine.model_file(), settings, *log, streams.err);
    say("Model name: " + engine.model().name, settings, *log, streams.err);
    log->write("Backend " + engine.backend().name() + ": " + engine.backend().description());
    say("GTP ready, beginning main protocol loop", settings, *log, streams.err);

    run_gtp_loop(session, streams.in);
    log->write("All cleaned up, quitting");
    return 0;
}

}  // namespace katago
