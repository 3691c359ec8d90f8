// SPDX-License-Identifier: MIT
// GTP commands about the engine itself.
#include <nlohmann/json.hpp>

#include "command/gtp/gtp_commands.h"
#include "command/model_list.h"
#include "command/version.h"
#include "core/text.h"

namespace katago::gtp {

GtpReply protocol_version(GtpSession&, const GtpRequest&) {
    return "2";
}

GtpReply name(GtpSession&, const GtpRequest&) {
    return "KataGo";
}

GtpReply version(GtpSession& session, const GtpRequest&) {
    return session.version();
}

GtpReply known_command(GtpSession&, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected single argument for known_command");
    const GtpCommand* command = find_gtp_command(request.arguments[0]);
    return command && command->listing == GtpCommand::Listing::Listed ? "true" : "false";
}

GtpReply list_commands(GtpSession&, const GtpRequest&) {
    std::vector<std::string> names;
    for (const GtpCommand& command : gtp_commands())
        if (command.listing == GtpCommand::Listing::Listed) names.emplace_back(command.name);
    return join(names, "\n");
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
    return "";
}

GtpReply cputime(GtpSession& session, const GtpRequest&) {
    return default_number(session.player().thinking_seconds());
}

GtpReply kata_get_models(GtpSession& session, const GtpRequest&) {
    return model_list(session.engine(), session.human_engine()).dump();
}

}  // namespace katago::gtp
