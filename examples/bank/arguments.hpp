#pragma once
// The command line: a command, what it is about, and options with a value each, in any order.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sillok/core/result.hpp"

namespace bank {

struct arguments {
    std::string_view                command{};
    std::optional<std::string_view> operand{};  // FILE or ACCOUNT
    std::optional<std::string_view> store{}, at{}, from{}, durability{};
    bool                            help = false;
};

// What the words say, or why they say nothing. Whether a command takes these options is for the command to judge.
inline sillok::result<arguments, std::string> parse(std::span<char* const> words) {
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
            const auto equals = word.find('=');
            const auto name   = word.substr(0, equals);
            auto* const value = name == "--store"        ? &said.store
                                : name == "--at"         ? &said.at
                                : name == "--from"       ? &said.from
                                : name == "--durability" ? &said.durability
                                                         : nullptr;
            if (value == nullptr) return wrong("unknown option " + std::string(name));
            if (*value) return wrong(std::string(name) + " is given twice");
            if (equals != word.npos) *value = word.substr(equals + 1);
            else if (i + 1 < words.size() && !std::string_view(words[i + 1]).starts_with("--")) *value = words[++i];
            if (!*value || (*value)->empty()) return wrong(std::string(name) + " needs a value");
        } else if (said.command.empty()) {
            said.command = word;
        } else if (!said.operand) {
            said.operand = word;
        } else {
            return wrong("\"" + std::string(word) + "\" is one word too many");
        }
    }
    return said;
}

}  // namespace bank
