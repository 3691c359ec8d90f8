// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

// Has `action` run when all tests are through, before main() returns: for what must be gone before objects of the
// libraries that it uses are.
void at_end(std::function<void()> action);
