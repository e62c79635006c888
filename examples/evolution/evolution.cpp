// Three generations of an order service on one store, each reading all that the earlier ones wrote:
//
//     evolution --store DIR                    all three, one after the other
//     evolution first|second|third --store DIR   one of them
//     evolution history ORDER --store DIR      an order's history, step by step
#include "evolution.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

template <class Failed>
int told(const Failed& done) {
    if (done) return 0;
    std::cerr << done.error() << '\n';
    return 1;
}

int usage() {
    std::cerr << "usage: evolution [first|second|third|history ORDER] --store DIR\n";
    return 2;
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> words(arguments + 1, arguments + count);
    if (words.size() < 2 || words[words.size() - 2] != "--store") return usage();
    auto store = sillok::file_store::open(words.back());
    if (!store) return told(store);
    words.resize(words.size() - 2);

    if (words.empty()) words = {"first", "second", "third"};
    if (words[0] == "history") return words.size() == 2 ? told(third_generation_history(*store, words[1])) : usage();
    for (const std::string_view word : words) {
        const auto run = word == "first" ? first_generation : word == "second" ? second_generation : third_generation;
        if (word != "first" && word != "second" && word != "third") return usage();
        if (words.size() > 1) std::cout << "the " << word << " generation\n";
        if (const int failed = told(run(*store)); failed != 0) return failed;
    }
    return told(store->close());
}
