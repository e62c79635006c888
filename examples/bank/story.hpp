#pragma once
// What the program tells when it is asked for nothing in particular.

#include "outcome.hpp"
#include "program/output.hpp"

namespace bank {

// On a sample of its own, in memory, with a clock of its own: it says the same whenever it runs.
outcome tell_story(output& out);

}  // namespace bank
