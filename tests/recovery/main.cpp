// Torture of the file store's recovery: what may fail fails, at every place, and what was acknowledged must be there.
//
//     sillok_recovery calls|power|kill|bits|cuts [--seed S] [--images N] [--rounds N] [--events N] [--stride K] [--pairs N]
//                     [--dir DIR] [--case NUMBERS]
#include "arguments.hpp"

#include <cstdlib>
#include <cstring>

namespace {

struct mode {
    const char* name;
    int (*check)(const recovery::arguments&);
};
constexpr mode modes[] = {{"calls", recovery::check_calls},
                          {"power", recovery::check_power},
                          {"kill", recovery::check_kill},
                          {"bits", recovery::check_bits},
                          {"cuts", recovery::check_cuts}};

int usage() {
    std::fprintf(stderr,
                 "sillok_recovery calls|power|kill|bits|cuts [--seed S] [--images N] [--rounds N] [--events N]\n"
                 "                [--stride K] [--pairs N] [--dir DIR] [--case NUMBERS]\n");
    return 2;
}

}  // namespace

int main(int count, char** words) {
    recovery::arguments given;
    if (count < 2) return usage();
    given.mode = words[1];
    for (int i = 2; i + 1 < count; i += 2) {
        const std::string_view name = words[i];
        const std::uint64_t number = std::strtoull(words[i + 1], nullptr, 10);
        if (name == "--seed") {
            given.seed = number;
        } else if (name == "--images") {
            given.images = number;
        } else if (name == "--rounds") {
            given.rounds = number;
        } else if (name == "--events") {
            given.events = number;
        } else if (name == "--stride" && number != 0) {
            given.stride = number;
        } else if (name == "--pairs") {
            given.pairs = number;
        } else if (name == "--dir") {
            given.dir = words[i + 1];
        } else if (name == "--case") {
            given.only = words[i + 1];
        } else {
            return usage();
        }
    }
    if (count % 2 != 0) return usage();
    for (const mode& each : modes)
        if (given.mode == each.name) try {
                return each.check(given);
            } catch (const std::exception& e) {
                std::fprintf(stderr, "FAILED: sillok_recovery %s: %s\n", each.name, e.what());
                return 1;
            }
    return usage();
}
