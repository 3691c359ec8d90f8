// SPDX-License-Identifier: MIT
#include "command/analysis/analysis_session.h"

#include "command/gtp_command_names.h"
#include "command/model_list.h"
#include "command/version.h"
#include "core/error.h"
#include "core/heap.h"
#include "core/text.h"
#include "play/avoided_games.h"
#include "protocol/gtp_text.h"
#include "protocol/json_report.h"

namespace katago {

namespace {

using nlohmann::json;

// Somebody who types GTP here should learn where it is understood.
std::string hint_for(std::string_view line) {
    try {
        const GtpRequest request = parse_gtp_request(normalize_gtp_line(line));
        if (!is_gtp_command(request.command)) return {};
    } catch (const ProtocolError&) {
        return {};  // no GTP either
    }
    return " (this is the JSON analysis engine, GTP commands are answered by 'katago gtp')";
}

}  // namespace

AnalysisSession::AnalysisSession(const Setup& setup)
    : engine_(setup.engine),
      human_(setup.human),
      options_(setup.options),
      log_(setup.log),
      settings_(setup.config, setup.options.threads, ProfileUse::of(setup.engine, setup.human)),
      output_(setup.streams.out, *setup.streams.reader, setup.log, setup.options.log_all_responses),
      queue_(setup.options.threads.positions),
      workers_({engine_, options_, queue_, output_, log_, human_, read_avoided_games(setup.config, setup.log)}),
      nobody_reads_(*setup.streams.reader, [this] { queue_.abandon(); }) {}

AnalysisSession::~AnalysisSession() {
    drop();
}

void AnalysisSession::finish() {
    queue_.close();
    workers_.join();
}

void AnalysisSession::drop() {
    output_.mute();
    queue_.abandon();
    workers_.join();
}

void AnalysisSession::complain(const std::string& line, std::string_view kind) {
    if (options_.log_errors_and_warnings) log_.write(std::string(kind) + ": " + line);
    output_.write(line);
}

void AnalysisSession::warn(const FieldWarning& warning, const std::string& id) {
    complain(warning_line(warning, id), "Warning");
}

void AnalysisSession::answer(const BoundedLine& line) {
    const std::string_view text = trimmed(line.text);
    if (text.empty() && !line.cut) return;
    if (options_.log_all_requests) log_.write("Request: " + std::string(text));
    try {
        if (line.cut)
            throw ProtocolError("Request line is longer than " + std::to_string(kMaxJsonLineBytes) + " bytes");
        answer_request(parse_json_request(text));
    } catch (const JsonSyntaxError& error) {
        complain(error_line(error.what() + hint_for(text)), "Error");
    } catch (const std::exception& error) {
        // Also what nothing foresees: one bad request must not end the engine.
        complain(error_line(error.what()), "Error");
    }
}

void AnalysisSession::answer_request(const json& request) {
    const std::string id = id_of_request(request);
    try {
        const auto action = request.find("action");
        if (action != request.end() && action->is_string())
            act(request, action->get<std::string>());
        else
            submit(request, id);
    } catch (const FieldError& error) {
        complain(error_line(error, id), "Error");
    }
}

void AnalysisSession::act(const json& request, const std::string& action) {
    json reply = request;
    if (action == "query_version") {
        reply["version"] = kKatagoVersion;
        reply["git_hash"] = "<omitted>";  // as recorded exchanges have it; `katago version` names the revision
    } else if (action == "query_models") {
        reply["models"] = model_list(engine_, human_);
    } else if (action == "clear_cache") {
        engine_.evaluator().clear_cache();
        if (human_) human_->evaluator().clear_cache();
        workers_.clear_value_memory();
        return_free_memory();
    } else if (action == "terminate") {
        const auto id = request.find("terminateId");
        if (id == request.end() || !id->is_string())
            throw FieldError("terminateId", "Requests for a terminate action must have a string \"terminateId\" field");
        terminate({id->get<std::string>(), turns_to_terminate(request)});
    } else if (action == "terminate_all") {
        terminate({std::nullopt, turns_to_terminate(request)});
    } else {
        throw ProtocolError(
            "'action' field must be 'query_version' or 'query_models' or 'clear_cache' or 'terminate' or "
            "'terminate_all'");
    }
    output_.write(json_line(reply));
}

void AnalysisSession::terminate(const AnalysisQueue::Selection& selection) {
    for (const AnalysisTask& task : queue_.terminate(selection))
        output_.write(no_results_line(task.job->query.id, task.turn.turn));
}

std::shared_ptr<const AnalysisSettings> AnalysisSession::settings_for(const json& request, const std::string& id) {
    const std::optional<SettingPairs> changes = read_query_settings(request);
    if (!changes) return settings_.base();
    const char* field = "overrideSettings";
    try {
        std::vector<std::string> unknown;
        std::shared_ptr<const AnalysisSettings> settings = settings_.with(*changes, unknown);
        if (!unknown.empty()) warn({field, "Unknown config params: " + join(unknown, ",")}, id);
        return settings;
    } catch (const ConfigError& error) {
        throw FieldError(field, std::string("Could not set settings: ") + error.what());
    }
}

void AnalysisSession::settle_rules(AnalysisQuery& query) {
    bool exact = true;
    const Rules supported = engine_.evaluator().supported_rules(query.rules, &exact);
    if (exact) return;
    warn({"rules", "Rules " + compact_text(query.rules, KomiInOutput::Shown) + " not supported by neural net, using " +
                       compact_text(supported, KomiInOutput::Shown) + " instead"},
         query.id);
    query.rules = supported;
}

void AnalysisSession::submit(const json& request, const std::string& id) {
    auto job = std::make_shared<AnalysisJob>();
    AnalysisQuery& query = job->query;
    query.id = id;
    read_query_game(request, query);
    job->settings = settings_for(request, id);
    read_query_options(request, query);
    settle_rules(query);
    if (options_.warn_unused_fields)
        for (const FieldWarning& warning : warn_of_unknown_fields(request)) warn(warning, id);
    game_of_query(query, static_cast<int>(query.moves.size()), options_);  // an illegal move ends it here
    for (const QueryTurn& turn : query.turns) queue_.push({job, turn});
}

}  // namespace katago
