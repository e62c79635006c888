#pragma once
// From the rows of a file to events in a store.

#include <cstdint>
#include <string>
#include <string_view>

#include "program/csv.hpp"
#include "outcome.hpp"
#include "program/output.hpp"
#include "sillok/store/store_ref.hpp"

namespace bank {

struct import_counts {
    std::uint64_t rows       = 0;  // seen, the bad one included
    std::uint64_t accounts   = 0;
    std::uint64_t recorded   = 0;
    std::uint64_t duplicates = 0;  // recorded before, exactly so
    std::uint64_t rejected   = 0;  // the bad row, at which the import stopped
};

// Shown while it runs, if there is somebody to see it.
using progress = void (*)(const import_counts&);

// Every row behind the header is a command to its account. The first bad row ends the import; what came before stays recorded,
// and rows that are recorded already are passed over, so the same file, or a corrected one, can be imported again.
outcome import_transactions(sillok::store_ref store, std::string_view file, csv::reader& rows, import_counts& counts, progress show = nullptr);

// `key value` lines.
void print(const import_counts& counts, double seconds, output& out);

}  // namespace bank
