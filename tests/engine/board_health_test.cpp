// SPDX-License-Identifier: MIT
#include "engine/board_health.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "made_up_root.h"

using namespace katago;

namespace {

bool says(const std::optional<std::string>& warning, const std::string& word) {
    return warning && warning->find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("board: its name is read from the device tree") {
    MadeUpRoot board("model");
    CHECK(board_model(board.root()).empty());
    board.write("proc/device-tree/model", std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31));
    CHECK(board_model(board.root()) == "Raspberry Pi 4 Model B Rev 1.4");
}

TEST_CASE("board health: nothing is said where nothing is known or all is well") {
    MadeUpRoot board("well");
    CHECK(!BoardHealth(board.root()).new_warning());
    board.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n");
    board.write("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
    board.write("sys/class/hwmon/hwmon1/in1_lcrit_alarm", "0\n");
    board.write("sys/class/thermal/cooling_device0/type", "cpufreq-cpu0\n");
    board.write("sys/class/thermal/cooling_device0/cur_state", "0\n");
    board.write("sys/class/thermal/cooling_device1/type", "pwm-fan\n");
    board.write("sys/class/thermal/cooling_device1/cur_state", "3\n");
    CHECK(!BoardHealth(board.root()).new_warning());
}

TEST_CASE("board health: the firmware's word becomes one line, each trouble told once") {
    MadeUpRoot board("word");
    const std::string word = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled";
    board.write(word, "50000\n");  // under-voltage and throttling at some time
    BoardHealth health(board.root());
    const auto first = health.new_warning();
    CHECK(says(first, "WARNING: "));
    CHECK(says(first, "under-voltage"));
    CHECK(says(first, "throttled"));
    CHECK(!says(first, "temperature"));
    CHECK(!says(first, "\n"));
    CHECK(!health.new_warning());

    board.write(word, "d0008\n");  // now also the soft temperature limit
    const auto second = health.new_warning();
    CHECK(says(second, "temperature"));
    CHECK(!says(second, "under-voltage"));

    board.write(word, "not a number\n");
    CHECK(!BoardHealth(board.root()).new_warning());
}

TEST_CASE("board health: the voltage alarm and the kernel's cooling are seen") {
    MadeUpRoot board("alarm");
    board.write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
    board.write("sys/class/hwmon/hwmon0/in1_lcrit_alarm", "1\n");
    CHECK(!BoardHealth(board.root()).new_warning());
    board.write("sys/class/hwmon/hwmon1/name", "rpi_volt\n");
    board.write("sys/class/hwmon/hwmon1/in1_lcrit_alarm", "1\n");
    CHECK(says(BoardHealth(board.root()).new_warning(), "under-voltage"));
    board.write("sys/class/thermal/cooling_device0/type", "thermal-cpufreq-0\n");
    board.write("sys/class/thermal/cooling_device0/cur_state", "2\n");
    CHECK(says(BoardHealth(board.root()).new_warning(), "heat"));
}

TEST_CASE("board health: vcgencmd is asked where sysfs is silent") {
    MadeUpRoot board("vcgencmd");
    board.write("usr/bin/vcgencmd", "#!/bin/sh\n[ \"$1\" = get_throttled ] && echo throttled=0x4\n");
    std::filesystem::permissions(board.root() / "usr/bin/vcgencmd", std::filesystem::perms::owner_all);
    CHECK(says(BoardHealth(board.root()).new_warning(), "throttled"));
    board.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n");
    CHECK(!BoardHealth(board.root()).new_warning());
}

TEST_CASE("board health: who asks often causes few looks") {
    MadeUpRoot board("often");
    BoardHealth health(board.root());
    CHECK(!health.new_warning_now_and_then());
    board.write("sys/devices/platform/soc/soc:firmware/get_throttled", "4\n");
    CHECK(!health.new_warning_now_and_then());  // the last look was a moment ago
    CHECK(says(health.new_warning(), "throttled"));
}
