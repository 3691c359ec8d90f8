// SPDX-License-Identifier: MIT
#include "command/genconfig/dialog.h"

#include <optional>

#include "core/text.h"

namespace katago {

namespace {

bool read_yes_or_no(const std::string& answer, std::optional<bool> otherwise) {
    const std::string word = lower_case(answer);
    if (word == "y" || word == "yes") return true;
    if (word == "n" || word == "no") return false;
    if (word.empty() && otherwise) return *otherwise;
    throw UsageError("Please answer y or n");
}

}  // namespace

void Dialog::heading(std::string_view title) {
    const std::string rule(75, '=');
    out_ << "\n" << rule << "\n" << title << "\n" << rule << std::endl;
}

std::string Dialog::line() {
    std::string text;
    if (!std::getline(in_, text)) throw IoError("the input ended before all questions were answered");
    return std::string(trimmed(text));
}

bool Dialog::ask_yes_or_no(std::string_view question, bool otherwise) {
    return ask<bool>(question, [&](const std::string& answer) { return read_yes_or_no(answer, otherwise); });
}

bool Dialog::ask_yes_or_no(std::string_view question) {
    return ask<bool>(question, [](const std::string& answer) { return read_yes_or_no(answer, std::nullopt); });
}

}  // namespace katago
