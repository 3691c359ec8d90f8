// SPDX-License-Identifier: MIT
#include "core/system/cooling.h"

#include <doctest/doctest.h>

#include "core/system/slowdowns.h"
#include "made_up_root.h"

using namespace katago;

TEST_CASE("cooling: a healthy Raspberry Pi 4") {
    MadeUpRoot pi("pi4");
    make_raspberry_pi_4(pi);
    const auto temperatures = read_temperatures(pi.root());
    REQUIRE(temperatures.size() == 1);
    CHECK(temperatures[0].sensor == "cpu-thermal");
    CHECK(temperatures[0].celsius == doctest::Approx(48.199));
    CHECK(!temperatures[0].limit);
    const auto clocks = read_processor_clocks(pi.root());
    REQUIRE(clocks.size() == 1);
    CHECK(clocks[0].processors == "0 1 2 3");
    CHECK(clocks[0].now == 600000);
    CHECK(clocks[0].allowed == clocks[0].highest);
    CHECK(clocks[0].governor == "ondemand");
    CHECK(!clocks[0].scales_alone);
    CHECK(read_slowdowns(pi.root()).empty());
}

TEST_CASE("cooling: a Raspberry Pi 5 that is throttled now and was badly powered before") {
    MadeUpRoot pi("pi5");
    pi.write("sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled", "50004\n");
    const auto slowdowns = read_slowdowns(pi.root());
    REQUIRE(slowdowns.size() == 2);
    CHECK(slowdowns[0].what == "under-voltage");
    CHECK(slowdowns[0].advice == "use the board's own power supply");
    CHECK(!slowdowns[0].now);
    CHECK(slowdowns[1].what == "throttled");
    CHECK(slowdowns[1].now);
}

TEST_CASE("cooling: zones that are off or senseless are left out, the hottest comes first, trips are read") {
    MadeUpRoot jetson("zones");
    const auto zone = [&](int number, const std::string& type, const std::string& temperature) {
        const std::string folder = "sys/class/thermal/thermal_zone" + std::to_string(number) + "/";
        jetson.write(folder + "type", type + "\n");
        jetson.write(folder + "temp", temperature + "\n");
        return folder;
    };
    zone(0, "CPU-therm", "61500");
    zone(1, "PMIC-Die", "not a number");
    zone(2, "iwlwifi", "-274000");
    zone(3, "acpitz", "400000");
    zone(4, "whole-degrees", "47");
    const std::string hot = zone(5, "GPU-therm", "82000");
    jetson.write(hot + "trip_point_0_type", "critical\n");
    jetson.write(hot + "trip_point_0_temp", "105000\n");
    jetson.write(hot + "trip_point_1_type", "passive\n");
    jetson.write(hot + "trip_point_1_temp", "80000\n");
    const auto found = read_temperatures(jetson.root());
    REQUIRE(found.size() == 3);
    CHECK(found[0].sensor == "GPU-therm");
    CHECK(found[0].limit == 80.0);
    CHECK(found[1].sensor == "CPU-therm");
    CHECK(found[2].celsius == 47.0);
}

TEST_CASE("cooling: a desktop without thermal zones has its processor's sensor") {
    MadeUpRoot desktop("hwmon");
    desktop.write("sys/class/hwmon/hwmon0/name", "nvme\n");
    desktop.write("sys/class/hwmon/hwmon0/temp1_input", "70000\n");
    desktop.write("sys/class/hwmon/hwmon1/name", "k10temp\n");
    desktop.write("sys/class/hwmon/hwmon1/temp1_input", "41000\n");
    const auto found = read_temperatures(desktop.root());
    REQUIRE(found.size() == 1);
    CHECK(found[0].celsius == 41.0);
}

TEST_CASE("cooling: a container without /sys knows nothing, and the machine at hand may know anything") {
    const MadeUpRoot container("no-sys");
    CHECK(read_temperatures(container.root()).empty());
    CHECK(read_processor_clocks(container.root()).empty());
    CHECK(read_slowdowns(container.root()).empty());
    for (const Temperature& temperature : read_temperatures()) CHECK(temperature.celsius < 150);
    for (const ProcessorClock& clock : read_processor_clocks()) CHECK(clock.now >= 0);
}
