// SPDX-License-Identifier: MIT
#include "game/sgf/komi.h"

#include <cmath>

#include "core/encoding.h"
#include "core/text.h"

namespace katago {

namespace {

// Komi that is bigger than a game's, but sensible in hundredths.
constexpr double kLeastHundredths = 250, kMostHundredths = 800;
// By Chinese rules hundredths up to here are those of one side's stones: 375 is 3.75 stones, which are 7.5 points.
constexpr double kMostHundredthsOfOneSide = 400;
// Komi in points that programs write into records of a server that counts hundredths.
constexpr double kMostConverted = kMostHundredths / 100;

struct Replacement {
    std::string_view text, plain;
};

// What stands for ASCII in texts of East Asia, and fractions as one character.
constexpr Replacement kReplacements[] = {
    {"\xEF\xBC\x8B", "+"}, {"\xEF\xBC\x8D", "-"}, {"\xE2\x88\x92", "-"}, {"\xEF\xBC\x8E", "."}, {"\xEF\xBC\x8C", ","},
    {"\xE3\x80\x82", "."}, {"\xE3\x80\x80", " "}, {"\xC2\xA0", " "},     {"\xC2\xBD", " 1/2"},  {"\xC2\xBC", " 1/4"},
    {"\xC2\xBE", " 3/4"},  {"\xEF\xBC\x8F", "/"}, {"\xE5\x8F\x88", " "},  // the "and" of three and three quarters
};

// What is written before the number, and after it. Longer words come before those that they begin with.
constexpr std::string_view kNames[] = {
    "komi", "\xE8\xB4\xB4\xE7\x9B\xAE", "\xE8\xB4\xB4", "\xE3\x82\xB3\xE3\x83\x9F", "\xEB\x8D\xA4", "=", ":"};
constexpr std::string_view kPoints[] = {"points", "point",        "pts",          "pt",           "p",
                                        "moku",   "\xE7\x9B\xAE", "\xE7\x82\xB9", "\xE9\xBB\x9E", "\xEC\xA7\x91"};
constexpr std::string_view kStones[] = {"stones", "stone", "zi", "\xE5\xAD\x90"};
// "And a half", after the unit.
constexpr std::string_view kHalf[] = {"\xE5\x8D\x8A", "\xEB\xB0\x98"};

std::string in_plain_characters(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        size_t length = 1;
        std::string plain(text.substr(0, 1));
        // Full-width digits are U+FF10 to U+FF19.
        if (text.size() >= 3 && text.starts_with("\xEF\xBC") && text[2] >= '\x90' && text[2] <= '\x99') {
            plain = static_cast<char>(text[2] - '\x90' + '0');
            length = 3;
        }
        for (const Replacement& row : kReplacements) {
            if (!text.starts_with(row.text)) continue;
            plain = row.plain;
            length = row.text.size();
        }
        result += plain;
        text.remove_prefix(length);
    }
    return lower_case(trimmed(result));
}

// Takes such a text apart from the left.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() {
        skip_space();
        return rest_.empty();
    }

    template <size_t n>
    bool take(const std::string_view (&words)[n]) {
        skip_space();
        for (const std::string_view word : words) {
            if (!rest_.starts_with(word)) continue;
            rest_.remove_prefix(word.size());
            return true;
        }
        return false;
    }

    bool take_sign(char sign) {
        skip_space();
        if (!rest_.starts_with(sign)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // "6", "6.5", "6,5", "7 1/2", "1/2".
    std::optional<double> take_number() {
        const std::optional<double> whole = take_decimal();
        if (!whole) return std::nullopt;
        if (take_sign('/')) return divided(*whole);
        const Reader before = *this;
        const std::optional<double> part = take_decimal();
        if (!part) return whole;
        if (take_sign('/')) {
            const std::optional<double> fraction = divided(*part);
            if (fraction && *fraction < 1 && *whole == std::floor(*whole)) return *whole + *fraction;
        }
        *this = before;  // what follows is no part of the number
        return whole;
    }

  private:
    void skip_space() {
        while (!rest_.empty() && trimmed(rest_.substr(0, 1)).empty()) rest_.remove_prefix(1);
    }

    std::optional<double> divided(double top) {
        const std::optional<double> bottom = take_decimal();
        if (!bottom || *bottom == 0) return std::nullopt;
        return top / *bottom;
    }

    std::optional<double> take_decimal() {
        skip_space();
        std::string digits(rest_.substr(0, rest_.find_first_not_of("0123456789.,")));
        const size_t comma = digits.find(',');
        // A comma is the decimal point of half of the world; before three digits it may part thousands.
        if (comma != std::string::npos) {
            if (digits.size() - comma > 3) return std::nullopt;
            digits[comma] = '.';
        }
        const std::optional<double> number = parse_number(digits);
        if (number) rest_.remove_prefix(digits.size());
        return number;
    }

    std::string_view rest_;
};

struct WrittenKomi {
    double number = 0;
    bool in_stones = false;
};

std::optional<WrittenKomi> parse_written(std::string_view text) {
    const std::string plain = in_plain_characters(text);
    Reader reader(plain);
    while (reader.take(kNames)) {
    }
    const bool negative = reader.take_sign('-');
    if (!negative) reader.take_sign('+');
    const std::optional<double> number = reader.take_number();
    if (!number) return std::nullopt;
    WrittenKomi komi{*number, reader.take(kStones)};
    if (!komi.in_stones && reader.take(kPoints) && reader.take(kHalf)) komi.number += 0.5;
    if (!reader.at_end()) return std::nullopt;
    if (negative) komi.number = -komi.number;
    return komi;
}

// The Fox server writes hundredths, of the whole or of half of the komi, whatever the rules.
std::optional<double> fox_komi(double written) {
    struct Row {
        double written, meant;
    };
    static constexpr Row kRows[] = {{550, 5.5}, {275, 5.5}, {650, 6.5}, {325, 6.5}, {750, 7.5}, {375, 7.5},
                                    {700, 7},   {350, 7},   {0, 0},     {6.5, 6.5}, {7, 7},     {7.5, 7.5}};
    for (const Row& row : kRows)
        if (row.written == written) return row.meant;
    return std::nullopt;
}

bool is_in_hundredths(double number) {
    return std::abs(number) >= kLeastHundredths && std::abs(number) <= kMostHundredths;
}

// Servers in China count komi as one side's stones, which the other side lacks as well: twice as many points. Territory
// rules have no such count. Source: Chinese rules of Go, "the first player gives 3 3/4 stones".
double points_of_hundredths(double number, const std::optional<ScoringRule>& scoring) {
    const double whole = number / 100;
    const bool of_one_side = scoring != ScoringRule::Territory && std::abs(number) <= kMostHundredthsOfOneSide;
    return of_one_side || !komi_is_half_integer(whole) ? 2 * whole : whole;
}

}  // namespace

SgfKomi read_sgf_komi(std::string_view written, const SgfKomiOrigin& origin) {
    const std::string shown = excerpt(written);
    const auto refused = [&](const std::string& why) { return SgfKomi{{}, why + ": " + shown + "; it is left out"}; };
    const std::optional<WrittenKomi> parsed = parse_written(written);
    if (!parsed) return refused("Could not parse komi in sgf");

    double komi = parsed->number;
    std::string how;
    if (const std::optional<double> meant = fox_komi(komi); origin.fox_server && meant) {
        komi = *meant;
    } else if (is_in_hundredths(komi)) {
        komi = points_of_hundredths(komi, origin.scoring);
        how = "hundredths";
    } else if (origin.fox_server && (std::abs(komi) > kMostConverted || !komi_is_half_integer(komi))) {
        return refused("Unexpected komi in sgf of this origin");
    } else if (parsed->in_stones || (!komi_is_half_integer(komi) && origin.scoring == ScoringRule::Area)) {
        komi *= 2;
        if (!origin.gogod) how = "stones of one side";
    }
    if (!komi_is_half_integer(komi)) return refused("Komi in sgf is not integer or half-integer");
    if (!komi_is_acceptable(komi)) return refused("Komi in sgf is too extreme");
    SgfKomi result{static_cast<float>(komi), {}};
    if (!how.empty()) result.remark = "KM[" + shown + "] is read as " + how + ": komi " + default_number(komi);
    return result;
}

}  // namespace katago
