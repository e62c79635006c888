#pragma once
// The laws of witnesses, which store_conformance.hpp runs: what is told of an append while it is made, and who may refuse it.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/append_witness.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/testing/store_laws.hpp"
#include "sillok/testing/store_probe.hpp"

namespace sillok::testing {

// Writes down what it is told, and refuses the event with a payload that it is given, or throws at it.
struct noting_witness {
    std::string_view refused{};
    bool throws = false;
    std::string told{};
    std::vector<position> positions{};

    struct thrown {};

    result<void> before(const record_view& record) {
        const std::string_view payload = as_text(record.payload());
        told.append(payload) += ' ';
        positions.push_back(record.position());
        if (payload != refused) return {};
        if (throws) throw thrown{};
        return error(error_kind::condition_failed, "refused by a witness");
    }
    void after(bool is_recorded) { told += is_recorded ? "recorded " : "refused "; }

    // Appends with this witness present.
    result<receipt> append(store_probe& p, std::initializer_list<draft> drafts, append_request request = {}) {
        const auto see = [this](const record_view& record) { return before(record); };
        const auto hear = [this](bool is_recorded) { after(is_recorded); };
        const append_witness witness{see, hear};
        request.witness = &witness;
        return p.append(drafts, request);
    }
};

}  // namespace sillok::testing

namespace sillok::testing::laws {

inline void a_witness_sees_each_event_before_it_is_recorded(store_probe& p) {
    noting_witness witness;
    const auto done = witness.append(
        p, {{{"account", "1"}, any_version{}, {"a", "b"}, {"tx:1"}}, {{"account", "2"}, any_version{}, {"c"}}});
    p.expect(done.has_value(), "an append with a witness was refused");
    p.expect_equal(witness.told, std::string("a b c recorded "), "what a witness is told");
    const auto seen = p.log();
    p.expect(seen.size() == 3, "an append with a witness recorded another number of events");
    for (std::size_t i = 0; i < seen.size() && i < witness.positions.size(); ++i)
        p.expect(seen[i].position == witness.positions[i], "a witness was told of another position");

    witness.told.clear();
    p.expect_error(witness.append(p, {{{"account", "1"}, exactly{version{9}}, {"d"}}}), error_kind::conflict,
                   "an append to another version");
    p.expect(witness.told.empty(), "a witness was told of an append that was refused for another reason");
    const append_request with_id{.streams = {}, .batch = test_id(3)};
    p.expect(witness.append(p, {{{"account", "3"}, any_version{}, {"e"}}}, with_id).has_value(), "a batch was refused");
    p.expect(witness.append(p, {{{"account", "3"}, any_version{}, {"e"}}}, with_id).has_value(), "a batch was refused");
    p.expect_equal(witness.told, std::string("e recorded "), "a witness of a batch that was repeated");
}

inline void what_a_witness_refuses_never_was(store_probe& p) {
    p.expect(p.append({{"account", "1"}, any_version{}, {"a"}}).has_value(), "an append failed");
    const append_request with_id{.streams = {}, .batch = test_id(7)};
    for (const bool throws : {false, true}) {
        noting_witness witness{.refused = "c", .throws = throws};
        const auto refuse = [&]() -> result<receipt> {
            try {
                draft typed{{"account", "2"}, no_stream{}, {"b", "c", "d"}, {"tx:2"}};
                typed.type = "witnessed.event";
                typed.shape = &detail::shape_of<detail::codec_probe>::value;
                return witness.append(p, {{{"account", "1"}, any_version{}, {"x"}}, typed}, with_id);
            } catch (const noting_witness::thrown&) {
                return error(error_kind::condition_failed, "thrown");
            }
        };
        for (int round = 0; round < 300; ++round) {  // memory and numbers that are taken are given back
            witness.told.clear();
            p.expect_error(refuse(), error_kind::condition_failed, "what a witness refuses");
            if (!p.expect_equal(witness.told, std::string("x b c refused "), "what a witness that refuses is told"))
                return;
        }
    }
    p.expect_equal(p.store.last(horizon::visible), position{1}, "last position after a witness refused");
    p.expect_equal(p.log().size(), std::size_t{1}, "events after a witness refused");
    p.expect_equal(p.version_of({"account", "2"}), version{0}, "version of a stream whose first event was refused");
    p.expect(p.schemas().empty(), "a layout was noted of what a witness refused");
    const std::string_view tag[] = {"tx:2"};
    p.expect(p.log({.tags = tag}).empty(), "a tag was taken by what a witness refused");

    const auto again = p.append({{{"account", "2"}, no_stream{}, {"b"}, {"tx:2"}}}, with_id);
    p.expect(again.has_value() && !again->repeated && again->first == position{2},
             "the next append did not get the position of what a witness refused");
    p.expect_equal(p.payloads(p.log()), std::string("a b"), "events after a witness refused, and one more");
}

}  // namespace sillok::testing::laws
