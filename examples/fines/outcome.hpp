#pragma once
// How the commands of the fines end, in their name.

#include "program/outcome.hpp"
#include "program/output.hpp"
#include "sillok/core/error.hpp"

namespace fines {

using program::bad_input, program::good, program::outcome, program::output;

inline outcome store_trouble(const sillok::error& why) {
    const bool missing = why.kind() == sillok::error_kind::no_such_store;
    return program::trouble("fines: " + to_string(why) + (missing ? ". The first `fines import` makes one" : ""));
}

}  // namespace fines
