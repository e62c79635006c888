#pragma once
// Short words for asking a group, and for saying what is wrong with its answer. The laws of groups are written in them.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/function_ref.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/testing/manual_clock.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing {

inline uuid numbered_member(unsigned number) noexcept {
    uuid id;
    id.octets[0] = 0x77;
    id.octets[14] = static_cast<std::uint8_t>(number >> 8);
    id.octets[15] = static_cast<std::uint8_t>(number);
    return id;
}

// A group under test, and where findings go.
class group_probe {
public:
    using owned = std::vector<owned_partition>;

    group_probe(function_ref<group_store_ref(const group_settings&)> begin, manual_clock& time,
                std::uint64_t seed_of_run, std::string_view law, finding_report report)
        : store(begin({.partitions = 6})), clock(time), seed(seed_of_run), begin_(begin), law_(law), report_(report) {}

    // Another one in its place.
    void begin_with(const group_settings& settings) { store = begin_(settings); }

    bool expect(bool holds, std::string_view what) {
        const std::lock_guard hold(one_at_a_time_);
        ++checks;
        if (!holds) report_({std::string(law_), std::string(what)});
        return holds;
    }
    owned join(unsigned number) {
        auto joined = store.join({numbered_member(number), lease, "probe"});
        expect(joined.has_value(), "a join failed");
        return joined ? *std::move(joined) : owned();
    }
    owned renew(unsigned number) {
        auto renewed = store.renew(numbered_member(number));
        expect(renewed.has_value(), "a renewal failed");
        return renewed ? *std::move(renewed) : owned();
    }
    void leave(unsigned number) { expect(store.leave(numbered_member(number)).has_value(), "leaving failed"); }
    bool commit(const owned_partition& of, std::uint64_t upto) {
        const partition_commit one[] = {{of.number, of.token, {upto}}};
        return store.commit(one).has_value();
    }
    void refuses(std::vector<partition_commit> commits, error_kind why, const std::string& what) {
        const group_status before = status();
        const auto done = store.commit(commits);
        expect(!done && done.error() == why, what);
        const group_status after = status();
        for (std::size_t i = 0; i < before.partitions.size(); ++i)
            expect(before.partitions[i].committed == after.partitions[i].committed, what + ": and it moved a position");
    }
    group_status status() {
        auto seen = store.status();
        expect(seen.has_value(), "there is no status");
        return seen ? *std::move(seen) : group_status();
    }
    std::uint64_t committed(std::uint32_t number) {
        const group_status now = status();
        return number < now.partitions.size() ? now.partitions[number].committed.value : ~std::uint64_t{0};
    }

    static constexpr std::chrono::seconds lease{30};
    group_store_ref store;
    manual_clock& clock;
    std::uint64_t seed;
    std::size_t checks = 0;

private:
    function_ref<group_store_ref(const group_settings&)> begin_;
    std::string_view law_;
    finding_report report_;
    std::mutex one_at_a_time_;
};

}  // namespace sillok::testing
