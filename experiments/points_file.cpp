// SPDX-License-Identifier: Apache-2.0
#include "experiments/points_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/csv.h"
#include "base/error.h"
#include "experiments/point_line.h"

namespace bitline::experiments {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw RunError(file.string() + ": " + what + ": " + std::strerror(errno));
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const auto file = folder / ".lock";
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(file, "cannot be created");
  int status;
  while ((status = ::flock(fd_, LOCK_EX)) != 0 && errno == EINTR) {
  }
  // A file system without locks: shards there need folders of their own, a single process is safe anyway.
  if (status != 0 && errno != ENOLCK && errno != EOPNOTSUPP) {
    const int saved = errno;
    ::close(fd_);
    errno = saved;
    fail(file, "cannot be locked");
  }
}

FolderLock::~FolderLock() { ::close(fd_); }

void PointsFile::open() const {
  std::error_code ec;
  std::filesystem::create_directories(file_.parent_path(), ec);
  const FolderLock lock(file_.parent_path());
  const Descriptor d{::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
  if (d.fd < 0) fail(file_, "cannot be opened");
  struct stat now {};
  if (::fstat(d.fd, &now) != 0) fail(file_, "cannot be examined");
  // The end of the last whole line, looked for from the back.
  off_t whole = now.st_size;
  char last = 0;
  while (whole > 0) {
    if (::pread(d.fd, &last, 1, whole - 1) != 1) fail(file_, "cannot be read");
    if (last == '\n') break;
    --whole;
  }
  if (whole != now.st_size && ::ftruncate(d.fd, whole) != 0) fail(file_, "its torn last line cannot be cut");
}

PointIndex PointsFile::read() const {
  PointIndex index;
  read(index);
  return index;
}

void PointsFile::read(PointIndex& index) const {
  index.known.resize(keep_.size());
  std::ifstream in(file_, std::ios::binary);
  if (!in) return;  // no point is finished
  in.seekg(static_cast<std::streamoff>(index.end));
  for (std::string text; std::getline(in, text) && !in.eof();) {  // at the end of the file: torn, not finished
    const std::uint64_t begin = index.end;
    index.end += text.size() + 1;
    if (text.empty()) continue;
    const auto line = parse_line(text, keep_);
    if (!line || !line->hash || !line->finished) {
      ++index.damaged;
      continue;
    }
    PointRow row{{}, begin, text.size()};
    bool complete = true;
    for (const auto& figure : line->figures) {
      complete = complete && figure;
      if (figure) row.figures.append(",").append(csv_field(*figure));
    }
    for (std::size_t i = 0; i < keep_.size(); ++i)
      if (line->figures[i] && std::find(line->unknown.begin(), line->unknown.end(), i) == line->unknown.end())
        index.known[i] = true;
    if (complete)
      index.rows[*line->hash] = std::move(row);
    else
      index.incomplete.insert(*line->hash);
  }
}

std::string PointsFile::line(const PointRow& row) const {
  std::ifstream in(file_, std::ios::binary);
  std::string text(row.bytes, '\0');
  in.seekg(static_cast<std::streamoff>(row.begin));
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())))
    throw RunError(file_.string() + ": cannot be read again");
  return text;
}

void PointsFile::append(std::span<const std::string> lines) const {
  if (lines.empty()) return;
  const FolderLock lock(file_.parent_path());
  const Descriptor d{::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)};
  if (d.fd < 0) fail(file_, "cannot be opened");
  struct stat before {};
  if (::fstat(d.fd, &before) != 0) fail(file_, "cannot be examined");
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  ssize_t written;
  while ((written = ::write(d.fd, text.data(), text.size())) < 0 && errno == EINTR) {
  }
  if (written != static_cast<ssize_t>(text.size())) {
    if (written >= 0) errno = ENOSPC;
    const int saved = errno;
    // A part of a line would glue itself to the next one.
    if (::ftruncate(d.fd, before.st_size) != 0) fail(file_, "writing failed, and the torn line cannot be cut");
    errno = saved;
    fail(file_, "writing failed");
  }
  if (::fsync(d.fd) != 0) fail(file_, "cannot be synced to disk");
}

}  // namespace bitline::experiments
