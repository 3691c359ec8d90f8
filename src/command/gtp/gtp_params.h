// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/gtp/gtp_settings.h"
#include "core/config.h"
#include "play/profile_use.h"

namespace katago {

// The settings in force: the configuration with what kata-set-param has changed since. One thread at a time.
class GtpParams {
  public:
    // Reads the settings, which depend on the loaded networks. Throws ConfigError.
    GtpParams(const Config& config, ProfileUse profiles, const ThreadCounts& threads = {});

    const GtpSettings& settings() const { return settings_; }

    // The names that kata-get-param knows, in KataGo's order.
    std::vector<std::string> names() const;
    // As kata-get-param prints it. Throws ProtocolError "Invalid parameter: <name>".
    std::string text_of(std::string_view name) const;
    // All of them in one JSON object.
    std::string json_text() const;

    // Changes parameters, all or none; an empty value goes back to the built-in default. Throws ProtocolError.
    void set(std::span<const std::pair<std::string, std::string>> values);

  private:
    void check_name(const std::string& name) const;
    void check_profile(const std::string& profile) const;

    std::map<std::string, std::string> values_;  // config and changes in one
    ProfileUse profiles_;
    ThreadCounts threads_;
    GtpSettings settings_;
};

}  // namespace katago
