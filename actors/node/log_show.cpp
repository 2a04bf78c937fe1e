#include "log_show.hpp"

#include "log_thread.hpp"
#include "troupe/actors/log.hpp"

#include <spdlog/sinks/sink.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>

namespace troupe::log {

namespace {

// spdlog's own waits for one that is stuck already, when it is told its pattern.
class console_sink final : public spdlog::sinks::sink {
public:
  void log(const spdlog::details::log_msg& m) override {
    std::string text{m.payload.data(), m.payload.size()};
    text += '\n';
    std::fwrite(text.data(), 1, text.size(), stdout); // at once, so that nothing comes between
    std::fflush(stdout);
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
};

struct shown_texts {
  log_thread thread{most_shown, "texts"};
  const std::shared_ptr<spdlog::logger> out = thread.logger_to({std::make_shared<console_sink>()});
};

std::atomic<shown_texts*> made{nullptr}; // most brokers never show one

} // namespace

void show(std::string_view text) {
  static auto& texts = *new shown_texts; // never taken apart: its thread may be stuck
  made = &texts;
  texts.out->info(spdlog::string_view_t{text.data(), text.size()});
}

bool flush_shown(std::chrono::steady_clock::time_point end) {
  auto* const texts = made.load();
  return texts == nullptr || texts->thread.flush(*texts->out, end);
}

} // namespace troupe::log
