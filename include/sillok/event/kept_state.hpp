#pragma once
// States that are kept beside a log, so that it need not be read again: what of a struct is recorded, and on what it depends.
//
//     struct basket {
//         …
//         using snapshot = basket_kept;                                 // a struct that can be recorded
//         basket_kept kept() const;
//         static basket restored(const basket_kept&);
//         static constexpr std::uint32_t snapshot_version = 2;
//     };

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/binary.hpp"
#include "sillok/codec/codec.hpp"
#include "sillok/codec/encodable.hpp"
#include "sillok/codec/layout.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/hash.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_tables.hpp"
#include "sillok/event/event.hpp"

namespace sillok::detail {

template <class A>
concept names_snapshot = requires {
    typename A::snapshot;
};

template <class A>
concept converts_to_snapshot = std::default_initializable<typename A::snapshot> && encodable<typename A::snapshot> &&
    requires(const A& state, const typename A::snapshot& kept) {
    { state.kept() } -> std::convertible_to<typename A::snapshot>;
    { A::restored(kept) } -> std::convertible_to<A>;
};

// Whether it has a member `snapshot_version` at all, of whatever kind and access: then the name is ambiguous in `any_version_of`.
struct has_snapshot_version {
    int snapshot_version;
};
template <class A>
struct any_version_of : A, has_snapshot_version {};
template <class A>
concept mentions_version = !requires {
    &any_version_of<A>::snapshot_version;
};
template <class A>
concept has_version = requires {
    typename std::integral_constant<std::uint64_t, A::snapshot_version>;
};

template <class A>
consteval bool can_be_kept() {
    if constexpr (mentions_version<A> && !has_version<A>)
        return false;
    else if constexpr (names_snapshot<A>)
        return converts_to_snapshot<A>;
    else
        return encodable<A>;
}

// What is recorded of a state.
template <class A>
struct kept_form {
    using type = A;
    static const A& of(const A& state) noexcept { return state; }
    static A&& from(A&& kept) noexcept { return std::move(kept); }
};
template <names_snapshot A>
struct kept_form<A> {
    using type = typename A::snapshot;
    static type of(const A& state) { return state.kept(); }
    static A from(type&& kept) { return A::restored(std::as_const(kept)); }
};

template <class A>
void write_state(const void* state, byte_buffer& to) {
    binary_codec::encode(kept_form<A>::of(*static_cast<const A*>(state)), to);
}
template <class A>
bool read_state(bytes_view from, void* state) {
    typename kept_form<A>::type kept{};
    if (!binary_codec::reads(from, kept)) return false;
    *static_cast<A*>(state) = kept_form<A>::from(std::move(kept));
    return true;
}

// A hash of one thing after the other, each with its length.
class fingerprint_hash {
public:
    void add(std::string_view text) noexcept {
        add(text.size());
        hash_ = hash64(as_bytes(text), hash_);
    }
    void add(std::uint64_t number) noexcept {
        std::byte bytes[8];
        store_le(bytes, number);
        hash_ = hash64(bytes, hash_);
    }
    std::uint64_t value() const noexcept { return hash_; }

private:
    std::uint64_t hash_ = hash64({});
};

template <class... V>
void add_versions(fingerprint_hash& to, types<V...>) {
    to.add(sizeof...(V));
    (to.add(layout_text(shape_of<V>::value)), ...);
}
template <class Names>
void add_names(fingerprint_hash& to, const Names& names, std::size_t count) {
    to.add(count);
    for (std::size_t i = 0; i < count; ++i) to.add(names[i]);
}
// What of its codecs decides how an event is read.
template <class... Codec>
void add_codecs(fingerprint_hash& to, types<Codec...>) {
    ((to.add(static_cast<std::uint64_t>(format_of<Codec>)), to.add(std::uint64_t{weak_codec<Codec>})), ...);
}
template <class Event>
void add_entry(fingerprint_hash& to) {
    to.add(Event::type().name);
    add_names(to, Event::former(), Event::former_size);
    add_versions(to, typename Event::versions{});
    if constexpr (Event::is_coded) add_codecs(to, typename Event::codecs{});
}
template <class... E>
void add_entries(fingerprint_hash& to, types<E...>) {
    to.add(sizeof...(E));
    (add_entry<E>(to), ...);
}

// What a state depends on, as far as it can be seen: the form in which it is kept,
template <class A>
void add_kept_form(fingerprint_hash& to) {
    to.add(layout_text(shape_of<typename kept_form<A>::type>::value));
}
// every version of every event with all its names, in order, and those that are passed over;
template <class Catalogue>
void add_catalogue(fingerprint_hash& to) {
    add_entries(to, typename Catalogue::entries{});
    const auto& retired = retired_names_of<Catalogue>;
    add_names(to, retired.list, retired.size);
}
// and the version that it says for what cannot be seen.
template <class A>
consteval std::uint64_t snapshot_version_of() {
    if constexpr (has_version<A>)
        return A::snapshot_version;
    else
        return 0;
}

}  // namespace sillok::detail
