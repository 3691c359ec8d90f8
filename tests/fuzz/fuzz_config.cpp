// SPDX-License-Identifier: MIT
// Configuration files, overrides and the tables that read them.
#include <cstdint>
#include <string>

#include "command/gtp/gtp_settings.h"
#include "core/config.h"
#include "core/error.h"
#include "core/log.h"
#include "engine/ignored_keys.h"

using namespace katago;

// The first line goes to -override-config, the rest is a file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const size_t end = text.find('\n');
    const std::string_view file = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (file.find("@include") != std::string_view::npos) return 0;  // would read whatever is on this machine
    try {
        Config config = Config::from_text(file, "fuzz.cfg");
        config.apply_overrides(text.substr(0, end), rules_keys());
        LogOptions::from_config(config, {});
        rules_from_config(config);
        board_size_from_config(config);
        read_gtp_settings(config);
        for (const std::string& key : config.unused_keys()) reason_to_ignore(key);
        config.unused_key_warning(config.unused_keys());
    } catch (const ConfigError&) {
    }
    return 0;
}
