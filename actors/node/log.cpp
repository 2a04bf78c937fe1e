#include "troupe/actors/log.hpp"

#include "troupe/actors/config.hpp"
#include "troupe/mqtt/shown_text.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
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

std::vector<spdlog::sink_ptr> make_sinks(const log_settings& config) {
  std::vector<spdlog::sink_ptr> sinks;
  if (config.to == "console" || config.to == "both")
    sinks.push_back(std::make_shared<spdlog::sinks::stdout_sink_mt>());
  if (config.to == "file" || config.to == "both") {
    const auto path = (std::filesystem::path{config.dir} / config.file).string();
    if (config.rotation)
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, config.rotation_size,
                                                                             config.rotation_count));
    else
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  }
  return sinks;
}

} // namespace

std::string open(const log_settings& config) {
  std::string problem;
  std::vector<spdlog::sink_ptr> sinks;
  try {
    sinks = make_sinks(config);
  } catch (const spdlog::spdlog_ex& e) {
    problem = e.what();
    sinks = {std::make_shared<spdlog::sinks::stdout_sink_mt>()};
  }
  auto logger = std::make_shared<spdlog::logger>("troupe", sinks.begin(), sinks.end());
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e [%l] %v");
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
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
  spdlog::log(shown(level), spdlog::string_view_t{fmt::vformat(format, args)});
}

std::string_view level() { return current.load()->name; }

std::string printable(std::string_view text) { return mqtt::one_line(text, longest); }

} // namespace troupe::log
