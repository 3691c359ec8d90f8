// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_start.h"

#include "command/version.h"
#include "engine/embedded_network.h"
#include "engine/network_settings.h"

namespace katago {

namespace {

std::string gtp_version(const Options& options, const std::string& network, const std::optional<std::string>& human) {
    if (const auto text = options.value("override-version")) return *text;
    const std::string of_human = human ? "+" + short_model_name(*human) : "";
    return std::string(kKatagoVersion) + "+" + short_model_name(network) + of_human;
}

// From the first bytes of the networks; nothing where these do not tell their names.
std::optional<std::string> early_version(const Options& options, const Launch& launch) {
    const std::optional<std::string> network = model_name_of(launch.model_file), file = options.value("human-model");
    const std::optional<std::string> human = file ? model_name_of(*file) : std::nullopt;
    if (!network || (file && !human)) return std::nullopt;
    return gtp_version(options, *network, human);
}

}  // namespace

GtpStart::GtpStart(const Options& options, const Streams& streams)
    : launch(prepare_launch(options)),
      log(make_logger(launch, LogOptions{}, streams)),
      measuring(measuring_time(launch.config)),
      version(early_version(options, launch)) {
    const bool has_human = options.has("human-model");
    const GtpSettings settings = read_gtp_settings(launch.config, has_human);  // its faults come before any answer
    // A person sees on stderr what goes on. Log lines on stdout are written by whoever loads.
    if (!version || streams.typed || log->options().to_stdout) return;
    early = std::make_unique<GtpEarlyAnswers>(GtpEarlyAnswers::Setup{
        streams, *log, *version, settings.log_all_gtp_communication, [time = measuring] { time->stop(); }});
}

GtpEarlyAnswers* GtpStart::end_early_answers() {
    if (early) early->finish();
    return early.get();
}

GtpProgram::GtpProgram(const GtpStart& start, BackendTable backends, const Options& options, const Streams& streams)
    : launch(start.launch),
      log(*start.log),
      loading{.console = &streams.err, .measuring = start.measuring, .backends = backends},
      engine(launch.model_file, launch.config, loading),
      human(load_human_engine(options, launch.config, loading)),
      session({engine, launch.config, log, streams,
               gtp_version(options, engine.model().name, human ? std::optional(human->model().name) : std::nullopt),
               human.get()}) {}

}  // namespace katago
