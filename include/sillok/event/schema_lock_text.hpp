#pragma once
// The text of a schema lock: a fragment that a compiler includes (event/schema_lock.hpp) and that people read.
//
//     {"money.withdrawn", 2,
//      "amount: i64; "
//      "currency: string"},
//
// One field a line, sorted by name and revision, so that a diff shows what changes in what is recorded and nothing else. What is
// locked is only added to: a version that was recorded is never described anew.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sillok/codec/binary.hpp"
#include "sillok/codec/encodable.hpp"
#include "sillok/codec/layout.hpp"
#include "sillok/codec/layout_change.hpp"
#include "sillok/codec/weak_layout.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_tables.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_codec.hpp"

namespace sillok {

// A version of an event in a lock's text.
struct locked_version {
    std::string name;
    std::uint16_t revision = 0;
    std::string layout;      // behind "(weak) " where it was locked with a weak codec: its members may come and go
    std::string comments{};  // the lines of comment before it
    std::size_t line = 0;    // where it begins; 0 where it is not from a text

    // What a lock is sorted by.
    friend bool operator<(const locked_version& a, const locked_version& b) {
        return std::tie(a.name, a.revision) < std::tie(b.name, b.revision);
    }
};

// A name that an event had, and the one that it has.
struct event_rename {
    std::string former;
    std::string name;
};

// A lock as it was read, or as it will be written.
struct schema_lock {
    std::vector<locked_version> versions{};
    std::string comments{};   // the lines of comment behind the last version
    std::size_t added = 0;    // by a merge
    std::size_t updated = 0;  // by a merge: enumerators came to them, or members of a weak one came and went
};

// What a catalogue says of its versions.
struct catalogue_layouts {
    std::vector<locked_version> versions{};  // sorted by name and revision
    std::vector<event_rename> renamed{};
    std::vector<std::string> retired{};  // names that have no struct any more
};

}  // namespace sillok

namespace sillok::detail {

inline constexpr std::string_view lock_title = "// Sillok schema lock.";

// Reads a lock's text. What it says of an error begins with the line.
class lock_parser {
public:
    explicit lock_parser(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark, which compilers skip as well
    }

    result<schema_lock> parse() {
        schema_lock lock;
        while (skip_space() && at_ < text_.size()) {
            locked_version version;
            version.line = line_;
            if (!entry(version)) break;
            version.comments = std::exchange(comments_, {});
            lock.versions.push_back(std::move(version));
        }
        if (!wrong_.empty()) return error(error_kind::malformed, "line " + std::to_string(line_) + ": " + wrong_);
        lock.comments = std::move(comments_);
        return find_repetition(std::move(lock));
    }

private:
    bool refuse(std::string why) {
        if (wrong_.empty()) wrong_ = std::move(why);
        return false;
    }
    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    std::string_view line_from(std::size_t at) const { return text_.substr(at, text_.find('\n', at) - at); }

    // Skips white space and comments, of which it keeps the lines.
    bool skip_space() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') {
                ++line_;
            } else if (text_.substr(at_, 2) == "//") {
                std::string_view comment = line_from(at_);
                at_ += comment.size() - 1;
                if (comment.ends_with('\r')) comment.remove_suffix(1);
                if (!comment.starts_with(lock_title)) (comments_ += comment) += '\n';
            } else if (c != ' ' && c != '\t' && c != '\r') {
                return is_conflict()
                           ? refuse(
                                 "a conflict of a merge is left there; keep the versions of both sides, without the marks")
                           : true;
            }
        }
        return true;
    }
    bool is_conflict() const {
        if (at_ != 0 && text_[at_ - 1] != '\n') return false;
        const std::string_view line = text_.substr(at_, 7);
        return line == "<<<<<<<" || line == "=======" || line == ">>>>>>>" || line == "|||||||";
    }

    bool expect(char wanted) {
        if (!skip_space()) return false;
        if (at_ >= text_.size()) return refuse("the text ends within a version, it has been cut");
        if (next() != wanted) return unexpected(std::string("`") + wanted + '`');
        ++at_;
        return true;
    }
    bool unexpected(const std::string& wanted) {
        const auto c = static_cast<unsigned char>(next());
        constexpr std::string_view digits = "0123456789ABCDEF";
        const std::string found = c > ' ' && c < 0x7F ? std::string("`") + next() + '`'
                                                      : std::string("the byte 0x") + digits[c >> 4] + digits[c & 15];
        return refuse(found + " stands where " + wanted + " must; is this file a lock?");
    }

    bool entry(locked_version& into) {
        if (!expect('{') || !literal(into.name) || !expect(',') || !number(into.revision) || !expect(',')) return false;
        if (!is_name(into.name)) return refuse("`" + into.name + "` cannot be the name of an event");
        do {
            if (!literal(into.layout) || !skip_space()) return false;
        } while (next() == '"');
        return expect('}') && expect(',');
    }
    bool literal(std::string& into) {
        if (!expect('"')) return false;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') return refuse("no text of a lock has a backslash");
            if (static_cast<unsigned char>(text_[at_]) < ' ') return unexpected("`\"`");
            into += text_[at_];
        }
        return expect('"');
    }
    bool number(std::uint16_t& into) {
        if (!skip_space()) return false;
        std::uint32_t value = 0;
        const std::size_t begin = at_;
        for (; next() >= '0' && next() <= '9' && value <= 0xFFFF; ++at_)
            value = value * 10 + static_cast<std::uint32_t>(next() - '0');
        if (at_ == text_.size()) return refuse("the text ends within a version, it has been cut");
        if (at_ == begin) return unexpected("a revision");
        if (value == 0 || value > 0xFFFF) return refuse("a revision is a number from 1 to 65535");
        into = static_cast<std::uint16_t>(value);
        return true;
    }

    static result<schema_lock> find_repetition(schema_lock lock) {
        std::vector<const locked_version*> sorted;
        for (const locked_version& each : lock.versions) sorted.push_back(&each);
        std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return *a < *b; });
        for (std::size_t i = 1; i < sorted.size(); ++i)
            if (!(*sorted[i - 1] < *sorted[i]))
                return error(error_kind::malformed, "line " + std::to_string(sorted[i]->line) + ": " + sorted[i]->name +
                                                        " revision " + std::to_string(sorted[i]->revision) +
                                                        " stands in line " + std::to_string(sorted[i - 1]->line) +
                                                        " already; keep the one that says what was recorded first");
        return lock;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::string comments_;
    std::string wrong_;
};

// A layout as literals, a line for each field. A long one, such as an enum of many values, has a line for each of its parts.
inline void put_layout(std::string& text, std::string_view layout) {
    constexpr std::size_t line_max = 110;
    do {
        const std::size_t before = layout.size();
        const std::string_view field = take_part(layout, ';');
        // What was taken has its separator still, where another field follows.
        const std::string_view whole(field.data(), layout.empty() ? field.size() : before - layout.size());
        std::string indent = "\n ";
        (text += indent) += '"';
        for (std::size_t i = 0; i < whole.size(); ++i) {
            text += whole[i];
            if (whole.size() <= line_max) continue;
            if (whole[i] == '{') indent += ' ';
            if (whole[i] == '}') indent.pop_back();
            const bool ends_part = whole[i] == '{' || (whole[i] == ' ' && whole[i - 1] == ';');
            if (ends_part && i + 1 < whole.size()) ((text += '"') += indent) += '"';
        }
        text += '"';
    } while (!layout.empty());
}

inline std::string lock_text(const schema_lock& lock, std::string_view target) {
    std::string text(lock_title);
    text += " Written by ";
    text += target.empty() ? std::string_view("a target of the build") : "the target ";
    text += target;
    text += "; commit it. A line that changes is a change of what is recorded.\n";
    for (const locked_version& each : lock.versions) {
        text += each.comments;
        text += "{\"" + each.name + "\", " + std::to_string(each.revision) + ',';
        put_layout(text, each.layout);
        text += "},\n";
    }
    return text += lock.comments;
}

// What a writer says of a change that it does not make.
inline std::string describe(const layout_change& change) {
    std::string text = "`" + path_of(change) + "` ";
    if (change.recorded.empty()) return text += "is new: " + std::string(change.now);
    text += "was " + std::string(change.recorded);
    if (change.now.empty()) return text += " and is gone";
    return text += ", now " + std::string(change.now);
}

template <class... V>
consteval bool all_encodable(types<V...>) {
    return all_of({true, require::encodable_type<V>()...});
}

template <class... V>
void add_versions(std::vector<locked_version>& to, std::string_view name, bool is_weak, types<V...>) {
    std::uint16_t revision = 0;
    for (const wire_shape* shape : {&shape_of<V>::value...})
        to.push_back({std::string(name), ++revision,
                      (is_weak ? std::string(locked_form::weak_prefix) : std::string()) + layout_text(*shape)});
}

template <class Event>
bool add_event(catalogue_layouts& to) {
    if constexpr (all_encodable(typename Event::versions{}))
        add_versions(to.versions, Event::type().name, is_weakly_coded<Event>, typename Event::versions{});
    for (const std::string_view former : Event::former())
        to.renamed.push_back({std::string(former), std::string(Event::type().name)});
    return true;
}

template <class... E>
catalogue_layouts layouts_in(types<E...>) {
    catalogue_layouts layouts;
    [[maybe_unused]] const bool added[] = {true, add_event<E>(layouts)...};  // NOLINT(*-avoid-c-arrays)
    std::sort(layouts.versions.begin(), layouts.versions.end());
    return layouts;
}

}  // namespace sillok::detail

namespace sillok {

// What every version of a catalogue looks like now.
template <catalogue Catalogue>
catalogue_layouts layouts_of() {
    catalogue_layouts layouts = detail::layouts_in(typename Catalogue::entries{});
    const auto& retired = detail::retired_names_of<Catalogue>;
    for (std::size_t i = 0; i < retired.size; ++i) layouts.retired.emplace_back(retired.list[i]);
    return layouts;
}

// The lock of a catalogue that has none yet. `target` is what the build calls whatever writes it; the text names it.
template <catalogue Catalogue>
std::string schema_lock_text(std::string_view target = {}) {
    return detail::lock_text({layouts_of<Catalogue>().versions}, target);
}

// Errors: malformed, with the line: cut, not a lock, a conflict of a merge, a version twice
inline result<schema_lock> parse_schema_lock(std::string_view text) { return detail::lock_parser(text).parse(); }

// The lock with what is new in a catalogue: its versions, enumerators of versions that are there, and members of those with a weak codec. What is locked under a name that
// an event had stays so and holds for the event, which is locked under its new name as well; what is locked of a retired event stays for whoever reads it. Comments are kept.
//
// Errors:      condition_failed where a locked version changed or is gone; it names each, with the field as it was and as it is
// Complexity:  O(n log n) in versions, and O(n) for each name that was changed
inline result<schema_lock> merge_schema_lock(schema_lock lock, const catalogue_layouts& now) {
    std::string refused;
    std::vector<bool> is_locked(now.versions.size());
    const auto find = [&](const std::string& name, std::uint16_t revision) {
        const locked_version wanted{name, revision, {}};
        const auto at = std::lower_bound(now.versions.begin(), now.versions.end(), wanted);
        return at != now.versions.end() && !(wanted < *at) ? at : now.versions.end();
    };
    for (locked_version& old : lock.versions) {
        const std::string where = "\n  " + old.name + " revision " + std::to_string(old.revision) + " (line " +
                                  std::to_string(old.line) + ") ";
        auto fresh = find(old.name, old.revision);
        if (fresh != now.versions.end()) is_locked[static_cast<std::size_t>(fresh - now.versions.begin())] = true;
        for (const event_rename& each : now.renamed)
            if (each.former == old.name) fresh = find(each.name, old.revision);
        if (fresh == now.versions.end()) {
            if (std::find(now.retired.begin(), now.retired.end(), old.name) == now.retired.end())
                refused += where + "is not in the catalogue any more";
            continue;
        }
        const detail::locked_form had(old.layout);
        const detail::locked_form has(fresh->layout);
        if (const layout_change change = detail::change_since(had, has.layout); change.exists()) {
            refused += where + "changed: " + detail::describe(change);
        } else if (had.is_weak ? old.layout != fresh->layout
                               : !reads_layout(had.layout, has.layout) || has.layout.size() > had.layout.size()) {
            old.layout = had.is_weak ? fresh->layout : std::string(has.layout);
            ++lock.updated;
        }
    }
    if (!refused.empty())
        return error(
            error_kind::condition_failed,
            "what is locked is never changed, and nothing was written:" + refused +
                "\nTake the change back, and add it as a new version of the event. Put back what is gone; where the event "
                "was renamed, write formerly<\"the.old.name\"> behind the new name; where it is over, retired<\"its.name\">. "
                "Where a version was never recorded anywhere, delete its lines and write the lock again.");
    for (std::size_t i = 0; i < now.versions.size(); ++i)
        if (!is_locked[i]) {
            lock.versions.push_back(now.versions[i]);
            ++lock.added;
        }
    std::sort(lock.versions.begin(), lock.versions.end());
    return lock;
}

}  // namespace sillok
