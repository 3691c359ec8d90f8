// SPDX-License-Identifier: MIT
#include "command/doctor/diagnosis.h"

#include <algorithm>
#include <utility>

namespace katago {

std::string_view name_of(Health health) {
    switch (health) {
        case Health::Ok:
            return "ok";
        case Health::Note:
            return "note";
        case Health::Problem:
            return "problem";
    }
    return "";
}

void Diagnosis::ok(std::string topic, std::string text) {
    findings_.push_back({Health::Ok, std::move(topic), std::move(text), ""});
}

void Diagnosis::note(std::string topic, std::string text, std::string advice) {
    findings_.push_back({Health::Note, std::move(topic), std::move(text), std::move(advice)});
}

void Diagnosis::problem(std::string topic, std::string text, std::string advice) {
    const bool known = std::any_of(findings_.begin(), findings_.end(), [&](const Finding& finding) {
        return finding.health == Health::Problem && finding.text == text;
    });
    if (!known) findings_.push_back({Health::Problem, std::move(topic), std::move(text), std::move(advice)});
}

int Diagnosis::count(Health health) const {
    return static_cast<int>(std::count_if(findings_.begin(), findings_.end(),
                                          [&](const Finding& finding) { return finding.health == health; }));
}

}  // namespace katago
