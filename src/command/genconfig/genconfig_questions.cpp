// SPDX-License-Identifier: MIT
#include "command/genconfig/genconfig_questions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "command/options.h"
#include "core/config.h"
#include "core/machine.h"
#include "core/text.h"
#include "game/rules_json.h"

namespace katago {

namespace {

constexpr double kBytesPerGb = 1024.0 * 1024 * 1024;
constexpr double kEntryBytes = 3000;
constexpr int kMaxCount = 1'000'000'000;
constexpr double kMaxSeconds = 1e9;
constexpr double kUsualSecondsPerMove = 5;

// A number in a range; an empty answer is `otherwise`.
double read_number(const std::string& answer, Range<double> range, double otherwise) {
    if (answer.empty()) return otherwise;
    const std::optional<double> value = parse_number(answer);
    if (!value) throw UsageError("Please give a number");
    if (!(*value >= range.min && *value <= range.max))
        throw UsageError("Please give a number from " + default_number(range.min) + " to " + default_number(range.max));
    return *value;
}

int read_count(const std::string& answer, int otherwise) {
    if (answer.empty()) return otherwise;
    const std::optional<int> value = parse_int(answer);
    if (!value || *value < 1 || *value > kMaxCount)
        throw UsageError("Please give a whole number from 1 to " + std::to_string(kMaxCount));
    return *value;
}

enum class Limit : uint8_t { Visits, Playouts, Seconds };

Limit read_limit_kind(const std::string& answer) {
    const std::string word = lower_case(answer);
    if (word == "visits" || word == "visit") return Limit::Visits;
    if (word == "playouts" || word == "playout") return Limit::Playouts;
    if (word == "seconds" || word == "second") return Limit::Seconds;
    throw UsageError("Please answer visits, playouts or seconds");
}

void ask_limit(Dialog& dialog, const UsualWishes& usual, ConfigWishes& wishes) {
    if (!dialog.ask_yes_or_no("Shall the engine limit its thinking per move, besides the clock of a game? "
                              "(y/n, default n)",
                              false)) {
        dialog.say(
            "\nNo limit. In games with a clock that is fine; without one the engine takes 5 seconds a move.\n"
            "Analysis in a Go program is not affected. (Press Enter)");
        dialog.line();
        return;
    }
    const auto kind = dialog.ask<Limit>(
        "What shall be limited: visits, playouts or seconds?\n"
        "(Visits count what is kept from the last move, playouts only what is new.)",
        read_limit_kind);
    if (kind == Limit::Seconds) {
        wishes.max_seconds = dialog.ask<double>("Seconds per move? (default " + default_number(usual.max_seconds) + ")",
                                                [&](const std::string& answer) {
                                                    return read_number(answer, {0, kMaxSeconds}, usual.max_seconds);
                                                });
    } else if (kind == Limit::Visits) {
        wishes.max_visits =
            dialog.ask<int>("Visits per move? (default " + std::to_string(usual.max_visits) + ")",
                            [&](const std::string& answer) { return read_count(answer, usual.max_visits); });
    } else {
        wishes.max_playouts = dialog.ask<int>("Playouts per move? (default 300)",
                                              [](const std::string& answer) { return read_count(answer, 300); });
    }
}

void ask_pondering(Dialog& dialog, ConfigWishes& wishes) {
    wishes.pondering = dialog.ask_yes_or_no("Shall the engine think on the opponent's time? (y/n, default n)", false);
    if (!wishes.pondering) return;
    const double unlimited = std::numeric_limits<double>::infinity();
    const double seconds =
        dialog.ask<double>("For how many seconds at most? (default: no limit)", [&](const std::string& answer) {
            return read_number(answer, {0, kMaxSeconds}, unlimited);
        });
    if (seconds < unlimited) wishes.max_pondering_seconds = seconds;
}

// Rounded up, so that the number of entries is the wished one again; but no more than a quarter of the machine's
// memory.
double usual_cache_gb(const UsualWishes& usual) {
    const double wished = kEntryBytes * static_cast<double>(int64_t{1} << usual.cache_power) / kBytesPerGb;
    const double rounded = std::ceil(wished * 100) / 100;
    const auto bytes = static_cast<double>(read_machine_memory().physical_bytes);
    return bytes > 0 ? std::min(rounded, bytes / 4 / kBytesPerGb) : rounded;
}

double read_gigabytes(const std::string& answer, double otherwise) {
    std::string number = upper_case(answer);
    if (number.ends_with("GB")) number = trimmed(number.substr(0, number.size() - 2));
    return read_number(number, {1e-3, 1e6}, otherwise);
}

}  // namespace

int cache_power_for(double bytes) {
    int power = 10;
    while (power < 48 && 2 * kEntryBytes * static_cast<double>(int64_t{1} << power) <= bytes) ++power;
    return power;
}

ConfigWishes ask_wishes(Dialog& dialog, const UsualWishes& usual) {
    ConfigWishes wishes;
    dialog.heading("RULES");
    wishes.rules = dialog.ask<Rules>(
        "What rules shall the engine begin with? A Go program or 'kata-set-rules' can change them later.\n"
        "For example: tromp-taylor, chinese, chinese-ogs, chinese-kgs, japanese, korean, stone-scoring, aga, bga,\n"
        "new-zealand, aga-button",
        [](const std::string& answer) { return rules_of_text(answer, KomiInText::Allowed); });
    dialog.heading("SEARCH LIMITS");
    ask_limit(dialog, usual, wishes);
    ask_pondering(dialog, wishes);
    dialog.heading("GPUS AND RAM");
    const double usual_gb = usual_cache_gb(usual);
    const double gigabytes = dialog.ask<double>(
        "How many GB of memory may the cache of evaluations take, besides the search tree? (default " +
            default_number(usual_gb) + ")",
        [&](const std::string& answer) { return read_gigabytes(answer, usual_gb); });
    wishes.cache_power = cache_power_for(gigabytes * kBytesPerGb);
    return wishes;
}

TuningWishes ask_tuning(Dialog& dialog) {
    TuningWishes wishes;
    const int visits = dialog.ask<int>(
        "How many visits shall each test search have? (default: what this machine does in some two seconds)",
        [](const std::string& answer) { return read_count(answer, 0); });
    if (visits > 0) wishes.visits = visits;
    wishes.seconds_per_move =
        dialog.ask<double>("How many seconds will a move usually have? More time favours more threads. (default 5)",
                           [](const std::string& answer) {
                               return read_number(answer, {1e-3, kMaxSeconds}, kUsualSecondsPerMove);
                           });
    return wishes;
}

}  // namespace katago
