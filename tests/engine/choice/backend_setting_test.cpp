// SPDX-License-Identifier: MIT
#include "engine/choice/backend_setting.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "engine/choice/stub_devices.h"

using namespace katago;

namespace {

// A processor and a backend with two devices and a software device.
struct Machine {
    stub::DeviceBackend cpu{{.name = "cpu"}};
    stub::DeviceBackend gpu{{.devices = {stub::device(0, "Radeon 780M"), stub::device(1, "Orin"), software()}}};
    std::vector<const Backend*> table = {&cpu, &gpu};

    static DeviceInfo software() {
        DeviceInfo device = stub::device(2, "llvmpipe");
        device.never_by_auto = true;
        return device;
    }
    BackendSetting read(const std::string& text) const {
        return read_backend_setting(Config::from_text(text, "test"), table);
    }
    std::string chosen(const std::string& text) const { return read(text).candidates.front().title(); }
};

}  // namespace

TEST_CASE("backend setting: auto has the processor and each device that is worth a trial as candidates") {
    const Machine machine;
    for (const char* text : {"", "nnBackend = auto\n", "openclDeviceToUseThread0 = -1\n"}) {
        const BackendSetting setting = machine.read(text);
        CHECK(setting.is_auto);
        CHECK(setting.processor == &machine.cpu);
        REQUIRE(setting.candidates.size() == 3);
        CHECK(setting.candidates[0].title() == "cpu");
        CHECK(setting.candidates[1].title() == "gpu on Radeon 780M");
        CHECK(setting.candidates[2].title() == "gpu on Orin");
        CHECK(setting.notes.empty());
    }
    CHECK(machine.read("nnDevice = orin\n").candidates.size() == 2);
    CHECK(machine.read("nnDevice = orin\n").candidates[1].title() == "gpu on Orin");
    CHECK(machine.read("nnDevice = 1\n").candidates[1].text() == "gpu, device 1: Orin, driver of Orin");
}

TEST_CASE("backend setting: without a device there is one line for the log") {
    const Machine machine;
    const std::vector<const Backend*> alone = {&machine.cpu};
    const BackendSetting setting = read_backend_setting(Config::from_text("", "test"), alone);
    CHECK(setting.candidates.size() == 1);
    CHECK(setting.notes.size() == 1);
    const BackendSetting asked = read_backend_setting(Config::from_text("deviceToUse = 0\n", "test"), alone);
    CHECK(asked.notes.front() == "deviceToUse = 0 has no effect: there is no device");
}

TEST_CASE("backend setting: a software device is taken by name only") {
    const Machine machine;
    const BackendSetting setting = machine.read("nnDevice = llvmpipe\n");
    CHECK(setting.candidates.size() == 1);
    CHECK(setting.candidates[0].title() == "cpu");
    CHECK(setting.notes.front().find("nnBackend = gpu takes it all the same") != std::string::npos);
    CHECK(machine.chosen("nnBackend = gpu\nnnDevice = LLVM\n") == "gpu on llvmpipe");
}

TEST_CASE("backend setting: a named backend takes the device of nnDevice, else one of those that are no software") {
    const Machine machine;
    CHECK(machine.chosen("nnBackend = gpu\n") == "gpu on Radeon 780M");
    CHECK(machine.read("nnBackend = gpu\n").candidates.size() == 2);
    CHECK(machine.chosen("nnBackend = gpu\nnnDevice = 1\n") == "gpu on Orin");
    CHECK(machine.chosen("nnBackend = gpu\nnnDevice = 780m\n") == "gpu on Radeon 780M");
    CHECK(machine.chosen("nnBackend = cpu\n") == "cpu");
    CHECK_FALSE(machine.read("nnBackend = cpu\n").is_auto);
    CHECK_THROWS_WITH_AS(machine.read("nnBackend = cuda\n"), "no backend is called 'cuda'; there are: auto, cpu, gpu",
                         UsageError);
}

TEST_CASE("backend setting: a device that does not exist is an error that lists those that do") {
    const Machine machine;
    for (const char* backend : {"auto", "gpu"}) {
        const std::string begin = "nnBackend = " + std::string(backend) + "\n";
        CHECK_THROWS_WITH_AS(machine.read(begin + "nnDevice = 7\n"),
                             "nnDevice = 7: there is no such device, only 0 (Radeon 780M), 1 (Orin), 2 (llvmpipe)",
                             ConfigError);
        CHECK_THROWS_AS(machine.read(begin + "nnDevice = Voodoo\n"), ConfigError);
        CHECK_THROWS_AS(machine.read(begin + "deviceToUse = first\n"), ConfigError);
    }
    CHECK_THROWS_AS(machine.read("nnBackend = gpu\ncudaDeviceToUseThread0 = 5\n"), ConfigError);
    const BackendSetting katago = machine.read("cudaDeviceToUseThread0 = 5\n");
    CHECK(katago.candidates.size() == 3);
    CHECK(katago.notes.front() == "cudaDeviceToUseThread0 = 5 has no effect: there is no such device");
}

TEST_CASE("backend setting: KataGo's keys name the device, the first thread's before others") {
    const Machine machine;
    const std::string gpu = "nnBackend = gpu\n";
    for (const char* key :
         {"deviceToUse", "gpuToUse", "deviceToUseThread0", "deviceToUseModel0", "cudaDeviceToUse", "cudaGpuToUse",
          "trtDeviceToUseThread0", "openclDeviceToUseModel0Thread0", "metalDeviceToUse", "gpuToUseModel0Thread0"}) {
        INFO(key);
        CHECK(machine.chosen(gpu + key + " = 1\n") == "gpu on Orin");
    }
    CHECK(machine.chosen(gpu + "deviceToUse = 0\ndeviceToUseThread0 = 1\n") == "gpu on Orin");
    CHECK(machine.chosen(gpu + "nnDevice = 0\ndeviceToUse = 1\n") == "gpu on Radeon 780M");
    const BackendSetting two = machine.read(gpu + "deviceToUseThread0 = 1\ndeviceToUseThread1 = 0\n");
    CHECK(two.candidates[0].title() == "gpu on Orin");
    CHECK(two.notes.front().find("one computes for all: deviceToUseThread0 = 1") != std::string::npos);
    CHECK(machine.read(gpu + "deviceToUseThread0 = 1\ndeviceToUseThread1 = 1\n").notes.empty());
    CHECK(machine.read("nnBackend = cpu\ndeviceToUse = 1\n").notes.front() ==
          "deviceToUse = 1 has no effect: backend cpu has no devices to choose from");
    const Config misspelt = Config::from_text("deviceToUseThreadX = 1\n", "test");
    read_backend_setting(misspelt, machine.table);
    CHECK(misspelt.unused_keys().size() == 1);
}
