#pragma once
// Names for the fields of a struct, by the one piece of C++ that gives them: structured bindings, whose number must stand in
// the source. One specialisation per number of fields costs a compiler less than a walk that counts. Beyond 32 fields
// codec/reflect.hpp goes through Boost.PFR.

#include <cstddef>

namespace sillok::detail {

inline constexpr std::size_t bindings_max = 32;

// Converts to every member.
struct anything {
    template <class Member>
    operator Member&() const;  // NOLINT(google-explicit-constructor)
};

// `fits<T>`: whether T has at least N fields, each of which can start from nothing. An array counts once, because nothing
// is what its braces hold. `more<T>`: whether one stands behind them that cannot start from nothing. `visit`: one call with
// all N fields.
template <std::size_t N>
struct binding;

template <>
struct binding<0> {
    template <class T>
    static constexpr bool fits = requires {
        T{};
    };
    template <class T>
    static constexpr bool more = requires {
        T{anything{}};
    };
    template <class T, class F>
    static constexpr decltype(auto) visit(T&, F& use) {
        return use();
    }
};

// clang-format off
template <>
struct binding<1> {
    template <class T> static constexpr bool fits = requires { T{{}}; };
    template <class T> static constexpr bool more = requires { T{{}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a] = object;
        return use(a);
    }
};
template <>
struct binding<2> {
    template <class T> static constexpr bool fits = requires { T{{}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b] = object;
        return use(a, b);
    }
};
template <>
struct binding<3> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c] = object;
        return use(a, b, c);
    }
};
template <>
struct binding<4> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d] = object;
        return use(a, b, c, d);
    }
};
template <>
struct binding<5> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e] = object;
        return use(a, b, c, d, e);
    }
};
template <>
struct binding<6> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f] = object;
        return use(a, b, c, d, e, f);
    }
};
template <>
struct binding<7> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g] = object;
        return use(a, b, c, d, e, f, g);
    }
};
template <>
struct binding<8> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h] = object;
        return use(a, b, c, d, e, f, g, h);
    }
};
template <>
struct binding<9> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i] = object;
        return use(a, b, c, d, e, f, g, h, i);
    }
};
template <>
struct binding<10> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j] = object;
        return use(a, b, c, d, e, f, g, h, i, j);
    }
};
template <>
struct binding<11> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k);
    }
};
template <>
struct binding<12> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l);
    }
};
template <>
struct binding<13> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m);
    }
};
template <>
struct binding<14> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    }
};
template <>
struct binding<15> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    }
};
template <>
struct binding<16> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    }
};
template <>
struct binding<17> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
    }
};
template <>
struct binding<18> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
    }
};
template <>
struct binding<19> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
    }
};
template <>
struct binding<20> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
    }
};
template <>
struct binding<21> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
    }
};
template <>
struct binding<22> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
    }
};
template <>
struct binding<23> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
    }
};
template <>
struct binding<24> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
    }
};
template <>
struct binding<25> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y);
    }
};
template <>
struct binding<26> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z);
    }
};
template <>
struct binding<27> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa);
    }
};
template <>
struct binding<28> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab);
    }
};
template <>
struct binding<29> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac);
    }
};
template <>
struct binding<30> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad);
    }
};
template <>
struct binding<31> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae] = object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae);
    }
};
template <>
struct binding<32> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, anything{}}; };
    template <class T, class F> static constexpr decltype(auto) visit(T& object, F& use) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af] =
            object;
        return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af);
    }
};

// The last one only counts: a struct that fits here has more fields than there are bindings.
template <>
struct binding<33> {
    template <class T> static constexpr bool fits = requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; };
    template <class T> static constexpr bool more = false;
};
// clang-format on

}  // namespace sillok::detail
