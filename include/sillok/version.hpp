#pragma once

// The version of the library: the one place where it is written. CMake and the tests read these lines, so they stay plain numbers.

#define SILLOK_VERSION_MAJOR 0
#define SILLOK_VERSION_MINOR 1
#define SILLOK_VERSION_PATCH 0

// One number that grows with the version: 10000 * major + 100 * minor + patch.
#define SILLOK_VERSION_NUMBER (SILLOK_VERSION_MAJOR * 10000 + SILLOK_VERSION_MINOR * 100 + SILLOK_VERSION_PATCH)
