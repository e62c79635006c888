#pragma once
// The command line: a command, what it is about, and options with a value each, in any order.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"

namespace program {

struct arguments {
    struct option { std::string_view name, value; };

    std::string_view                command{};
    std::optional<std::string_view> operand{};  // what the command is about, such as a file
    std::vector<option>             options{};
    bool                            help = false;

    std::optional<std::string_view> operator[](std::string_view name) const {
        const auto found = std::ranges::find(options, name, &option::name);
        if (found == options.end()) return std::nullopt;
        return found->value;
    }
};

// What the words say, or why they say nothing. `known` are the options that there are, such as "--store"; whether a command takes
// one is for others to judge.
inline sillok::result<arguments, std::string> parse(std::span<char* const> words, std::span<const std::string_view> known) {
    using wrong = std::string;
    arguments said;
    bool      plain = false;  // behind "--" everything is an operand
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (!plain && (word == "--help" || word == "-h")) {
            said.help = true;
        } else if (!plain && word == "--") {
            plain = true;
        } else if (!plain && word.starts_with('-') && word != "-") {
            const auto       equals = word.find('=');
            const auto       name   = word.substr(0, equals);
            std::string_view value;
            if (std::ranges::find(known, name) == known.end()) return wrong("unknown option " + std::string(name));
            if (said[name]) return wrong(std::string(name) + " is given twice");
            if (equals != word.npos) value = word.substr(equals + 1);
            else if (i + 1 < words.size() && !std::string_view(words[i + 1]).starts_with("--")) value = words[++i];
            if (value.empty()) return wrong(std::string(name) + " needs a value");
            said.options.push_back({name, value});
        } else if (said.command.empty()) {
            said.command = word;
        } else if (!said.operand) {
            said.operand = word;
        } else {
            std::string why = "\"";
            why.append(word).append("\" is one word too many");
            return wrong(std::move(why));
        }
    }
    return said;
}

}  // namespace program
