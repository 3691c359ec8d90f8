// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/config.h"

namespace katago {

// The device that a configuration asks for.
struct WantedDevice {
    std::string key;                      // empty: it asks for none
    std::string device;                   // as LoadOptions::device
    bool is_ours = false;                 // nnDevice, and not a key that may be meant for another engine's devices
    std::vector<std::string> notes = {};  // for the log
};
// nnDevice, else KataGo's keys: deviceToUse and gpuToUse, with the name of a backend before them and the number of a
// model or a thread after them, as in "cudaDeviceToUseModel0Thread1", where -1 asks for none. One device computes for
// all threads: of several the one for the first thread counts, which a note tells. Throws ConfigError.
WantedDevice read_device(const Config& config);

}  // namespace katago
