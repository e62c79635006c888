#include "sillok/testing/snapshot_laws.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sillok/store/memory_snapshots.hpp"

using namespace sillok;

namespace {

// A store of snapshots in which one thing is wrong.
enum class fault { none, takes_earlier, mixes_streams, forgets_fields, drops_nothing, keeps_same_version };

class broken_snapshots {
public:
    explicit broken_snapshots(fault wrong) : wrong_(wrong) {}

    result<void> save(const snapshot& fresh) {
        const std::lock_guard hold(mutex_);
        auto& kept = kept_[name_of(fresh.stream)];
        if (kept) {
            const bool stays = wrong_ == fault::keeps_same_version ? kept->view().version >= fresh.version
                                                                   : outlasts(kept->view(), fresh);
            if (stays && wrong_ != fault::takes_earlier) return {};
        }
        kept.emplace(fresh);
        if (wrong_ == fault::forgets_fields) kept->position = {};
        return {};
    }
    result<bool> load(stream_view stream, snapshot_visitor visit) const {
        std::optional<copy> found;
        {
            const std::lock_guard hold(mutex_);
            if (const auto at = kept_.find(name_of(stream)); at != kept_.end()) found = at->second;
        }
        if (found) visit(found->view());
        return found.has_value();
    }
    result<void> drop(stream_view stream) {
        const std::lock_guard hold(mutex_);
        if (wrong_ != fault::drops_nothing) kept_.erase(name_of(stream));
        return {};
    }

private:
    struct copy {
        stream_id stream;
        std::string state;
        sillok::position position;
        snapshot rest;

        explicit copy(const snapshot& s)
            : stream{std::string(s.stream.category), std::string(s.stream.key)},
              state(as_text(s.state)),
              position(s.position),
              rest(s) {}
        snapshot view() const {
            snapshot made = rest;
            made.stream = stream;
            made.position = position;
            made.state = as_bytes(state);
            return made;
        }
    };
    std::pair<std::string, std::string> name_of(stream_view stream) const {
        if (wrong_ == fault::mixes_streams) return {std::string(stream.category) + std::string(stream.key), ""};
        return {std::string(stream.category), std::string(stream.key)};
    }

    fault wrong_;
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::optional<copy>> kept_;
};

struct broken_source {
    fault wrong;
    std::optional<broken_snapshots> current{};
    snapshot_store_ref fresh() { return current.emplace(wrong); }
};

std::set<std::string> laws_broken_by(fault wrong) {
    broken_source source{wrong};
    std::set<std::string> laws;
    const auto seen = testing::check_snapshots(source, [&](const testing::finding& each) { laws.insert(each.law); });
    CHECK(seen.laws == 6);
    CHECK(seen.checks > 500);
    CHECK((seen.findings == 0) == laws.empty());
    return laws;
}

}  // namespace

TEST_CASE("the laws of snapshots find what is wrong with a store of them") {
    CHECK(laws_broken_by(fault::none).empty());
    CHECK(laws_broken_by(fault::takes_earlier).count("the latest one stays") == 1);
    CHECK(laws_broken_by(fault::keeps_same_version).count("the latest one stays") == 1);
    CHECK(laws_broken_by(fault::mixes_streams).count("streams are told apart") == 1);
    CHECK(laws_broken_by(fault::forgets_fields).count("what was saved is loaded") == 1);
    CHECK(laws_broken_by(fault::drops_nothing).count("what was dropped is forgotten") == 1);
}
