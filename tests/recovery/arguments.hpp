#pragma once
// How the program is called, and how it says what came of it.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recovery {

struct arguments {
    std::string mode;
    std::uint64_t seed = 1;
    std::uint64_t images = 2;   // losses of power at each call
    std::uint64_t rounds = 30;  // kills
    std::uint64_t events = 60;  // in a store whose bytes are changed
    std::uint64_t stride = 1;   // of bits and cuts every so many, beginning with seed modulo stride
    std::uint64_t pairs = 200;  // of failing calls
    std::string dir;            // where the stores on the real disk are made
    std::string only;           // one case, as a failure names it
};

// A promise that was not kept.
struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};
[[noreturn, gnu::cold]] inline void fail(const std::string& what) { throw failure(what); }

// The numbers of a case as they stand in an argument: "0:17:5".
inline std::string case_text(const std::vector<std::uint64_t>& numbers) {
    std::string text;
    for (const std::uint64_t each : numbers) {
        if (!text.empty()) text += ':';
        text += std::to_string(each);
    }
    return text;
}
inline std::vector<std::uint64_t> case_numbers(std::string_view text, std::size_t wanted) {
    std::vector<std::uint64_t> numbers(1);
    for (const char c : text) {
        if (c == ':') {
            numbers.push_back(0);
        } else if (c >= '0' && c <= '9') {
            numbers.back() = numbers.back() * 10 + static_cast<std::uint64_t>(c - '0');
        } else {
            throw std::invalid_argument("a case is made of numbers and ':'");
        }
    }
    if (numbers.size() != wanted)
        throw std::invalid_argument("a case of this mode has " + std::to_string(wanted) + " numbers");
    return numbers;
}

// What a mode counted, and what went wrong. Cases are tried from the smallest on, so the first that fails is the one to
// look at.
class tally {
public:
    explicit tally(const arguments& given) : given_(given) {}

    std::uint64_t& operator[](std::string_view name) {
        for (auto& [known, count] : counts_)
            if (known == name) return count;
        return counts_.emplace_back(name, 0).second;
    }
    bool goes_on() const { return failures_ < failures_max; }

    // Runs a case; whatever it throws is a failure with the arguments that bring it back.
    template <class Case>
    void run(const std::string& name, Case check) {
        ++(*this)["cases"];
        try {
            check();
        } catch (const std::exception& e) {
            note(name, e.what());
        }
    }
    // Of failures that differ in numbers only, the first is shown.
    void note(const std::string& name, const std::string& what) {
        ++failures_;
        std::string kind;
        for (const char c : what)
            if (c < '0' || c > '9') kind += c;
        if (!kinds_.insert(kind).second) return;
        std::fprintf(stderr,
                     "FAILED: sillok_recovery %s --seed %llu --events %llu --stride %llu --case %s\n        %s\n",
                     given_.mode.c_str(), static_cast<unsigned long long>(given_.seed),
                     static_cast<unsigned long long>(given_.events), static_cast<unsigned long long>(given_.stride),
                     name.c_str(), what.c_str());
    }
    // A count without which nothing was tested.
    void wants(std::string_view name) {
        if ((*this)[name] == 0 && given_.only.empty() && failures_ == 0)
            note("none", "not a test: no " + std::string(name));
    }
    int finish() {
        wants("acknowledged");
        std::string line = given_.mode + ':';
        for (const auto& [name, count] : counts_) line += ' ' + std::to_string(count) + ' ' + name + ',';
        line += ' ' + std::to_string(failures_) + " failed; seed " + std::to_string(given_.seed);
        std::printf("%s\n", line.c_str());
        return failures_ == 0 ? 0 : 1;
    }

private:
    static constexpr std::uint64_t failures_max = 1000;

    const arguments& given_;
    std::vector<std::pair<std::string, std::uint64_t>> counts_;
    std::set<std::string> kinds_;
    std::uint64_t failures_ = 0;
};

int check_calls(const arguments& given);
int check_power(const arguments& given);
int check_kill(const arguments& given);
int check_bits(const arguments& given);
int check_cuts(const arguments& given);

}  // namespace recovery
