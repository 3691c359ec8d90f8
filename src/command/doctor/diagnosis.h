// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace katago {

enum class Health : uint8_t {
    Ok,
    Note,     // worth knowing: it works, though perhaps not as well as it could
    Problem,  // it does not work, or not as was asked for
};
std::string_view name_of(Health health);

struct Finding {
    Health health = Health::Ok;
    std::string topic;   // "memory"
    std::string text;    // what was found, without a full stop
    std::string advice;  // what to do about it; empty: nothing
};

// What checks have found, in their order. One thread at a time.
class Diagnosis {
  public:
    void ok(std::string topic, std::string text);
    void note(std::string topic, std::string text, std::string advice = "");
    // A problem that is known already is not told again.
    void problem(std::string topic, std::string text, std::string advice);

    const std::vector<Finding>& findings() const { return findings_; }
    int count(Health health) const;

  private:
    std::vector<Finding> findings_;
};

}  // namespace katago
