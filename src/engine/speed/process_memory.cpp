// SPDX-License-Identifier: MIT
#include "engine/speed/process_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace katago {

double peak_memory_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

double resident_memory_mb() {
    // Pages of the program, then those of them that are in memory.
    std::ifstream file("/proc/self/statm");
    double all_pages = 0;
    double resident_pages = 0;
    file >> all_pages >> resident_pages;
    return file ? resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20) : 0;
}

}  // namespace katago
