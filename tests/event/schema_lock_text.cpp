#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/json.hpp>
#include <sillok/event/context.hpp>
#include <sillok/event/schema_lock_text.hpp>

namespace locks {

namespace v1 {
struct money_withdrawn {
    std::int64_t amount;
};
}  // namespace v1
struct money_withdrawn {
    std::int64_t amount;
    std::string currency;
    static money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, "KRW"}; }
};
struct account_closed {};
enum class weekday : std::uint8_t {
    monday,
    tuesday,
    wednesday,
    thursday,
    friday,
    saturday,
    sunday,
    holiday_or_other = 64
};
struct due {
    weekday on;
    std::map<std::string, std::int64_t> shares;
};
struct payment_planned {
    std::string payee;
    std::vector<due> instalments;
    bool is_final;
};

struct account : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn, money_withdrawn>,
                                sillok::event<"account.closed", account_closed>> {};
struct plans : sillok::events<sillok::event<"payment.planned", payment_planned>> {};
struct bank : sillok::context<account, plans> {};

constexpr std::string_view text_of_bank =
    R"(// Sillok schema lock. Written by the target bank_schema_lock; commit it. A line that changes is a change of what is recorded.
{"account.closed", 1,
 ""},
{"money.withdrawn", 1,
 "amount: i64"},
{"money.withdrawn", 2,
 "amount: i64; "
 "currency: string"},
{"payment.planned", 1,
 "payee: string; "
 "instalments: [{"
  "on: enum u8 {"
   "monday = 0; "
   "tuesday = 1; "
   "wednesday = 2; "
   "thursday = 3; "
   "friday = 4; "
   "saturday = 5; "
   "sunday = 6; "
   "holiday_or_other = 64}; "
  "shares: map<string, i64>}]; "
 "is_final: bool"},
)";

std::string why(std::string_view text) {
    const auto parsed = sillok::parse_schema_lock(text);
    REQUIRE(!parsed);
    CHECK(parsed.error() == sillok::error_kind::malformed);
    return parsed.error().text();
}

std::vector<sillok::locked_version> versions(std::string_view text) {
    return sillok::parse_schema_lock(text).value().versions;
}

sillok::result<sillok::schema_lock> merge(std::string_view old, std::string_view now) {
    return sillok::merge_schema_lock(sillok::parse_schema_lock(old).value(), {versions(now)});
}

struct renamed : sillok::events<sillok::event<"cash.withdrawn", sillok::formerly<"money.taken", "money.withdrawn">,
                                              v1::money_withdrawn, money_withdrawn>,
                                sillok::retired<"account.closed">> {};

}  // namespace locks

TEST_CASE("a lock has a line for each field, sorted by name and revision", "[schema_lock_text]") {
    CHECK(sillok::schema_lock_text<locks::bank>("bank_schema_lock") == locks::text_of_bank);
    struct nothing : sillok::events<> {};
    CHECK(sillok::schema_lock_text<nothing>() ==
          "// Sillok schema lock. Written by a target of the build; commit it. "
          "A line that changes is a change of what is recorded.\n");
}

TEST_CASE("what is written is read back, and written again as it was", "[schema_lock_text]") {
    const auto lock = sillok::parse_schema_lock(locks::text_of_bank);
    REQUIRE(lock);
    REQUIRE(lock->versions.size() == 4);
    CHECK(lock->versions[0].name == "account.closed");
    CHECK(lock->versions[0].layout.empty());
    CHECK(lock->versions[2].revision == 2);
    CHECK(lock->versions[2].layout == sillok::layout_of<locks::money_withdrawn>);
    CHECK(lock->versions[2].line == 6);
    CHECK(lock->versions[3].layout == sillok::layout_of<locks::payment_planned>);
    CHECK(sillok::detail::lock_text(*lock, "bank_schema_lock") == locks::text_of_bank);
}

TEST_CASE("a lock may have comments, other white space and another order", "[schema_lock_text]") {
    CHECK(sillok::parse_schema_lock("")->versions.empty());
    CHECK(sillok::parse_schema_lock(" \r\n // Sillok schema lock. Mine.\n\n// none yet")->comments == "// none yet\n");
    const auto lock = sillok::parse_schema_lock(
        "\xEF\xBB\xBF// of money\r\n{ \"b\" ,\t2 , // here\r\n\"x: i8; \"\"y: i8\" } ,\r\n{\"a\",1,\"\"},\n// end");
    REQUIRE(lock);
    REQUIRE(lock->versions.size() == 2);
    CHECK(lock->versions[0].comments == "// of money\n// here\n");
    CHECK(lock->versions[0].layout == "x: i8; y: i8");
    CHECK(lock->versions[1].line == 4);
    CHECK(lock->comments == "// end\n");
}

TEST_CASE("a text that is no lock is refused, with the line", "[schema_lock_text]") {
    using locks::why;
    const std::string good(locks::text_of_bank);
    CHECK(why("{\"a\", 1, \"x: i8\"}") == "line 1: the text ends within a version, it has been cut");
    CHECK(why("\n\n{\"a\", 1, \"x: i") == "line 3: the text ends within a version, it has been cut");
    CHECK(why("{\"a\", 1") == "line 1: the text ends within a version, it has been cut");
    CHECK(why("{\"a\", 1, \"x: i8\n\"}") == "line 1: the byte 0x0A stands where `\"` must; is this file a lock?");
    CHECK(why(std::string_view("\x7F\x45LF\0\0", 6)) ==
          "line 1: the byte 0x7F stands where `{` must; is this file a lock?");
    CHECK(why(std::string_view("\0", 1)) == "line 1: the byte 0x00 stands where `{` must; is this file a lock?");
    CHECK(why("int main() {}") == "line 1: `i` stands where `{` must; is this file a lock?");
    CHECK(why("{\"a\", x, \"\"},") == "line 1: `x` stands where a revision must; is this file a lock?");
    CHECK(why("{\"a\", 0, \"\"},") == "line 1: a revision is a number from 1 to 65535");
    CHECK(why("{\"a\", 65536, \"\"},") == "line 1: a revision is a number from 1 to 65535");
    CHECK(why("{\"a b\", 1, \"\"},") == "line 1: `a b` cannot be the name of an event");
    CHECK(why("{\"a\", 1, \"\\n\"},") == "line 1: no text of a lock has a backslash");
    CHECK(why("{\"a\", 1, \"\"},\n{\"b\", 1, \"\"},\n{\"a\", 1, \"x: i8\"},") ==
          "line 3: a revision 1 stands in line 1 already; keep the one that says what was recorded first");
    for (const std::string mark : {"<<<<<<< ours", "=======", ">>>>>>> theirs", "||||||| base"}) {
        CHECK(why("{\"a\", 1, \"\"},\n" + mark + "\n{\"b\", 1, \"\"},\n") ==
              "line 2: a conflict of a merge is left there; keep the versions of both sides, without the marks");
        CHECK(why("{\"a\", 1,\n \"x: i8; \"\n" + mark + "\n \"y: i8\"},\n") ==
              "line 3: a conflict of a merge is left there; keep the versions of both sides, without the marks");
    }
    // Cut anywhere, it is shorter or refused, but never misread.
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto cut = sillok::parse_schema_lock(std::string_view(good).substr(0, size));
        if (!cut) continue;
        for (const sillok::locked_version& each : cut->versions) {
            INFO(size << ' ' << each.name);
            CHECK(good.find("{\"" + each.name + "\", " + std::to_string(each.revision) + ",") != std::string::npos);
        }
        CHECK(cut->versions.size() < 4 + (size + 1 >= good.size() ? 1 : 0));
    }
}

TEST_CASE("a merge adds versions and enumerators, and keeps comments", "[schema_lock_text]") {
    const auto merged = locks::merge(
        "// of b\n{\"b\", 1, \"s: enum u8 {x = 0}\"},\n{\"d\", 1, \"n: i8\"},\n// end",
        "{\"a\", 1, \"\"},{\"b\", 1, \"s: enum u8 {x = 0; y = 1}\"},{\"b\", 2, \"\"},{\"d\", 1, \"n: i8\"},{\"e\", 1, \"\"},");
    REQUIRE(merged);
    CHECK(merged->added == 3);
    CHECK(merged->updated == 1);
    const std::string text = sillok::detail::lock_text(*merged, "t");
    CHECK(text.substr(text.find('\n') + 1) ==
          "{\"a\", 1,\n \"\"},\n// of b\n{\"b\", 1,\n \"s: enum u8 {x = 0; y = 1}\"},\n{\"b\", 2,\n \"\"},\n"
          "{\"d\", 1,\n \"n: i8\"},\n{\"e\", 1,\n \"\"},\n// end\n");
}

TEST_CASE("a merge keeps what a compiler cannot tell any more", "[schema_lock_text]") {
    const auto merged = locks::merge("{\"b\", 1, \"s: enum u32 {x = 0}\"},", "{\"b\", 1, \"s: enum u32\"},");
    REQUIRE(merged);
    CHECK(merged->updated == 0);
    CHECK(merged->versions[0].layout == "s: enum u32 {x = 0}");
    CHECK(locks::merge("{\"b\", 1, \"s: enum u32\"},", "{\"b\", 1, \"s: enum u32 {x = 0}\"},")->updated == 1);
}

TEST_CASE("a merge changes and loses nothing that is locked, and says what would", "[schema_lock_text]") {
    const auto refused = locks::merge(
        "{\"a\", 1, \"amount: i64; currency: string\"},\n{\"b\", 1, \"\"},\n"
        "{\"c\", 1, \"s: enum u8 {x = 0; y = 1}\"},\n{\"d\", 1, \"x: i8; y: i8\"},\n",
        "{\"a\", 1, \"amount: i32; currency: string\"},{\"b\", 2, \"\"},{\"c\", 1, \"s: enum u8 {x = 0; y = 2}\"},"
        "{\"d\", 1, \"x: i8\"},{\"e\", 1, \"\"},");
    REQUIRE(!refused);
    CHECK(refused.error() == sillok::error_kind::condition_failed);
    CHECK(
        refused.error().text() ==
        "what is locked is never changed, and nothing was written:\n"
        "  a revision 1 (line 1) changed: `amount` was i64, now i32\n"
        "  b revision 1 (line 2) is not in the catalogue any more\n"
        "  c revision 1 (line 3) changed: `s.y` was 1, now 2\n"
        "  d revision 1 (line 4) changed: `y` was i8 and is gone\n"
        "Take the change back, and add it as a new version of the event. Put back what is gone; where the event was renamed, "
        "write formerly<\"the.old.name\"> behind the new name; where it is over, retired<\"its.name\">. "
        "Where a version was never recorded anywhere, delete its lines and write the lock again.");
    const auto longer = locks::merge("{\"d\", 1, \"x: i8\"},", "{\"d\", 1, \"x: i8; y: i8\"},");
    REQUIRE(!longer);
    CHECK(longer.error().text().find("`y` is new: i8") != std::string::npos);
}

TEST_CASE("what is locked under a former name holds for the event, and what is retired stays", "[schema_lock_text]") {
    const std::string_view old = "{\"account.closed\", 1, \"\"},\n{\"money.withdrawn\", 1, \"amount: i64\"},\n";
    const auto merged =
        sillok::merge_schema_lock(sillok::parse_schema_lock(old).value(), sillok::layouts_of<locks::renamed>());
    REQUIRE(merged);
    CHECK(merged->added == 2);
    REQUIRE(merged->versions.size() == 4);
    CHECK(merged->versions[0].name == "account.closed");
    CHECK(merged->versions[1].name == "cash.withdrawn");
    CHECK(merged->versions[1].revision == 1);
    CHECK(merged->versions[2].name == "cash.withdrawn");
    CHECK(merged->versions[2].revision == 2);
    CHECK(merged->versions[3].name == "money.withdrawn");
    CHECK(merged->versions[3].revision == 1);

    const auto refused =
        sillok::merge_schema_lock(sillok::parse_schema_lock("{\"money.taken\", 1, \"amount: i32\"},").value(),
                                  sillok::layouts_of<locks::renamed>());
    REQUIRE(!refused);
    CHECK(refused.error().text().find("money.taken revision 1 (line 1) changed: `amount` was i32, now i64") !=
          std::string::npos);
}

TEST_CASE("members of an event with a weak codec come and go in a lock, and keep their types", "[schema_lock_text]") {
    struct note {
        std::string text;
        std::int32_t stars;
    };
    struct notes : sillok::events<sillok::event<"note.taken", sillok::coded_by<sillok::weak_json_codec>, note>> {};
    const auto merge = [](std::string_view lock) {
        return sillok::merge_schema_lock(sillok::parse_schema_lock(lock).value(), sillok::layouts_of<notes>());
    };
    const auto changed = merge("{\"note.taken\", 1, \"(weak) author: string; text: string\"},");
    REQUIRE(changed);
    CHECK(changed->updated == 1);
    CHECK(changed->versions.at(0).layout == "(weak) text: string; stars: i32");
    CHECK(merge("{\"note.taken\", 1, \"(weak) text: string; stars: i32\"},")->updated == 0);
    CHECK(merge("")->versions.at(0).layout == "(weak) text: string; stars: i32");
    const auto refused = merge("{\"note.taken\", 1, \"(weak) stars: u8; text: string\"},");
    REQUIRE(!refused);
    CHECK(refused.error().text().find("changed: `stars` was u8, now i32") != std::string::npos);

    // What was locked in binary stays as it was recorded.
    CHECK_FALSE(merge("{\"note.taken\", 1, \"author: string; text: string\"},"));
    const auto same = merge("{\"note.taken\", 1, \"text: string; stars: i32\"},");
    REQUIRE(same);
    CHECK(same->updated == 0);
    CHECK(same->versions.at(0).layout == "text: string; stars: i32");
    // And what goes back to binary is held to what it is then.
    struct binary_notes
        : sillok::events<
              sillok::event<"note.taken", sillok::coded_by<sillok::binary_codec, sillok::weak_json_codec>, note>> {};
    const auto back = sillok::merge_schema_lock(
        sillok::parse_schema_lock("{\"note.taken\", 1, \"(weak) author: string; text: string\"},").value(),
        sillok::layouts_of<binary_notes>());
    REQUIRE(back);
    CHECK(back->versions.at(0).layout == "text: string; stars: i32");
}
