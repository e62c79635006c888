// only: g++ 12
// expect: sillok[E0408]: g++ 12 crashes on a struct of more than 32 fields
// expect: survey_answered
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <sillok/event/encode.hpp>

struct survey_answered {
    std::int32_t a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af;
#ifndef FIXED
    std::array<std::string, 3> remarks;
#else
    std::array<std::int32_t, 3> remarks;
#endif
};
struct survey_events : sillok::events<sillok::event<"survey.answered", survey_answered>> {};

void write(const survey_answered& e, sillok::byte_buffer& out) { sillok::encode_event<survey_events>(e, out); }
