// expect: sillok[E0521]: a query uses an index of its table that begins with its members, in their order
// expect: payment_row
#include <cstdint>
#include <string>

#include "sillok/projection/table.hpp"

struct payment_row {
    std::uint64_t id;
    std::string user;
    std::int64_t amount;
};

#ifdef FIXED
using payments =
    sillok::table<payment_row, sillok::unique<&payment_row::id>, sillok::ordered<&payment_row::user, &payment_row::id>>;
#else
using payments =
    sillok::table<payment_row, sillok::unique<&payment_row::id>, sillok::ordered<&payment_row::id, &payment_row::user>>;
#endif

int main() {
    const payments rows;
    return static_cast<int>(rows.select().equal<&payment_row::user>("ada").count());
}
