#pragma once
// What cannot happen is asserted. SILLOK_ASSERT may be defined before the first include to report in a way of one's own.

#include <cassert>

#ifndef SILLOK_ASSERT
#define SILLOK_ASSERT(condition) assert(condition)
#endif
