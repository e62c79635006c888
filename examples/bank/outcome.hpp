#pragma once
// How a command of the program ends: its exit code, and for people what went wrong.

#include <string>
#include <utility>

#include "sillok/core/error.hpp"

namespace bank {

struct outcome {
    int         code = 0;
    std::string message{};
};

inline outcome good() { return {}; }
inline outcome finding() { return {1, {}}; }
inline outcome bad_input(std::string message) { return {2, std::move(message)}; }
inline outcome trouble(const std::string& message) { return {3, "bank: " + message}; }
inline outcome store_trouble(const sillok::error& why) {
    const bool missing = why.kind() == sillok::error_kind::no_such_store;
    return trouble(to_string(why) + (missing ? ". The first `bank import` makes one" : ""));
}

}  // namespace bank
