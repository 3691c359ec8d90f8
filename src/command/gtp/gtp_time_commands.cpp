// SPDX-License-Identifier: MIT
// GTP commands about clocks.
#include <cmath>

#include "command/gtp/gtp_commands.h"
#include "core/error.h"
#include "core/text.h"

namespace katago::gtp {

namespace {

constexpr double kMaxTime = 1e25;
constexpr int kMaxCount = 1'000'000;
constexpr double kMaxOvertimeDebt = 10;  // seconds below zero that time_left may claim
constexpr int kMaxStonesLeft = 100'000;

// The arguments of a time command, each checked as it is read.
class TimeArguments {
  public:
    explicit TimeArguments(const GtpRequest& request) : request_(request) {}

    double time(size_t index, const std::string& what) const { return number(index, what, 0); }
    // Negative: none.
    double limit(size_t index, const std::string& what) const { return number(index, what, -kMaxTime); }
    int count(size_t index, const std::string& what) const {
        const std::optional<int> value =
            index < request_.arguments.size() ? parse_int(request_.arguments[index]) : std::nullopt;
        if (!value) throw ProtocolError("Expected int for " + what + " as argument " + std::to_string(index));
        if (*value < 0 || *value > kMaxCount) fail_value(index, what);
        return *value;
    }

  private:
    double number(size_t index, const std::string& what, double min) const {
        const std::optional<double> value =
            index < request_.arguments.size() ? parse_number(request_.arguments[index]) : std::nullopt;
        if (!value) throw ProtocolError("Expected float for " + what + " as argument " + std::to_string(index));
        if (*value < min || *value > kMaxTime) fail_value(index, what);
        return *value;
    }
    [[noreturn]] void fail_value(size_t index, const std::string& what) const {
        throw ProtocolError(what + " is an invalid value: " + request_.arguments[index]);
    }

    const GtpRequest& request_;
};

// What zero stones mean depends on the period.
TimeControl canadian_clock(double main_time, double period, int stones) {
    if (stones > 0) return TimeControl::canadian(main_time, period, stones);
    return period > 0 ? TimeControl{} : TimeControl::absolute(main_time);
}

// The kinds that both forms know; nullopt: another kind.
std::optional<TimeControl> common_clock(const std::string& kind, const TimeArguments& arguments) {
    if (kind == "none") return TimeControl{};
    if (kind == "absolute") return TimeControl::absolute(arguments.time(1, "main time"));
    if (kind == "byoyomi") {
        const double main_time = arguments.time(1, "main time");
        const double period = arguments.time(2, "byo-yomi per-period time");
        return TimeControl::byo_yomi(main_time, period, arguments.count(3, "byo-yomi overtime periods"));
    }
    if (kind == "canadian") {
        const double main_time = arguments.time(1, "main time");
        const double period = arguments.time(2, "byo-yomi period time");
        return canadian_clock(main_time, period, arguments.count(3, "byo-yomi overtime stones"));
    }
    return std::nullopt;
}

std::optional<TimeControl> fischer_clock(const std::string& kind, const TimeArguments& arguments) {
    if (kind == "fischer")
        return TimeControl::fischer(arguments.time(1, "main time"), arguments.time(2, "increment time"));
    if (kind != "fischer-capped") return std::nullopt;
    const double main_time = arguments.time(1, "main time");
    const double increment = arguments.time(2, "increment time");
    const double main_limit = arguments.limit(3, "main time limit");
    const double per_move = arguments.limit(4, "max time per move");
    if (main_limit >= 0 && main_limit < main_time)
        throw ProtocolError("TimeControls: mainTimeLimit is smaller than mainTime");
    return TimeControl::fischer_capped(main_time, increment, main_limit, per_move);
}

std::string kind_of(const GtpRequest& request) {
    return request.arguments.empty() ? "" : lower_case(request.arguments[0]);
}

std::string clock_text(const TimeControl& clock) {
    std::string text;
    auto field = [&](std::string_view name, double value) {
        if (!text.empty()) text += ' ';
        text += std::string(name) + " " + default_number(value);
    };
    auto optional_field = [&](std::string_view name, double value) {
        if (value != 0) field(name, value);
    };
    field("originalMainTime", clock.original_main_time);
    optional_field("increment", clock.increment);
    if (clock.main_time_limit < TimeControl::kUnlimited) field("mainTimeLimit", clock.main_time_limit);
    if (clock.max_time_per_move < TimeControl::kUnlimited) field("maxTimePerMove", clock.max_time_per_move);
    optional_field("originalNumPeriods", clock.original_num_periods);
    optional_field("numStonesPerPeriod", clock.num_stones_per_period);
    optional_field("perPeriodTime", clock.per_period_time);
    field("mainTimeLeft", clock.main_time_left);
    field("inOvertime", clock.in_overtime ? 1 : 0);
    optional_field("numPeriodsLeftIncludingCurrent", clock.num_periods_left);
    optional_field("numStonesLeftInPeriod", clock.num_stones_left_in_period);
    optional_field("timeLeftInPeriod", clock.time_left_in_period);
    return text;
}

std::string clock_line(GtpSession& session, Player player) {
    const TimeControl& clock = session.player().clock(player);
    const Board& board = session.game().board();
    const double lag = session.settings().player.search.lag_buffer_s;
    const int stones = board.count(Color::Black) + board.count(Color::White);
    const TimeControl::Plan plan = clock.plan(board.area(), stones, lag);
    const double rounded = std::min(plan.max, clock.round_up(0, plan.recommended, lag));
    std::string text(long_name(player));
    text += " " + clock_text(clock) + " minRecMax " + default_number(plan.min) + " " +
            default_number(plan.recommended) + " " + default_number(plan.max);
    text += " rrec0 " + default_number(plan.recommended);
    for (const char* name : {"rreclimit", "rreclimit2"})
        text += " " + std::string(name) + " " + default_number(std::max(plan.min, rounded));
    return text;
}

GtpReply time_settings(GtpSession& session, const GtpRequest& request) {
    const TimeArguments arguments(request);
    const double main_time = arguments.time(0, "main time");
    const double period = arguments.time(1, "byo-yomi per-period time");
    const int stones = arguments.count(2, "byo-yomi overtime stones");
    session.player().set_clocks(canadian_clock(main_time, period, stones));
    return "";
}

GtpReply kgs_time_settings(GtpSession& session, const GtpRequest& request) {
    const std::optional<TimeControl> clock = common_clock(kind_of(request), TimeArguments(request));
    if (!clock)
        throw ProtocolError(
            "Expected 'none', 'absolute', 'byoyomi', or 'canadian' as first argument for kgs-time_settings");
    session.player().set_clocks(*clock);
    return "";
}

GtpReply kata_time_settings(GtpSession& session, const GtpRequest& request) {
    const std::string kind = kind_of(request);
    std::optional<TimeControl> clock = common_clock(kind, TimeArguments(request));
    if (!clock) clock = fischer_clock(kind, TimeArguments(request));
    if (!clock)
        throw ProtocolError(
            "Expected 'none', 'absolute', 'byoyomi', 'canadian', 'fischer', or 'fischer-capped' as first argument for "
            "kata-time_settings");
    session.player().set_clocks(*clock);
    return "";
}

GtpReply kata_list_time_settings(GtpSession&, const GtpRequest&) {
    return "none absolute byoyomi canadian fischer fischer-capped";
}

GtpReply time_left(GtpSession& session, const GtpRequest& request) {
    const std::vector<std::string>& arguments = request.arguments;
    const bool complete = arguments.size() == 3;
    const std::optional<Player> player = complete ? parse_player(arguments[0]) : std::nullopt;
    const std::optional<double> time = complete ? parse_number(arguments[1]) : std::nullopt;
    const std::optional<int> stones = complete ? parse_int(arguments[2]) : std::nullopt;
    if (!player || !time || !stones)
        throw ProtocolError("Expected player and float time and int stones for time_left but got '" + request.joined() +
                            "'");
    if (*time < -kMaxOvertimeDebt || *time > kMaxTime) throw ProtocolError("invalid time");
    if (*stones < 0 || *stones > kMaxStonesLeft) throw ProtocolError("invalid stones");
    if (!session.player().set_time_left(*player, *time, *stones))
        throw ProtocolError(
            "stones left in period is > 0 but the time control used does not have any overtime periods");
    if (session.game().has_moves()) session.start_pondering();
    return "";
}

GtpReply kata_debug_print_tc(GtpSession& session, const GtpRequest&) {
    return clock_line(session, Color::Black) + "\n" + clock_line(session, Color::White);
}

}  // namespace

std::span<const GtpCommand> time_commands() {
    static constexpr GtpCommand kRows[] = {
        {"time_settings", time_settings},
        {"kgs-time_settings", kgs_time_settings},
        {"time_left", time_left},
        {"kata-list_time_settings", kata_list_time_settings, kGoesOn},
        {"kata-time_settings", kata_time_settings},
        {"kata-debug-print-tc", kata_debug_print_tc, kGoesOn},
    };
    return kRows;
}

}  // namespace katago::gtp
