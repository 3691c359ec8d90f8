# SPDX-License-Identifier: MIT
"""The shaders of the Vulkan backend: compiles them from GLSL to SPIR-V, and checks what is committed."""
