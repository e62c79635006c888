#pragma once
// A read model in parts, each with the keys that are its own, made at once on threads that the user hands over: in order within a key,
// side by side across keys.
//
//     std::vector<balances> parts(4);
//     const auto on_threads = [](std::size_t count, auto task) {
//         std::vector<std::jthread> threads;
//         for (std::size_t i = 0; i < count; ++i) threads.emplace_back(task, i);
//     };
//     auto done = sillok::parallel_replay(store, {}, std::span(parts), on_threads);
//     parts[sillok::part_of("42", parts.size())]                      // has the account 42

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/batch_dispatch.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/type_order.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/projection/group/partitioning.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/replay.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// Which part has the events of a key.
inline std::size_t part_of(std::string_view key, std::size_t parts) noexcept { return partition_hash(key) % parts; }

}  // namespace sillok

namespace sillok::detail {

// What came of one part.
struct part_outcome {
    passed_over counts{};
    position failed_at{};
    result<void> done{};
};

}  // namespace sillok::detail

namespace sillok {

// Hands the events of a range, up to what is there when it begins, to the parts: each part has, in order, those of its keys. Unknown
// events are met, and counted, by the part that has their key. `run(count, task)` calls `task(0)` to `task(count - 1)`, on whatever threads,
// and returns when all of them have. The parts together are what one model would be, where nothing in it goes beyond a key.
//
// Errors:     as replay; of several parts that fail, that of the least position. Each part has had its events before the one that
//             failed in it.
// Threads:    those that `run` uses
// Complexity: each part looks at all events of the range and decodes its own
template <class Model, class Run, std::derived_from<unknown> Policy = unknown>
result<replayed> parallel_replay(const store_ref& store, const log_range& range, std::span<Model> parts, Run run,
                                 Policy policy = unknown::fail) {
    if (parts.empty()) return error(error_kind::invalid_argument, "a replay into no parts");
    detail::schema_guard schemas;
    if (auto fits = schemas.compare<catalogue_of<Model>>(store); !fits) return std::move(fits).error();
    const position end = store.last(range.upto);
    position last{range.from.value == 0 ? 0 : range.from.value - 1};
    std::vector<detail::part_outcome> outcomes(parts.size());
    run(parts.size(), [&](std::size_t at) {
        detail::part_outcome& outcome = outcomes[at];
        outcome.done = detail::guarded([&]() -> result<void> {
            std::conditional_t<takes_types_in_any_order<Model>(), batch_dispatcher<Model>, dispatcher<Model>> dispatch(
                policy);
            const auto is_own = [&](const record_view& record) {
                return part_of(record.stream().key, parts.size()) == at;
            };
            result<void> taken;
            result<position> read = position{};
            if constexpr (takes_types_in_any_order<Model>()) {
                std::vector<record_view> own;
                read = store.read_many(range, [&](std::span<const record_view> records) {
                    own.clear();
                    for (const record_view record : records)
                        if (record.position() <= end && is_own(record)) own.push_back(record);
                    taken = dispatch.dispatch(parts[at], own);
                    if (!taken) outcome.failed_at = dispatch.failed().position();
                    return taken.has_value() && records.back().position() < end;
                });
            } else {
                read = store.read_all(range, [&](const record_view& record) {
                    if (record.position() > end) return false;
                    if (!is_own(record)) return true;
                    taken = dispatch.dispatch(parts[at], record);
                    if (!taken) outcome.failed_at = record.position();
                    return taken.has_value();
                });
            }
            outcome.counts = dispatch.counts();
            return read ? std::move(taken) : result<void>(std::move(read).error());
        });
    });
    if (auto fits = schemas.compare_again<catalogue_of<Model>>(store); !fits) return std::move(fits).error();
    replayed all{end > last ? end : last, {}};
    const detail::part_outcome* first = nullptr;
    for (const detail::part_outcome& each : outcomes) {
        all.passed_over.skipped += each.counts.skipped;
        all.passed_over.kept += each.counts.kept;
        all.passed_over.retired += each.counts.retired;
        if (!each.done && (first == nullptr || each.failed_at < first->failed_at)) first = &each;
    }
    if (first != nullptr) return first->done.error();
    return all;
}

}  // namespace sillok
