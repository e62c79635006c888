// expect: sillok[E0522]: a row of a table can be made from nothing, copied, and moved without an exception
// expect: payment_row
#include <cstdint>
#include <memory>
#include <string>

#include "sillok/projection/table.hpp"

struct payment_row {
    std::uint64_t id;
#ifdef FIXED
    std::string note;
#else
    std::unique_ptr<std::string> note;
#endif
};
using payments = sillok::table<payment_row, sillok::unique<&payment_row::id>>;

int main() {
    const payments rows;
    return static_cast<int>(rows.size());
}
