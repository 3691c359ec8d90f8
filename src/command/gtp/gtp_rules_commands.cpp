// SPDX-License-Identifier: MIT
// GTP commands that tell and change the rules. Komi is never touched.
#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/text.h"
#include "game/rules_json.h"

namespace katago::gtp {

namespace {

void change_rules(GtpSession& session, Rules rules) {
    rules.komi = session.game().rules().komi;
    session.err() << "Changed rules to " << nice_name(rules) << std::endl;
    bool exact = false;
    session.engine().evaluator().supported_rules(rules, &exact);
    if (!exact)
        throw ProtocolError("Rules " + json_text(rules, KomiInOutput::Hidden) +
                            " are not supported by this neural net version");
    session.set_rules(rules);
}

// An argument is a complaint within a success: clients know it so.
GtpReply kata_get_rules(GtpSession& session, const GtpRequest& request) {
    if (!request.arguments.empty())
        return "Expected no arguments for kata-get-rules but got '" + request.joined() + "'";
    return json_text(session.game().rules(), KomiInOutput::Hidden);
}

GtpReply kata_set_rules(GtpSession& session, const GtpRequest& request) {
    const std::string text = request.joined();
    Rules rules;
    try {
        rules = rules_of_text(text, KomiInText::Forbidden);
    } catch (const ProtocolError& error) {
        throw ProtocolError("Unknown rules '" + text + "', " + error.what());
    }
    change_rules(session, rules);
    return "";
}

GtpReply kata_set_rule(GtpSession& session, const GtpRequest& request) {
    expect_arguments(request, 2, "Expected two arguments for kata-set-rule");
    change_rules(session, with_rule(session.game().rules(), request.arguments[0], request.arguments[1]));
    return "";
}

GtpReply kgs_rules(GtpSession& session, const GtpRequest& request) {
    if (request.arguments.size() != 1) throw ProtocolError("Expected one argument kgs-rules");
    const std::string name = lower_case(request.arguments[0]);
    if (name != "chinese" && name != "aga" && name != "new_zealand" && name != "japanese")
        throw ProtocolError("Unknown rules '" + name + "'");
    change_rules(session, *rules_of_name(name == "chinese" ? "chinese-kgs" : name));
    return "";
}

}  // namespace

std::span<const GtpCommand> rules_commands() {
    static constexpr GtpCommand kRows[] = {
        {"kata-get-rules", kata_get_rules, kGoesOn},
        {"kata-set-rule", kata_set_rule},
        {"kata-set-rules", kata_set_rules},
        {"kgs-rules", kgs_rules},
    };
    return kRows;
}

}  // namespace katago::gtp
