// SPDX-License-Identifier: Apache-2.0
// The directory at an archive's end is read, never the local headers alone: only it has the sizes.
#include "workloads/zip.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t end_bytes = 22, locator_bytes = 20, end64_bytes = 56, entry_bytes = 46, local_bytes = 30;
constexpr std::uint64_t longest_comment = 0xffff, largest_directory = std::uint64_t{16} << 20;
constexpr std::uint32_t in_64_bits = 0xffffffff;  // of a size: the extension has it

// Little-endian numbers of a piece of the file; what lies outside is an error.
class ZipBytes {
 public:
  ZipBytes(std::vector<std::uint8_t> bytes, std::string file) : bytes_(std::move(bytes)), file_(std::move(file)) {}
  std::uint64_t number(std::uint64_t at, int width) const {
    need(at, static_cast<std::uint64_t>(width));
    std::uint64_t n = 0;
    for (int i = 0; i < width; ++i) n |= std::uint64_t{bytes_[at + static_cast<std::uint64_t>(i)]} << (8 * i);
    return n;
  }
  std::string text(std::uint64_t at, std::uint64_t length) const {
    need(at, length);
    return {bytes_.begin() + static_cast<std::ptrdiff_t>(at),
            bytes_.begin() + static_cast<std::ptrdiff_t>(at + length)};
  }
  std::uint64_t size() const { return bytes_.size(); }

 private:
  void need(std::uint64_t at, std::uint64_t length) const {
    if (at > bytes_.size() || length > bytes_.size() - at)
      throw InputError(file_ + ": damaged or truncated archive; copy or download the file again");
  }
  std::vector<std::uint8_t> bytes_;
  std::string file_;
};

ZipBytes piece(const fs::path& file, std::uint64_t at, std::uint64_t length) {
  return {ByteReader(file, file.string(), at, length, false).read(length), file.string()};
}

struct Directory {
  std::uint64_t offset = 0, bytes = 0, members = 0;
};

// From the record at the end, which a comment may follow.
Directory find_directory(const fs::path& file, std::uint64_t size) {
  const std::uint64_t start = size - std::min(size, end_bytes + longest_comment);
  const ZipBytes tail = piece(file, start, size - start);
  for (std::uint64_t at = tail.size() < end_bytes ? 0 : tail.size() - end_bytes + 1; at-- > 0;) {
    if (tail.number(at, 4) != 0x06054b50 || at + end_bytes + tail.number(at + 20, 2) != tail.size()) continue;
    Directory d{tail.number(at + 16, 4), tail.number(at + 12, 4), tail.number(at + 10, 2)};
    if (d.offset != in_64_bits && d.bytes != in_64_bits && d.members != 0xffff) return d;
    if (start + at < locator_bytes) break;
    const ZipBytes locator = piece(file, start + at - locator_bytes, locator_bytes);
    if (locator.number(0, 4) != 0x07064b50) return d;  // really so many
    const ZipBytes end = piece(file, locator.number(8, 8), end64_bytes);
    if (end.number(0, 4) != 0x06064b50) break;
    return {end.number(48, 8), end.number(40, 8), end.number(32, 8)};
  }
  throw InputError(file.string() + ": is no zip archive (.npz), or is truncated: its directory is missing");
}

}  // namespace

ZipArchive::ZipArchive(fs::path file) : file_(std::move(file)) {
  std::error_code ec;
  if (fs::is_directory(file_, ec)) throw InputError(file_.string() + ": is a folder, not a file");
  size_ = fs::file_size(file_, ec);
  if (ec) throw InputError(fmt::format("{}: cannot be read: {}", file_.string(), ec.message()));
  const Directory directory = find_directory(file_, size_);
  if (directory.offset > size_ || directory.bytes > size_ - directory.offset || directory.bytes > largest_directory)
    throw InputError(file_.string() + ": damaged archive: its directory lies outside the file");
  const ZipBytes entries = piece(file_, directory.offset, directory.bytes);
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < directory.members; ++i) {
    if (entries.number(at, 4) != 0x02014b50)
      throw InputError(file_.string() + ": damaged archive: a member of its directory is missing");
    const std::uint64_t name = entries.number(at + 28, 2), extra = entries.number(at + 30, 2);
    Member m{.name = entries.text(at + entry_bytes, name),
             .method = static_cast<std::uint32_t>(entries.number(at + 10, 2)),
             .flags = static_cast<std::uint32_t>(entries.number(at + 8, 2)),
             .crc = static_cast<std::uint32_t>(entries.number(at + 16, 4)),
             .stored = entries.number(at + 20, 4),
             .header = entries.number(at + 42, 4)};
    const bool size_in_64 = entries.number(at + 24, 4) == in_64_bits;
    for (std::uint64_t e = at + entry_bytes + name, end = e + extra; e + 4 <= end;) {
      const std::uint64_t length = entries.number(e + 2, 2);
      if (entries.number(e, 2) == 1) {  // sizes, then the offset, each only where 32 bits did not do
        std::uint64_t field = e + 4 + (size_in_64 ? 8 : 0);
        if (m.stored == in_64_bits) m.stored = entries.number(field, 8), field += 8;
        if (m.header == in_64_bits) m.header = entries.number(field, 8);
      }
      e += 4 + length;
    }
    at += entry_bytes + name + extra + entries.number(at + 32, 2);
    members_.push_back(std::move(m));
  }
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  for (const Member& m : members_) names.push_back(m.name);
  return names;
}

const ZipArchive::Member* ZipArchive::find(const std::string& name) const {
  const auto at = std::ranges::find(members_, name, &Member::name);
  return at == members_.end() ? nullptr : &*at;
}

bool ZipArchive::has(const std::string& name) const { return find(name) != nullptr; }

ByteReader ZipArchive::open(const std::string& name) const {
  const Member* m = find(name);
  const std::string shown = fmt::format("{}: {}", file_.string(), name);
  if (!m) throw InputError(shown + ": is not in the archive");
  if (m->flags & 1) throw InputError(shown + ": is encrypted");
  if (m->method != 0 && m->method != 8)
    throw InputError(fmt::format("{}: is packed by method {}; what numpy.savez and savez_compressed write is read",
                                 shown, m->method));
  if (m->header > size_) throw InputError(shown + ": lies outside the file: damaged archive");
  const ZipBytes local = piece(file_, m->header, local_bytes);
  if (local.number(0, 4) != 0x04034b50) throw InputError(shown + ": has no header of its own: damaged archive");
  const std::uint64_t data = m->header + local_bytes + local.number(26, 2) + local.number(28, 2);
  if (data > size_ || m->stored > size_ - data) throw InputError(shown + ": is cut off: truncated archive");
  return {file_, shown, data, m->stored, m->method == 8, m->crc};
}

}  // namespace bitline::workloads
