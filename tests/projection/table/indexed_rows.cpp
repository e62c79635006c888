#include "sillok/projection/table/indexed_rows.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <memory>
#include <string>

using namespace sillok::detail;

namespace {

struct row {
    std::uint32_t id;
    std::string name;
    std::shared_ptr<int> counted;
};
using rows = indexed_rows<row, sillok::unique<&row::id>, sillok::unique<&row::name>, sillok::ordered<&row::name>>;

}  // namespace

TEST_CASE("rows are destroyed once, in whatever state of a transaction they are") {
    const auto counted = std::make_shared<int>(0);
    {
        rows all;
        for (std::uint32_t id = 0; id < 100; ++id) all.add({id, "name " + std::to_string(id), counted});
        CHECK(counted.use_count() == 101);
        all.begin();
        for (std::uint32_t id = 0; id < 50; ++id) all.remove(all.slot_of({id, {}, {}}));
        for (std::uint32_t id = 40; id < 60; ++id) {
            const row_slot there = all.slot_of({id, {}, {}});
            if (there == no_slot)
                all.add({id, "new " + std::to_string(id), counted});
            else
                all.replace(there, {id, "other " + std::to_string(id), counted});
        }
        CHECK(all.size() == 60);
        CHECK(counted.use_count() == 1 + 100 + 20);
        CHECK(all.is_sound());
        const rows copy = all;
        CHECK(copy.is_sound());
        CHECK(counted.use_count() == 1 + 100 + 20 + 60);
        rows rolled = std::move(all);
        rolled.rollback();
        CHECK(rolled.size() == 100);
        CHECK(rolled.is_sound());
        CHECK(counted.use_count() == 1 + 100 + 60);
        rolled.begin();
        rolled.clear();
        rolled.commit();
        CHECK(counted.use_count() == 1 + 60);
        rolled.begin();
        rolled.add({1, "open", counted});
        rolled.replace(rolled.slot_of({1, {}, {}}), {1, "still open", counted});
        rolled.remove(rolled.slot_of({1, {}, {}}));
    }
    CHECK(counted.use_count() == 1);
}

TEST_CASE("what others have of a unique index is found, but not what a row has itself") {
    rows all;
    all.add({1, "ada", nullptr});
    const auto lacking = [&](const row& fresh, row_slot mine) {
        std::uint32_t other = 0;
        const bool lack = all.others_lack(fresh, mine, [&](auto, const row& found) { other = found.id; });
        return lack ? 0 : other;
    };
    CHECK(lacking({2, "ada", nullptr}, no_slot) == 1);
    CHECK(lacking({1, "ada", nullptr}, all.slot_of({1, {}, {}})) == 0);
    CHECK(lacking({2, "eve", nullptr}, no_slot) == 0);
}
