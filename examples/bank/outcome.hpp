#pragma once
// How the bank's commands end, in its name.

#include <string>

#include "program/outcome.hpp"
#include "program/output.hpp"
#include "sillok/core/error.hpp"

namespace bank {

using program::bad_input, program::finding, program::good, program::outcome, program::output;

inline outcome store_trouble(const sillok::error& why) {
    const bool missing = why.kind() == sillok::error_kind::no_such_store;
    return program::trouble("bank: " + to_string(why) + (missing ? ". The first `bank import` makes one" : ""));
}

}  // namespace bank
