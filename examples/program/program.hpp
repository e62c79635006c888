#pragma once
// A program of commands with a store each: what they are called with is checked here, once for all of them, and what they end with
// becomes an exit code. The data goes to standard output, everything else to standard error.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "program/arguments.hpp"
#include "program/outcome.hpp"
#include "program/output.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/durability.hpp"

namespace program {

struct command {
    std::string_view              name;
    std::string_view              operand;  // what it is called, where the command takes one
    std::vector<std::string_view> options;  // besides --store, which each needs
    outcome (*run)(const arguments&, output&);
};

struct description {
    std::string_view     name;
    std::string_view     usage;
    std::vector<command> commands;
    outcome (*without_words)(output&) = nullptr;  // what it does when it is asked for nothing; null: that is a mistake
};

// The program from its first word to its exit code.
int run(const description& program, int count, char** words);

// A command line that means nothing: `why`, and where to read on.
outcome misused(std::string_view program, std::string_view why);

// A file that is to be read, "-" for standard input; or why it cannot be.
sillok::result<int, outcome> open_input(std::string_view file);

// What --durability says; durable where it says nothing.
sillok::result<sillok::durability, std::string> durability_of(const arguments& said);

// A whole number of at least 1 that an option says; `otherwise` where it says nothing. `what` completes "--size "x" is not …".
sillok::result<std::uint64_t, std::string> number_of(const arguments& said, std::string_view option, std::uint64_t otherwise, std::string_view what);

// Whether somebody sees what is shown on standard error.
bool is_watched();

}  // namespace program
