// expect: sillok[E0541]
// expect: Fix: give the field such a type
// expect: docs/errors.md#E0541
#include <cstdint>
#include <string>
#include <vector>

#include "sillok/adapters/sqlite/columns.hpp"

struct payment_row {
    std::int64_t id;
#ifndef FIXED
    std::vector<std::string> labels;
#else
    std::string label;
#endif
};

static_assert(sillok::detail::row_of_columns<payment_row>);
