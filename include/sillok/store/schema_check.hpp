#pragma once
// Whether the structs of a catalogue are what a store recorded its events with. Who reads asks before, so that bytes are never taken
// for something else.
//
//     if (auto fits = sillok::check_schema<account_events>(store); !fits) return fits;

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/codec/layout.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/catalogue_tables.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/store/schema_book.hpp"
#include "sillok/store/schemas.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::detail {

// What the structs of a catalogue look like, row by row.
template <std::size_t Rows>
struct row_shapes {
    const wire_shape* list[Rows + 1]{};
    std::size_t size = 0;

    template <class... V>
    constexpr void add(types<V...>) {
        const wire_shape* const shapes[] = {&shape_of<V>::value...};
        for (const wire_shape* const each : shapes) list[size++] = each;
    }
};
template <class... E>
consteval auto row_shapes_from(types<E...> events) {
    row_shapes<rows_of(events)> shapes;
    const int each[] = {0, (shapes.add(typename E::versions{}), 0)...};  // a fold would be too long for some compilers
    static_cast<void>(each);
    return shapes;
}
template <class Catalogue>
inline constexpr auto shapes_of_rows = row_shapes_from(typename Catalogue::entries{});

// The shape of what is recorded under a name, by what the catalogue calls it now or called it before; null where it has none.
template <class Catalogue>
const wire_shape* shape_of_row(std::string_view name, std::uint16_t revision) noexcept {
    const auto& slot = index_of_rows<Catalogue>.find(type_word(name_hash(name), revision));
    if (slot.word == 0) return nullptr;
    bool is_its = entries_of<Catalogue>.list[slot.entry].current.name == name;
    const auto& former = former_names_of<Catalogue>;
    for (std::size_t i = 0; i < former.size; ++i)
        is_its = is_its || (former.list[i].entry == slot.entry && former.list[i].name == name);
    return is_its ? shapes_of_rows<Catalogue>.list[slot.row] : nullptr;
}

// What is wrong with the struct of a recorded version, if something is.
inline std::optional<error> difference(const recorded_schema& recorded, const wire_shape& shape) {
    const std::string now = layout_text(shape);
    if (reads_layout(now, recorded.layout)) return std::nullopt;
    return schema_has_changed(recorded.name, recorded.revision, recorded.layout, now);
}

}  // namespace sillok::detail

namespace sillok {

// Compares every version in a catalogue with what the store has noted of it, under its name and all that it had. Versions that are not in both are passed over.
//
// Errors:     schema_changed: names event, revision and field, what it was and what it is; those of reading; std::bad_alloc
// Complexity: O(versions that are noted), and O(characters) of the layouts that are in the catalogue
template <catalogue Catalogue>
result<void> check_schema(const store_ref& store) {
    std::optional<error> wrong;
    auto read = store.read_schemas([&](const recorded_schema& recorded) {
        if (const auto* const shape = detail::shape_of_row<Catalogue>(recorded.name, recorded.revision))
            wrong = detail::difference(recorded, *shape);
        return !wrong;
    });
    if (!read) return read;
    return wrong ? result<void>(*std::move(wrong)) : result<void>();
}

}  // namespace sillok

namespace sillok::detail {

// Remembers how much of one store was checked against one catalogue, so that nothing is compared twice.
//
// Threads:    any number at once
// Complexity: one call of the store's `schema_count`, where nothing was noted since
class schema_guard {
public:
    // Before something is read: whether all that is noted fits.
    //
    // Errors: those of check_schema
    template <catalogue Catalogue>
    result<void> compare(const store_ref& store) {
        const std::uint64_t count = store.schema_count();
        if (count == checked_.load(std::memory_order_relaxed)) [[likely]]
            return {};
        return check_up_to<Catalogue>(count, store);
    }
    // After it was read: whether what was noted meanwhile fits, too.
    //
    // Errors: those of check_schema; the text says that what was handed over may be wrong
    template <catalogue Catalogue>
    result<void> compare_again(const store_ref& store) {
        auto fits = compare<Catalogue>(store);
        if (!fits)
            return std::move(fits).error().within("noted while it was read, so what was handed over may be wrong");
        return fits;
    }

private:
    template <catalogue Catalogue>
    [[gnu::__cold__, gnu::noinline]] result<void> check_up_to(std::uint64_t count, const store_ref& store) {
        auto fits = check_schema<Catalogue>(store);
        if (fits) checked_.store(count, std::memory_order_relaxed);
        return fits;
    }

    std::atomic<std::uint64_t> checked_{(std::numeric_limits<std::uint64_t>::max)()};
};

}  // namespace sillok::detail
