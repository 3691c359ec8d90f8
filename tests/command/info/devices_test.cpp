// SPDX-License-Identifier: MIT
#include "command/info/devices.h"

#include <doctest/doctest.h>

#include <sstream>

#include "command/info/subcommand.h"
#include "core/error.h"
#include "engine/choice/stub_devices.h"

using namespace katago;

TEST_CASE("info: -devices lists backends with their devices, as text and as JSON") {
    const stub::DeviceBackend cpu({.name = "cpu"});
    DeviceInfo software = stub::device(1, "llvmpipe");
    software.never_by_auto = true;
    const stub::DeviceBackend gpu({.devices = {stub::device(0, "Orin"), software}});
    const std::vector<const Backend*> table = {&cpu, &gpu};
    CHECK(devices_text(table) ==
          "Backend cpu: made up\nBackend gpu: made up\n  nnDevice = 0: Orin; driver of Orin\n"
          "  nnDevice = 1: llvmpipe; driver of llvmpipe; nnBackend = auto never takes it\n");
    const auto json = devices_json(table);
    CHECK(json["backends"][0]["devices"].empty());
    CHECK(json["backends"][1]["devices"][0]["name"] == "Orin");
    CHECK(json["backends"][1]["devices"][1]["takenByAuto"] == false);
    CHECK(devices_text(std::span(table).first(1)).find("No graphics device is found") != std::string::npos);
}

TEST_CASE("info: -devices needs no network and refuses one") {
    std::istringstream in;
    std::ostringstream out, err;
    const std::vector<std::string> alone = {"-devices", "-json"}, both = {"-devices", "-model", "x"};
    CHECK(run_info(alone, {in, out, err}) == 0);
    CHECK(nlohmann::json::parse(out.str())["backends"][0]["name"] == "cpu");
    CHECK_THROWS_AS(run_info(both, {in, out, err}), UsageError);
}
