#include "program/program.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

namespace program {
namespace {

outcome run(const description& program, std::span<char* const> words, output& out) {
    std::vector<std::string_view> known{"--store"};
    for (const command& each : program.commands) known.insert(known.end(), each.options.begin(), each.options.end());
    const auto said    = parse(words, known);
    const auto misused = [&](const std::string& why) { return program::misused(program.name, why); };
    if (!said) return misused(said.error());
    if (said->help) {
        out << program.usage;
        return good();
    }
    if (words.empty() && program.without_words != nullptr) return program.without_words(out);
    if (said->command.empty()) return misused("there is no command");

    const auto        found = std::ranges::find(program.commands, said->command, &command::name);
    const std::string name(said->command);
    std::string whole(program.name);
    whole.append(1, ' ').append(name);
    if (found == program.commands.end()) return misused("there is no command \"" + name + "\"");
    if (said->operand && found->operand.empty()) return misused(whole + " takes no \"" + std::string(*said->operand) + "\"");
    if (!said->operand && !found->operand.empty()) return misused(whole + " needs " + std::string(found->operand));
    for (const auto& option : said->options)
        if (option.name != "--store" && std::ranges::find(found->options, option.name) == found->options.end())
            return misused(whole + " takes no " + std::string(option.name));
    if (!(*said)["--store"]) return misused(whole + " needs --store DIR");
    return found->run(*said, out);
}

}  // namespace

int run(const description& program, int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that has seen enough, such as `head`, does not stop an import
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error that can be told
    const std::string name(program.name);
    output            out(STDOUT_FILENO);
    outcome           ended;
    try {
        ended = run(program, std::span(words, static_cast<std::size_t>(count)).subspan(1), out);
    } catch (const std::exception& why) {
        ended = trouble(name + ": " + why.what());
    }
    if (!out.flush() && !out.closed() && ended.code < 2) ended = trouble(name + ": standard output: " + std::strerror(out.error()));
    if (!ended.message.empty()) std::fprintf(stderr, "%s\n", ended.message.c_str());
    return ended.code;
}

outcome misused(std::string_view program, std::string_view why) {
    const std::string name(program);
    return bad_input(name + ": " + std::string(why) + ". See `" + name + " --help`");
}

sillok::result<int, outcome> open_input(std::string_view file) {
    const std::string path(file);
    const int         descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return bad_input(path + ": cannot be opened: " + std::strerror(errno));
    return descriptor;
}

sillok::result<sillok::durability, std::string> durability_of(const arguments& said) {
    const std::string_view name = said["--durability"].value_or("durable");
    if (name == "durable") return sillok::durability(sillok::durable{});
    if (name == "lose_recent") return sillok::durability(sillok::lose_recent{std::chrono::seconds{1}});
    if (name == "lose_unsynced") return sillok::durability(sillok::lose_unsynced{});
    return "--durability \"" + std::string(name) + "\" is none of durable, lose_recent, lose_unsynced";
}

sillok::result<std::uint64_t, std::string> number_of(const arguments& said, std::string_view option, std::uint64_t otherwise, std::string_view what) {
    const auto text = said[option];
    if (!text) return otherwise;
    std::uint64_t     number = 0;
    const char* const end    = text->data() + text->size();
    const auto [rest, failed] = std::from_chars(text->data(), end, number);
    if (failed == std::errc{} && rest == end && number != 0) return number;
    return std::string(option) + " \"" + std::string(*text) + "\" is not " + std::string(what);
}

bool is_watched() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace program
