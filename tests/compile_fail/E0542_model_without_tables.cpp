// expect: sillok[E0542]
// expect: Fix: add `sillok::sqlite_table<row, sillok::unique<&row::id>> rows;`
// expect: docs/errors.md#E0542
#include <cstdint>
#include <map>

#if __has_include(<sqlite3.h>)
#include "sillok/adapters/sqlite.hpp"

struct row {
    std::int64_t id;
};
struct payments {
    static constexpr sillok::name name = "payments";
#ifndef FIXED
    std::map<std::int64_t, row> rows;
#else
    sillok::sqlite_table<row, sillok::unique<&row::id>> rows;
#endif
};

using model = sillok::sqlite_model<payments>;
constexpr auto size = sizeof(model);
#elif !defined(FIXED)
#error sillok[E0542] cannot be seen without SQLite. Fix: add `sillok::sqlite_table<row, sillok::unique<&row::id>> rows;` See docs/errors.md#E0542
#endif
