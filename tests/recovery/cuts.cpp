// Every file of a store ends early: its last segment and the small files at every byte, the others here and there.
#include <random>

#include "arguments.hpp"
#include "harm.hpp"

namespace recovery {

namespace {

void cut(victim& store, const std::string& name, std::uint64_t bytes, tally& counts) {
    const victim::verdict found = store.suffer(name, bytes, [&] {
        const int folder = static_cast<int>(store.disk.open_directory(path).value);
        store.disk.truncate(static_cast<int>(store.disk.open(folder, name.c_str(), open_mode::write).value), bytes);
        store.disk.lose_process();
    });
    counts["refused"] += found.writer_refused;
    counts["damaged when read"] += found.read_damaged;
    counts["shorter"] += found.writer_cut;
    counts["without effect"] += !found.writer_refused && !found.read_damaged && !found.writer_cut;
}

// The case names how the store was left, the file by its place in the order of names, and how many bytes are left.
void cut_all(const arguments& given, leaving how, tally& counts) {
    constexpr std::size_t small = 1024;
    constexpr std::uint64_t sampled = 61;  // one cut in so many bytes
    victim store(given.seed / given.stride, given.events, how, true);
    store.begin();
    counts["acknowledged"] += store.batches.size();
    std::mt19937_64 random(given.seed);
    std::uint64_t file = 0;
    for (const auto& [name, content] : store.files) {
        const bool is_whole = name == store.last_segment || content.size() <= small;
        for (std::uint64_t bytes = 0; bytes < content.size(); ++bytes) {
            const std::string text = case_text({static_cast<std::uint64_t>(how), file, bytes});
            const bool is_chosen =
                is_whole ? bytes % given.stride == given.seed % given.stride : random() % (sampled * given.stride) == 0;
            if (!given.only.empty() ? text != given.only : !is_chosen) continue;
            if (!counts.goes_on()) return;
            counts.run(text, [&, &file_name = name] { cut(store, file_name, bytes, counts); });
        }
        ++file;
    }
}

}  // namespace

int check_cuts(const arguments& given) {
    tally counts(given);
    for (std::uint64_t how = 0; how < leavings; ++how) cut_all(given, static_cast<leaving>(how), counts);
    counts.wants("refused");
    counts.wants("damaged when read");
    counts.wants("shorter");
    return counts.finish();
}

}  // namespace recovery
