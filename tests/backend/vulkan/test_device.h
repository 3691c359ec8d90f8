// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "backend/vulkan/device/device.h"

// The device that tests compute on, opened once: a graphics unit where there is one, else a software device. Null, with
// a message, where no driver is installed.
std::shared_ptr<const katago::vulkan::Device> test_device();
