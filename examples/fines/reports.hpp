#pragma once
// What the register and the events of a case say, as text.

#include <cstdint>
#include <string_view>

#include "outcome.hpp"
#include "register.hpp"
#include "sillok/projection/table/page.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/store_ref.hpp"

namespace fines {

// The last day that can be written stands for the whole log.
inline constexpr day last_day = std::chrono::year(9999) / 12 / 31;

// Brings the register to the end of what is durable.
sillok::result<sillok::position> catch_up(sillok::store_ref store, sillok::shared_model<case_register>& shown);

outcome print_report(sillok::store_ref store, day until, output& out);
outcome print_activities(sillok::store_ref store, day until, output& out);
outcome print_last_activities(sillok::store_ref store, day until, output& out);
// `by` is one of due, fine, expenses, paid.
outcome print_top(sillok::store_ref store, std::string_view by, sillok::page_request page, output& out);
// `id` is the number of a case, or its name.
outcome print_case(sillok::store_ref store, std::string_view id, output& out);
// Makes the register anew, and says how long that takes, what it takes in memory, and how long its answers take.
outcome print_rebuild(sillok::store_ref store, output& out);

}  // namespace fines
