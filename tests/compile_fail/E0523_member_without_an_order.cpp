// expect: sillok[E0523]: an index of a table is `sillok::unique` or `sillok::ordered` of members of its rows
// expect: seat_row
#include <compare>
#include <cstdint>

#include "sillok/projection/table.hpp"

struct place {
    std::int32_t row;
    std::int32_t seat;
#ifdef FIXED
    auto operator<=>(const place&) const = default;
#endif
};
struct seat_row {
    std::uint64_t id;
    place where;
};
using seats = sillok::table<seat_row, sillok::unique<&seat_row::id>, sillok::ordered<&seat_row::where>>;

int main() {
    const seats rows;
    return static_cast<int>(rows.size());
}
