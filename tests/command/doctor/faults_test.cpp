// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>

#include "command/doctor/clinic.h"
#include "core/system/system_identity.h"
#include "nn/format/network_file.h"

using namespace katago;
using nlohmann::json;

namespace {

// A fault that a test can make, and the finding that is to name it.
struct Fault {
    const char* name;
    void (*make)(Clinic& clinic);
    const char* health;
    const char* topic;
    const char* text;    // that the finding is to have
    const char* advice;  // and its advice
};

void set_throttled(Clinic& clinic, const char* word) {
    clinic.machine.write("sys/devices/platform/soc/soc:firmware/get_throttled", word);
}

void limit(Clinic& clinic, const std::string& name, const std::string& value) {
    clinic.machine.write("proc/self/limits", name + "    " + value + "    unlimited    bytes\n");
}

// The start of a program for a machine of another family than this one's.
void put_foreign_shell(Clinic& clinic) {
    std::string header(
        "\x7f"
        "ELF",
        4);
    header.resize(64, '\0');
    header[18] = program_machine() == "x86_64" ? '\xb7' : '\x3e';
    clinic.machine.write("bin/sh", header);
}

void damage_sums(Clinic& clinic) {
    const std::string file = clinic.files.file("own.safetensors");
    write_network(file, read_model(clinic.model));
    std::string bytes = read_file(file);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    clinic.use_network("own.safetensors", bytes);
}

std::string net_of_version_99() {
    std::string bytes = test_nets::tiny_net(14).bytes;
    return bytes.replace(bytes.find("14"), 2, "99");
}

constexpr Fault kHomeFaults[] = {
    {"home is a file", [](Clinic& c) { write_file(c.home, ""); }, "problem", "home", "is no folder", "homeDataDir"},
    {"home below a file", [](Clinic& c) { c.home = c.model + "/home"; }, "problem", "home", "is no folder",
     "homeDataDir"},
    {"home cannot be written", [](Clinic& c) { c.home = "/proc/self"; }, "problem", "home", "cannot be written",
     "chown"},
    {"home is a device", [](Clinic& c) { std::filesystem::create_symlink("/dev/full", c.home); }, "problem", "home",
     "is no folder", "homeDataDir"},
    {"tuning is not made yet", [](Clinic&) {}, "note", "tuning", "0 of ", "katago tune"},
};

constexpr Fault kConfigFaults[] = {
    {"wrong key", [](Clinic& c) { c.configure("maxVisitz = 1\n"); }, "problem", "configuration",
     "unused key 'maxVisitz' in ", "misspelt"},
    {"value out of range", [](Clinic& c) { c.configure("maxVisits = -4\n"); }, "problem", "configuration", "maxVisits",
     "configs/gtp.cfg"},
    {"no number", [](Clinic& c) { c.configure("numSearchThreads = many\n"); }, "problem", "configuration", "many",
     "configs/gtp.cfg"},
    {"malformed line", [](Clinic& c) { c.configure("maxVisits 5\n"); }, "problem", "configuration", "gtp.cfg",
     "correct what is wrong"},
    {"conflict of rules", [](Clinic& c) { c.configure("rules = chinese\nkoRule = SIMPLE\n"); }, "problem",
     "configuration", "koRule", "configs/gtp.cfg"},
    {"resignation without a threshold", [](Clinic& c) { c.configure("allowResignation = true\n"); }, "problem",
     "configuration", "resignThreshold", "configs/gtp.cfg"},
    {"human profile without its network", [](Clinic& c) { c.configure("humanSLChosenMoveProp = 1\n"); }, "problem",
     "configuration", "humanSLChosenMoveProp", "configs/gtp.cfg"},
    {"wrong analysis threads", [](Clinic& c) { c.configure("numAnalysisThreads = 0\n"); }, "problem", "configuration",
     "numAnalysisThreads", "configs/analysis.cfg"},
    {"no such file", [](Clinic& c) { std::filesystem::remove(c.config()); }, "problem", "configuration", "gtp.cfg",
     "name a file that is there"},
    {"unknown precision", [](Clinic& c) { c.configure("nnPrecision = int4\n"); }, "problem", "configuration",
     "nnPrecision", "configs/gtp.cfg"},
    {"unknown backend", [](Clinic& c) { c.configure("nnBackend = cuda\n"); }, "problem", "configuration",
     "no backend is called 'cuda'", "configs/gtp.cfg"},
    {"the slow backend", [](Clinic& c) { c.configure("nnBackend = reference\n"); }, "problem", "configuration",
     "thousands of times slower", "remove the key"},
    {"the slow precision", [](Clinic& c) { c.configure("nnPrecision = fp32\n"); }, "note", "configuration",
     "fp32 computes more slowly", "remove the key"},
    {"too many threads", [](Clinic& c) { c.configure("numSearchThreads = 4000\n"); }, "note", "configuration",
     "numSearchThreads = 4000", "katago benchmark"},
    {"a graphics card's key", [](Clinic& c) { c.configure("cudaUseFP16 = true\n"); }, "note", "configuration",
     "cudaUseFP16 has no effect", ""},
};

constexpr Fault kNetworkFaults[] = {
    {"no such network", [](Clinic& c) { c.model = c.files.file("none.bin.gz"); }, "problem", "network", "none.bin.gz",
     "full path"},
    {"a folder", [](Clinic& c) { c.model = c.machine.root().string(); }, "problem", "network", "", "full path"},
    {"an empty file", [](Clinic& c) { c.use_network("empty.bin.gz", ""); }, "problem", "network", "empty.bin.gz",
     "get-network.sh"},
    {"cut off",
     [](Clinic& c) {
         const std::string bytes = test_nets::tiny_net(14).bytes;
         c.use_network("cut.bin", bytes.substr(0, bytes.size() / 2));
     },
     "problem", "network", "cut.bin", "get-network.sh"},
    {"a web page", [](Clinic& c) { c.use_network("b6.bin.gz", "<!DOCTYPE html><html>Not found</html>"); }, "problem",
     "network", "web page", "get-network.sh"},
    {"too new", [](Clinic& c) { c.use_network("new.bin", net_of_version_99()); }, "problem", "network",
     "a newer engine is needed", "get-network.sh"},
    {"wrong sum", damage_sums, "problem", "network", "own.safetensors", "get-network.sh"},
    {"no such human network",
     [](Clinic& c) {
         c.more = {"-human-model", "nowhere.bin.gz"};
     },
     "problem", "human network", "nowhere.bin.gz", "full path"},
};

constexpr Fault kMachineFaults[] = {
    {"throttled now", [](Clinic& c) { set_throttled(c, "50004\n"); }, "problem", "throttling",
     "slower than it could be: throttled", "cool the board"},
    {"under-voltage before", [](Clinic& c) { set_throttled(c, "10000\n"); }, "note", "throttling", "under-voltage",
     "the board's own power supply"},
    {"the kernel cools",
     [](Clinic& c) {
         c.machine.write("sys/class/thermal/cooling_device0/type", "cpufreq-cpu0\n");
         c.machine.write("sys/class/thermal/cooling_device0/cur_state", "2\n");
     },
     "problem", "throttling", "clock lowered because of heat", "cool the board"},
    {"hot", [](Clinic& c) { c.machine.write("sys/class/thermal/thermal_zone0/temp", "84000\n"); }, "note",
     "temperature", "84 degrees", "a fan"},
    {"beyond the trip",
     [](Clinic& c) {
         c.machine.write("sys/class/thermal/thermal_zone0/temp", "76000\n");
         c.machine.write("sys/class/thermal/thermal_zone0/trip_point_0_type", "passive\n");
         c.machine.write("sys/class/thermal/thermal_zone0/trip_point_0_temp", "75000\n");
     },
     "problem", "temperature", "from 75 degrees on", "a fan"},
    {"lowest clock",
     [](Clinic& c) { c.machine.write("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave\n"); },
     "problem", "clock", "powersave", "ondemand"},
    {"clock held down",
     [](Clinic& c) { c.machine.write("sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq", "900000\n"); }, "note",
     "clock", "may run at 900 MHz of 1800 MHz", "power mode"},
    {"a Jetson's small mode", [](Clinic& c) { make_jetson(c.machine); }, "note", "power", "mode 0 (15W)",
     "2 (MAXN_SUPER)"},
    {"on battery",
     [](Clinic& c) {
         c.machine.write("sys/class/power_supply/BAT0/type", "Battery\n");
         c.machine.write("sys/class/power_supply/BAT0/status", "Discharging\n");
     },
     "note", "power", "battery", "plug it in"},
    {"quiet profile", [](Clinic& c) { c.machine.write("sys/firmware/acpi/platform_profile", "quiet\n"); }, "note",
     "power", "quiet", "powerprofilesctl"},
    {"a program of another architecture", put_foreign_shell, "problem", "architecture", "an emulator runs it",
     "install the program that is built for"},
    {"a library is missing", [](Clinic& c) { c.machine.write("dev/dri/renderD128", ""); }, "note", "graphics",
     "libvulkan.so.1 is missing", "libvulkan1"},
    {"a busy machine", [](Clinic& c) { c.machine.write("proc/loadavg", "900.5 1 1 1/1 1\n"); }, "note", "processor",
     "busy during the last minute", "top shows them"},
    {"a processor without AVX2",
     [](Clinic& c) {
         c.machine.write("proc/cpuinfo", "processor : 0\nmodel name : Celeron N3350\nflags : sse2 sse4_1\n");
     },
     "note", "processor", "no AVX2, so that networks take about twice as long", "small network"},
    {"a processor without SSE4.1",
     [](Clinic& c) { c.machine.write("proc/cpuinfo", "processor : 0\nmodel name : Athlon 64 X2\nflags : sse2\n"); },
     "note", "processor", "no AVX2 and no SSE4.1", "small network"},
    {"a part of the cores",
     [](Clinic& c) {
         c.machine.write("proc/self/cgroup", "0::/box\n");
         c.machine.write("sys/fs/cgroup/box/cpu.max", "100000 100000\n");
     },
     "note", "processor", "may use 1 of 4 cores", "docker run --cpus"},
};

constexpr Fault kMemoryFaults[] = {
    {"a container's limit",
     [](Clinic& c) {
         c.machine.write("proc/self/cgroup", "0::/box\n");
         c.machine.write("sys/fs/cgroup/box/memory.max", "268435456\n");
     },
     "note", "memory", "256 MB of the machine's 3793 MB", "docker run --memory"},
    {"no room for the network",
     [](Clinic& c) { c.machine.write("proc/meminfo", "MemTotal: 500000 kB\nMemAvailable: 9000 kB\n"); }, "problem",
     "memory", "8 MB are free", "a smaller network"},
    {"no swap",
     [](Clinic& c) {
         c.machine.write("proc/meminfo", "MemTotal: 900000 kB\nMemAvailable: 800000 kB\nSwapTotal: 0 kB\n");
     },
     "note", "memory", "no swap", "zram"},
    {"ulimit -v", [](Clinic& c) { limit(c, "Max address space", "104857600"); }, "problem", "limits",
     "ulimit -v 102400 lets this process have 100 MB", "ulimit -v unlimited"},
    {"ulimit -t", [](Clinic& c) { limit(c, "Max cpu time", "60"); }, "note", "limits", "after 60 seconds",
     "ulimit -t unlimited"},
    {"ulimit -u", [](Clinic& c) { limit(c, "Max processes", "20"); }, "problem", "limits", "20 processes", "ulimit -u"},
};

bool names(const json& finding, const Fault& fault) {
    const auto has = [&](const char* member, const std::string& piece) {
        return finding.value(member, std::string()).find(piece) != std::string::npos;
    };
    return finding["health"] == fault.health && finding["topic"] == fault.topic && has("text", fault.text) &&
           has("advice", fault.advice);
}

template <size_t kCount>
void check_faults(const Fault (&faults)[kCount]) {
    for (const Fault& fault : faults) {
        CAPTURE(fault.name);
        Clinic clinic("faults");
        fault.make(clinic);
        const json report = clinic.examine();
        bool named = false;
        for (const json& finding : report["findings"]) named = named || names(finding, fault);
        INFO(report.dump(1));
        CHECK(named);
        CHECK(clinic.status == (report["problems"] > 0 ? 1 : 0));
        if (fault.health == std::string("problem")) CHECK(clinic.status == 1);
        // The fault stops none of the checks.
        CHECK(report["findings"].back()["topic"] == "analysis");
    }
}

}  // namespace

TEST_CASE("doctor: faults of the home folder are named, with what to do") {
    check_faults(kHomeFaults);
}

TEST_CASE("doctor: faults of the configuration are named, with what to do") {
    check_faults(kConfigFaults);
}

TEST_CASE("doctor: faults of the network are named, with what to do") {
    check_faults(kNetworkFaults);
}

TEST_CASE("doctor: faults of the machine are named, with what to do") {
    check_faults(kMachineFaults);
}

TEST_CASE("doctor: faults of memory and limits are named, with what to do") {
    check_faults(kMemoryFaults);
}

TEST_CASE("doctor: tuning that is damaged, or of another processor, does not count and is no problem") {
    Clinic clinic("tuning");
    const json first = clinic.examine();
    std::filesystem::create_directories(clinic.home + "/tuning");
    clinic.configure("maxVisits = 100\n");
    for (const char* set : {"AVX-512-VNNI", "AVX-512", "AVX-VNNI", "AVX2", "SSE4.1", "SSE2",
                            "NEON-FP16-and-dot-product", "NEON-FP16", "NEON"})
        write_file(clinic.home + "/tuning/kernels-" + set + ".txt", "katago kernels 1, other\n");
    const json report = clinic.examine();
    const Fault fault = {"", nullptr, "note", "tuning", "it is damaged", "katago tune"};
    bool named = false;
    for (const json& finding : report["findings"]) named = named || names(finding, fault);
    CHECK(named);
    CHECK(clinic.status == 0);
}
