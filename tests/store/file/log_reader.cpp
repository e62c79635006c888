#include "sillok/store/file/log_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <vector>

#include "../many_segments.hpp"

using namespace sillok;

TEST_CASE("a file that somebody cut while it is read is damage, and not the end of the process") {
    const recovery_tests::scratch folder;
    auto store = file_store::open(folder / "s").value();
    for (int n = 0; n < 4; ++n)
        REQUIRE(recovery_tests::append(store, recovery_tests::payload_of(n, 20'000), n).has_value());
    std::filesystem::resize_file(folder / "s/0000000001.segment", 50'000);
    std::vector<error> errors;
    CHECK(recovery_tests::read(store, &errors).size() == 2);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].kind() == error_kind::damaged);
}

TEST_CASE("events larger than the buffer are read whole, in streams and in the log") {
    testing::faulty_device disk;
    auto store = file_store::open("s", {.device = disk}).value();
    std::vector<std::string> wanted;
    for (int n = 0; n < 8; ++n) {
        wanted.push_back(recovery_tests::payload_of(n, n % 2 == 0 ? 700'000 : 10));
        REQUIRE(recovery_tests::append(store, wanted.back(), n).has_value());
    }
    disk.transfer_at_most(4096);
    CHECK(recovery_tests::read(store) == wanted);
    std::size_t at = 8;
    CHECK(store
              .read_stream({"account", "odd"}, {.order = direction::backwards},
                           [&](const record_view& r) {
                               CHECK(as_text(r.payload()) == wanted[at -= at == 8 ? 1 : 2]);
                               return true;
                           })
              .has_value());
    CHECK(at == 1);
}

TEST_CASE("a reader that is given another file reads that one, also where it is in memory where the first one was") {
    segment_tests::known_store known;
    known.live(60);
    const segment_tests::found_log log(known.disk);
    detail::open_files among(log.within, 8);
    detail::log_reader reader(4096);
    std::optional<detail::record_file> file;
    for (const std::size_t i : {0U, 1U}) {
        const detail::segment_header& header = log.view->extents.at(i)->segment->header;
        file.emplace(among, detail::segment_name(header.number), header.checksum);
        const auto record = reader.at(*file, detail::segment_header_bytes + detail::frame_header_bytes);
        REQUIRE(record.has_value());
        CHECK(record->position().value == header.position);
    }
}
