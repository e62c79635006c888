// expect: sillok[E0506]: who lists a query answers it, const, and with what it asks for
// expect: balance_of
#include <cstdint>
#include <optional>
#include <string>

#include <sillok/projection/query_bus.hpp>

struct balance_of {
    std::string account;
    using answer = std::optional<std::int64_t>;
};
struct balances {
    using queries = sillok::queries<balance_of>;
#ifndef FIXED
    std::int64_t answer(const balance_of&) const { return 1; }
#else
    std::optional<std::int64_t> answer(const balance_of&) const { return 1; }
#endif
};

std::optional<std::int64_t> ask(const balances& all) { return sillok::query_bus(all)(balance_of{"1"}); }
