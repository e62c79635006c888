#include "history.hpp"

#include <utility>

#include "program/fields.hpp"
#include "row.hpp"
#include "sillok/store/schema_check.hpp"

namespace fines {

sillok::result<history> case_reader::read(std::int64_t case_no) {
    if (!is_checked_)
        if (auto fits = sillok::check_schema<case_events>(store_); !fits) return std::move(fits).error();
    is_checked_ = true;
    const std::string    key = std::to_string(case_no);
    history              all;
    sillok::result<void> handled;
    auto read = store_.read_stream({offence::name, key}, {}, [&](const sillok::record_view& record) {
        handled = to_history_.dispatch(all, record);
        return handled.has_value();
    });
    if (!read) return std::move(read).error();
    if (!handled) return std::move(handled).error();
    return all;
}

sillok::result<std::int64_t> find_case(sillok::store_ref store, std::string_view name) {
    const std::string            tag = "case:" + std::string(name);
    const std::string_view       tags[]{tag};
    sillok::result<std::int64_t> found = std::int64_t{0};
    auto read = store.read_all({.category = offence::name, .tags = tags}, [&](const sillok::record_view& record) {
        found = case_of(record.stream().key);
        return false;
    });
    if (!read) return std::move(read).error();
    return found;
}

sillok::result<std::int64_t> case_of(std::string_view key) {
    if (const auto number = program::parse_number(key)) return *number;
    return sillok::error(sillok::error_kind::malformed, program::shown(key) + " is not the number of a case; another program wrote this store");
}

}  // namespace fines
