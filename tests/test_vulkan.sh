#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests of the Vulkan backend, and those of other folders whose names have "vulkan" in them, under Vulkan's
# validation layer with its checks of synchronization. Fails on any message of the layer. Exit status 77, with the reason,
# where the layer is missing. make test-vulkan-validation and test-vulkan-new build what it runs.
# Usage: sh tests/test_vulkan.sh TESTS [MESA]
#   TESTS  the test binary     MESA  a folder of scripts/mesa-new.sh; otherwise this machine's drivers and layer
set -eu
tests=$1
mesa=${2:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
messages=$scratch/messages.txt
pipe=$scratch/pipe
mkfifo "$pipe"

run() {
    if [ -n "$mesa" ]; then "$mesa/run" "$@"; else "$@"; fi
}

layers=${mesa:+$mesa/root}/usr/share/vulkan/explicit_layer.d
manifest=${VK_LAYER_PATH:-$layers}/VkLayer_khronos_validation.json
[ -f "$manifest" ] || {
    echo "SKIPPED: the checks of Vulkan's use need its validation layer (vulkan-validationlayers): no file $manifest"
    exit 77
}
# A layer that knows the newer names of these settings calls the older one a fault; only then are shaders not looked into
# unasked.
if grep -q '"validate_sync"' "$manifest"; then
    synchronization='khronos_validation.validate_sync = true
khronos_validation.syncval_shader_accesses_heuristic = true'
else
    synchronization='khronos_validation.enables = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT'
fi
cat >"$scratch/vk_layer_settings.txt" <<SETTINGS
khronos_validation.debug_action = VK_DBG_LAYER_ACTION_LOG_MSG
khronos_validation.report_flags = error,warn,perf
khronos_validation.log_filename = $pipe
$synchronization
SETTINGS
export VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_SETTINGS_PATH="$scratch"
# Small networks have every kind of layer.
export KATAGO_GOLDEN_SMALL=1
# The loader says on stderr for which devices it loads the layer.
export VK_LOADER_DEBUG=layer

# check WHAT ARGUMENT...: the tests that the arguments choose.
check() {
    what=$1
    shift
    echo "test_vulkan: $what"
    # A pipe, because the layer empties a file each time that a program asks for Vulkan.
    cat "$pipe" >"$messages" &
    exec 9>"$pipe"
    ended=0
    run "$tests" "$@" >"$scratch/stdout" 2>"$scratch/stderr" 9>&- || ended=$?
    # The layer of MESA, of 2026, may crash while the program ends, with every device closed: there the tests are judged by
    # what they say last.
    if [ $ended -ne 0 ] && { [ -z "$mesa" ] || ! grep -q '^\[doctest\] Status: SUCCESS!' "$scratch/stdout"; }; then
        cat "$scratch/stdout"
        echo "test_vulkan: $what: failed, status $ended" >&2
        status=1
    elif [ $ended -ne 0 ]; then
        echo "test_vulkan: $what: passed; the program ended with status $ended after the last test"
    fi
    exec 9>&-
    wait
    grep -vE '(LAYER|DRIVER):|^$' "$scratch/stderr" >&2 || true
    if [ -s "$messages" ]; then
        cat "$messages" >&2
        echo "test_vulkan: $what: the validation layer has found faults" >&2
        status=1
    fi
    if grep -q 'Inserted device layer "VK_LAYER_KHRONOS_validation"' "$scratch/stderr"; then validated=yes; fi
}

status=0
validated=no
# Devices that failed stay open to the end, as they should, for which the layer of 2026 aborts the program there.
check "tests of backend/vulkan" --source-file='*/backend/vulkan/*' --source-file-exclude='*/backend/vulkan/faults_test.cpp'
check "tests of other folders" --source-file-exclude='*/backend/vulkan/*' --test-case='*vulkan*'
[ $validated = yes ] || {
    echo "test_vulkan: no test opened a device under the validation layer" >&2
    exit 1
}
[ $status -eq 0 ] && echo "test_vulkan: the validation layer was silent"
exit $status
