// Every bit of every file of a store is flipped, one at a time.
#include "arguments.hpp"
#include "harm.hpp"

namespace recovery {

namespace {

void count(const victim::verdict& found, const std::string& name, tally& counts) {
    counts["refused"] += found.writer_refused;
    counts["damaged when read"] += found.read_damaged;
    counts["cut"] += found.writer_cut;
    counts["without effect"] += !found.writer_refused && !found.read_damaged && !found.writer_cut;
    counts["in indexes"] += name.ends_with(".index");
}

void flip(victim& store, const std::string& name, std::uint64_t bit, tally& counts) {
    const victim::verdict found = store.suffer(
        name, bit / 3, [&] { (*store.disk.content(path, name))[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8)); });
    count(found, name, counts);
}

// The case names how the store was left, the file by its place in the order of names, and the bit. Without a mark only the
// last segment is another matter.
void flip_all(const arguments& given, leaving how, tally& counts) {
    victim store(given.seed / given.stride, given.events, how, false);
    store.begin();
    counts["acknowledged"] += store.batches.size();
    std::uint64_t at = 0;
    std::uint64_t file = 0;
    for (const auto& [name, content] : store.files) {
        const bool is_wanted = how == leaving::closed || name == store.last_segment;
        for (std::uint64_t bit = 0; is_wanted && bit < content.size() * 8; ++bit, ++at) {
            const std::string text = case_text({static_cast<std::uint64_t>(how), file, bit});
            if (!given.only.empty() ? text != given.only : at % given.stride != given.seed % given.stride) continue;
            if (!counts.goes_on()) return;
            counts.run(text, [&, &file_name = name] { flip(store, file_name, bit, counts); });
        }
        if (is_wanted) counts["bytes"] += content.size();
        ++file;
    }
}

}  // namespace

// Programs with the seeds from n * stride to n * stride + stride - 1 share the bits of one store.
int check_bits(const arguments& given) {
    tally counts(given);
    flip_all(given, leaving::closed, counts);
    flip_all(given, leaving::without_mark, counts);
    counts.wants("refused");
    counts.wants("damaged when read");
    counts.wants("in indexes");
    counts.wants("cut");
    return counts.finish();
}

}  // namespace recovery
