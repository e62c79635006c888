// expect: sillok[E0521]: a query uses an index of its table that begins with its members, in their order
// expect: payment_row
#include <cstdint>
#include <string>

#include "sillok/projection/table.hpp"

struct payment_row {
    std::uint64_t id;
    std::string receipt;
};

#ifdef FIXED
using payments = sillok::table<payment_row, sillok::unique<&payment_row::id>, sillok::unique<&payment_row::receipt>>;
#else
using payments = sillok::table<payment_row, sillok::unique<&payment_row::id>, sillok::ordered<&payment_row::receipt>>;
#endif

int main() {
    const payments rows;
    return rows.find<&payment_row::receipt>("r1") == nullptr ? 0 : 1;
}
