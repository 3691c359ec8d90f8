// SPDX-License-Identifier: MIT
#include "game/rules_written.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "game/rules_json.h"

namespace katago {

namespace {

struct WrittenName {
    std::string_view written, name;
};

// Besides the names that are understood everywhere, without the words that are fillers.
constexpr WrittenName kNames[] = {
    {"japan", "japanese"},
    {"jp", "japanese"},
    {"jpn", "japanese"},
    {"ja", "japanese"},
    {"nihon", "japanese"},
    {"nihon ki in", "japanese"},
    {"nihon kiin", "japanese"},
    {"korea", "korean"},
    {"kr", "korean"},
    {"kor", "korean"},
    {"china", "chinese"},
    {"cn", "chinese"},
    {"chn", "chinese"},
    {"zh", "chinese"},
    {"ogs chinese", "chinese-ogs"},
    {"kgs chinese", "chinese-kgs"},
    {"american", "aga"},
    {"american association", "aga"},
    {"usa", "aga"},
    {"us", "aga"},
    {"british", "bga"},
    {"british association", "bga"},
    {"uk", "bga"},
    {"france", "french"},
    {"fr", "french"},
    {"ffg", "french"},
    {"new zealand society", "nz"},
    {"nzgs", "nz"},
    {"tt", "tromp-taylor"},
    {"ing goe", "goe"},
    {"ing sst", "ing"},
    {"sst", "ing"},
};

// Names in the countries' scripts, which stand in longer words.
constexpr WrittenName kScriptNames[] = {
    {"\xE6\x97\xA5\xE6\x9C\xAC", "japanese"},  // Japan
    {"\xEC\x9D\xBC\xEB\xB3\xB8", "japanese"},  // Japan, in Korean
    {"\xE4\xB8\xAD\xE5\x9B\xBD", "chinese"},   // China, in simplified characters and in Japanese
    {"\xE4\xB8\xAD\xE5\x9C\x8B", "chinese"},   // China, in traditional characters
    {"\xEC\xA4\x91\xEA\xB5\xAD", "chinese"},   // China, in Korean
    {"\xED\x95\x9C\xEA\xB5\xAD", "korean"},    // Korea
    {"\xE9\x9F\xA9\xE5\x9B\xBD", "korean"},    // Korea, in simplified characters
    {"\xE9\x9F\x93\xE5\x9B\xBD", "korean"},    // Korea, in Japanese
    {"\xE9\x9F\x93\xE5\x9C\x8B", "korean"},    // Korea, in traditional characters
    {"\xE5\xBA\x94\xE6\xB0\x8F", "ing"},       // Ing
    {"\xE6\x87\x89\xE6\xB0\x8F", "ing"},       // Ing, in traditional characters
};

// Words that say nothing of which rules they are, and years.
bool is_filler(std::string_view word) {
    for (const std::string_view filler : {"rules", "rule", "ruleset", "the", "of", "go"})
        if (word == filler) return true;
    return word.find_first_not_of("0123456789") == std::string_view::npos;
}

// Small letters, words parted by single spaces, without fillers.
std::string in_plain_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    const auto end_word = [&] {
        if (!word.empty() && !is_filler(word)) words.push_back(word);
        word.clear();
    };
    for (const char c : lower_case(text)) {
        const bool parts = static_cast<unsigned char>(c) < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9');
        if (parts)
            end_word();
        else
            word += c;
    }
    end_word();
    return join(words, " ");
}

std::optional<Rules> rules_of_words(std::string_view text) {
    const std::string words = in_plain_words(text);
    if (const std::optional<Rules> rules = rules_of_name(words)) return rules;
    for (const WrittenName& row : kNames)
        if (row.written == words) return rules_of_name(row.name);
    return std::nullopt;
}

// Of a name with what else there is to say behind it: "Chinese, Pair Go", "Japanese (1989)", "Japanese/Korean".
std::optional<Rules> rules_before_remark(std::string_view text) {
    const size_t end = std::min(text.find_first_of(",;:(/"), text.size());
    const std::optional<Rules> rules = rules_of_words(text.substr(0, end));
    const std::optional<Rules> others = rules_of_words(text.substr(end));
    return others && others != rules ? std::nullopt : rules;
}

std::optional<Rules> rules_of_script(std::string_view text) {
    std::string_view found;
    for (const WrittenName& row : kScriptNames) {
        if (text.find(row.written) == std::string_view::npos) continue;
        if (!found.empty() && found != row.name) return std::nullopt;
        found = row.name;
    }
    return found.empty() ? std::nullopt : rules_of_name(found);
}

}  // namespace

std::optional<Rules> rules_as_written(std::string_view text) {
    if (const std::optional<Rules> rules = rules_of_name(text)) return rules;
    if (const std::optional<Rules> rules = rules_of_words(text)) return rules;
    if (const std::optional<Rules> rules = rules_before_remark(text)) return rules;
    if (const std::optional<Rules> rules = rules_of_script(text)) return rules;
    try {
        return rules_of_text(text, KomiInText::Allowed);
    } catch (const ProtocolError&) {
        return std::nullopt;  // no form of rules at all
    }
}

}  // namespace katago
