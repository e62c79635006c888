// expect: sillok[E0301]: the layout of a version that was locked may not change
// expect: note_taken
// expect: field<'l', 'i', 'n', 'e', 's'>
#include <cstdint>
#include <string>
#include <vector>

#include <sillok/codec/json.hpp>
#include <sillok/event/schema_lock.hpp>

struct line {
    std::string text;
#ifndef FIXED
    std::int64_t page;
#else
    std::int32_t page;
#endif
    bool is_new;
};
struct note_taken {
    std::vector<line> lines;
};
struct note_events
    : sillok::events<sillok::event<"note.taken", sillok::coded_by<sillok::weak_json_codec>, note_taken>> {};

constexpr sillok::locked_layout locked[] = {
    {"note.taken", 1, "(weak) author: string; lines: [{text: string; page: i32}]"}, {}};
constexpr bool is_locked = sillok::require_lock<note_events, locked>();
