#pragma once
// How a command of a program ends: its exit code, and for people what went wrong.

#include <string>
#include <utility>

namespace program {

struct outcome {
    int         code = 0;
    std::string message{};
};

inline outcome good() { return {}; }
inline outcome finding() { return {1, {}}; }
inline outcome bad_input(std::string message) { return {2, std::move(message)}; }
inline outcome trouble(std::string message) { return {3, std::move(message)}; }

}  // namespace program
