// SPDX-License-Identifier: MIT
#pragma once

namespace katago {

// The most memory that this process has held, in megabytes.
double peak_memory_mb();
// What it holds now; 0 where the system does not say.
double resident_memory_mb();

}  // namespace katago
