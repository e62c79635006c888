#include "import.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "history.hpp"
#include "program/fields.hpp"
#include "row.hpp"
#include "sillok/codec/binary.hpp"
#include "sillok/command/prepared_batch.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/core/bytes.hpp"

namespace fines {
namespace {

constexpr std::size_t rows_at_once = 1024;
constexpr int         attempts_max = 16;  // where another process is faster
constexpr std::string_view source = "fines import";

struct bad_row {
    std::uint64_t line = 0;
    csv::problem  what;
};

// The rows of one case that are taken at once, in their order.
struct part {
    std::int64_t               case_no = 0;
    std::string                key;
    record_activities          command;
    std::vector<std::uint64_t> lines;     // where each of its entries stands in the file
    std::vector<std::uint64_t> repeated;  // where the rows stand that were recorded before, exactly so

    void begin(std::int64_t number) {
        case_no = number;
        key     = std::to_string(number);
        command.entries.clear();
        lines.clear();
        repeated.clear();
    }
    // Takes out entries that are recorded already.
    void pass_over(std::size_t from, std::size_t count) {
        const auto first = static_cast<std::ptrdiff_t>(from), last = static_cast<std::ptrdiff_t>(from + count);
        repeated.insert(repeated.end(), lines.begin() + first, lines.begin() + last);
        lines.erase(lines.begin() + first, lines.begin() + last);
        command.entries.erase(command.entries.begin() + first, command.entries.begin() + last);
    }
    // Leaves what stands before `line`.
    void cut(std::uint64_t line) {
        lines.resize(static_cast<std::size_t>(std::ranges::lower_bound(lines, line) - lines.begin()));
        command.entries.resize(lines.size());
        std::erase_if(repeated, [&](std::uint64_t each) { return each >= line; });
    }
};

// Rows, case by case. It knows nothing of the store.
class window {
public:
    void add(row&& next, std::uint64_t line) {
        if (used_ == 0 || parts_[last_].case_no != next.case_no) {
            const auto [found, fresh] = places_.try_emplace(next.case_no, used_);
            last_ = found->second;
            if (fresh) {
                if (used_ == parts_.size()) parts_.emplace_back();
                parts_[used_++].begin(next.case_no);
            }
        }
        parts_[last_].command.entries.push_back(std::move(next.what));
        parts_[last_].lines.push_back(line);
        ++rows_;
    }
    std::size_t rows() const { return rows_; }
    std::span<part> parts() { return std::span(parts_).first(used_); }
    void clear() {
        places_.clear();
        used_ = rows_ = 0;
    }
    // Leaves what stands before `line`.
    void cut(std::uint64_t line) {
        rows_ = 0;
        for (part& each : parts()) {
            each.cut(line);
            rows_ += each.lines.size() + each.repeated.size();
        }
    }

private:
    std::vector<part>                             parts_;  // those behind `used_` are kept for their memory
    std::unordered_map<std::int64_t, std::size_t> places_;
    std::size_t used_ = 0, last_ = 0, rows_ = 0;
};

class importer {
public:
    explicit importer(sillok::store_ref store) : store_(store), cases_(store, {.source = std::string(source)}), recorded_(store) {}

    // Records the rows of a window in one act; up to the first bad one, if there is one.
    sillok::result<std::optional<bad_row>> take(window& rows, import_counts& counts) {
        std::optional<bad_row> bad;
        for (int attempt = 1;;) {
            auto wrong = decide(rows);
            if (!wrong) return std::move(wrong).error();
            auto recorded = *wrong ? sillok::result<std::uint64_t>(std::uint64_t{0}) : append();
            if (!recorded && recorded.error() == sillok::error_kind::condition_failed) {
                wrong = find_taken(rows);
                if (!wrong) return std::move(wrong).error();
            }
            if (*wrong) {  // and once more with what stands before it
                bad = *std::move(wrong);
                rows.cut(bad->line);
                continue;
            }
            if (!recorded && recorded.error() == sillok::error_kind::conflict && attempt++ < attempts_max) continue;
            if (!recorded) return std::move(recorded).error();
            counts.recorded += *recorded;
            break;
        }
        counts.rows += rows.rows();
        for (const part& each : rows.parts()) {
            if (each.lines.size() + each.repeated.size() != 0) counts.cases += seen_.insert(each.case_no).second;
            counts.duplicates += each.repeated.size();
        }
        return bad;
    }

private:
    // Every case decides its rows. The first bad one in the file, of those that come to light.
    sillok::result<std::optional<bad_row>> decide(window& rows) {
        batch_.clear();
        names_.clear();
        std::optional<bad_row> bad;
        const auto note = [&](const part& of, std::uint64_t at, column where, std::string why) {
            const std::uint64_t line = of.lines.at(at);
            if (!bad || line < bad->line) bad = bad_row{line, {static_cast<std::size_t>(where), std::move(why)}};
        };
        for (part& each : rows.parts()) {
            bool is_decided = false;
            while (!is_decided && !each.lines.empty()) {
                auto done  = cases_.prepare(batch_, each.key, each.command, std::nullopt);
                is_decided = true;
                if (done) continue;
                const sillok::failure& why = done.error();
                if (why.error()) return *why.error();
                if (const auto* const before = why.rejection_as<recorded_before>()) {
                    auto passed = pass_over(each, *before, note);
                    if (!passed) return std::move(passed).error();
                    is_decided = !*passed;
                } else {
                    explain(each, why, note);
                }
            }
            if (each.lines.empty() || !std::holds_alternative<fine_created>(each.command.entries.front().what)) continue;
            const std::string& name = each.command.entries.front().case_name;
            if (const auto [other, fresh] = names_.try_emplace(name, each.case_no); !fresh && other->second != each.case_no)
                note(each, 0, column::case_name, program::shown(name) + " is the name of case " + std::to_string(other->second) + " already");
        }
        return bad;
    }

    // Takes out rows that were recorded before, in the store or further up in this part, if they were recorded exactly so; whether
    // they were.
    template <class Note>
    sillok::result<bool> pass_over(part& of, const recorded_before& before, Note note) {
        const auto& entries = of.command.entries;
        const auto  at      = static_cast<std::size_t>(before.entry);
        if (at != 0) {
            // Entries before it are in order from the first one that is new; what came earlier is in the store.
            const auto first = entries.front().event_no, here = entries[at].event_no;
            if (here >= first) return pass_over(of, at, {entries.data() + (here - first), 1}, note);
        }
        const auto recorded = recorded_.read(of.case_no);
        if (!recorded) return recorded.error();
        std::vector<entry> was;
        for (std::size_t i = at; i < entries.size() && entries[i].event_no < static_cast<std::int64_t>(recorded->entries.size()); ++i)
            was.push_back(recorded->entries[static_cast<std::size_t>(entries[i].event_no)]);
        if (was.empty()) return sillok::error(sillok::error_kind::malformed, "case " + of.key + " has not all of its events any more");
        return pass_over(of, at, was, note);
    }
    // Whether two entries are recorded with the same bytes.
    static bool is_same(const entry& a, const entry& b) {
        sillok::byte_buffer bytes;
        sillok::binary_codec::encode(a, bytes);
        const std::size_t size = bytes.size();
        sillok::binary_codec::encode(b, bytes);
        const auto both = sillok::as_text(bytes.view());
        return both.substr(0, size) == both.substr(size);
    }
    template <class Note>
    static bool pass_over(part& of, std::size_t at, std::span<const entry> recorded, Note note) {
        for (std::size_t i = 0; i < recorded.size(); ++i) {
            if (is_same(recorded[i], of.command.entries[at + i])) continue;
            const auto was = written(of.case_no, recorded[i]);
            const auto is  = written(of.case_no, of.command.entries[at + i]);
            const auto differs = static_cast<std::size_t>(std::ranges::mismatch(was, is).in1 - was.begin());
            note(of, at + i, static_cast<column>(differs),
                 "event " + was[1] + " of case " + was[0] + " is already recorded with other content: it was " + program::shown(was.at(differs)) + " and is " +
                     program::shown(is.at(differs)) + " here");
            return false;
        }
        of.pass_over(at, recorded.size());
        return true;
    }

    // What a rejection is called in the words of the file.
    template <class Note>
    static void explain(const part& of, const sillok::failure& why, Note note) {
        const auto&       entries = of.command.entries;
        const std::string which   = "case " + std::to_string(of.case_no);
        if (const auto* const gap = why.rejection_as<event_missing>())
            note(of, gap->entry, column::event_no,
                 std::to_string(entries[gap->entry].event_no) + " leaves a gap: the next of " + which + " is " + std::to_string(gap->next));
        else if (const auto* const called = why.rejection_as<case_called>())
            note(of, called->entry, column::case_name, which + " is called " + program::shown(called->name) + ", and " + program::shown(entries[called->entry].case_name) + " here");
        else if (const auto* const first = why.rejection_as<fine_not_first>())
            note(of, first->entry, column::activity_name, "the first event of a case is \"" + std::string(activity_names[0]) + "\", and no other one is");
        else if (const auto* const early = why.rejection_as<day_before_last>())
            note(of, early->entry, column::time, "its day is before " + program::to_string(early->last) + ", the last one of " + which);
        else note(of, 0, column::case_no, why.rejection()->text());
    }

    // How many events were recorded.
    sillok::result<std::uint64_t> append() {
        if (batch_.empty()) return std::uint64_t{0};
        auto done = batch_.request([&](auto streams, auto conditions) {
            return store_.append({.streams = streams, .conditions = conditions, .source = source});
        });
        if (!done) return std::move(done).error();
        return done->last.value - done->first.value + 1;
    }

    // The row that would give a case a name which another one has.
    sillok::result<std::optional<bad_row>> find_taken(window& rows) {
        std::optional<bad_row> first;
        for (const part& each : rows.parts()) {
            if (each.lines.empty() || !std::holds_alternative<fine_created>(each.command.entries.front().what)) continue;
            if (first && first->line < each.lines.front()) continue;
            const std::string& name = each.command.entries.front().case_name;
            auto other = find_case(store_, name);
            if (!other) return std::move(other).error();
            if (*other != 0 && *other != each.case_no)
                first = bad_row{each.lines.front(), {static_cast<std::size_t>(column::case_name),
                                                     program::shown(name) + " is the name of case " + std::to_string(*other) + " already"}};
        }
        return first;
    }

    sillok::store_ref                             store_;
    sillok::repository<offence>                   cases_;
    case_reader                                   recorded_;
    sillok::prepared_batch                        batch_;
    std::unordered_map<std::string, std::int64_t> names_;  // of the cases that begin in this window
    std::unordered_set<std::int64_t>              seen_;
};

}  // namespace

outcome import_log(sillok::store_ref store, std::string_view file, csv::reader& rows, import_counts& counts, progress show) {
    importer to(store);
    window   taken;
    row      next;
    for (bool is_over = false; !is_over;) {
        std::optional<bad_row> bad;
        taken.clear();
        while (!bad && !is_over && taken.rows() < rows_at_once) {
            auto more = rows.next();
            if (!more) {
                bad = bad_row{rows.line(), std::move(more).error()};
            } else if (!*more) {
                is_over = true;
            } else if (auto wrong = parse(rows.fields(), next)) {
                bad = bad_row{rows.line(), *std::move(wrong)};
            } else {
                taken.add(std::move(next), rows.line());
            }
        }
        auto refused = to.take(taken, counts);
        if (!refused) return store_trouble(std::move(refused).error().within(std::string(file) + ":" + std::to_string(rows.line())));
        if (*refused) bad = *std::move(refused);  // it stands before what could not be read
        if (bad) {
            const bool is_row = bad->what.read_errno == 0;
            counts.rows += is_row;
            counts.rejected += is_row;
            return program::bad_row(file, bad->line, bad->what, columns);
        }
        if (show != nullptr) show(counts);
    }
    return good();
}

void print(const import_counts& counts, double seconds, output& out) {
    out << "rows " << counts.rows << "\ncases " << counts.cases << "\nrecorded " << counts.recorded << "\nduplicates " << counts.duplicates;
    if (counts.duplicates != 0) out << " (recorded before: nothing was recorded twice)";
    out << "\nrejected " << counts.rejected << "\nevents_per_second "
        << static_cast<std::uint64_t>(seconds > 0 ? static_cast<double>(counts.recorded) / seconds : 0) << '\n';
}

}  // namespace fines
