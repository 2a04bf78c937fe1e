#include "troupe/actors/log.hpp"

#include "last_words.hpp"
#include "log_show.hpp"
#include "log_thread.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/mqtt/shown_text.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

namespace troupe::log {

namespace {

constexpr std::size_t longest = 256; // bytes of a client's text in a line

struct named_level {
  std::string_view name;
  spdlog::level::level_enum shown;
};

using spdlog::level::level_enum;
constexpr std::array<named_level, 8> levels{{{"debug", level_enum::debug},
                                             {"info", level_enum::info},
                                             {"notice", level_enum::info},
                                             {"warning", level_enum::warn},
                                             {"error", level_enum::err},
                                             {"critical", level_enum::critical},
                                             {"alert", level_enum::critical},
                                             {"emergency", level_enum::critical}}};

std::atomic<const named_level*> current{&levels[1]}; // spdlog's own default

level_enum shown(severity level) {
  switch (level) {
    case severity::debug: return level_enum::debug;
    case severity::info: return level_enum::info;
    case severity::warning: return level_enum::warn;
    case severity::error: break;
  }
  return level_enum::err;
}

// The file first: a console that nobody reads holds up the lines behind the one at hand only.
struct log_sinks {
  std::vector<spdlog::sink_ptr> file, all;
};

log_sinks make_sinks(const log_settings& config) {
  log_sinks sinks;
  if (config.to == "file" || config.to == "both") {
    const auto path = (std::filesystem::path{config.dir} / config.file).string();
    if (config.rotation)
      sinks.file.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
          path, config.rotation_size, config.rotation_count - 1)); // not counting the one that is written
    else
      sinks.file.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  }
  sinks.all = sinks.file;
  if (config.to == "console" || config.to == "both")
    sinks.all.push_back(std::make_shared<spdlog::sinks::stdout_sink_mt>());
  return sinks;
}

// Never taken apart: its thread may be stuck, and would hold up the end of the process.
log_thread& lines() {
  static auto& thread = *new log_thread{most_waiting, "lines"};
  return thread;
}

// To the log's file only; empty before open().
std::shared_ptr<spdlog::logger>& file_logger() {
  static auto& logger = *new std::shared_ptr<spdlog::logger>;
  return logger;
}

} // namespace

std::string open(const log_settings& config) {
  std::string problem;
  log_sinks sinks;
  try {
    sinks = make_sinks(config);
  } catch (const spdlog::spdlog_ex& e) {
    problem = e.what();
    sinks.all = {std::make_shared<spdlog::sinks::stdout_sink_mt>()};
  }
  auto logger = lines().logger_to(sinks.all);
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e [%l] %v");
  spdlog::set_default_logger(std::move(logger));
  file_logger() = lines().logger_to(sinks.file);
  set_level(config.level);
  return problem;
}

bool set_level(std::string_view name) {
  for (const auto& l : levels)
    if (l.name == name) {
      spdlog::set_level(l.shown);
      current = &l;
      return true;
    }
  return false;
}

bool wants(severity level) { return spdlog::should_log(shown(level)); }

void write(severity level, fmt::string_view format, fmt::format_args args) {
  auto line = fmt::vformat(format, args);
  if (line.size() > longest_line)
    line = mqtt::valid_text(line, longest_line);
  spdlog::log(shown(level), spdlog::string_view_t{line});
}

void last_words(std::string_view text) {
  std::fprintf(stderr, "troupe: %.*s\n", static_cast<int>(text.size()), text.data());
  if (const auto& file = file_logger())
    file->error(spdlog::string_view_t{text.data(), text.size()});
}

bool flush(std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  // Before open() a line is written at once.
  const bool written = !file_logger() || lines().flush(*spdlog::default_logger(), end);
  return flush_shown(end) && written;
}

std::string_view level() { return current.load()->name; }

std::string printable(std::string_view text) { return mqtt::one_line(text, longest); }

} // namespace troupe::log
