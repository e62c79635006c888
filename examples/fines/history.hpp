#pragma once
// The events of one case as the entries that they were recorded from.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/store/store_ref.hpp"

namespace fines {

struct history {
    using events = case_events;

    std::vector<entry> entries{};
    standing           now{};

    void on(const fine_created& e) { add(e); }
    void on(const fine_sent& e) { add(e); }
    void on(const notification_inserted& e) { add(e); }
    void on(const penalty_added& e) { add(e); }
    void on(const payment_made& e) { add(e); }
    void on(const collection_requested& e) { add(e); }
    void on(const appeal_dated& e) { add(e); }
    void on(const appeal_sent& e) { add(e); }
    void on(const appeal_result_received& e) { add(e); }
    void on(const appeal_result_notified& e) { add(e); }
    void on(const judge_appealed& e) { add(e); }

private:
    template <class Event>
    void add(const Event& e) {
        std::string name;
        if constexpr (requires { e.case_name; }) name = e.case_name;
        else if (!entries.empty()) name = entries.front().case_name;
        entries.push_back({static_cast<std::int64_t>(entries.size()), std::move(name), e});
        now.take(e);
    }
};

// Reads one case after the other from a store that nobody else writes: that it was recorded with these events is checked once.
class case_reader {
public:
    explicit case_reader(sillok::store_ref store) : store_(store) {}

    // Of a case that is not there, without entries.
    sillok::result<history> read(std::int64_t case_no);

private:
    sillok::store_ref           store_;
    sillok::dispatcher<history> to_history_;
    bool                        is_checked_ = false;
};

// The number of the case that is called so; 0 where none is.
sillok::result<std::int64_t> find_case(sillok::store_ref store, std::string_view name);

// The number of the case that a stream is of.
//
// Errors: malformed, where another program wrote the store
sillok::result<std::int64_t> case_of(std::string_view key);

}  // namespace fines
