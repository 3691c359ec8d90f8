// SPDX-License-Identifier: MIT
#include "eval/sgf_metadata.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numbers>
#include <string>

#include "core/error.h"

namespace katago {

namespace {

constexpr int kRankEntries = 34;
constexpr int kDatePeriods = 32;

int days_of(int year, unsigned month) {
    using namespace std::chrono;
    const sys_days day = year_month_day{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{1}};
    return static_cast<int>(day.time_since_epoch().count());
}

// The number that is the whole of `text`, without sign or leading zero.
std::optional<int> parse_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || text.front() < '1' || text.front() > '9' || error != std::errc{} ||
        end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// 1 for "9d" to 29 for "20k".
std::optional<int> parse_rank(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    const std::optional<int> grade = parse_number(text.substr(0, text.size() - 1));
    if (!grade) return std::nullopt;
    if (text.back() == 'd' && *grade <= 9) return 10 - *grade;
    if (text.back() == 'k' && *grade <= 20) return 9 + *grade;
    return std::nullopt;
}

// One rank for both players, or Black's and White's.
std::optional<SgfMetadata> ranked_profile(std::string_view ranks, int days) {
    const size_t underscore = ranks.find('_');
    const std::optional<int> black = parse_rank(ranks.substr(0, underscore));
    const std::optional<int> white =
        underscore == std::string_view::npos ? black : parse_rank(ranks.substr(underscore + 1));
    if (!black || !white) return std::nullopt;
    SgfMetadata metadata;
    metadata.black = {.is_human = true, .inverse_rank = *black};
    metadata.white = {.is_human = true, .inverse_rank = *white};
    metadata.ratedness_is_unknown = true;
    metadata.time_control = SgfMetadata::TimeControl::ByoYomi;
    metadata.main_time_s = 1200;
    metadata.period_time_s = 30;
    metadata.byo_yomi_periods = 5;
    metadata.days_since_1970 = days;
    metadata.source = SgfMetadata::Source::Kgs;
    return metadata;
}

std::optional<SgfMetadata> professional_profile(std::string_view year_text) {
    const std::optional<int> year = parse_number(year_text);
    if (!year || *year < 1800 || *year > 2023) return std::nullopt;
    SgfMetadata metadata;
    metadata.black = metadata.white = {.is_human = true, .inverse_rank = 1};
    metadata.days_since_1970 = days_of(*year, 6);
    metadata.source = *year <= 2020 ? SgfMetadata::Source::GoGoD : SgfMetadata::Source::Go4Go;
    return metadata;
}

std::optional<SgfMetadata> parse_profile(std::string_view name) {
    auto after = [&](std::string_view prefix) -> std::optional<std::string_view> {
        if (!name.starts_with(prefix)) return std::nullopt;
        return name.substr(prefix.size());
    };
    if (const auto ranks = after("rank_")) return ranked_profile(*ranks, days_of(2020, 3));
    if (const auto ranks = after("preaz_")) return ranked_profile(*ranks, days_of(2016, 9));
    if (const auto year = after("proyear_")) return professional_profile(*year);
    return std::nullopt;
}

// 6 to 39 and 40 to 73: as many ones as the player is ranks below 10 dan.
void fill_rank(const SgfMetadata::PlayerInfo& player, float* row) {
    if (!player.is_unranked) std::fill_n(row, std::clamp(player.inverse_rank, 0, kRankEntries), 1.0f);
}

// 82 to 85.
void fill_times(const SgfMetadata& metadata, float* row) {
    const double main = std::clamp(metadata.main_time_s, 0.0, 259200.0);
    const double period = std::clamp(metadata.period_time_s, 0.0, 86400.0);
    row[0] = static_cast<float>(0.4 * (std::log(main + 60) - 6.5));
    row[1] = static_cast<float>(0.3 * (std::log(period + 1) - 3));
    row[2] = static_cast<float>(0.5 * (std::log(std::clamp(metadata.byo_yomi_periods, 0, 50) + 2.0) - 1.5));
    row[3] = static_cast<float>(0.25 * (std::log(std::clamp(metadata.canadian_moves, 0, 50) + 2.0) - 1.5));
}

// 87 to 150: the day on circles of a week to about 1,500 years.
void fill_date(int days, float* row) {
    const double factor = std::pow(80000.0, 1.0 / (kDatePeriods - 1));
    double period = 7;
    for (int i = 0; i < kDatePeriods; ++i, period *= factor) {
        const double angle = 2 * std::numbers::pi * days / period;
        row[2 * i] = static_cast<float>(std::cos(angle));
        row[2 * i + 1] = static_cast<float>(std::sin(angle));
    }
}

uint64_t player_bits(const SgfMetadata::PlayerInfo& player) {
    return static_cast<uint64_t>(player.inverse_rank) + (player.is_unranked ? 128 : 0) +
           (player.rank_is_unknown ? 256 : 0) + (player.is_human ? 512 : 0);
}

}  // namespace

std::optional<SgfMetadata> profile_of_name(std::string_view name) {
    if (name.empty() || name == "_" || name == "\"\"") return std::nullopt;
    std::optional<SgfMetadata> metadata = parse_profile(name);
    if (!metadata) throw ConfigError("Unknown human SL network profile: " + std::string(name));
    return metadata;
}

void fill_metadata_row(const SgfMetadata& metadata, Player player, int board_area, float* row) {
    const SgfMetadata::PlayerInfo& own = metadata.of(player);
    const SgfMetadata::PlayerInfo& opp = metadata.of(opponent(player));
    std::fill_n(row, kMetadataChannels, 0.0f);
    row[0] = own.is_human ? 1.0f : 0.0f;
    row[1] = opp.is_human ? 1.0f : 0.0f;
    row[2] = own.is_unranked ? 1.0f : 0.0f;
    row[3] = opp.is_unranked ? 1.0f : 0.0f;
    row[4] = own.rank_is_unknown ? 1.0f : 0.0f;
    row[5] = opp.rank_is_unknown ? 1.0f : 0.0f;
    fill_rank(own, row + 6);
    fill_rank(opp, row + 6 + kRankEntries);
    row[74] = metadata.ratedness_is_unknown ? 0.5f : metadata.game_is_unrated ? 1.0f : 0.0f;
    row[75 + static_cast<int>(metadata.time_control)] = 1;
    fill_times(metadata, row + 82);
    row[86] = static_cast<float>(0.5 * std::log(board_area / 361.0));
    fill_date(metadata.days_since_1970, row + 87);
    row[151 + static_cast<int>(metadata.source)] = 1;
}

Hash128 metadata_hash(const SgfMetadata& metadata, Player player) {
    auto word = [](uint64_t high, uint64_t low) { return (high << 32) + (low & 0xFFFFFFFFu); };
    const uint64_t x0 = player_bits(metadata.of(player)) + (player_bits(metadata.of(opponent(player))) << 10) +
                        (metadata.game_is_unrated ? 1u << 20 : 0u) + (metadata.ratedness_is_unknown ? 1u << 21 : 0u) +
                        ((static_cast<uint64_t>(metadata.time_control) + 1) << 22) +
                        (static_cast<uint64_t>(metadata.source) << 25);
    const uint64_t x1 =
        static_cast<uint64_t>(4 * metadata.main_time_s) + (static_cast<uint64_t>(metadata.byo_yomi_periods) << 24);
    const uint64_t x2 =
        static_cast<uint64_t>(32 * metadata.period_time_s) + (static_cast<uint64_t>(metadata.canadian_moves) << 24);
    const auto x3 = static_cast<uint32_t>(metadata.days_since_1970);
    const uint64_t a = mix::nasam(word(x0, x1));
    const uint64_t b = mix::nasam(word(x2, x3) + a);
    return {a + b, b};
}

}  // namespace katago
