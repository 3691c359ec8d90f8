// SPDX-License-Identifier: MIT
// GTP commands about the engine itself.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "command/gtp/gtp_commands.h"
#include "command/model_list.h"
#include "core/heap.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katago::gtp {

namespace {

std::string protocol_version(const std::string&, const GtpRequest&) {
    return "2";
}

std::string name(const std::string&, const GtpRequest&) {
    return "KataGo";
}

std::string version(const std::string& text, const GtpRequest&) {
    return text;
}

std::string known_command(const std::string&, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected single argument for known_command");
    const auto listed = listed_gtp_commands();
    return std::find(listed.begin(), listed.end(), request.arguments[0]) != listed.end() ? "true" : "false";
}

std::string list_commands(const std::string&, const GtpRequest&) {
    const auto listed = listed_gtp_commands();
    return join(std::vector<std::string>(listed.begin(), listed.end()), "\n");
}

// The row of a command that needs no session.
template <auto Run>
constexpr GtpCommand early(std::string_view name) {
    return {name,
            [](GtpSession& session, const GtpRequest& request) -> GtpReply { return Run(session.version(), request); },
            kGoesOn, Run};
}

GtpReply quit(GtpSession& session, const GtpRequest&) {
    session.log().write("Quit requested by controller");
    session.request_quit();
    return "";
}

// Its arrival has already stopped everything.
GtpReply stop(GtpSession&, const GtpRequest&) {
    return "";
}

GtpReply clear_cache(GtpSession& session, const GtpRequest&) {
    session.search().clear();
    session.search().clear_value_memory();
    session.engine().evaluator().clear_cache();
    if (session.human_engine()) session.human_engine()->evaluator().clear_cache();
    return_free_memory();
    return "";
}

GtpReply cputime(GtpSession& session, const GtpRequest&) {
    return default_number(session.player().thinking_seconds());
}

GtpReply kata_get_models(GtpSession& session, const GtpRequest&) {
    return json_text(model_list(session.engine(), session.human_engine()));
}

}  // namespace

std::span<const GtpCommand> admin_commands() {
    static constexpr GtpCommand kRows[] = {
        early<protocol_version>("protocol_version"),
        early<name>("name"),
        early<version>("version"),
        early<known_command>("known_command"),
        early<list_commands>("list_commands"),
        {"quit", quit},
        {"kata-get-models", kata_get_models, kGoesOn},
        {"clear_cache", clear_cache},
        {"cputime", cputime, kGoesOn},
        {"gomill-cpu_time", cputime, kGoesOn},
        {"stop", stop},
    };
    return kRows;
}

}  // namespace katago::gtp
