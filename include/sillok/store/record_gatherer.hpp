#pragma once
// Gathers the records that a store has at hand at once, for `read_many`.

#include <cstddef>
#include <span>
#include <utility>

#include "sillok/event/record.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok::detail {

// Takes records one by one and hands them on together: when it is full, and before their bytes go.
class record_gatherer {
public:
    explicit record_gatherer(records_visitor visit) noexcept : visit_(visit) {}

    // Takes a record, which stays until the next `let_go`. Returns whether to go on.
    bool operator()(const record_view& record) {
        held_[count_++] = record;
        return count_ < most || let_go();
    }
    // Hands on what it holds. Returns whether to go on.
    bool let_go() {
        if (count_ == 0) return !is_stopped_;
        last_ = held_[count_ - 1].position();
        is_stopped_ = !visit_({held_, std::exchange(count_, 0)});
        return !is_stopped_;
    }
    bool is_stopped() const noexcept { return is_stopped_; }
    // The position of the last record that was handed on.
    position last() const noexcept { return last_; }

private:
    static constexpr std::size_t most = 1024;

    records_visitor visit_;
    std::size_t count_ = 0;
    bool is_stopped_ = false;
    position last_{};
    record_view held_[most];
};

}  // namespace sillok::detail
