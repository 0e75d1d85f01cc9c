// SPDX-License-Identifier: Apache-2.0
#include "experiments/points_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"

namespace bitline {
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

void PointsFile::open() {
  std::error_code ec;
  std::filesystem::create_directories(file_.parent_path(), ec);
  const FolderLock lock(file_.parent_path());
  const Descriptor d{::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
  if (d.fd < 0) fail(file_, "cannot be opened");
  const std::string content = read_file(file_);
  const auto last = content.rfind('\n');
  const std::size_t whole = last == std::string::npos ? 0 : last + 1;
  if (whole != content.size() && ::ftruncate(d.fd, static_cast<off_t>(whole)) != 0)
    fail(file_, "its torn last line cannot be cut");
}

std::map<std::string, std::string> PointsFile::read(std::size_t* damaged) const {
  std::map<std::string, std::string> out;
  std::error_code ec;
  if (!std::filesystem::exists(file_, ec)) return out;
  const std::string content = read_file(file_);
  for (std::size_t begin = 0; begin < content.size();) {
    const auto end = content.find('\n', begin);
    if (end == std::string::npos) break;  // torn: not finished
    std::string line = content.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty()) continue;
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object() && json.contains("hash") && json["hash"].is_string() && json.contains("result"))
      out.emplace(json["hash"].get<std::string>(), std::move(line));
    else if (damaged)
      ++*damaged;
  }
  return out;
}

void PointsFile::append(const std::string& line) const {
  const FolderLock lock(file_.parent_path());
  const Descriptor d{::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)};
  if (d.fd < 0) fail(file_, "cannot be opened");
  struct stat before {};
  if (::fstat(d.fd, &before) != 0) fail(file_, "cannot be examined");
  const std::string text = line + "\n";
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

}  // namespace bitline
