// SPDX-License-Identifier: MIT
// The system, the board, memory, and the limits that are set for this process.
#include "command/doctor/checks.h"
#include "core/machine.h"
#include "core/system/process_limits.h"
#include "core/system/system_identity.h"
#include "core/text.h"
#include "engine/board_health.h"

namespace katago {

namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

std::string megabytes(int64_t bytes) {
    return std::to_string(bytes / kMiB) + " MB";
}

bool is_arm(const std::string& machine) {
    return machine == "aarch64" || machine.starts_with("arm");
}

// A program runs under an emulator where the system's own programs are of another family; with fewer bits than the
// system it runs, and computes more slowly.
void compare_machines(const std::string& program, const std::string& system, Diagnosis& diagnosis) {
    if (program.empty() || system.empty() || program == system) return;
    const std::string both = "this program is for " + program + ", the system for " + system;
    const bool related = is_arm(program) == is_arm(system) && program != "riscv64" && system != "riscv64";
    if (!related)
        diagnosis.problem("architecture", both + ": an emulator runs it, many times slower",
                          "install the program that is built for " + system);
    else if (system == "aarch64" || system == "x86_64")
        diagnosis.note("architecture", both + ", where programs with 64 bits are faster",
                       "install the program that is built for " + system);
}

void check_limits(const std::filesystem::path& root, Diagnosis& diagnosis) {
    constexpr int64_t kFewProcesses = 64;
    struct Limit {
        const char* name;
        const char* option;  // of ulimit
        int64_t unit;
    };
    for (const auto& [name, option, unit] : {Limit{"Max address space", "-v", 1024}, {"Max data size", "-d", 1024}}) {
        const auto bytes = process_limit(name, root);
        if (!bytes) continue;
        const std::string text = "ulimit " + std::string(option) + " " + std::to_string(*bytes / unit) +
                                 " lets this process have " + megabytes(*bytes);
        const std::string advice = "ulimit " + std::string(option) + " unlimited, before the engine is started";
        *bytes < 1024 * kMiB ? diagnosis.problem("limits", text, advice) : diagnosis.note("limits", text, advice);
    }
    if (const auto seconds = process_limit("Max cpu time", root))
        diagnosis.note("limits",
                       "the system ends this process after " + std::to_string(*seconds) + " seconds of processor time",
                       "ulimit -t unlimited, before the engine is started");
    if (const auto processes = process_limit("Max processes", root); processes && *processes < kFewProcesses)
        diagnosis.problem("limits", "this user may have " + std::to_string(*processes) + " processes and threads",
                          "ulimit -u 1000, before the engine is started");
}

}  // namespace

void check_system(Patient& patient, Diagnosis& diagnosis) {
    const SystemIdentity identity = read_system_identity(patient.root);
    std::string text = identity.name.empty() ? "a system that does not tell its name" : identity.name;
    if (!identity.kernel.empty()) text += ", kernel " + identity.kernel;
    if (!identity.machine.empty()) text += ", " + identity.machine;
    if (!identity.container.empty()) text += ", in a container (" + identity.container + ")";
    if (identity.wsl) text += ", in Windows (WSL)";
    diagnosis.ok("system", text);
    if (const std::string board = board_model(patient.root); !board.empty()) diagnosis.ok("board", board);
    compare_machines(program_machine(), identity.machine, diagnosis);
}

void check_memory(Patient& patient, Diagnosis& diagnosis) {
    constexpr int64_t kSmallMachine = 2048 * kMiB;
    const MachineMemory memory = read_machine_memory(patient.root);
    if (memory.physical_bytes == 0) {
        diagnosis.ok("memory", "the system does not tell how much there is");
    } else {
        std::string text = megabytes(memory.physical_bytes);
        if (memory.free_bytes > 0) text += ", " + megabytes(memory.free_bytes) + " of it free";
        diagnosis.ok("memory", text);
    }
    if (memory.physical_bytes < memory.machine_bytes)
        diagnosis.note("memory",
                       "a control group lets this process have " + megabytes(memory.physical_bytes) +
                           " of the machine's " + megabytes(memory.machine_bytes),
                       "raise the limit of the container (docker run --memory) or service (MemoryMax=), or lower "
                       "nnCacheSizePowerOfTwo and maxTreeMemoryMB");
    if (memory.swap_bytes == 0 && memory.machine_bytes > 0 && memory.machine_bytes < kSmallMachine)
        diagnosis.note("memory", "there is no swap: where memory runs out, the system ends the engine",
                       "add a swap file or zram of some 100 MB");
    check_limits(patient.root, diagnosis);
}

}  // namespace katago
