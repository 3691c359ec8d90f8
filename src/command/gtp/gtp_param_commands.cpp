// SPDX-License-Identifier: MIT
// GTP commands that tell and change parameters.
#include <nlohmann/json.hpp>

#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katago::gtp {

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

GtpReply kata_list_params(GtpSession& session, const GtpRequest&) {
    return join(session.params().names(), " ");
}

GtpReply kata_get_param(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 1, "Expected one arguments for kata-get-param");
    return session.params().text_of(request.arguments[0]);
}

GtpReply kata_get_params(GtpSession& session, const GtpRequest&) {
    return session.params().json_text();
}

GtpReply kata_set_param(GtpSession& session, const GtpRequest& request) {
    const std::vector<std::string>& arguments = request.arguments;
    if (arguments.empty() || arguments.size() > 2)
        throw ProtocolError("Expected one or two arguments for kata-set-param but got '" + request.joined() + "'");
    session.change_params(Values{{arguments[0], arguments.size() == 2 ? arguments[1] : ""}});
    return "";
}

GtpReply kata_set_params(GtpSession& session, const GtpRequest& request) {
    if (request.arguments.empty()) throw ProtocolError("Expected argument for kata-set-param but got ''");
    const nlohmann::json object = parse_json_or_discard(request.joined());
    if (object.is_discarded()) throw ProtocolError("Could not set params: Could not parse json: " + request.joined());
    if (!object.is_object())
        throw ProtocolError("Could not set params: Argument to kata-set-params must be a json object");
    Values values;
    for (const auto& [key, value] : object.items())
        values.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    session.change_params(values);
    return "";
}

}  // namespace

std::span<const GtpCommand> param_commands() {
    static constexpr GtpCommand kRows[] = {
        {"kata-get-param", kata_get_param, kGoesOn},
        {"kata-set-param", kata_set_param},
        {"kata-list-params", kata_list_params, kGoesOn},
        {"kata-get-params", kata_get_params, kGoesOn},
        {"kata-set-params", kata_set_params},
    };
    return kRows;
}

}  // namespace katago::gtp
