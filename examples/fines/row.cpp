#include "row.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "program/fields.hpp"

namespace fines {
namespace {

constexpr std::int64_t number_max = 1'000'000'000'000;
constexpr cents        amount_max = 1'000'000'000;  // ten million euros

// How the columns of an activity are visited, whether they are read, written or compared: `visit.<kind>(column, field of the event)`.
template <class Event, class Visit>
void visit_columns(Event& e, Visit&& visit) {
    using kind = std::remove_const_t<Event>;
    visit.time(column::time, e.at);
    if constexpr (requires { e.expense; }) visit.sum(column::expense, e.expense);
    if constexpr (std::is_same_v<kind, payment_made>) visit.sum(column::paid, e.amount);
    else if constexpr (requires { e.amount; }) visit.sum(column::amount, e.amount);
    if constexpr (requires { e.total_paid; }) visit.sum(column::total_paid, e.total_paid);
    if constexpr (requires { e.officer; }) visit.text(column::officer, e.officer);
    if constexpr (requires { e.dismissal; }) visit.text(column::dismissal, e.dismissal);
    if constexpr (requires { e.vehicle_class; }) visit.text(column::vehicle_class, e.vehicle_class);
    if constexpr (requires { e.article; }) visit.text(column::article, e.article);
    if constexpr (requires { e.points; }) visit.number(column::points, e.points, 0, 1000);
    if constexpr (requires { e.notification_type; }) visit.text(column::notification_type, e.notification_type);
    if constexpr (requires { e.last_sent; }) visit.text(column::last_sent, e.last_sent);
    if constexpr (requires { e.matricola; }) visit.text(column::matricola, e.matricola);
}

// Reads the columns of one row.
struct row_reader : program::field_reader {
    using field_reader::field_reader;

    void sum(column at, cents& into) {
        const std::string_view field = take(at);
        const char* const      end   = field.data() + field.size();
        if (field.empty()) return fail(at, "a sum in euros is missing");
        const auto wrong_sum = [&] { fail(at, program::shown(field) + " is not a sum in euros with at most two decimals, such as 35.0"); };
        cents euros = 0;
        const auto [point, failed] = std::from_chars(field.data(), end, euros);
        if (failed == std::errc::invalid_argument || field.front() < '0' || field.front() > '9') {
            return field.front() == '-' && failed != std::errc::invalid_argument ? fail(at, program::shown(field) + " is out of range: " + range()) : wrong_sum();
        }
        cents hundredths = 0;
        if (point != end) {
            const std::string_view decimals(point + 1, static_cast<std::size_t>(end - point - 1));
            if (*point != '.' || decimals.empty() || decimals.size() > 2) return wrong_sum();
            for (const char c : decimals) {
                if (c < '0' || c > '9') return wrong_sum();
                hundredths = hundredths * 10 + (c - '0');
            }
            if (decimals.size() == 1) hundredths *= 10;
        }
        if (failed != std::errc{} || euros > amount_max / 100 || euros * 100 + hundredths > amount_max) return fail(at, program::shown(field) + " is out of range: " + range());
        into = euros * 100 + hundredths;
    }
    static std::string range() { return "0 to " + std::to_string(amount_max / 100); }

    void time(column at, moment& into) {
        const std::string_view field = take(at);
        if (const auto parsed = parse_moment(field)) into = *parsed;
        else fail(at, program::shown(field) + " is not a time with its offset, written 2006-07-24T00:00:00+02:00");
    }
};

// Writes the columns of an event.
struct row_writer {
    std::array<std::string, columns.size()>& to;

    std::string& at(column c) { return to[static_cast<std::size_t>(c)]; }
    void number(column c, std::int64_t value, std::int64_t, std::int64_t) { at(c) = std::to_string(value); }
    void text(column c, const std::string& value) { at(c) = value; }
    void sum(column c, cents value) { at(c) = to_euros(value); }
    void time(column c, const moment& value) { at(c) = to_string(value); }
};

// Reads the row of the `I`-th activity.
template <std::size_t I>
void read_activity(row_reader& read, entry& into) {
    auto& event = into.what.emplace<I>();
    visit_columns(event, read);
    if constexpr (requires { event.case_name; }) event.case_name = into.case_name;
}
template <std::size_t... I>
constexpr auto readers(std::index_sequence<I...>) {
    return std::array<void (*)(row_reader&, entry&), sizeof...(I)>{read_activity<I>...};
}

}  // namespace

std::string to_euros(cents amount) {
    const cents rest = amount % 100;
    std::string text = amount < 0 ? "-" : "";
    text.append(std::to_string(amount < 0 ? -(amount / 100) : amount / 100)) += '.';
    const cents hundredths = rest < 0 ? -rest : rest;
    text += static_cast<char>('0' + hundredths / 10);
    if (hundredths % 10 != 0) text += static_cast<char>('0' + hundredths % 10);
    return text;
}

std::optional<csv::problem> parse(std::span<const std::string_view> fields, row& into) {
    if (auto wrong = program::check_count(fields, columns)) return wrong;
    row_reader read(fields);
    read.number(column::case_no, into.case_no, 1, number_max);
    read.number(column::event_no, into.what.event_no, 0, number_max);
    read.text(column::case_name, into.what.case_name);
    if (into.what.case_name.empty()) read.fail(column::case_name, "the name of the case is missing");
    const std::string_view name = read.take(column::activity_name);
    if (const std::string_view transition = read.take(column::transition); transition != "complete")
        read.fail(column::transition, program::shown(transition) + " is not \"complete\", the only transition that is recorded");
    const auto found = std::ranges::find(activity_names, name);
    if (found == activity_names.end()) {
        read.fail(column::activity_name, program::shown(name) + " is none of the eleven activities");
        return read.wrong();
    }
    static constexpr auto reader_of = readers(std::make_index_sequence<activity_count>());
    reader_of.at(static_cast<std::size_t>(found - activity_names.begin()))(read, into.what);
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (!fields[i].empty() && !read.is_taken(i))
            read.fail(i, program::shown(fields[i]) + " stands where \"" + std::string(name) + "\" has nothing");
    return read.wrong();
}

std::array<std::string, columns.size()> written(std::int64_t case_no, const entry& entry) {
    std::array<std::string, columns.size()> to;
    row_writer write{to};
    write.number(column::case_no, case_no, 0, 0);
    write.number(column::event_no, entry.event_no, 0, 0);
    write.text(column::case_name, entry.case_name);
    write.at(column::activity_name)   = activity_names.at(entry.what.index());
    write.at(column::transition) = "complete";
    std::visit([&](const auto& event) { visit_columns(event, write); }, entry.what);
    return to;
}

}  // namespace fines
