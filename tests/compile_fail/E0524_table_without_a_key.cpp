// expect: sillok[E0524]: the first index of a table is its key
// expect: payment_row
#include <cstdint>

#include "sillok/projection/table.hpp"

struct payment_row {
    std::uint64_t id;
    std::int64_t amount;
};

#ifdef FIXED
using payments = sillok::table<payment_row, sillok::unique<&payment_row::id>, sillok::ordered<&payment_row::amount>>;
#else
using payments = sillok::table<payment_row, sillok::ordered<&payment_row::amount>, sillok::unique<&payment_row::id>>;
#endif

int main() {
    const payments rows{};
    static_cast<void>(rows);
    return 0;
}
