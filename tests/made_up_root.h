// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

// A folder that stands for the root of a file system, with the files that Linux would show of a machine; removed at the
// end. It begins empty: what a container without /proc and /sys shows.
class MadeUpRoot {
  public:
    explicit MadeUpRoot(const std::string& name)
        : root_(std::filesystem::temp_directory_path() / ("katago-root-" + name + "-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(root_);
    }
    ~MadeUpRoot() { std::filesystem::remove_all(root_); }
    MadeUpRoot(const MadeUpRoot&) = delete;
    MadeUpRoot& operator=(const MadeUpRoot&) = delete;

    void write(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text;
    }
    void remove(const std::string& name) { std::filesystem::remove_all(root_ / name); }
    const std::filesystem::path& root() const { return root_; }

  private:
    std::filesystem::path root_;
};

// A cool Raspberry Pi 4 of 4 GB with nothing else to do.
inline void make_raspberry_pi_4(MadeUpRoot& system) {
    system.write("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    system.write("proc/sys/kernel/osrelease", "6.6.31+rpt-rpi-v8\n");
    system.write("proc/device-tree/model", std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31));
    std::string cpus;
    for (int i = 0; i < 4; ++i)
        cpus += "processor\t: " + std::to_string(i) +
                "\nFeatures\t: fp asimd evtstrm crc32 cpuid\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\n";
    system.write("proc/cpuinfo", cpus + "Serial\t\t: 10000000abcdef01\n");
    system.write("proc/loadavg", "0.05 0.10 0.09 1/200 1234\n");
    system.write("proc/meminfo", "MemTotal: 3884372 kB\nMemAvailable: 3500000 kB\nSwapTotal: 102396 kB\n");
    system.write("proc/self/limits",
                 "Limit                     Soft Limit           Hard Limit           Units     \n"
                 "Max cpu time              unlimited            unlimited            seconds   \n"
                 "Max data size             unlimited            unlimited            bytes     \n"
                 "Max processes             29000                29000                processes \n"
                 "Max address space         unlimited            unlimited            bytes     \n");
    system.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n");
    system.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
    system.write("sys/class/thermal/thermal_zone0/temp", "48199\n");
    const std::string policy = "sys/devices/system/cpu/cpufreq/policy0/";
    system.write(policy + "related_cpus", "0 1 2 3\n");
    system.write(policy + "scaling_cur_freq", "600000\n");
    system.write(policy + "scaling_max_freq", "1800000\n");
    system.write(policy + "cpuinfo_max_freq", "1800000\n");
    system.write(policy + "scaling_governor", "ondemand\n");
    system.write(policy + "scaling_driver", "cpufreq-dt\n");
}

// A Jetson Orin Nano in its mode of 15 W; the files that tell it.
inline void make_jetson(MadeUpRoot& system) {
    system.write("proc/device-tree/model", "NVIDIA Jetson Orin Nano Developer Kit");
    system.write("etc/nvpmodel.conf",
                 "# comment\n< POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_1 1\n< POWER_MODEL ID=1 NAME=7W >\n"
                 "< POWER_MODEL ID=2 NAME=MAXN_SUPER >\n< PM_CONFIG DEFAULT=0 >\n");
}
