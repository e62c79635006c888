// expect: sillok[E0505]: a query is answered by one part of the bus
// expect: turnover_of
#include <cstdint>
#include <optional>
#include <string>

#include <sillok/projection/query_bus.hpp>

struct balance_of {
    std::string account;
    using answer = std::optional<std::int64_t>;
};
struct turnover_of {
    std::string account;
    using answer = std::int64_t;
};
struct balances {
#ifndef FIXED
    using queries = sillok::queries<balance_of>;
#else
    using queries = sillok::queries<balance_of, turnover_of>;
#endif
    std::optional<std::int64_t> answer(const balance_of&) const { return 1; }
    std::int64_t answer(const turnover_of&) const { return 2; }
};

std::int64_t ask(const balances& all) { return sillok::query_bus(all)(turnover_of{"1"}); }
